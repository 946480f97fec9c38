//! Load generator for the storefront's hottest operations: product list, product detail, search.
//!
//!     cargo run --release --example load -- http://127.0.0.1:8000/graphql --clients 16 --seconds 8
//!
//! Closed loop: each client sends its next request when the answer to the last one is there. Slugs and search terms come
//! from the shop itself, so it runs against any data. With `--pid` (Linux) it also reports the CPU time per operation
//! of that process and its children, the figure that a busy machine spoils least.

#![allow(clippy::float_arithmetic, clippy::disallowed_methods, reason = "measures, and is no server")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Value, json};

/// Measures a FreshVilla server.
#[derive(Parser)]
struct Options {
    /// GraphQL endpoint
    #[arg(default_value = "http://127.0.0.1:8000/graphql")]
    url: String,
    /// Requests at once
    #[arg(long, short, default_value_t = 16)]
    clients: usize,
    /// Seconds per operation
    #[arg(long, short, default_value_t = 8)]
    seconds: u64,
    /// Access token
    #[arg(long)]
    token: Option<String>,
    /// Processes whose CPU time is reported, children included
    #[arg(long, value_delimiter = ',')]
    pid: Vec<u32>,
}

const LIST: &str = "query List($after: String) { products(first: 20, after: $after) { nodes { id name slug \
    price { from { minorUnits } } category { name } brand { name } } pageInfo { endCursor hasNextPage } } }";
const DETAIL: &str = "query Detail($slug: String!) { product(slug: $slug) { id name description \
    price { from { minorUnits } } category { name } brand { name } \
    variants { id sku name mrp { minorUnits } } media { url alt } } }";
const SEARCH: &str = "query Search($term: String!) { search(term: $term, first: 20) { nodes { product { id name slug \
    price { from { minorUnits } } } } } }";

struct Shop {
    http: reqwest::Client,
    options: Options,
}

impl Shop {
    async fn ask(&self, query: &str, variables: &Value) -> anyhow::Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let mut request = self.http.post(&self.options.url).json(&body);
        if let Some(token) = &self.options.token {
            request = request.bearer_auth(token);
        }
        let answer: Value = request.send().await?.json().await?;
        anyhow::ensure!(answer.get("errors").is_none(), "{answer}");
        Ok(answer)
    }

    /// Variables of up to 50 pages, and the slugs and words seen on them.
    async fn explore(&self) -> anyhow::Result<(Vec<Value>, Vec<Value>, Vec<Value>)> {
        let (mut pages, mut slugs, mut terms) = (vec![json!({})], Vec::new(), Vec::new());
        for at in 0..50 {
            let answer = self.ask(LIST, &pages[at]).await?;
            let products = &answer["data"]["products"];
            for node in products["nodes"].as_array().into_iter().flatten() {
                slugs.push(json!({ "slug": node["slug"] }));
                let words = node["name"].as_str().unwrap_or_default().split_whitespace();
                terms
                    .extend(words.filter(|w| w.chars().all(char::is_alphabetic)).take(2).map(|w| json!({ "term": w })));
            }
            if products["pageInfo"]["hasNextPage"] != true {
                break;
            }
            pages.push(json!({ "after": products["pageInfo"]["endCursor"] }));
        }
        anyhow::ensure!(!slugs.is_empty(), "the shop is empty");
        Ok((pages, slugs, terms))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let shop = Arc::new(Shop { http: reqwest::Client::builder().no_proxy().build()?, options });
    let (pages, slugs, terms) = shop.explore().await?;
    println!("{:8} {:>9} {:>9} {:>9} {:>9} {:>12}", "", "req/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/op");
    for (name, query, variables) in [("list", LIST, pages), ("detail", DETAIL, slugs), ("search", SEARCH, terms)] {
        measure(&shop, name, query, Arc::new(variables)).await?;
    }
    Ok(())
}

async fn measure(shop: &Arc<Shop>, name: &str, query: &'static str, variables: Arc<Vec<Value>>) -> anyhow::Result<()> {
    let time = Duration::from_secs(shop.options.seconds);
    run(shop, query, &variables, Duration::from_secs(1)).await?;
    let (cpu, started) = (cpu_seconds(&shop.options.pid), Instant::now());
    let mut latencies = run(shop, query, &variables, time).await?;
    let (elapsed, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds(&shop.options.pid) - cpu);
    latencies.sort_unstable();
    let count = latencies.len().max(1) as f64;
    let percentile = |p: f64| {
        let at = (p * (count - 1.0)) as usize;
        latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    };
    println!(
        "{name:8} {:9.0} {:9.2} {:9.2} {:9.2} {:12.3}",
        count / elapsed,
        percentile(0.5),
        percentile(0.95),
        percentile(0.99),
        cpu / count * 1e3
    );
    Ok(())
}

async fn run(
    shop: &Arc<Shop>,
    query: &'static str,
    variables: &Arc<Vec<Value>>,
    time: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + time;
    let clients: Vec<_> = (0..shop.options.clients)
        .map(|client| {
            let (shop, variables) = (Arc::clone(shop), Arc::clone(variables));
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                // A stride that is coprime to most lengths walks all of them in another order for each client.
                let mut at = client * 7919;
                while Instant::now() < end {
                    let started = Instant::now();
                    shop.ask(query, &variables[at % variables.len()]).await?;
                    latencies.push(started.elapsed());
                    at += 101;
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.await??);
    }
    Ok(all)
}

/// User and system time of the processes and their children, from /proc.
fn cpu_seconds(pids: &[u32]) -> f64 {
    let mut total = 0_u64;
    let mut queue = pids.to_vec();
    while let Some(pid) = queue.pop() {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        total += [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum::<u64>();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        queue.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    total as f64 / 100.0
}
