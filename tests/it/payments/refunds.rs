//! Giving back through gateways and by hand; credit and collections as staff record them; live events.

use freshvilla::{
    kernel::money::Minor,
    payments::{
        fake::{Fault, Shopper},
        intent::model::{PaymentIntent, PaymentMethod, PaymentStatus},
    },
};
use serde_json::{Value, json};

use super::{new_intent, open, shop::Shop};

const REFUND: &str = "mutation($id: ID!, $amount: Decimal!, $key: String!) { paymentRefund(input: { intentId: $id,
    amount: { amount: $amount }, reason: \"damaged\", idempotencyKey: $key }) {
    refund { id channel status amount { minorUnits } } errors { code } } }";

async fn refund(shop: &Shop, intent: &PaymentIntent, amount: &str, key: &str) -> Value {
    let input = json!({ "id": intent.id, "amount": amount, "key": key });
    shop.staff.query(REFUND, input).await.data("/paymentRefund").clone()
}

/// A paid intent.
async fn paid(shop: &Shop, gateway: &str) -> PaymentIntent {
    let (intent, _, order) = shop.begun(gateway, 50_000).await;
    match gateway {
        "razorpay" => drop(shop.razorpay.pay(&order, Shopper::Pays)),
        _ => assert!(shop.stripe.pay(&order, Shopper::Pays)),
    }
    shop.poll().await;
    assert_eq!(shop.now(&intent).await.status, PaymentStatus::Paid);
    intent
}

