//! Buyers who reserve stock at the same time: one hot variant, then a thousand of them.
//!
//!     cargo run --release --example reserve -- http://127.0.0.1:8000/graphql --token "$TOKEN" --clients 16 --seconds 5
//!
//! Fills the first warehouse that the token sees, reserves one piece per request as fast as the answers come, and looks
//! at the end whether as many pieces are reserved as requests succeeded. Then lets too many buyers loose on few pieces:
//! exactly as many succeed as there are.

#![allow(clippy::float_arithmetic, clippy::disallowed_methods, reason = "measures, and is no server")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Value, json};

/// Measures reservations.
#[derive(Parser)]
struct Options {
    /// GraphQL endpoints, one for each node; clients take turns
    #[arg(default_value = "http://127.0.0.1:8000/graphql", value_delimiter = ',')]
    urls: Vec<String>,
    /// Access token of somebody who may change stock
    #[arg(long)]
    token: String,
    /// Buyers at once
    #[arg(long, short, default_value_t = 16)]
    clients: usize,
    /// Seconds per measurement
    #[arg(long, short, default_value_t = 5)]
    seconds: u64,
}

const WAREHOUSE: &str = "{ warehouses(first: 1) { nodes { id } } }";
const VARIANTS: &str = "query($after: String) { products(first: 100, after: $after) { nodes { variants { id } } \
    pageInfo { endCursor hasNextPage } } }";
const RECEIVE: &str = "mutation($input: StockReceiveInput!) { stockReceive(input: $input) { \
    items { id reserved available location { id } } errors { code message } } }";
const RESERVE: &str = "mutation($input: StockReservationCreateInput!) { stockReservationCreate(input: $input) { \
    reservation { id } errors { code } } }";
const ITEMS: &str = "query($at: ID!, $variants: [ID!]!) { \
    stockItems(first: 100, where: { locationId: $at, variantIds: $variants }) { \
    nodes { available reserved location { id } } } }";

struct Shop {
    http: reqwest::Client,
    options: Options,
    location: String,
    /// Tells this run's idempotency keys from those of others.
    run: String,
}

impl Shop {
    async fn ask(&self, at: usize, query: &str, variables: Value) -> anyhow::Result<Value> {
        let url = &self.options.urls[at % self.options.urls.len()];
        let body = json!({ "query": query, "variables": variables });
        let request = self.http.post(url).bearer_auth(&self.options.token).json(&body);
        let answer: Value = request.send().await?.json().await?;
        anyhow::ensure!(answer.get("errors").is_none(), "{answer}");
        Ok(answer["data"].clone())
    }

    async fn variants(&self, wanted: usize) -> anyhow::Result<Vec<Value>> {
        let (mut found, mut after) = (Vec::new(), Value::Null);
        while found.len() < wanted {
            let page = self.ask(0, VARIANTS, json!({ "after": after })).await?;
            let products = page["products"]["nodes"].as_array().into_iter().flatten();
            found
                .extend(products.flat_map(|p| p["variants"].as_array().into_iter().flatten()).map(|v| v["id"].clone()));
            anyhow::ensure!(
                page["products"]["pageInfo"]["hasNextPage"] == true || found.len() >= wanted,
                "too few variants"
            );
            after = page["products"]["pageInfo"]["endCursor"].clone();
        }
        found.truncate(wanted);
        Ok(found)
    }

    async fn receive(&self, key: &str, variants: &[Value], pieces: u32) -> anyhow::Result<()> {
        let lines: Vec<Value> = variants.iter().map(|id| json!({ "variantId": id, "quantity": pieces })).collect();
        let key = format!("{}-{key}", self.run);
        let input = json!({ "locationId": self.location, "lines": lines, "idempotencyKey": key });
        let answer = self.ask(0, RECEIVE, json!({ "input": input })).await?;
        anyhow::ensure!(answer["stockReceive"]["errors"] == json!([]), "{answer}");
        Ok(())
    }

    /// Reserves a piece; answers whether there was one.
    async fn reserve(&self, at: usize, key: String, variant: &Value) -> anyhow::Result<bool> {
        let lines = json!([{ "variantId": variant, "quantity": 1 }]);
        let input = json!({ "locationId": self.location, "owner": "load", "lines": lines, "idempotencyKey": key });
        let answer = self.ask(at, RESERVE, json!({ "input": input })).await?;
        match answer["stockReservationCreate"]["errors"][0]["code"].as_str() {
            None => Ok(true),
            Some("INSUFFICIENT_STOCK") => Ok(false),
            Some(code) => anyhow::bail!("{code}"),
        }
    }

