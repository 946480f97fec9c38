//! Fulfilment: confirm, pack, ship, hand over; by whom, in which order, with which stock and money.

use chrono::TimeDelta;
use freshvilla::sales::fulfilment::{code, jobs::escalate_all, model::PackageId};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::orders::{Buyer, Shop, cancel, kinds, uuid};
use crate::{
    offers::{MINE, OTHER},
    support::{Answer, Client},
};

const PART: &str = "id status version refunded { amount } fulfilment { dueBy escalatedAt confirmedAt packedAt shippedAt \
    deliveredAt collected { amount } } packages { id number status weightGrams carrier trackingNumber courier \
    failedAttempts receivedBy handoverCode lines { quantity line { sku } } events { kind place note } } \
    lines { id quantity quantityCancelled quantityShipped }";

/// Calls a mutation of fulfilment.
async fn call(client: &Client, name: &str, input: Value) -> Answer {
    let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let text = format!("mutation($input: {pascal}Input!) {{ {name}(input: $input) {{ errors {{ code message }} }} }}");
    client.query(&text, json!({ "input": input })).await
}

/// The codes with which it was refused; none when it was done.
async fn act(client: &Client, name: &str, input: Value) -> Vec<String> {
    let answer = call(client, name, input).await;
    if let Some(code) = answer.code() {
        return vec![code.to_owned()];
    }
    answer.problems(name).into_iter().map(str::to_owned).collect()
}

/// Does it, or fails.
async fn done(client: &Client, name: &str, input: Value) {
    let answer = call(client, name, input).await;
    assert_eq!(answer.problems(name), Vec::<&str>::new(), "{name} {:#}", answer.body);
}

async fn look(client: &Client, part: &Value) -> Value {
    let text = format!("query($id: ID!) {{ subOrder(id: $id) {{ {PART} }} }}");
    client.query(&text, json!({ "id": part["id"] })).await.data("/subOrder").clone()
}

/// Packs so many packs of the first line in each package.
fn packages(part: &Value, quantities: &[i32]) -> Value {
    let line = &part["lines"][0]["id"];
    quantities.iter().map(|n| json!({ "lines": [{ "lineId": line, "quantity": n }], "weightGrams": 900 })).collect()
}

fn pack(part: &Value, quantities: &[i32]) -> Value {
    json!({ "id": part["id"], "packages": packages(part, quantities), "idempotencyKey": "pack" })
}

fn own(package: &Value, key: &str) -> Value {
    json!({ "packageId": package["id"], "carriage": "OWN", "courier": "Ravi", "idempotencyKey": key })
}

