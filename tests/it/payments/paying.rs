//! Paying online: beginning, confirming, falling back, finding out.

use freshvilla::{
    kernel::money::Minor,
    payments::{
        fake::{Fault, Shopper},
        intent::model::{PaymentMethod, PaymentStatus},
    },
};
use serde_json::json;

use super::{
    shop::{RAZORPAY_SECRET, Shop},
    with_intent,
};
use freshvilla::payments::intent::service;

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_paid_through_razorpay() {
    let shop = Shop::open().await;
    let (intent, attempt, order) = shop.begun("razorpay", 49_900).await;
    let again = shop.start(intent.id, "second").await;
    assert_eq!(again["start"]["attempt"]["gatewayOrder"], json!(order), "the same order is handed out again");
    assert_eq!((&again["start"]["publicKey"], shop.razorpay.orders()), (&json!("rzp_test_fv"), 1));
    let (payment, signature) = shop.razorpay.pay(&order, Shopper::Pays).unwrap();
    for forged in ["", "00", &signature.replace(&signature[..1], "z"), &signature[..62]] {
        let refused = shop.confirm(&attempt, &payment, forged).await;
        assert_eq!(refused["errors"][0]["code"], "PROOF_REFUSED", "{forged:?}");
    }
    assert_eq!(shop.confirm(&attempt, "pay_other", &signature).await["errors"][0]["code"], "PROOF_REFUSED");
    let paid = shop.confirm(&attempt, &payment, &signature).await;
    assert_eq!(paid["intent"], json!({ "status": "PAID", "captured": { "minorUnits": "49900" } }));
    let (known, after) = (shop.facts(&intent).await, shop.now(&intent).await);
    shop.deliver_all("razorpay", &shop.razorpay.hooks.all()).await;
    assert_eq!((shop.facts(&intent).await, shop.now(&intent).await), (known, after), "webhooks come second");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_paid_through_stripe() {
    let shop = Shop::open().await;
    let (intent, attempt, order) = shop.begun("stripe", 49_900).await;
    let start = &shop.start(intent.id, "second").await["start"];
    assert_eq!(start["publicKey"], "pk_test_fv");
    assert!(start["clientSecret"].as_str().unwrap().starts_with(&order), "{start}");
    assert!(shop.stripe.pay(&order, Shopper::IsDeclined));
    let failed = shop.confirm(&attempt, "", "").await;
    assert_eq!(failed["intent"]["status"], "OPEN");
    assert!(shop.stripe.pay(&order, Shopper::Pays), "a declined card does not end it");
    shop.deliver_all("stripe", &shop.stripe.hooks.all()).await;
    let paid = shop.now(&intent).await;
    assert_eq!((paid.status, paid.captured_minor), (PaymentStatus::Paid, Minor(49_900)));
    assert_eq!(shop.confirm(&attempt, "", "").await["intent"]["status"], "PAID");
    let fees = "query($id: ID!) { paymentIntent(id: $id) { attempts { fee { minorUnits } feeTax { minorUnits } } } }";
    let answer = shop.staff.query(fees, json!({ "id": intent.id })).await;
    let fee = json!([{ "fee": { "minorUnits": "1180" }, "feeTax": { "minorUnits": "180" } }]);
    assert_eq!(answer.data("/paymentIntent/attempts"), &fee, "told by the intent, though the webhook did not");
    let answer = shop.buyer.query(fees, json!({ "id": intent.id })).await;
    assert_eq!(answer.data("/paymentIntent/attempts"), &json!([{ "fee": null, "feeTax": null }]));
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_was_set_aside_is_taken() {
    for gateway in ["razorpay", "stripe"] {
        let shop = Shop::open().await;
        let (intent, _, order) = shop.begun(gateway, 49_900).await;
        match gateway {
            "razorpay" => drop(shop.razorpay.pay(&order, Shopper::Authorises)),
            _ => assert!(shop.stripe.pay(&order, Shopper::Authorises)),
        }
        shop.poll().await;
        let paid = shop.now(&intent).await;
        assert_eq!((paid.status, paid.captured_minor), (PaymentStatus::Paid, Minor(49_900)), "{gateway}");
        shop.app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_gateway_is_asked_only_where_the_first_made_nothing() {
    let shop = Shop::open().await;
    for (fault, second) in [
        (Fault::Status(400), true),
        (Fault::Status(401), true),
        (Fault::Status(429), true),
        (Fault::Status(500), false),
        (Fault::Status(503), false),
        (Fault::Status(409), false),
        (Fault::Garbled, false),
        (Fault::SilentAfter, false),
        (Fault::SilentBefore, false),
    ] {
        let before = shop.stripe.intents();
        let intent = shop.intent(PaymentMethod::Card, 49_900).await;
        shop.razorpay.faults.next(fault);
        let begun = shop.start(intent.id, &format!("{fault:?}")).await;
        let attempt = &begun["start"]["attempt"];
        let outcome = (attempt["gateway"].as_str(), attempt["status"].as_str(), shop.stripe.intents() - before);
        let expected =
            if second { (Some("STRIPE"), Some("PENDING"), 1) } else { (Some("RAZORPAY"), Some("UNKNOWN"), 0) };
        assert_eq!(outcome, expected, "{fault:?}: {begun}");
        // Failures in a row would close the breaker; here each stands for itself.
        shop.app.node.app.breakers.note("razorpay", true, shop.app.clock().now());
    }
    shop.poll().await;
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_is_found_out_and_never_charged_twice() {
    for (gateway, fault) in [
        ("razorpay", Fault::SilentAfter),
        ("razorpay", Fault::SilentBefore),
        ("stripe", Fault::SilentAfter),
        ("stripe", Fault::SilentBefore),
    ] {
        let shop = Shop::open().await;
        shop.cards_by(gateway).await;
        let intent = shop.intent(PaymentMethod::Card, 49_900).await;
        match gateway {
            "razorpay" => shop.razorpay.faults.next(fault),
            _ => shop.stripe.faults.next(fault),
        }
        let begun = shop.start(intent.id, "first").await;
        assert_eq!(begun["start"]["attempt"]["status"], "UNKNOWN", "{gateway} {fault:?}: {begun}");
        assert_eq!(begun["start"]["clientSecret"], json!(null));
        let meanwhile = shop.start(intent.id, "second").await;
        assert_eq!(meanwhile["errors"][0]["code"], "ATTEMPT_UNDECIDED", "no second try beside it");
        let repeated = shop.start(intent.id, "first").await;
        assert_eq!(repeated["start"]["attempt"]["status"], "UNKNOWN");
        shop.poll().await;
        shop.poll().await;
        let found = shop.start(intent.id, "third").await;
        assert_eq!(found["start"]["attempt"]["status"], "PENDING", "{gateway} {fault:?}: {found}");
        assert_eq!(shop.razorpay.orders() + shop.stripe.intents(), 1, "{gateway} {fault:?}: one order at the gateway");
        shop.app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_starts_make_one_order() {
    let shop = Shop::open().await;
    let intent = shop.intent(PaymentMethod::Card, 49_900).await;
    let starts = (0..8).map(|n| {
        let (shop, id) = (&shop, intent.id);
        async move { shop.start(id, &format!("key-{}", n % 4)).await }
    });
    let begun = futures_util::future::join_all(starts).await;
    for answer in &begun {
        let undecided = answer["errors"][0]["code"] == "ATTEMPT_UNDECIDED";
        assert!(undecided || answer["start"]["attempt"]["number"] == 1, "{answer}");
    }
    assert_eq!((shop.razorpay.orders(), shop.stripe.intents()), (1, 0));
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_again_and_again_is_left_alone() {
    let shop = Shop::open().await;
    for n in 0..5 {
        let intent = shop.intent(PaymentMethod::Card, 49_900).await;
        shop.razorpay.faults.next(Fault::Status(500));
        assert_eq!(shop.start(intent.id, &format!("{n}")).await["start"]["attempt"]["gateway"], "RAZORPAY");
    }
    let intent = shop.intent(PaymentMethod::Card, 49_900).await;
    assert_eq!(shop.start(intent.id, "sixth").await["start"]["attempt"]["gateway"], "STRIPE");
    shop.app.advance(chrono::TimeDelta::seconds(31));
    let intent = shop.intent(PaymentMethod::Card, 49_900).await;
    assert_eq!(shop.start(intent.id, "later").await["start"]["attempt"]["gateway"], "RAZORPAY");
    shop.app.drain_jobs().await;
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_or_sees_what_is_not_theirs() {
    let shop = Shop::open().await;
    let (intent, attempt, order) = shop.begun("razorpay", 49_900).await;
    let stranger = shop.app.sign_in("customer").await;
    for client in [&stranger, &shop.staff] {
        let refused = shop.start_as(client, intent.id, "theirs").await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "staff pay for nobody, either");
    }
    let see = "query($id: ID!) { paymentIntent(id: $id) { id } node(id: $id) { id } paymentIntents { totalCount } }";
    let seen = stranger.query(see, json!({ "id": intent.id })).await;
    assert_eq!(
        seen.body["data"],
        json!({ "paymentIntent": null, "node": null, "paymentIntents": { "totalCount": 0 } })
    );
    let confirm = "mutation($id: ID!) { paymentConfirm(input: { attemptId: $id }) { errors { code } } }";
    let refused = stranger.query(confirm, json!({ "id": attempt })).await;
    assert_eq!(refused.data("/paymentConfirm/errors/0/code"), "NOT_FOUND");
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(stranger.query(node, json!({ "id": attempt })).await.data("/node"), &json!(null));
    assert_eq!(shop.buyer.query(node, json!({ "id": attempt })).await.data("/node/id"), &json!(attempt));
    // A payment for another order, with its own right signature, proves nothing here.
    let (other, ..) = (shop.intent(PaymentMethod::Card, 100).await, ());
    let begun = shop.start(other.id, "other").await;
    let cheap = begun["start"]["attempt"]["gatewayOrder"].as_str().unwrap().to_owned();
    let (payment, signature) = shop.razorpay.pay(&cheap, Shopper::Pays).unwrap();
    let refused = shop.confirm(&attempt, &payment, &signature).await;
    assert_eq!(refused["errors"][0]["code"], "PROOF_REFUSED");
    assert_eq!(shop.now(&intent).await.captured_minor, Minor::ZERO);
    assert!(order != cheap && !RAZORPAY_SECRET.is_empty());
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_end_is_given_back_or_counts_again() {
    let shop = Shop::open_with(&["--access-token-seconds", "7200"]).await;
    let (intent, _, order) = shop.begun("razorpay", 49_900).await;
    shop.app.advance(chrono::TimeDelta::minutes(20));
    assert_eq!(shop.start(intent.id, "late").await["errors"][0]["code"], "PAYMENT_EXPIRED");
    let cancelled = with_intent(&shop.app, intent.id, async |app, tx, intent| service::cancel(app, tx, &intent).await);
    assert_eq!(cancelled.await.unwrap().status, PaymentStatus::Cancelled);
    assert_eq!(shop.start(intent.id, "later").await["errors"][0]["code"], "CONFLICT");
    shop.razorpay.pay(&order, Shopper::Pays).unwrap();
    shop.deliver_all("razorpay", &shop.razorpay.hooks.all()).await;
    let late = shop.now(&intent).await;
    assert_eq!((late.status, late.captured_minor), (PaymentStatus::Cancelled, Minor(49_900)));
    assert_eq!((late.pending_refund_minor, shop.razorpay.refunds()), (Minor(49_900), 1), "given back by itself");
    let reopened = with_intent(&shop.app, intent.id, async |app, tx, intent| service::reopen(app, tx, &intent).await);
    assert_eq!(reopened.await.unwrap_err().code(), "CONFLICT", "what is on its way back does not count again");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upi_is_paid_by_link_and_picture() {
    let shop = Shop::open().await;
    let only = "UPDATE payment_routes SET enabled = gateway = 'upi' WHERE method = 'upi'";
    shop.app.database.execute(only).await;
    let intent = shop.intent(PaymentMethod::Upi, 49_900).await;
    let start = shop.start(intent.id, "first").await["start"].clone();
    let link = start["upiLink"].as_str().unwrap();
    let attempt = start["attempt"]["id"].as_str().unwrap();
    let reference = start["attempt"]["gatewayOrder"].as_str().unwrap();
    let expected = format!(
        "upi://pay?pa=freshvilla@examplebank&pn=FreshVilla&mc=5411&tr={reference}\
        &tn=Order%20FV-7K3Q-9M2X&am=499.00&cu=INR"
    );
    assert_eq!(link, expected);
    assert_eq!(super::qr::text_in(start["upiQr"].as_str().unwrap()), link, "the picture says the same");
    let confirm = "mutation($id: ID!, $rrn: String!, $amount: Decimal!, $key: String!) { paymentUpiConfirm(input: {
        attemptId: $id, rrn: $rrn, amount: { amount: $amount }, idempotencyKey: $key }) {
        intent { status } errors { code } } }";
    let enter = async |id: &str, rrn: &str, amount: &str, key: &str| {
        let entry = json!({ "id": id, "rrn": rrn, "amount": amount, "key": key });
        shop.staff.query(confirm, entry).await.data("/paymentUpiConfirm").clone()
    };
    assert_eq!(enter(attempt, "41234567890", "499.00", "a").await["errors"][0]["code"], "INVALID");
    assert_eq!(enter(attempt, "412345678901", "498.00", "b").await["errors"][0]["code"], "WRONG_AMOUNT");
    for _ in 0..2 {
        let paid = enter(attempt, "412345678901", "499.00", "c").await;
        assert_eq!(paid, json!({ "intent": { "status": "PAID" }, "errors": [] }));
    }
    assert_eq!(enter(attempt, "412345678902", "499.00", "d").await["errors"][0]["code"], "CONFLICT");
    let other = shop.intent(PaymentMethod::Upi, 49_900).await;
    let other = shop.start(other.id, "other").await["start"]["attempt"]["id"].as_str().unwrap().to_owned();
    let taken = enter(&other, "412345678901", "499.00", "e").await;
    assert_eq!(taken["errors"][0]["code"], "REFERENCE_TAKEN");
    shop.app.finish().await;
}

/// The sample with which Razorpay's own libraries were seen to agree.
#[tokio::test(flavor = "multi_thread")]
async fn the_checkout_signature_is_the_known_one() {
    let shop = Shop::open().await;
    let (intent, attempt, _) = shop.begun("razorpay", 49_900).await;
    shop.app.database.execute("UPDATE payment_attempts SET gateway_order = 'order_FV0000000000A1'").await;
    let signature = "b3b272d95126aa627945ff056e8d49663fc20ea98ed60611f4a948ec2a53be6a";
    // Order and payment the other way round.
    let swapped = shop.confirm(&attempt, "order_FV0000000000A1", signature).await;
    assert_eq!(swapped["errors"][0]["code"], "PROOF_REFUSED");
    let proven = shop.confirm(&attempt, "pay_FV0000000000B2", signature).await;
    assert_eq!(proven["intent"]["status"], "AUTHORISED", "it proves the bank's consent, not yet the money");
    assert_eq!(shop.now(&intent).await.captured_minor, Minor::ZERO);
    shop.app.database.execute("DELETE FROM jobs WHERE kind = 'capture_payment'").await;
    shop.app.finish().await;
}

#[test]
fn production_refuses_the_demos_keys() {
    let usual = ["--mode", "production", "--secret-key", "0123456789abcdef0123456789abcdef", "--database-url", "x"];
    let check = |more: &[&str]| {
        let args = usual.iter().chain(more).map(|arg| (*arg).to_owned());
        crate::support::config(args).check().map_err(|error| error.to_string())
    };
    assert_eq!(check(&["--stripe-secret-key", "sk_live_1"]), Ok(()));
    for demo in [["--stripe-secret-key", "sk_test_freshvilla_demo"], ["--razorpay-key-id", "rzp_test_freshvilla_demo"]]
    {
        assert!(check(&demo).unwrap_err().contains("demo"), "{demo:?}");
    }
}
