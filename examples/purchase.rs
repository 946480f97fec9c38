//! A whole purchase by GraphQL alone, printed step by step: search, cart, quote, checkout, and what the sellers do until
//! the parcels are at the door and paid.
//!
//!     cargo run --release --example purchase -- http://127.0.0.1:8000/graphql
//!
//! Works on the demo shop: a demo customer buys, and the back office does what the sellers would do.

use anyhow::{Context, ensure};
use clap::Parser;
use serde_json::{Value, json};

/// Plays a purchase.
#[derive(Parser)]
struct Options {
    /// GraphQL endpoint
    #[arg(default_value = "http://127.0.0.1:8000/graphql")]
    url: String,
    /// Who buys
    #[arg(long, default_value = "priya@demo.freshvilla.example")]
    customer: String,
    /// Who packs, ships and delivers
    #[arg(long, default_value = "vikram@demo.freshvilla.example")]
    staff: String,
    /// Password of both
    #[arg(long, default_value = "FreshVilla-demo-1")]
    password: String,
    /// Postal code to deliver to
    #[arg(long, default_value = "560001")]
    pincode: String,
    /// What is bought
    #[arg(long, default_value = "rice")]
    search: String,
}

const LOGIN: &str = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { login { accessToken } \
    errors { code message } } }";
const PRODUCTS: &str = "query($text: String!, $pincode: String!) { search(term: $text, first: 20) { nodes { product { \
    name variants { name bestOffer(pincode: $pincode) { unitPrice { amount } offer { id seller { name } } } } } } } }";
const ADD: &str = "mutation($input: CartItemAddInput!) { cartItemAdd(input: $input) { cart { subtotal { amount } } \
    errors { code message } } }";
const CLEAR: &str = "mutation { cartClear(input: {}) { errors { code message } } }";
const QUOTE: &str = "query($input: CartQuoteInput!) { cartQuote(input: $input) { complete total { amount } \
    delivery { amount } tax { cgst { amount } sgst { amount } igst { amount } } obstacles { reason } \
    shipments { seller { name } total { amount } promisedMinutes } } }";
const ADDRESS: &str = "mutation($input: AddressCreateInput!) { addressCreate(input: $input) { address { id } \
    errors { code message } } }";
const CHECKOUT: &str = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { order { id number \
    status total { amount } subOrders { id number seller { name } total { amount } lines { id quantity } } } \
    errors { code message } } }";
const CONFIRM: &str = "mutation($input: SubOrderConfirmInput!) { subOrderConfirm(input: $input) { subOrder { status } \
    errors { code message } } }";
const PACK: &str = "mutation($input: SubOrderPackInput!) { subOrderPack(input: $input) { subOrder { status \
    packages { id } } errors { code message } } }";
const SHIP: &str = "mutation($input: PackageShipInput!) { packageShip(input: $input) { package { status } \
    errors { code message } } }";
const CODE: &str = "query($id: ID!) { package(id: $id) { handoverCode } }";
const DELIVER: &str = "mutation($input: PackageDeliverInput!) { packageDeliver(input: $input) { package { status } \
    errors { code message } } }";
const ORDER: &str = "query($id: ID!) { order(id: $id) { status payment { status } timeline { kind by at } } }";

