//! Feeds of events: ordered, no gap, no duplicate, on any node, across a Redis that restarts.

use std::{sync::Arc, time::Duration};

use freshvilla::{
    app::App,
    kernel::{error::Result, feed, outbox::Event, outbox::NewEvent},
};
use futures_util::{Stream, StreamExt};
use serde_json::json;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{Cluster, Node, TestApp};

type Events = std::pin::Pin<Box<dyn Stream<Item = Result<Arc<Event>>> + Send>>;

/// Takes the topic's next number under a row lock and writes the event, as services do.
async fn publish(app: &App, topic: &str, word: &str) {
    let tx = app.db.begin().await.unwrap();
    let lock = json!({ "topic": topic });
    let sequence = next_number(&tx, topic).await;
    let event = NewEvent {
        id: Uuid::now_v7(),
        topic: topic.to_owned(),
        sequence,
        kind: "test.happened",
        payload: json!({ "word": word, "lock": lock }),
        created_at: app.clock.now(),
        feed: None,
    };
    event.emit(&tx).await.unwrap();
    tx.commit().await.unwrap();
    app.committed();
}

/// The aggregate of these tests is a row of seed_steps whose name is the topic.
async fn next_number(conn: &freshvilla::kernel::db::Conn, topic: &str) -> i64 {
    use diesel_async::RunQueryDsl;
    use freshvilla::kernel::{outbox, sql::Sql};
    let lock = Sql::new("INSERT INTO seed_steps (name, started_at) VALUES (")
        .bind(topic)
        .sql(", now()) ON CONFLICT (name) DO UPDATE SET started_at = now()");
    lock.execute(&mut { conn }).await.unwrap();
    outbox::last_sequence(conn, topic).await.unwrap() + 1
}

async fn publish_many(node: &Node, topic: &str, count: usize) {
    let (app, topic) = (node.app.clone(), topic.to_owned());
    node.on_runtime(async move {
        for n in 0..count {
            publish(&app, &topic, &n.to_string()).await;
        }
    })
    .await;
}

async fn follow(node: &Node, topic: &str, after: Option<i64>) -> Events {
    let (app, topic) = (node.app.clone(), topic.to_owned());
    node.on_runtime(async move {
        let events: Events = Box::pin(feed::subscribe(app.db.clone(), Arc::clone(&app.bus), topic, after));
        events
    })
    .await
}

/// Reads until the number; fails on a gap, a repetition or silence.
async fn read(events: &mut Events, from: i64, to: i64) {
    for expected in from..=to {
        let event = timeout(Duration::from_secs(20), events.next()).await;
        let event = event.unwrap_or_else(|_| panic!("no event {expected} in time")).unwrap().unwrap();
        assert_eq!(event.sequence, expected);
    }
}

#[tokio::test]
async fn a_follower_hears_what_was_and_what_comes() {
    let app = TestApp::start().await;
    publish_many(&app.node, "t:1", 3).await;
    let mut all = follow(&app.node, "t:1", Some(0)).await;
    let mut rest = follow(&app.node, "t:1", Some(2)).await;
    read(&mut all, 1, 3).await;
    read(&mut rest, 3, 3).await;
    publish_many(&app.node, "t:2", 2).await;
    publish_many(&app.node, "t:1", 2).await;
    read(&mut all, 4, 5).await;
    read(&mut rest, 4, 5).await;
}

#[tokio::test]
async fn a_slow_follower_misses_nothing() {
    let app = TestApp::start().await;
    let mut events = follow(&app.node, "t:1", Some(0)).await;
    publish_many(&app.node, "t:1", 1).await;
    read(&mut events, 1, 1).await;
    // More than any buffer holds.
    publish_many(&app.node, "t:1", 600).await;
    read(&mut events, 2, 601).await;
}

#[tokio::test]
async fn followers_move_between_nodes_while_both_publish() {
    let cluster = Cluster::start().await;
    let each = 150_usize;
    let total = i64::try_from(each).unwrap() * 2;
    let publishers = async {
        tokio::join!(publish_many(&cluster.one, "t:1", each), publish_many(&cluster.two, "t:1", each));
    };
    let mover = async {
        let nodes = [&cluster.one, &cluster.two];
        let (mut last, mut turn) = (0, 0);
        while last < total {
            // Reads some, leaves, and resumes on the other node from its cursor.
            let mut events = follow(nodes[turn % 2], "t:1", Some(last)).await;
            let until = (last + 40).min(total);
            read(&mut events, last + 1, until).await;
            (last, turn) = (until, turn + 1);
        }
    };
    let stayer = async {
        let mut events = follow(&cluster.two, "t:1", Some(0)).await;
        read(&mut events, 1, total).await;
    };
    tokio::join!(publishers, mover, stayer);
    cluster.one.stop().await;
    cluster.two.stop().await;
}

#[tokio::test]
async fn an_event_reaches_the_other_node_at_once() {
    let cluster = Cluster::start().await;
    let mut events = follow(&cluster.two, "t:1", Some(0)).await;
    // The first is found in the database; from then on only the bus can be this quick.
    publish_many(&cluster.one, "t:1", 1).await;
    read(&mut events, 1, 1).await;
    for n in 2..=5 {
        let started = std::time::Instant::now();
        publish_many(&cluster.one, "t:1", 1).await;
        read(&mut events, n, n).await;
        assert!(started.elapsed() < Duration::from_secs(2), "event {n} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_redis_that_restarts_loses_nobody() {
    let mut cluster = Cluster::start().await;
    let mut here = follow(&cluster.one, "t:1", Some(0)).await;
    let mut there = follow(&cluster.two, "t:1", Some(0)).await;
    publish_many(&cluster.one, "t:1", 10).await;
    read(&mut here, 1, 10).await;
    read(&mut there, 1, 10).await;
    cluster.redis.take_down();
    publish_many(&cluster.one, "t:1", 10).await;
    read(&mut here, 11, 20).await;
    cluster.redis.bring_back();
    read(&mut there, 11, 20).await;
    publish_many(&cluster.two, "t:1", 10).await;
    read(&mut here, 21, 30).await;
    read(&mut there, 21, 30).await;
}
