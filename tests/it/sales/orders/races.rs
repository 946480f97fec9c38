//! Many at once: nothing is sold twice, no coupon is used too often, one key makes one order, on any node.

use chrono::TimeDelta;
use freshvilla::identity::session::service::token_for;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Buyer, Shop};
use crate::{
    offers::{HOUSE, SMALL, create, offer},
    sales::{cart::change, coupons::make},
    support::{Node, Setup},
};

#[tokio::test(flavor = "multi_thread")]
async fn parallel_buyers_of_few_packs_never_oversell() {
    let shop = Shop::open().await;
    shop.app.database.execute("UPDATE stock_lots SET available = 7; UPDATE stock_items SET available = 7").await;
    let buyers: Vec<Buyer> = join_all((0..20).map(|_| shop.shopper(1))).await;
    let asked = join_all(buyers.iter().map(|buyer| buyer.ask("once", json!({})))).await;
    let sold = asked.iter().filter(|answer| !answer.data("/checkoutComplete/order").is_null()).count();
    assert_eq!(sold, 7, "{:#?}", asked.iter().map(|a| a.problems("checkoutComplete")).collect::<Vec<_>>());
    for answer in asked.iter().filter(|answer| answer.data("/checkoutComplete/order").is_null()) {
        assert_eq!(answer.problems("checkoutComplete"), ["INSUFFICIENT_STOCK"]);
    }
    assert_eq!(shop.stock().await, (0, 7));
    assert_eq!(shop.app.database.value("SELECT count(*) FROM orders").await, json!(7));
    shop.app.finish().await;
}

/// Carts that name the same two sellers' goods in different order wait for each other, but never in a circle.
#[tokio::test(flavor = "multi_thread")]
async fn crossed_orders_do_not_deadlock() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let other = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    let buyers = (0..16).map(async |n| {
        let buyer = shop.buyer().await;
        let offers = if n % 2 == 0 { [&shop.offer, &other] } else { [&other, &shop.offer] };
        for offer in offers {
            change(&buyer.client, "cartItemAdd", json!({ "offerId": offer })).await;
        }
        buyer
    });
    let buyers: Vec<Buyer> = join_all(buyers).await;
    let orders = join_all(buyers.iter().map(|buyer| buyer.order("once", json!({})))).await;
    assert!(orders.iter().all(|order| order["subOrders"].as_array().unwrap().len() == 2));
    assert_eq!(shop.stock().await, (84, 16));
    // Half of them are cancelled again while others order.
    let cancels = buyers.iter().zip(&orders).map(|(buyer, order)| super::cancel(&buyer.client, order, "c"));
    assert!(join_all(cancels).await.iter().all(Vec::is_empty));
    assert_eq!(shop.stock().await, (100, 0));
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupons_last_uses_go_to_as_many_orders() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    make(&admin, json!({ "code": "FEW", "kind": "PERCENT", "rateBp": 1000, "maxUses": 3 })).await;
    let buyers: Vec<Buyer> = join_all((0..10).map(|_| shop.shopper(1))).await;
    let apply = "mutation { cartCouponApply(input: { code: \"FEW\" }) { errors { code } } }";
    for buyer in &buyers {
        assert_eq!(buyer.client.query(apply, json!({})).await.problems("cartCouponApply"), [""; 0]);
    }
    let asked = join_all(buyers.iter().map(|buyer| buyer.ask("once", json!({})))).await;
    let sold = asked.iter().filter(|answer| !answer.data("/checkoutComplete/order").is_null()).count();
    assert_eq!(sold, 3);
    assert_eq!(shop.app.database.value("SELECT uses FROM coupons").await, json!(3));
    assert_eq!(shop.stock().await.1, 3, "those who were refused hold nothing");
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_order_on_both_nodes() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let setup =
        Setup { database_url: shop.app.database.url().to_owned(), clock: shop.app.clock().clone(), ..Setup::default() };
    let second = Node::start(setup, shop.app.folder()).await;
    let (app, account) = (shop.app.node.app.clone(), buyer.account);
    let token = async move { token_for(&app, account, "test", TimeDelta::hours(1)).await.unwrap() };
    let client = second.client().as_user(shop.app.node.on_runtime(token).await);
    let there = Buyer { account, client, address: buyer.address.clone() };
    let asked =
        join_all((0..10).map(|n| if n % 2 == 0 { &buyer } else { &there }).map(|one| one.ask("same", json!({})))).await;
    let ids: Vec<&Value> = asked.iter().map(|answer| answer.data("/checkoutComplete/order/id")).collect();
    assert!(ids.iter().all(|id| id.is_string() && *id == ids[0]), "{ids:?}");
    assert_eq!(shop.stock().await, (98, 2));
    assert_eq!(shop.app.database.value("SELECT count(*) FROM payment_intents").await, json!(1));
    second.stop().await;
    shop.app.finish().await;
}
