//! Intents as the payable's owner drives them: promises, collections, waivers, refunds.

use freshvilla::{
    identity::account::model::AccountId,
    kernel::{error::Error, money::Minor},
    payments::{
        cod::{
            model::CodCollectionMode,
            rules::{CodCase, whole_rupees},
        },
        intent::{
            model::{PaymentIntent, PaymentMethod, PaymentStatus},
            service::{self, NewCollection, NewIntent, NewRefund},
        },
        refund::model::{PaymentRefundChannel, PaymentRefundStatus, Refund},
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{new_intent, open, opened, with_intent};
use crate::support::TestApp;

async fn collect(app: &TestApp, intent: &PaymentIntent, new: NewCollection) -> Result<PaymentIntent, Error> {
    with_intent(app, intent.id, async move |app, tx, intent| service::collect(app, tx, &intent, new).await).await
}

async fn refund(app: &TestApp, intent: &PaymentIntent, key: &str, paise: i64) -> Result<Refund, Error> {
    let new = NewRefund { amount: Minor(paise), reason: "returned".to_owned(), key: key.to_owned() };
    with_intent(app, intent.id, async move |app, tx, intent| service::refund(app, tx, &intent, new).await).await
}

async fn cancel(app: &TestApp, intent: &PaymentIntent) -> Result<PaymentIntent, Error> {
    with_intent(app, intent.id, async move |app, tx, intent| service::cancel(app, tx, &intent).await).await
}

async fn now(app: &TestApp, intent: &PaymentIntent) -> PaymentIntent {
    with_intent(app, intent.id, async move |_, _, intent| Ok(intent)).await.unwrap()
}

fn cash(by: AccountId, key: &str, paise: i64) -> NewCollection {
    let (mode, amount) = (CodCollectionMode::Cash, Minor(paise));
    NewCollection { key: key.to_owned(), mode, due: None, amount, rrn: None, collected_by: by }
}

/// Gives a customer credit.
async fn give_credit(app: &TestApp, account: AccountId, limit: i64) {
    let credit = format!(
        "INSERT INTO credit_accounts (id, account_id, limit_minor, days, suspended, created_at, updated_at)
         VALUES (gen_random_uuid(), '{}', {limit}, 30, false, now(), now())",
        account.0
    );
    app.database.execute(&credit).await;
}

async fn owed(app: &TestApp, account: AccountId) -> serde_json::Value {
    app.database.value(&format!("SELECT used_minor FROM credit_accounts WHERE account_id = '{}'", account.0)).await
}

#[tokio::test]
async fn something_is_paid_by_one_intent_at_a_time() {
    let app = TestApp::start().await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let new = new_intent(buyer, PaymentMethod::Card, 49_900);
    let first = open(&app, new.clone()).await.unwrap();
    assert_eq!((first.status, first.secures_order()), (PaymentStatus::Open, false));
    assert_eq!(first.expires_at, Some(first.created_at + chrono::TimeDelta::minutes(20)));
    assert_eq!(open(&app, new.clone()).await.unwrap_err().code(), "CONFLICT");
    let cancelled = cancel(&app, &first).await.unwrap();
    assert_eq!((cancelled.status, cancelled.secures_order()), (PaymentStatus::Cancelled, false));
    assert_eq!(cancel(&app, &first).await.unwrap(), cancelled, "a second time changes nothing");
    open(&app, new).await.unwrap();
    let free = opened(&app, buyer, PaymentMethod::Card, 0).await;
    assert_eq!((free.status, free.secures_order()), (PaymentStatus::Paid, true), "nothing is paid at once");
    for paise in [-1, i64::MIN, i64::MAX] {
        assert_eq!(open(&app, new_intent(buyer, PaymentMethod::Upi, paise)).await.unwrap_err().code(), "INVALID");
    }
    app.finish().await;
}

#[tokio::test]
async fn cash_on_delivery_is_offered_by_place_amount_and_history() {
    let app = TestApp::start_with(&["--cod-excluded-pincodes", "19,744101", "--cod-ceiling-rupees", "5000"]).await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let case = |pincode: &str, refusals, paise| NewIntent {
        cod: Some(CodCase { pincode: pincode.to_owned(), refusals }),
        ..new_intent(buyer, PaymentMethod::Cod, paise)
    };
    for (pincode, refusals, paise) in [("560001", 0, 500_000), ("560001", 2, 1), ("744102", 0, 100)] {
        let intent = open(&app, case(pincode, refusals, paise)).await.unwrap();
        assert_eq!((intent.status, intent.secures_order()), (PaymentStatus::Promised, true));
    }
    for (pincode, refusals, paise) in [("560001", 0, 500_001), ("560001", 3, 1), ("190001", 0, 1), ("744101", 0, 1)] {
        let refused = open(&app, case(pincode, refusals, paise)).await.unwrap_err();
        assert_eq!(refused.code(), "COD_NOT_OFFERED", "{pincode} {refusals} {paise}");
    }
    let nowhere = NewIntent { cod: None, ..new_intent(buyer, PaymentMethod::Cod, 100) };
    assert_eq!(open(&app, nowhere).await.unwrap_err().code(), "COD_NOT_OFFERED");
    app.finish().await;
}

#[test]
fn cash_is_taken_in_whole_rupees() {
    for (paise, rupees) in [(49, 0), (50, 1), (100, 1), (149, 1), (150, 2), (49_999, 500)] {
        assert_eq!(whole_rupees(Minor(paise)), Minor(rupees * 100), "{paise}");
    }
}

#[tokio::test]
async fn money_is_collected_once_and_whole() {
    let app = TestApp::start().await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let intent = opened(&app, buyer, PaymentMethod::Cod, 49_949).await;
    assert_eq!(refund(&app, &intent, "part", 10_000).await.unwrap().channel, PaymentRefundChannel::Waiver);
    for paise in [39_949, 39_800, 40_000, -39_900] {
        let refused = collect(&app, &intent, cash(buyer, "c-1", paise)).await.unwrap_err();
        assert_eq!(refused.code(), "WRONG_AMOUNT", "{paise}");
    }
    let paid = collect(&app, &intent, cash(buyer, "c-1", 39_900)).await.unwrap();
    assert_eq!((paid.status, paid.captured_minor), (PaymentStatus::Paid, Minor(39_949)));
    assert_eq!(collect(&app, &intent, cash(buyer, "c-1", 39_900)).await.unwrap(), paid, "told twice, taken once");
    assert_eq!(collect(&app, &intent, cash(buyer, "c-2", 39_900)).await.unwrap_err().code(), "CONFLICT");
    let books = "SELECT due_minor AS due, collected_minor AS taken, rounding_minor AS rounding FROM cod_collections";
    assert_eq!(app.database.rows(books).await, [json!({ "due": 39_949, "taken": 39_900, "rounding": -49 })]);
    let other = opened(&app, buyer, PaymentMethod::Cod, 100).await;
    let reused = collect(&app, &other, cash(buyer, "c-1", 100)).await.unwrap_err();
    assert_eq!(reused.code(), "CONFLICT", "a collection's key names one payment");
    assert_eq!(now(&app, &other).await.captured_minor, Minor::ZERO);
    app.finish().await;
}

#[tokio::test]
async fn upi_on_delivery_needs_a_reference_of_its_own() {
    let app = TestApp::start().await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let upi = |key: &str, rrn: Option<&str>| NewCollection {
        mode: CodCollectionMode::UpiOnDelivery,
        rrn: rrn.map(str::to_owned),
        ..cash(buyer, key, 49_949)
    };
    let one = opened(&app, buyer, PaymentMethod::Cod, 49_949).await;
    for rrn in [None, Some("12345678901"), Some("12345678901x"), Some("१२३४५६७८९०१२")] {
        assert_eq!(collect(&app, &one, upi("c-1", rrn)).await.unwrap_err().code(), "INVALID", "{rrn:?}");
    }
    collect(&app, &one, upi("c-1", Some("412345678901"))).await.unwrap();
    let other = opened(&app, buyer, PaymentMethod::Cod, 49_949).await;
    let taken = collect(&app, &other, upi("c-2", Some("412345678901"))).await.unwrap_err();
    assert_eq!(taken.code(), "REFERENCE_TAKEN");
    app.finish().await;
}

#[tokio::test]
async fn what_came_by_hand_goes_back_by_hand_and_never_more() {
    let app = TestApp::start().await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let intent = opened(&app, buyer, PaymentMethod::Cod, 50_000).await;
    assert_eq!(refund(&app, &intent, "much", 50_001).await.unwrap_err().code(), "REFUND_TOO_LARGE");
    collect(&app, &intent, cash(buyer, "c-1", 50_000)).await.unwrap();
    let first = refund(&app, &intent, "r-1", 20_000).await.unwrap();
    assert_eq!((first.channel, first.status), (PaymentRefundChannel::Manual, PaymentRefundStatus::Pending));
    assert_eq!(refund(&app, &intent, "r-1", 20_000).await.unwrap().id, first.id, "asked twice, given back once");
    assert_eq!(refund(&app, &intent, "r-2", 30_001).await.unwrap_err().code(), "REFUND_TOO_LARGE");
    for paise in [0, -1, i64::MIN] {
        assert_eq!(refund(&app, &intent, "r-3", paise).await.unwrap_err().code(), "WRONG_AMOUNT");
    }
    let after = now(&app, &intent).await;
    assert_eq!((after.pending_refund_minor, after.refundable()), (Minor(20_000), Minor(30_000)));
    assert_eq!(cancel(&app, &intent).await.unwrap_err().code(), "CONFLICT", "paid money is given back, not cancelled");
    let more = "UPDATE payment_intents SET refunded_minor = captured_minor";
    let refused = app.database.try_execute(more).await.unwrap_err();
    assert!(refused.to_string().contains("payment_intents_refunds_check"), "{refused}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_refunds_never_exceed_what_was_paid() {
    let app = TestApp::start().await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let intent = opened(&app, buyer, PaymentMethod::Cod, 50_000).await;
    collect(&app, &intent, cash(buyer, "c-1", 50_000)).await.unwrap();
    let keys: Vec<String> = (0..8).map(|n| format!("r-{n}")).collect();
    let asked = futures_util::future::join_all(keys.iter().map(|key| refund(&app, &intent, key, 15_000))).await;
    assert_eq!(asked.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    assert_eq!(now(&app, &intent).await.pending_refund_minor, Minor(45_000));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_holds_its_limit_under_parallel_orders() {
    let app = TestApp::start().await;
    let (buyer, _) = app.sign_in_as("customer").await;
    let credit = || new_intent(buyer, PaymentMethod::Credit, 10_000);
    assert_eq!(open(&app, credit()).await.unwrap_err().code(), "CREDIT_NOT_OFFERED");
    give_credit(&app, buyer, 35_000).await;
    let orders = futures_util::future::join_all((0..8).map(|_| open(&app, credit()))).await;
    let taken: Vec<&PaymentIntent> = orders.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(taken.len(), 3);
    assert!(orders.iter().filter_map(|o| o.as_ref().err()).all(|refused| refused.code() == "CREDIT_LIMIT_EXCEEDED"));
    assert_eq!(taken[0].due_on, Some(app.clock().today() + chrono::TimeDelta::days(30)));
    assert!(taken[0].secures_order());
    assert_eq!(owed(&app, buyer).await, json!(30_000));
    refund(&app, taken[0], "part", 4_000).await.unwrap();
    assert_eq!(owed(&app, buyer).await, json!(26_000), "waived, so not owed");
    cancel(&app, taken[0]).await.unwrap();
    cancel(&app, taken[0]).await.unwrap();
    assert_eq!(owed(&app, buyer).await, json!(20_000));
    app.database.execute("UPDATE credit_accounts SET suspended = true").await;
    assert_eq!(open(&app, credit()).await.unwrap_err().code(), "CREDIT_NOT_OFFERED");
    let nobody = new_intent(AccountId(Uuid::now_v7()), PaymentMethod::Credit, 1);
    assert_eq!(open(&app, nobody).await.unwrap_err().code(), "CREDIT_NOT_OFFERED");
    app.finish().await;
}
