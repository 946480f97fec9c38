//! Orders: checkout, payment, cancelling, lists and live events.

mod cancel;
mod checkout;
mod database;
mod lists;
mod live;
mod payment;
mod pure;
mod races;

use freshvilla::{
    identity::account::model::AccountId,
    kernel::id::decode,
    payments::{
        attempt::{
            model::{self as attempts, Attempt, FactKind, FactSource, Gateway},
            record::{News, record},
        },
        intent::model::IntentId,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{cart::change, quote::open_taxed_shop};
use crate::{
    offers::id,
    payments::with_intent,
    support::{Answer, Client, TestApp},
};

/// What is read of an order.
pub const ORDER: &str = "id number status version email gstin businessName purchaseOrder expiresAt placedAt expiredAt \
    cancelledAt subtotal { amount } discount { amount } delivery { amount } total { amount } \
    tax { taxable { amount } cgst { amount } sgst { amount } igst { amount } } address { contactName pincode stateCode } \
    discounts { code goods { amount } delivery { amount } seller { name } } payment { id method status } \
    timeline { kind by reason note amount { amount } subOrder { number } } \
    subOrders { id number status version taxHeads total { amount } refunded { amount } seller { name } placedAt confirmBy \
    terms { commission { amount } } lines { id productName sku quantity amount { amount } gstBp \
    goodsTax { taxable { amount } cgst { amount } sgst { amount } igst { amount } } terms { base { amount } } } }";

/// A shop with taxed offers and stock, in which one can order.
pub struct Shop {
    pub app: TestApp,
    /// An offer at Rs 70 with a hundred packs.
    pub offer: String,
}

impl Shop {
    pub async fn open() -> Self {
        let (app, offer, _) = open_taxed_shop().await;
        app.database.execute(LOTS).await;
        Self { app, offer }
    }

    /// Somebody with an address in Whitefield.
    pub async fn buyer(&self) -> Buyer {
        let (account, client) = self.app.sign_in_as("customer").await;
        let address = give_address(&self.app, account, "560066", "29").await;
        Buyer { account, client, address }
    }

    /// Somebody with so many packs in their cart.
    pub async fn shopper(&self, packs: i32) -> Buyer {
        let buyer = self.buyer().await;
        change(&buyer.client, "cartItemAdd", json!({ "offerId": self.offer, "quantity": packs })).await;
        buyer
    }

    /// Pieces of the small pack that the seller's depot has, and those that are set aside.
    pub async fn stock(&self) -> (i64, i64) {
        let rows = "SELECT available, reserved FROM stock_items WHERE seller_id = \
                    '01900000-0000-7000-8000-0000000000a1' ORDER BY created_at LIMIT 1";
        let row = self.app.database.rows(rows).await.remove(0);
        (row["available"].as_i64().unwrap(), row["reserved"].as_i64().unwrap())
    }

    /// The money of an order comes in, as a gateway would tell.
    pub async fn pay(&self, order: &Value) {
        let intent = uuid(&order["payment"]["id"]);
        let paid = with_intent(&self.app, IntentId(intent), async move |app, tx, intent| {
            let amount = intent.amount_minor;
            let next = Attempt::next(tx, &intent, Gateway::Upi, amount, app.clock.now()).await?;
            let attempt = Attempt { gateway_order: Some(intent.reference.clone()), ..next };
            attempts::insert(tx, &attempt).await?;
            let news = [FactKind::Authorised, FactKind::Captured]
                .map(|kind| News::of_payment(kind, Some("pay_1".to_owned()), amount));
            record(app, tx, &intent, &attempt, FactSource::Staff, &news).await
        });
        paid.await.unwrap();
    }
}

/// Lots for all stock that has none.
pub const LOTS: &str = "INSERT INTO stock_lots (id, item_id, batch, available, received_at) \
    SELECT gen_random_uuid(), id, '', available, now() FROM stock_items \
    WHERE NOT EXISTS (SELECT FROM stock_lots WHERE item_id = stock_items.id)";

/// A customer with an address.
pub struct Buyer {
    pub account: AccountId,
    pub client: Client,
    pub address: String,
}

/// Gives a customer an address; answers its ID.
pub async fn give_address(app: &TestApp, account: AccountId, pincode: &str, state: &str) -> String {
    let address = Uuid::now_v7();
    let row = format!(
        "INSERT INTO addresses (id, account_id, kind, label, contact_name, phone, line1, line2, landmark, city, state_code, \
         pincode, delivery_instructions, is_default_shipping, is_default_billing, created_at, updated_at) VALUES \
         ('{address}', '{}', 'home', '', 'Asha', '+919876543210', '1', '', '', 'Town', '{state}', '{pincode}', '', false, \
         false, now(), now())",
        account.0
    );
    app.database.execute(&row).await;
    id("adr", &address.to_string())
}

/// The UUID in a global ID.
pub fn uuid(id: &Value) -> Uuid {
    decode(id.as_str().unwrap()).unwrap().1
}

impl Buyer {
    /// Asks for an order of the cart.
    pub async fn ask(&self, key: &str, change: Value) -> Answer {
        let mut input = json!({ "addressId": self.address, "method": "COD", "idempotencyKey": key });
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        let text = format!(
            "mutation($input: CheckoutCompleteInput!) {{ checkoutComplete(input: $input) {{ order {{ {ORDER} }} \
             errors {{ code path message }} }} }}"
        );
        self.client.query(&text, json!({ "input": input })).await
    }

    /// Orders the cart.
    pub async fn order(&self, key: &str, change: Value) -> Value {
        let answer = self.ask(key, change).await;
        assert_eq!(answer.problems("checkoutComplete"), Vec::<&str>::new(), "{:#}", answer.body);
        answer.data("/checkoutComplete/order").clone()
    }

    /// The codes with which an order is refused.
    pub async fn refused(&self, key: &str, change: Value) -> Vec<String> {
        let answer = self.ask(key, change).await;
        assert!(answer.data("/checkoutComplete/order").is_null(), "{:#}", answer.body);
        answer.problems("checkoutComplete").into_iter().map(str::to_owned).collect()
    }

    /// The order as it stands now.
    pub async fn look(&self, order: &Value) -> Value {
        let text = format!("query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}");
        self.client.query(&text, json!({ "id": order["id"] })).await.data("/order").clone()
    }
}

/// What happened to an order.
pub fn kinds(order: &Value) -> Vec<&str> {
    order["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

/// Cancels an order, or a part of one; answers the codes of problems.
pub async fn cancel(client: &Client, target: &Value, key: &str) -> Vec<String> {
    let (name, field, id) = match target["id"].as_str().unwrap() {
        id if id.starts_with("ord_") => ("orderCancel", "orderId", id),
        id => ("subOrderCancel", "subOrderId", id),
    };
    let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let text = format!("mutation($input: {pascal}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
    let input = json!({ field: id, "reason": "CHANGED_MIND", "note": "not needed", "idempotencyKey": key });
    let answer = client.query(&text, json!({ "input": input })).await;
    if let Some(code) = answer.code() {
        return vec![code.to_owned()];
    }
    answer.problems(name).into_iter().map(str::to_owned).collect()
}
