//! What gateways tell: forged, repeated, in any order, cut off, too large.

use std::fs;

use freshvilla::{
    kernel::money::Minor,
    payments::{
        fake::{Hook, Shopper},
        intent::model::PaymentStatus,
    },
};
use serde_json::{Value, json};

use super::shop::Shop;

/// What webhooks became: how many in which state.
async fn deliveries(shop: &Shop) -> Value {
    let rows = "SELECT status, sum(1 + repeats) AS times, count(*) AS rows FROM webhook_deliveries GROUP BY status";
    json!(shop.app.database.rows(&format!("{rows} ORDER BY status")).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_replays_at_once_count_once() {
    for gateway in ["razorpay", "stripe"] {
        let shop = Shop::open().await;
        let (intent, _, order) = shop.begun(gateway, 49_900).await;
        let hook = match gateway {
            "razorpay" => {
                shop.razorpay.pay(&order, Shopper::Pays).unwrap();
                shop.razorpay.hooks.all().remove(0)
            }
            _ => {
                assert!(shop.stripe.pay(&order, Shopper::Pays));
                shop.stripe.hooks.all().remove(0)
            }
        };
        let sent = futures_util::future::join_all((0..50).map(|_| shop.deliver(gateway, &hook))).await;
        assert!(sent.iter().all(|status| *status == 200), "{gateway}: {sent:?}");
        shop.app.drain_jobs().await;
        assert_eq!(deliveries(&shop).await, json!([{ "status": "processed", "times": 50, "rows": 1 }]), "{gateway}");
        let paid = shop.now(&intent).await;
        assert_eq!((paid.status, paid.captured_minor), (PaymentStatus::Paid, Minor(49_900)));
        assert_eq!(shop.facts(&intent).await, json!(2), "made and paid");
        shop.app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_webhooks_are_refused_and_leave_nothing() {
    let shop = Shop::open().await;
    let (_, _, order) = shop.begun("razorpay", 49_900).await;
    shop.razorpay.pay(&order, Shopper::Pays).unwrap();
    let genuine = shop.razorpay.hooks.all().remove(0);
    let with = |name: &'static str, value: String| {
        let mut hook = genuine.clone();
        hook.headers.retain(|(known, _)| *known != name);
        hook.headers.push((name, value));
        hook
    };
    let other_amount = Hook { body: genuine.body.replace("49900", "1"), ..genuine.clone() };
    let unsigned = Hook { headers: Vec::new(), ..genuine.clone() };
    // Read and written again: the same meaning, other bytes.
    let again = format!(" {}", genuine.body);
    for forged in [
        other_amount,
        unsigned,
        Hook { body: again, ..genuine.clone() },
        with("x-razorpay-signature", "00".repeat(32)),
        with("x-razorpay-signature", "not hexadecimal".to_owned()),
    ] {
        assert_eq!(shop.deliver("razorpay", &forged).await, 401, "{:?}", forged.headers);
    }
    assert_eq!(shop.deliver("stripe", &genuine).await, 401);
    for nobody in ["paypal", "cash", "upi", "%00"] {
        assert_eq!(shop.deliver(nobody, &genuine).await, 404, "{nobody}");
    }
    assert_eq!(deliveries(&shop).await, json!([]));
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripe_signs_the_time() {
    let shop = Shop::open().await;
    let hook = shop.stripe.signed("ping", "{\"id\":\"evt_1\",\"type\":\"ping\",\"data\":{\"object\":{}}}".to_owned());
    let signature = hook.headers[0].1.clone();
    let rolled = format!("{},v0=ab", signature.replacen(",v1=", &format!(",v1={},v1=", "00".repeat(32)), 1));
    let rolled = Hook { headers: vec![("stripe-signature", rolled)], ..hook.clone() };
    assert_eq!(shop.deliver("stripe", &rolled).await, 200, "any of several signatures");
    for seconds in [301, -602] {
        shop.app.advance(chrono::TimeDelta::seconds(seconds));
        assert_eq!(shop.deliver("stripe", &hook).await, 401, "{seconds}");
    }
    shop.app.advance(chrono::TimeDelta::seconds(301));
    let moved = signature.replacen("t=", "t=1", 1);
    let moved = Hook { headers: vec![("stripe-signature", moved)], ..hook };
    assert_eq!(shop.deliver("stripe", &moved).await, 401);
    shop.app.drain_jobs().await;
    assert_eq!(deliveries(&shop).await, json!([{ "status": "ignored", "times": 1, "rows": 1 }]));
    shop.app.finish().await;
}

/// The samples with which the gateways' own libraries were seen to agree.
#[tokio::test(flavor = "multi_thread")]
async fn known_samples_are_genuine() {
    let shop = Shop::open().await;
    let sample = |name: &str| {
        let folder = crate::support::root().join("tests/it/payments/samples");
        fs::read_to_string(folder.join(name)).unwrap()
    };
    let signature = "9630eadc9f627de52e4b3fcc9df08f0cbacd8e47578b73c5b43b2c96e897f0aa".to_owned();
    let hook = Hook {
        kind: "sample".to_owned(),
        headers: vec![("x-razorpay-signature", signature), ("x-razorpay-event-id", "evt_FV1".to_owned())],
        body: sample("razorpay-payment-captured.json"),
    };
    assert_eq!(shop.deliver("razorpay", &hook).await, 200, "a former secret still counts");
    let back = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap() - shop.app.clock().now();
    shop.app.advance(back);
    let signature = "t=1767225600,v1=21ad56c67dfb35a910ac5d847a3ff63afa4618338174f92587f3959be46a56dc".to_owned();
    let hook = Hook {
        kind: "sample".to_owned(),
        headers: vec![("stripe-signature", signature)],
        body: sample("stripe-payment-intent-succeeded.json"),
    };
    assert_eq!(shop.deliver("stripe", &hook).await, 200);
    shop.app.advance(-back);
    shop.app.drain_jobs().await;
    let seen = "SELECT gateway, event, kind, status, problem FROM webhook_deliveries ORDER BY gateway";
    let of_nobody = |gateway: &str, event: &str, kind: &str| json!({ "gateway": gateway, "event": event, "kind": kind, "status": "ignored", "problem": "of no payment here" });
    let expected = [
        of_nobody("razorpay", "evt_FV1", "payment.captured"),
        of_nobody("stripe", "evt_FV0000000001", "payment_intent.succeeded"),
    ];
    assert_eq!(shop.app.database.rows(seen).await, expected);
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_kept_and_does_no_harm() {
    let shop = Shop::open().await;
    let (intent, _, order) = shop.begun("razorpay", 49_900).await;
    let other_currency = json!({ "payment": { "id": "pay_1", "amount": 49_900, "currency": "USD", "status": "captured",
        "captured": true, "order_id": order } });
    shop.razorpay.tell("payment.captured", other_currency);
    let mut hooks = shop.razorpay.hooks.all();
    for body in [
        "",
        "{\"event\":\"payment.captured\",\"payl",
        "[]",
        "null",
        "{\"event\":\"no.such\"}",
        "\u{0}",
        "{\"event\":\"payment.captured\",\"payload\":{\"payment\":{\"entity\":{\"notes\":null,\"status\":7}}}}",
        "{\"event\":\"refund.created\",\"payload\":{\"payment\":{\"entity\":{\"notes\":[]}}}}",
    ] {
        hooks.push(shop.razorpay.signed("odd", body.to_owned()));
    }
    let nul = "{\"event\":\"a\\u0000b\",\"payload\":{}}";
    hooks.push(shop.razorpay.signed("odd", nul.to_owned()));
    shop.deliver_all("razorpay", &hooks).await;
    let open = shop.now(&intent).await;
    assert_eq!((open.status, open.captured_minor), (PaymentStatus::Open, Minor::ZERO));
    let left = shop.app.database.value("SELECT count(*) FROM webhook_deliveries WHERE status = 'received'").await;
    assert_eq!(left, json!(0));
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_are_refused_quickly() {
    let shop = Shop::open().await;
    let started = std::time::Instant::now();
    let hook = shop.razorpay.signed("large", "x".repeat(5 * 1024 * 1024));
    let announced = shop.app.request(reqwest::Method::POST, "/webhooks/razorpay").body(hook.body.clone());
    // The refusal may come while the client still writes.
    if let Ok(answer) = announced.send().await {
        assert_eq!(answer.status(), 413);
    }
    let chunks = (0..80).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
    let streamed = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = shop.app.request(reqwest::Method::POST, "/webhooks/razorpay").body(streamed);
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), 413);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(deliveries(&shop).await, json!([]));
    shop.app.finish().await;
}

/// Every permutation of what is told of one payment ends the same.
#[tokio::test(flavor = "multi_thread")]
async fn every_order_of_webhooks_ends_the_same() {
    let mut ends = Vec::new();
    for order in permutations(4) {
        let shop = Shop::open().await;
        let (intent, _, placed) = shop.begun("razorpay", 49_900).await;
        let (payment, _) = shop.razorpay.pay(&placed, Shopper::IsDeclined).unwrap();
        shop.razorpay.goes_through(&payment);
        let refund = json!({ "id": "rfnd_1", "amount": 900, "currency": "INR", "payment_id": payment, "notes": [],
            "status": "processed" });
        let paid = json!({ "id": payment, "order_id": placed, "captured": true, "notes": {} });
        shop.razorpay.tell("refund.processed", json!({ "refund": refund, "payment": paid }));
        let hooks = shop.razorpay.hooks.all();
        assert_eq!(hooks.len(), 4, "failed, captured, paid, refunded");
        for number in order {
            assert_eq!(shop.deliver("razorpay", &hooks[number]).await, 200);
            shop.app.drain_jobs().await;
        }
        // A refund that came before its payment waits for the next try of its job.
        shop.app.advance(chrono::TimeDelta::hours(1));
        shop.app.drain_jobs().await;
        let end = shop.now(&intent).await;
        ends.push((end.status, end.captured_minor, end.refunded_minor, end.pending_refund_minor));
        shop.app.finish().await;
    }
    let expected = (PaymentStatus::Paid, Minor(49_900), Minor(900), Minor::ZERO);
    assert!(ends.iter().all(|end| *end == expected), "{ends:?}");
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..count {
        all = all
            .iter()
            .flat_map(|order: &Vec<usize>| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, next);
                    longer
                })
            })
            .collect();
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_webhooks_and_replay_them() {
    let shop = Shop::open().await;
    let (intent, _, order) = shop.begun("razorpay", 49_900).await;
    shop.razorpay.pay(&order, Shopper::Pays).unwrap();
    shop.deliver_all("razorpay", &shop.razorpay.hooks.all()).await;
    let list = "{ webhookDeliveries(where: { gateway: RAZORPAY, status: [PROCESSED] }, first: 1) {
        totalCount nodes { id kind body status } } }";
    let seen = shop.staff.query(list, json!({})).await;
    assert_eq!(seen.data("/webhookDeliveries/totalCount"), 2);
    assert!(seen.statements() <= 4, "{}", seen.statements());
    let newest = &seen.data("/webhookDeliveries/nodes")[0];
    assert!(newest["body"].as_str().unwrap().contains(&order));
    let replay = "mutation($id: ID!) { webhookDeliveryReplay(input: { id: $id }) { delivery { id } errors { code } } }";
    let before = (shop.now(&intent).await, shop.facts(&intent).await);
    let replayed = shop.staff.query(replay, json!({ "id": newest["id"] })).await;
    assert_eq!(replayed.data("/webhookDeliveryReplay/errors"), &json!([]));
    assert_eq!(shop.app.drain_jobs().await, 1);
    assert_eq!((shop.now(&intent).await, shop.facts(&intent).await), before, "nothing counts twice");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_twice_is_given_back_once() {
    let shop = Shop::open().await;
    let (intent, _, order) = shop.begun("razorpay", 49_900).await;
    let payment = |name: &str| {
        json!({ "payment": { "id": name, "amount": 49_900, "currency": "INR", "status": "captured", "captured": true,
            "order_id": order, "notes": [] } })
    };
    shop.razorpay.tell("payment.captured", payment("pay_1"));
    shop.razorpay.tell("payment.captured", payment("pay_2"));
    let hooks = shop.razorpay.hooks.all();
    // Without an answer of the gateway the refund stays on its way.
    shop.razorpay.faults.next(freshvilla::payments::fake::Fault::Status(401));
    shop.deliver_all("razorpay", &hooks).await;
    let paid = shop.now(&intent).await;
    assert_eq!((paid.status, paid.overpaid, paid.captured_minor), (PaymentStatus::Paid, true, Minor(99_800)));
    assert_eq!((paid.pending_refund_minor, paid.refundable()), (Minor(49_900), Minor(49_900)));
    let rows = "SELECT amount_minor, reason FROM payment_refunds";
    let once = json!([{ "amount_minor": 49_900, "reason": "more was paid than was asked for" }]);
    assert_eq!(json!(shop.app.database.rows(rows).await), once);
    shop.deliver_all("razorpay", &[hooks[1].clone(), hooks[0].clone()]).await;
    assert_eq!(json!(shop.app.database.rows(rows).await), once, "told again, given back once");
    shop.app.finish().await;
}