/// Somebody who is signed in, or nobody.
struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    async fn ask(&self, text: &str, variables: Value) -> anyhow::Result<Value> {
        let mut request = self.http.post(&self.url).json(&json!({ "query": text, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer: Value = request.send().await?.json().await?;
        ensure!(answer.get("errors").is_none(), "{answer}");
        Ok(answer["data"].clone())
    }

    /// A mutation that the shop takes without complaint; answers its payload.
    async fn act(&self, name: &str, text: &str, input: Value) -> anyhow::Result<Value> {
        let payload = self.ask(text, json!({ "input": input })).await?[name].clone();
        ensure!(payload["errors"] == json!([]), "{name}: {}", payload["errors"]);
        Ok(payload)
    }

    async fn sign_in(&self, email: &str, password: &str) -> anyhow::Result<Self> {
        let payload = self.act("sessionCreate", LOGIN, json!({ "email": email, "password": password })).await?;
        let token = payload["login"]["accessToken"].as_str().context("no token")?.to_owned();
        Ok(Self { http: self.http.clone(), url: self.url.clone(), token: Some(token) })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let visitor = Client { http, url: options.url.clone(), token: None };
    let buyer = visitor.sign_in(&options.customer, &options.password).await?;
    let staff = visitor.sign_in(&options.staff, &options.password).await?;
    println!("{} and {} are signed in", options.customer, options.staff);
    fill_cart(&buyer, &options).await?;
    let order = check_out(&buyer, &options).await?;
    for part in order["subOrders"].as_array().into_iter().flatten() {
        fulfil(&buyer, &staff, part).await?;
    }
    let end = buyer.ask(ORDER, json!({ "id": order["id"] })).await?["order"].clone();
    println!("the order is {}, the payment {}", end["status"], end["payment"]["status"]);
    for entry in end["timeline"].as_array().into_iter().flatten() {
        println!("  {} {} by {}", text(&entry["at"]), text(&entry["kind"]), text(&entry["by"]));
    }
    Ok(())
}

/// Finds what can be bought and delivered, and puts some of it into the cart: of two sellers, where there are.
async fn fill_cart(buyer: &Client, options: &Options) -> anyhow::Result<()> {
    buyer.act("cartClear", CLEAR, json!({})).await.ok();
    let found = buyer.ask(PRODUCTS, json!({ "text": options.search, "pincode": options.pincode })).await?;
    let (mut sellers, mut added): (Vec<String>, usize) = (Vec::new(), 0);
    for product in found["search"]["nodes"].as_array().into_iter().flatten().map(|hit| &hit["product"]) {
        let best = &product["variants"][0]["bestOffer"];
        let (Some(offer), seller) = (best["offer"]["id"].as_str(), text(&best["offer"]["seller"]["name"])) else {
            continue;
        };
        if added >= 2 && sellers.contains(&seller) {
            continue;
        }
        let cart = buyer.act("cartItemAdd", ADD, json!({ "offerId": offer, "quantity": 2 })).await?;
        println!(
            "cart: 2 × {} ({}) at ₹{} from {seller}; subtotal ₹{}",
            text(&product["name"]),
            text(&product["variants"][0]["name"]),
            text(&best["unitPrice"]["amount"]),
            text(&cart["cart"]["subtotal"]["amount"]),
        );
        added += 1;
        sellers.push(seller);
        if added == 4 {
            break;
        }
    }
    ensure!(added > 0, "nothing that is called {:?} is delivered to {}", options.search, options.pincode);
    Ok(())
}

/// Asks for the price, gives an address, and orders.
async fn check_out(buyer: &Client, options: &Options) -> anyhow::Result<Value> {
    let quote = buyer.ask(QUOTE, json!({ "input": { "pincode": options.pincode } })).await?["cartQuote"].clone();
    println!(
        "quote: ₹{} with ₹{} for delivery; CGST ₹{}, SGST ₹{}, IGST ₹{}; obstacles {}",
        text(&quote["total"]["amount"]),
        text(&quote["delivery"]["amount"]),
        text(&quote["tax"]["cgst"]["amount"]),
        text(&quote["tax"]["sgst"]["amount"]),
        text(&quote["tax"]["igst"]["amount"]),
        quote["obstacles"],
    );
    let home = json!({ "contactName": "Priya Sharma", "phone": "9810000008", "line1": "12 Church Street",
        "city": "Bengaluru", "pincode": options.pincode });
    let address = buyer.act("addressCreate", ADDRESS, json!({ "address": home })).await?["address"]["id"].clone();
    let key = format!("purchase-{}", std::process::id());
    let input = json!({ "addressId": address, "method": "COD", "idempotencyKey": key,
        "expectedTotal": { "amount": quote["total"]["amount"] } });
    let order = buyer.act("checkoutComplete", CHECKOUT, input.clone()).await?["order"].clone();
    println!("order {}: {} at ₹{}", text(&order["number"]), order["status"], text(&order["total"]["amount"]));
    let again = buyer.act("checkoutComplete", CHECKOUT, input).await?["order"]["number"].clone();
    ensure!(again == order["number"], "the same key made another order");
    println!("the same request again answers the same order");
    Ok(order)
}

/// What its seller does with a part of the order.
async fn fulfil(buyer: &Client, staff: &Client, part: &Value) -> anyhow::Result<()> {
    let number = text(&part["number"]);
    staff.act("subOrderConfirm", CONFIRM, json!({ "id": part["id"] })).await?;
    let lines: Vec<Value> = part["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| json!({ "lineId": line["id"], "quantity": line["quantity"] }))
        .collect();
    let packages = json!([{ "lines": lines, "weightGrams": 2_000 }]);
    let input = json!({ "id": part["id"], "packages": packages, "idempotencyKey": format!("{number}-pack") });
    let packed = staff.act("subOrderPack", PACK, input).await?;
    let package = &packed["subOrder"]["packages"][0]["id"];
    let input = json!({ "packageId": package, "carriage": "OWN", "courier": "Ravi", "idempotencyKey": format!("{number}-ship") });
    staff.act("packageShip", SHIP, input).await?;
    let code = buyer.ask(CODE, json!({ "id": package })).await?["package"]["handoverCode"].clone();
    println!("{number} of {} is on its way; the buyer's code is {}", text(&part["seller"]["name"]), text(&code));
    // Cash is taken in whole rupees; UPI to the paisa.
    let taken =
        json!({ "mode": "UPI_ON_DELIVERY", "amount": { "amount": part["total"]["amount"] }, "rrn": rrn(&number) });
    let input = json!({ "packageId": package, "code": code, "receivedBy": "Priya", "taken": taken,
        "idempotencyKey": format!("{number}-deliver") });
    staff.act("packageDeliver", DELIVER, input).await?;
    println!("{number} is delivered, ₹{} were paid at the door", text(&part["total"]["amount"]));
    Ok(())
}

/// A bank's reference of twelve digits, made up from the number.
fn rrn(number: &str) -> String {
    let sum = number.bytes().fold(7_u64, |sum, byte| (sum * 131 + u64::from(byte)) % 1_000_000_000_000);
    format!("{sum:012}")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