    /// Pieces available and reserved of up to a hundred variants.
    async fn numbers(&self, variants: &[Value]) -> anyhow::Result<(i64, i64)> {
        let answer = self.ask(0, ITEMS, json!({ "at": self.location, "variants": variants })).await?;
        let here = answer["stockItems"]["nodes"].as_array().into_iter().flatten();
        let sum = |(a, r): (i64, i64), item: &Value| {
            (a + item["available"].as_i64().unwrap_or(0), r + item["reserved"].as_i64().unwrap_or(0))
        };
        Ok(here.fold((0, 0), sum))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let run = format!("{:?}", std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos());
    let mut shop = Shop { http, options, location: String::new(), run };
    let warehouse = shop.ask(0, WAREHOUSE, json!({})).await?;
    let id = warehouse["warehouses"]["nodes"][0]["id"].as_str().unwrap_or_default().to_owned();
    let first = shop.variants(1_001).await?;
    // A location has the UUID of its warehouse, under another prefix.
    shop.location = id.replacen("whs_", "loc_", 1);
    let shop = Arc::new(shop);
    println!("{:10} {:>14} {:>9} {:>9}", "", "reservations/s", "p50 ms", "p99 ms");
    let (hot, many) = first.split_at(1);
    measure(&shop, "one", Arc::new(hot.to_vec())).await?;
    measure(&shop, "thousand", Arc::new(many.to_vec())).await?;
    scarce(&shop, &first[500..501]).await
}

async fn measure(shop: &Arc<Shop>, name: &'static str, variants: Arc<Vec<Value>>) -> anyhow::Result<()> {
    shop.receive(name, &variants, 1_000_000).await?;
    let sample = &variants[..variants.len().min(100)];
    let before = shop.numbers(sample).await?;
    let (started, end) = (Instant::now(), Instant::now() + Duration::from_secs(shop.options.seconds));
    let clients: Vec<_> = (0..shop.options.clients)
        .map(|client| {
            let (shop, variants) = (Arc::clone(shop), Arc::clone(&variants));
            tokio::spawn(async move {
                let (mut latencies, mut at) = (Vec::new(), client * 7919);
                while Instant::now() < end {
                    let started = Instant::now();
                    let key = format!("{}-{name}-{client}-{at}", shop.run);
                    anyhow::ensure!(shop.reserve(client, key, &variants[at % variants.len()]).await?, "ran out");
                    latencies.push(started.elapsed());
                    at += 101;
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for client in clients {
        latencies.extend(client.await??);
    }
    let elapsed = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let percentile = |p: f64| latencies[(p * (latencies.len() - 1) as f64) as usize].as_secs_f64() * 1e3;
    println!("{name:10} {:14.0} {:9.2} {:9.2}", latencies.len() as f64 / elapsed, percentile(0.5), percentile(0.99));
    let after = shop.numbers(sample).await?;
    anyhow::ensure!(before.0 - after.0 == after.1 - before.1, "pieces were lost: {before:?} {after:?}");
    let all = usize::try_from(after.1 - before.1)?;
    anyhow::ensure!(variants.len() > 100 || all == latencies.len(), "{all} pieces for {} answers", latencies.len());
    Ok(())
}

/// Four times as many buyers as pieces, all at once.
async fn scarce(shop: &Arc<Shop>, variant: &[Value]) -> anyhow::Result<()> {
    let left = usize::try_from(shop.numbers(variant).await?.0)?;
    shop.receive("scarce", variant, 50).await?;
    let take = json!([{ "variantId": variant[0], "quantity": left }]);
    let key = format!("{}-take", shop.run);
    let input = json!({ "locationId": shop.location, "owner": "load", "lines": take, "idempotencyKey": key });
    if left > 0 {
        shop.ask(0, RESERVE, json!({ "input": input })).await?;
    }
    let buyers: Vec<_> = (0..200)
        .map(|buyer| {
            let (shop, variant) = (Arc::clone(shop), variant[0].clone());
            tokio::spawn(async move { shop.reserve(buyer, format!("{}-scarce-{buyer}", shop.run), &variant).await })
        })
        .collect();
    let mut served = 0;
    for buyer in buyers {
        served += usize::from(buyer.await??);
    }
    println!("200 buyers, 50 pieces: {served} served");
    anyhow::ensure!(served == 50, "exactly as many must be served as there are pieces");
    Ok(())
}