async fn sums(shop: &Shop, intent: &PaymentIntent) -> (i64, i64) {
    let now = shop.now(intent).await;
    (now.pending_refund_minor.0, now.refunded_minor.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn razorpay_gives_back_and_says_so_later() {
    let shop = Shop::open().await;
    let intent = paid(&shop, "razorpay").await;
    let refused = shop.buyer.query(REFUND, json!({ "id": intent.id, "amount": "1", "key": "k" })).await;
    assert_eq!(refused.errors()[0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(refund(&shop, &intent, "500.01", "a").await["errors"][0]["code"], "REFUND_TOO_LARGE");
    let asked = refund(&shop, &intent, "200.00", "b").await;
    assert_eq!((&asked["refund"]["channel"], &asked["refund"]["status"]), (&json!("GATEWAY"), &json!("PENDING")));
    assert_eq!(refund(&shop, &intent, "200.00", "b").await["refund"]["id"], asked["refund"]["id"], "the same request");
    assert_eq!(refund(&shop, &intent, "100.00", "b").await["errors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    // The answer to the first call is lost; the second call is the same refund.
    shop.razorpay.faults.next(Fault::SilentAfter);
    shop.app.drain_jobs().await;
    shop.app.advance(chrono::TimeDelta::hours(1));
    shop.app.drain_jobs().await;
    assert_eq!((shop.razorpay.refunds(), sums(&shop, &intent).await), (1, (20_000, 0)));
    let told = shop.razorpay.hooks.all();
    let created = told.iter().find(|hook| hook.kind == "refund.created").unwrap();
    let name = created.body.split("rfnd_").nth(1).unwrap().split('"').next().unwrap();
    shop.razorpay.refund_ends(&format!("rfnd_{name}"), "processed");
    shop.deliver_all("razorpay", &shop.razorpay.hooks.all()).await;
    assert_eq!(sums(&shop, &intent).await, (0, 20_000));
    let rows = shop.app.database.value("SELECT count(*) FROM payment_refunds").await;
    assert_eq!(rows, json!(1), "what the gateway tells of is the refund that was asked for");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripe_may_take_back_that_it_gave_back() {
    let shop = Shop::open().await;
    let intent = paid(&shop, "stripe").await;
    refund(&shop, &intent, "500.00", "a").await;
    shop.app.drain_jobs().await;
    assert_eq!(sums(&shop, &intent).await, (0, 50_000));
    let told = shop.stripe.hooks.all();
    let created = told.iter().find(|hook| hook.kind == "refund.created").unwrap();
    let name = created.body.split("\"re_").nth(1).unwrap().split('"').next().unwrap();
    shop.stripe.refund_ends(&format!("re_{name}"), "failed");
    shop.deliver_all("stripe", &shop.stripe.hooks.all()).await;
    assert_eq!((sums(&shop, &intent).await, shop.now(&intent).await.refundable()), ((0, 0), Minor(50_000)));
    let failed = "{ paymentRefunds(where: { status: [FAILED] }) { nodes { id intent { reference } } } }";
    let answer = shop.staff.query(failed, json!({})).await;
    assert_eq!(answer.data("/paymentRefunds/nodes/0/intent/reference"), "FV-7K3Q-9M2X");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_the_gateway_refuses_leaves_the_money_here() {
    let shop = Shop::open().await;
    let intent = paid(&shop, "razorpay").await;
    refund(&shop, &intent, "200.00", "a").await;
    shop.razorpay.faults.next(Fault::Status(400));
    shop.app.drain_jobs().await;
    assert_eq!((shop.razorpay.refunds(), sums(&shop, &intent).await), (0, (0, 0)));
    refund(&shop, &intent, "500.00", "b").await;
    // Wrong keys are ours to mend: the refund waits.
    shop.razorpay.faults.next(Fault::Status(401));
    shop.app.drain_jobs().await;
    assert_eq!(sums(&shop, &intent).await, (50_000, 0));
    shop.app.advance(chrono::TimeDelta::hours(1));
    shop.app.drain_jobs().await;
    assert_eq!(shop.razorpay.refunds(), 1);
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_at_the_door_is_recorded_and_paid_out_by_hand() {
    let shop = Shop::open().await;
    let intent = shop.intent(PaymentMethod::Cod, 49_949).await;
    let collect = "mutation($id: ID!, $amount: Decimal!) { paymentCollect(input: { intentId: $id, mode: CASH,
        amount: { amount: $amount }, idempotencyKey: \"door-1\" }) { intent { status collections { rounding { minorUnits }
        collectedBy { name } } } errors { code } } }";
    for _ in 0..2 {
        let answer = shop.staff.query(collect, json!({ "id": intent.id, "amount": "499" })).await;
        let seen = &answer.data("/paymentCollect/intent");
        assert_eq!(
            (&seen["status"], &seen["collections"][0]["rounding"]["minorUnits"]),
            (&json!("PAID"), &json!("-49"))
        );
        assert_eq!(seen["collections"][0]["collectedBy"]["name"], "administrator");
    }
    let asked = refund(&shop, &intent, "100.00", "a").await;
    assert_eq!(asked["refund"]["channel"], "MANUAL");
    let record = "mutation($id: ID!, $key: String!, $reference: String!) { paymentRefundRecord(input: { id: $id,
        reference: $reference, idempotencyKey: $key }) { refund { status gatewayRefund } errors { code } } }";
    let enter = async |id: &Value, reference: &str, key: &str| {
        let input = json!({ "id": id, "reference": reference, "key": key });
        shop.staff.query(record, input).await.data("/paymentRefundRecord").clone()
    };
    for _ in 0..2 {
        let done = enter(&asked["refund"]["id"], "NEFT-1", "p-1").await;
        assert_eq!(done, json!({ "refund": { "status": "REFUNDED", "gatewayRefund": "NEFT-1" }, "errors": [] }));
    }
    assert_eq!(sums(&shop, &intent).await, (0, 10_000));
    assert_eq!(enter(&asked["refund"]["id"], "NEFT-2", "p-2").await["errors"][0]["code"], "CONFLICT");
    let second = refund(&shop, &intent, "50.00", "b").await;
    assert_eq!(enter(&second["refund"]["id"], "NEFT-1", "p-3").await["errors"][0]["code"], "REFERENCE_TAKEN");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_is_set_used_and_paid() {
    let shop = Shop::open().await;
    let set =
        "mutation($id: ID!, $limit: Decimal!, $version: Int) { creditAccountSet(input: { accountId: $id, days: 30,
        limit: { amount: $limit }, expectedVersion: $version }) { creditAccount { version available { minorUnits } }
        errors { code } } }";
    let give = async |limit: &str, version: i32| {
        let input = json!({ "id": shop.buyer_id, "limit": limit, "version": version });
        shop.staff.query(set, input).await.data("/creditAccountSet").clone()
    };
    assert_eq!(give("500.00", 0).await["errors"][0]["code"], "NOT_A_BUSINESS");
    let profile = format!(
        "INSERT INTO customer_profiles (account_id, customer_number, language, business_name, created_at, updated_at)
         VALUES ('{}', 'FVC-2345ABCD', 'en', 'Annapurna Hotels', now(), now())
         ON CONFLICT (account_id) DO UPDATE SET business_name = 'Annapurna Hotels'",
        shop.buyer_id.0
    );
    shop.app.database.execute(&profile).await;
    assert_eq!(
        give("500.00", 0).await["creditAccount"],
        json!({ "version": 1, "available": { "minorUnits": "50000" } })
    );
    assert_eq!(give("600.00", 0).await["errors"][0]["code"], "VERSION_CONFLICT");
    assert_eq!(give("-1", 1).await["errors"][0]["code"], "INVALID");
    let intent = shop.intent(PaymentMethod::Credit, 40_000).await;
    let over = open(&shop.app, new_intent(shop.buyer_id, PaymentMethod::Credit, 10_001)).await;
    assert_eq!(over.unwrap_err().code(), "CREDIT_LIMIT_EXCEEDED");
    assert_eq!(give("100.00", 1).await["creditAccount"]["available"]["minorUnits"], "0", "lowered below what is owed");
    let pay = "mutation($id: ID!, $amount: Decimal!, $key: String!) { creditPaymentRecord(input: { intentId: $id,
        amount: { amount: $amount }, reference: \"NEFT-7\", idempotencyKey: $key }) { intent { status } errors { code } } }";
    let enter = async |amount: &str, key: &str| {
        let input = json!({ "id": intent.id, "amount": amount, "key": key });
        shop.staff.query(pay, input).await.data("/creditPaymentRecord").clone()
    };
    assert_eq!(enter("399.00", "a").await["errors"][0]["code"], "WRONG_AMOUNT");
    for _ in 0..2 {
        assert_eq!(enter("400.00", "b").await, json!({ "intent": { "status": "PAID" }, "errors": [] }));
    }
    assert_eq!(enter("400.00", "c").await["errors"][0]["code"], "CONFLICT");
    let own = "{ creditAccounts { nodes { used { minorUnits } available { minorUnits } } } }";
    let seen = shop.buyer.query(own, json!({})).await;
    let free = json!([{ "used": { "minorUnits": "0" }, "available": { "minorUnits": "10000" } }]);
    assert_eq!(seen.data("/creditAccounts/nodes"), &free);
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_followed_live() {
    let shop = Shop::open().await;
    let (intent, attempt, order) = shop.begun("razorpay", 49_900).await;
    let follow = "subscription($id: ID!, $after: String) { paymentEvents(intentId: $id, after: $after) {
        cursor kind status captured { minorUnits } } }";
    let stranger = shop.app.sign_in("customer").await;
    let refused = stranger.socket().await.subscribe(follow, json!({ "id": intent.id })).await.message().await;
    assert!(refused.unwrap().to_string().contains("NOT_FOUND"));
    let mut feed = shop.buyer.socket().await.subscribe(follow, json!({ "id": intent.id })).await;
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(feed.next().await["paymentEvents"]["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds, ["OPENED", "ATTEMPTED", "ATTEMPTED"]);
    let (payment, signature) = shop.razorpay.pay(&order, Shopper::Pays).unwrap();
    shop.confirm(&attempt, &payment, &signature).await;
    let event = feed.next().await["paymentEvents"].clone();
    assert_eq!((&event["kind"], &event["status"]), (&json!("CHANGED"), &json!("PAID")));
    let resumed = json!({ "id": intent.id, "after": "3" });
    let mut resumed = shop.buyer.socket().await.subscribe(follow, resumed).await;
    assert_eq!(resumed.next().await["paymentEvents"], event, "from the cursor on");
    shop.app.finish().await;
}

/// Statements do not grow with rows.
#[tokio::test(flavor = "multi_thread")]
async fn lists_of_payments_take_few_statements() {
    let shop = Shop::open().await;
    for n in 0..6 {
        let intent = shop.intent(PaymentMethod::Card, 49_900).await;
        shop.start(intent.id, &format!("{n}")).await;
    }
    let list = "query($first: Int!) { paymentIntents(first: $first) { nodes { reference status collections { mode }
        refunds { status } attempts { status facts { kind amount { amount } } } } } }";
    let few = shop.staff.query(list, json!({ "first": 2 })).await;
    let many = shop.staff.query(list, json!({ "first": 6 })).await;
    assert_eq!(many.data("/paymentIntents/nodes").as_array().unwrap().len(), 6);
    assert_eq!(few.statements(), many.statements());
    assert!(many.statements() <= 6, "{}", many.statements());
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_choose_gateways() {
    let shop = Shop::open().await;
    let set = "mutation($turns: [PaymentTurnInput!]!) { paymentRoutesSet(input: { method: CARD, turns: $turns }) {
        routes { gateway position enabled } errors { code } } }";
    let choose =
        async |turns: Value| shop.staff.query(set, json!({ "turns": turns })).await.data("/paymentRoutesSet").clone();
    let turn = |gateway: &str, enabled: bool| json!({ "gateway": gateway, "enabled": enabled });
    for wrong in [
        json!([]),
        json!([turn("STRIPE", true)]),
        json!([turn("STRIPE", true), turn("UPI", true)]),
        json!([turn("STRIPE", true), turn("STRIPE", true), turn("RAZORPAY", true)]),
    ] {
        assert_eq!(choose(wrong.clone()).await["errors"][0]["code"], "INVALID", "{wrong}");
    }
    let set = choose(json!([turn("STRIPE", true), turn("RAZORPAY", false)])).await;
    assert_eq!(set["routes"][0], json!({ "gateway": "STRIPE", "position": 1, "enabled": true }));
    let intent = shop.intent(PaymentMethod::Card, 49_900).await;
    assert_eq!(shop.start(intent.id, "a").await["start"]["attempt"]["gateway"], "STRIPE");
    choose(json!([turn("STRIPE", false), turn("RAZORPAY", false)])).await;
    let intent = shop.intent(PaymentMethod::Card, 49_900).await;
    assert_eq!(shop.start(intent.id, "b").await["errors"][0]["code"], "GATEWAY_UNAVAILABLE");
    let methods = shop.app.query("{ paymentMethods }", json!({})).await;
    assert_eq!(methods.data("/paymentMethods"), &json!(["NETBANKING", "UPI", "WALLET"]));
    shop.app.finish().await;
}
