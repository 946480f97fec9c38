//! Token buckets, in the process and in Redis.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use freshvilla::kernel::{
    clock::Clock,
    rate_limit::{InProcess, Limiter, Rate, Redis},
};
use serde_json::json;

use crate::support::{RedisServer, TestApp};

#[tokio::test]
async fn a_bucket_empties_and_fills() {
    let clock = Clock::default();
    let limiter = InProcess::new(clock.clone());
    let rate = Rate::per_minute(6, 3);
    for left in [2, 1, 0] {
        let decision = limiter.take("login:a", 1, rate).await;
        assert!(decision.allowed);
        assert_eq!(decision.remaining, left);
    }
    let refused = limiter.take("login:a", 1, rate).await;
    assert!(!refused.allowed && refused.check().is_err());
    assert_eq!(refused.retry_after_seconds, 10);
    assert!(limiter.take("login:b", 1, rate).await.allowed, "another key has a bucket of its own");
    clock.advance(TimeDelta::seconds(10));
    assert!(limiter.take("login:a", 1, rate).await.allowed);
    assert!(!limiter.take("login:a", 1, rate).await.allowed);
    clock.advance(TimeDelta::hours(5));
    assert!(limiter.take("login:a", 3, rate).await.allowed, "never more than the burst");
    assert!(!limiter.take("login:a", 1, rate).await.allowed);
}

#[tokio::test]
async fn more_than_the_burst_waits_for_a_full_bucket() {
    let clock = Clock::default();
    let limiter = InProcess::new(clock.clone());
    let rate = Rate::per_second(10, 20);
    assert!(limiter.take("graphql:x", 1_000, rate).await.allowed);
    let refused = limiter.take("graphql:x", 1_000, rate).await;
    assert!(!refused.allowed);
    assert!(refused.retry_after_seconds <= 2);
    clock.advance(TimeDelta::seconds(2));
    assert!(limiter.take("graphql:x", 1_000, rate).await.allowed);
}

#[tokio::test]
async fn strangers_cannot_fill_the_memory() {
    let limiter = InProcess::new(Clock::default());
    let rate = Rate::per_hour(1, 1_000);
    assert!(limiter.take("login:greedy", 1_000, rate).await.allowed);
    for n in 0..600_000 {
        limiter.take(&format!("login:{n}"), 1, rate).await;
    }
    assert!(limiter.len() <= 262_144, "{} buckets", limiter.len());
    assert!(!limiter.take("login:greedy", 1, rate).await.allowed, "who took most is not forgotten");
}

#[tokio::test]
async fn taking_is_cheap() {
    let limiter = InProcess::new(Clock::default());
    let started = Instant::now();
    for _ in 0..100_000 {
        limiter.take("graphql:account:018f0000-0000-7000-8000-000000000000", 20, Rate::per_second(2_000, 60_000)).await;
    }
    let each = started.elapsed() / 100_000;
    // An unoptimised build on a busy machine; optimised it is a tenth.
    println!("{each:?} each");
    assert!(each < Duration::from_micros(50), "{each:?} each");
}

async fn limiter(redis: &RedisServer) -> Redis {
    let client = redis::Client::open(redis.url()).unwrap();
    Redis::new(client.get_connection_manager().await.unwrap(), Clock::default())
}

#[tokio::test]
async fn two_nodes_share_a_bucket_through_redis() {
    let redis = RedisServer::start();
    let (one, two) = (limiter(&redis).await, limiter(&redis).await);
    let rate = Rate::per_hour(1, 10);
    let mut allowed = 0;
    for _ in 0..8 {
        let (a, b) = tokio::join!(one.take("codes:x", 1, rate), two.take("codes:x", 1, rate));
        allowed += u32::from(a.allowed) + u32::from(b.allowed);
    }
    assert_eq!(allowed, 10);
    let refused = two.take("codes:x", 1, rate).await;
    assert_eq!(refused.remaining, 0);
    assert!((3_500..=3_600).contains(&refused.retry_after_seconds), "{refused:?}");
}

#[tokio::test]
async fn without_redis_each_node_counts_by_itself() {
    let mut redis = RedisServer::start();
    let limiter = limiter(&redis).await;
    let rate = Rate::per_hour(1, 2);
    assert!(limiter.take("codes:y", 2, rate).await.allowed);
    assert!(!limiter.take("codes:y", 1, rate).await.allowed);
    redis.take_down();
    let started = Instant::now();
    assert!(limiter.take("codes:y", 2, rate).await.allowed, "this node knows nothing of it yet");
    for _ in 0..50 {
        assert!(!limiter.take("codes:y", 1, rate).await.allowed);
    }
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "a dead Redis slows requests down: {:?}",
        started.elapsed()
    );
    redis.bring_back();
    // Redis is asked again after a second; it has forgotten everything.
    let back = async {
        while !limiter.take("codes:y", 1, rate).await.allowed {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), back).await.expect("the limiter never went back to Redis");
}

#[tokio::test]
async fn operations_are_charged_and_say_so() {
    let app = TestApp::start_with(&["--cost-per-second", "1", "--cost-burst", "5"]).await;
    let query = "{ a: __typename b: __typename }";
    let first = app.query(query, json!({})).await;
    let cost = &first.body["extensions"]["cost"];
    let requested = cost["requested"].as_u64().unwrap();
    assert!((1..=2).contains(&requested), "{cost}");
    assert_eq!(cost["available"], json!(5 - requested));
    assert_eq!(cost["restoreRate"], json!(1));
    let mut last = first;
    for _ in 0..5 {
        last = app.query(query, json!({})).await;
    }
    assert_eq!(last.code(), Some("RATE_LIMITED"));
    assert_eq!(last.status, 429);
    assert!(last.headers.contains_key("retry-after"));
    assert_eq!(last.body["extensions"]["cost"]["requested"], json!(requested));
    app.advance(TimeDelta::seconds(5));
    assert_eq!(app.query(query, json!({})).await.code(), None);
}