/// What is found at an address.
async fn fetch(client: &Client, path: &str) -> (u16, Vec<u8>) {
    let answer = client.get(path).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// An order of so many packs, and its seller.
async fn ordered(shop: &Shop, packs: i32, method: &str) -> (Buyer, Client, Value) {
    let buyer = shop.shopper(packs).await;
    let order = buyer.order("one", json!({ "method": method })).await;
    if method != "COD" {
        shop.pay(&order).await;
    }
    let owner = shop.app.sign_in_over("distributor_owner", MINE).await;
    (buyer, owner, order)
}

#[tokio::test]
async fn a_parcel_goes_from_the_shelf_to_the_door() {
    let shop = Shop::open().await;
    let (buyer, owner, order) = ordered(&shop, 3, "COD").await;
    let part = &order["subOrders"][0];
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    done(&owner, "subOrderPack", pack(part, &[1, 2])).await;
    assert_eq!(shop.stock().await, (97, 0), "they left the stock");
    let packed = look(&owner, part).await;
    assert_eq!(packed["status"], json!("PACKED"));
    assert_eq!(packed["packages"][1]["lines"][0]["quantity"], json!(2));

    let (first, second) = (&packed["packages"][0], &packed["packages"][1]);
    done(&owner, "packageShip", own(first, "s1")).await;
    assert_eq!(look(&owner, part).await["status"], json!("PACKED"), "one is still here");
    let carrier = json!({ "packageId": second["id"], "carriage": "CARRIER", "carrier": "India Post",
        "trackingNumber": "EX123", "trackingUrl": "https://www.indiapost.gov.in/", "idempotencyKey": "s2" });
    done(&owner, "packageShip", carrier).await;
    let shipped = look(&buyer.client, part).await;
    assert_eq!(shipped["status"], json!("SHIPPED"));
    assert_eq!(shipped["lines"][0]["quantityShipped"], json!(3));
    assert!(shipped["fulfilment"]["dueBy"].is_null());
    let code = shipped["packages"][0]["handoverCode"].as_str().expect("the buyer sees the code");
    assert!(look(&owner, part).await["packages"][0]["handoverCode"].is_null(), "the seller does not");
    assert!(shipped["packages"][1]["handoverCode"].is_null(), "carriers ask for none");

    let seen =
        json!({ "packageId": second["id"], "kind": "ATTEMPT_FAILED", "place": "Whitefield", "note": "nobody there" });
    done(&owner, "packageEventAdd", seen).await;
    let hand = |extra: Value| {
        let mut input = json!({ "packageId": first["id"], "receivedBy": "Asha", "idempotencyKey": "d1" });
        extra.as_object().unwrap().iter().for_each(|(name, value)| input[name] = value.clone());
        input
    };
    assert_eq!(act(&owner, "packageDeliver", hand(json!({}))).await, ["REQUIRED"]);
    assert_eq!(act(&owner, "packageDeliver", hand(json!({ "code": code }))).await, ["COLLECTION_REQUIRED"]);
    let taken = |amount: &str| json!({ "code": code, "taken": { "mode": "CASH", "amount": { "amount": amount } } });
    assert_eq!(act(&owner, "packageDeliver", hand(taken("1.00"))).await, ["WRONG_AMOUNT"]);
    let due = order["total"]["amount"].as_str().unwrap();
    done(&owner, "packageDeliver", hand(taken(due))).await;
    done(&owner, "packageDeliver", hand(taken(due))).await;
    let paid = buyer.look(&order).await;
    assert_eq!(paid["payment"]["status"], json!("PAID"));
    assert_eq!(paid["status"], json!("SHIPPED"));
    done(&owner, "packageDeliver", json!({ "packageId": second["id"], "idempotencyKey": "d2" })).await;
    let end = buyer.look(&order).await;
    assert_eq!(end["status"], json!("DELIVERED"));
    let story = kinds(&end);
    let told = [
        "CREATED",
        "PLACED",
        "CONFIRMED",
        "PACKED",
        "PACKAGE_MOVED",
        "SHIPPED",
        "DELIVERY_FAILED",
        "PAID",
        "COLLECTED",
        "PACKAGE_MOVED",
        "DELIVERED",
    ];
    assert_eq!(story, told);
    let progress = look(&buyer.client, part).await;
    assert_eq!(progress["fulfilment"]["collected"]["amount"], json!(due));
    assert_eq!(progress["packages"][1]["failedAttempts"], json!(1));
    assert_eq!(progress["packages"][0]["receivedBy"], json!("Asha"));
    shop.app.finish().await;
}

#[tokio::test]
async fn what_is_missing_is_cancelled_and_paid_back() {
    let shop = Shop::open().await;
    let (buyer, owner, order) = ordered(&shop, 5, "UPI").await;
    let part = &order["subOrders"][0];
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    let too_many = act(&owner, "subOrderPack", pack(part, &[3, 3])).await;
    assert_eq!(too_many, ["QUANTITY_EXCEEDED"]);
    assert_eq!(act(&owner, "subOrderPack", pack(part, &[])).await, ["INVALID"]);
    assert_eq!(act(&owner, "subOrderPack", pack(part, &[0])).await, ["INVALID"]);
    assert_eq!(shop.stock().await, (95, 5), "nothing changed");
    done(&owner, "subOrderPack", pack(part, &[3])).await;
    assert_eq!(shop.stock().await, (97, 0), "three left, two are for sale again");
    let packed = look(&buyer.client, part).await;
    assert_eq!(packed["lines"][0]["quantityCancelled"], json!(2));
    assert_eq!(packed["refunded"]["amount"], json!("140.00"), "two packs at Rs 70; the delivery takes place");
    let refund = "SELECT jsonb_agg(jsonb_build_array(amount_minor, status)) FROM payment_refunds";
    assert_eq!(shop.app.database.value(refund).await[0][0], json!(14_000));
    assert_eq!(kinds(&buyer.look(&order).await)[4..], ["PACKED", "PARTLY_CANCELLED", "REFUND_REQUESTED"]);

    // Cancelled now, the rest of the money goes back, and the pieces that were packed.
    assert_eq!(cancel(&buyer.client, part, "late").await, ["NOT_CANCELLABLE"], "the buyer is too late");
    assert_eq!(cancel(&owner, part, "mine").await, [""; 0]);
    assert_eq!(shop.stock().await, (100, 0));
    let all = "SELECT (SELECT sum(amount_minor) FROM payment_refunds) = (SELECT total_minor FROM orders)";
    assert_eq!(shop.app.database.value(all).await, json!(true));
    assert_eq!(look(&buyer.client, part).await["packages"][0]["status"], json!("CANCELLED"));
    shop.app.finish().await;
}

#[tokio::test]
async fn cash_is_asked_for_what_is_left() {
    let shop = Shop::open().await;
    let (buyer, owner, order) = ordered(&shop, 2, "COD").await;
    let part = &order["subOrders"][0];
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    done(&owner, "subOrderPack", pack(part, &[1])).await;
    let package = look(&owner, part).await["packages"][0].clone();
    done(&owner, "packageShip", own(&package, "s")).await;
    assert_eq!(cancel(&owner, part, "gone").await, ["NOT_CANCELLABLE"], "it is on its way");
    let code = look(&buyer.client, part).await["packages"][0]["handoverCode"].clone();
    let total: f64 = order["total"]["amount"].as_str().unwrap().parse().unwrap();
    let left = format!("{:.2}", total - 70.0);
    let hand = json!({ "packageId": package["id"], "code": code, "idempotencyKey": "d",
        "taken": { "mode": "CASH", "amount": { "amount": left } } });
    done(&owner, "packageDeliver", hand).await;
    let end = buyer.look(&order).await;
    assert_eq!((&end["status"], &end["payment"]["status"]), (&json!("DELIVERED"), &json!("PAID")));
    shop.app.finish().await;
}

#[tokio::test]
async fn what_the_back_office_took_is_not_asked_for_again() {
    let shop = Shop::open().await;
    let (buyer, owner, order) = ordered(&shop, 2, "COD").await;
    let part = &order["subOrders"][0];
    let admin = shop.app.sign_in("administrator").await;
    let total = json!({ "amount": order["total"]["amount"] });
    let all = json!({ "intentId": order["payment"]["id"], "mode": "CASH", "amount": total, "idempotencyKey": "all" });
    done(&admin, "paymentCollect", all).await;
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    done(&owner, "subOrderPack", pack(part, &[2])).await;
    let package = look(&owner, part).await["packages"][0].clone();
    done(&owner, "packageShip", own(&package, "s")).await;
    let code = look(&buyer.client, part).await["packages"][0]["handoverCode"].clone();
    done(&owner, "packageDeliver", json!({ "packageId": package["id"], "code": code, "idempotencyKey": "d" })).await;
    let end = buyer.look(&order).await;
    assert_eq!((&end["status"], &end["payment"]["status"]), (&json!("DELIVERED"), &json!("PAID")));
    shop.app.finish().await;
}

#[tokio::test]
async fn a_wrong_code_counts_even_in_parallel() {
    let shop = Shop::open().await;
    let (_, owner, order) = ordered(&shop, 1, "UPI").await;
    let part = &order["subOrders"][0];
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    done(&owner, "subOrderPack", pack(part, &[1])).await;
    let package = look(&owner, part).await["packages"][0].clone();
    done(&owner, "packageShip", own(&package, "s")).await;
    let right = code::of(&shop.app.node.app, PackageId(uuid(&package["id"]))).unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let hand = |key: String, code: &str| json!({ "packageId": package["id"], "code": code, "idempotencyKey": key });
    let guesses = join_all((0..12).map(|n| act(&owner, "packageDeliver", hand(format!("g{n}"), wrong)))).await;
    let wrong_ones = guesses.iter().filter(|codes| **codes == ["WRONG_CODE"]).count();
    assert_eq!(wrong_ones, 5, "{guesses:?}");
    assert_eq!(act(&owner, "packageDeliver", hand("late".to_owned(), &right)).await, ["CODE_LOCKED"]);
    let admin = shop.app.sign_in("administrator").await;
    done(&admin, "packageDeliver", json!({ "packageId": package["id"], "idempotencyKey": "staff" })).await;
    assert_eq!(look(&owner, part).await["status"], json!("DELIVERED"));
    shop.app.finish().await;
}

#[tokio::test]
async fn every_step_is_for_its_seller_in_its_state() {
    let shop = Shop::open().await;
    let (buyer, owner, order) = ordered(&shop, 1, "UPI").await;
    let part = &order["subOrders"][0];
    let stranger = shop.buyer().await;
    let other = shop.app.sign_in_over("distributor_owner", OTHER).await;
    let confirm = json!({ "id": part["id"] });
    for client in [&stranger.client, &buyer.client] {
        assert_eq!(act(client, "subOrderConfirm", confirm.clone()).await, ["FORBIDDEN"]);
        assert_eq!(act(client, "subOrderPack", pack(part, &[1])).await, ["FORBIDDEN"]);
    }
    assert_eq!(act(&other, "subOrderConfirm", confirm.clone()).await, ["NOT_FOUND"]);
    assert_eq!(act(&other, "subOrderPack", pack(part, &[1])).await, ["NOT_FOUND"]);
    assert_eq!(act(&owner, "subOrderPack", pack(part, &[1])).await, ["WRONG_STATE"], "not taken on yet");
    let old = json!({ "id": part["id"], "expectedVersion": 99 });
    assert_eq!(act(&owner, "subOrderConfirm", old).await, ["VERSION_CONFLICT"]);
    done(&owner, "subOrderConfirm", confirm.clone()).await;
    assert_eq!(act(&owner, "subOrderConfirm", confirm).await, ["WRONG_STATE"]);
    let packs = (0..6).map(|n| {
        let mut input = pack(part, &[1]);
        input["idempotencyKey"] = json!(format!("p{}", n % 3));
        act(&owner, "subOrderPack", input)
    });
    let all = join_all(packs).await;
    assert_eq!(all.iter().filter(|codes| codes.is_empty()).count(), 2, "one key packed, and was repeated: {all:?}");
    assert_eq!(shop.stock().await, (99, 0));
    let package = look(&owner, part).await["packages"][0].clone();
    assert_eq!(act(&other, "packageShip", own(&package, "o")).await, ["NOT_FOUND"]);
    let mut half = own(&package, "h");
    half["carriage"] = json!("CARRIER");
    assert_eq!(act(&owner, "packageShip", half).await, ["REQUIRED", "REQUIRED", "INVALID"]);
    let deliver = json!({ "packageId": package["id"], "idempotencyKey": "d" });
    assert_eq!(act(&owner, "packageDeliver", deliver.clone()).await, ["WRONG_STATE"]);
    assert_eq!(act(&other, "packageDeliver", deliver).await, ["NOT_FOUND"]);
    done(&owner, "packageShip", own(&package, "s")).await;
    assert_eq!(act(&owner, "packageShip", own(&package, "again")).await, ["WRONG_STATE"]);
    assert!(look(&stranger.client, part).await.is_null());
    let find = "query($id: ID!) { package(id: $id) { id } }";
    assert!(other.query(find, json!({ "id": package["id"] })).await.data("/package").is_null());
    assert!(!buyer.client.query(find, json!({ "id": package["id"] })).await.data("/package").is_null());
    shop.app.finish().await;
}

#[tokio::test]
async fn who_is_late_is_told_once_for_each_step() {
    let shop = Shop::open().await;
    let (buyer, _, order) = ordered(&shop, 1, "UPI").await;
    let part = &order["subOrders"][0];
    let told = async || escalate_all(&shop.app.node.app).await.unwrap();
    assert_eq!(told().await, 0);
    shop.app.advance(TimeDelta::minutes(61));
    assert_eq!((told().await, told().await), (1, 0));
    let owner = shop.app.sign_in_over("distributor_manager", MINE).await;
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    assert!(look(&owner, part).await["fulfilment"]["escalatedAt"].is_null());
    assert_eq!(told().await, 0);
    shop.app.advance(TimeDelta::minutes(241));
    assert_eq!((told().await, told().await), (1, 0));
    let late = "SELECT count(*) FROM order_timeline WHERE kind = 'late'";
    assert_eq!(shop.app.database.value(late).await, json!(2));
    drop(buyer);
    shop.app.finish().await;
}

#[tokio::test]
async fn papers_are_drawn_for_whoever_has_the_link() {
    let shop = Shop::open().await;
    let (_, owner, order) = ordered(&shop, 2, "COD").await;
    let part = &order["subOrders"][0];
    shop.app.database.execute("ALTER TABLE order_addresses DISABLE TRIGGER order_addresses_append_only").await;
    let names = "UPDATE order_addresses SET contact_name = 'आशा पाटील', line1 = '12 தெரு', city = 'ಬೆಂಗಳೂರು'";
    shop.app.database.execute(names).await;
    done(&owner, "subOrderConfirm", json!({ "id": part["id"] })).await;
    done(&owner, "subOrderPack", pack(part, &[1, 1])).await;
    let ask = "query($input: FulfilmentPrintInput!) { fulfilmentPrint(input: $input) { url expiresAt } }";
    for (kind, pages) in [("PICKING_LIST", 1), ("PACKING_SLIPS", 1), ("LABELS", 2)] {
        let input = json!({ "input": { "kind": kind, "subOrderIds": [part["id"]] } });
        let answer = owner.query(ask, input).await;
        let url = answer.data("/fulfilmentPrint/url").as_str().unwrap().to_owned();
        let path = &url[url.find("/prints/").unwrap()..];
        let (status, body) = fetch(&owner, path).await;
        assert_eq!((status, &body[..5]), (200, &b"%PDF-"[..]), "{kind}");
        let text = String::from_utf8_lossy(&body);
        assert_eq!(text.matches("/Type /Page\n").count() + text.matches("/Type/Page/").count(), pages, "{kind}");
        let forged = path.replace("signature=", "signature=A");
        assert_eq!(fetch(&owner, &forged).await.0, 403);
        let other_kind = path.replace("picking-list", "labels").replace("packing-slips", "labels");
        assert_eq!(fetch(&owner, &other_kind).await.0, if kind == "LABELS" { 200 } else { 403 });
    }
    let other = shop.app.sign_in_over("distributor_owner", OTHER).await;
    let input = json!({ "input": { "kind": "LABELS", "subOrderIds": [part["id"]] } });
    assert_eq!(other.query(ask, input).await.code(), Some("NOT_FOUND"));
    shop.app.finish().await;
}
