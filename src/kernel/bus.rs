//! The bus wakes subscribers on every node. It may lose messages: each carries its topic's sequence number, and
//! whoever sees a gap reads PostgreSQL (see [`super::feed`]).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use anyhow::Context;
use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::outbox::Event;

/// What a subscriber hears.
#[derive(Clone, Debug)]
pub enum Signal {
    /// An event of the topic.
    Event(Arc<Event>),
    /// The connection between nodes was lost for a while: read PostgreSQL.
    Resync,
}

/// Buffered signals per topic; a client that falls further behind is told to resume.
const TOPIC_BUFFER: usize = 256;

/// Publishes to all nodes, subscribes to this one's fan-out.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Hands events to every node. Losing one is allowed, and logged.
    async fn publish(&self, events: Vec<Arc<Event>>);
    /// This node's fan-out.
    fn local(&self) -> &FanOut;
    /// Whether messages reach the other nodes right now.
    async fn healthy(&self) -> bool;
    /// "in-process" or "redis".
    fn name(&self) -> &'static str;
}

/// In-memory distribution to the subscribers of one node.
#[derive(Clone, Default)]
pub struct FanOut {
    topics: Arc<Mutex<HashMap<String, broadcast::Sender<Signal>>>>,
    watchers: Arc<RwLock<Vec<Watcher>>>,
}

/// Hears every signal of the topics with a prefix, at once and without a buffer; for caches, so it must be quick.
struct Watcher {
    prefix: &'static str,
    hear: Box<dyn Fn(&Signal) + Send + Sync>,
}

impl FanOut {
    /// Listens to a topic from now on.
    pub fn subscribe(&self, topic: &str) -> broadcast::Receiver<Signal> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        // Topics that nobody listens to any more are swept when the map has doubled.
        if topics.len() > 64 && topics.len() == topics.capacity() {
            topics.retain(|_, sender| sender.receiver_count() > 0);
        }
        topics.entry(topic.to_owned()).or_insert_with(|| broadcast::channel(TOPIC_BUFFER).0).subscribe()
    }

    /// Calls `hear` for every event of the topics with this prefix, and for every resync.
    pub fn watch(&self, prefix: &'static str, hear: impl Fn(&Signal) + Send + Sync + 'static) {
        let watcher = Watcher { prefix, hear: Box::new(hear) };
        self.watchers.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    fn tell_watchers(&self, topic: Option<&str>, signal: &Signal) {
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        for watcher in watchers.iter().filter(|w| topic.is_none_or(|topic| topic.starts_with(w.prefix))) {
            (watcher.hear)(signal);
        }
    }

    /// Hands an event to the listeners of its topic and of its wider stream here.
    pub fn deliver(&self, event: Arc<Event>) {
        self.tell_watchers(Some(&event.topic), &Signal::Event(Arc::clone(&event)));
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        for name in event.feed.iter().chain([&event.topic]) {
            let Some(sender) = topics.get(name) else { continue };
            if sender.send(Signal::Event(Arc::clone(&event))).is_err() {
                topics.remove(name);
            }
        }
    }

    /// Tells every listener to read PostgreSQL.
    pub fn resync(&self) {
        self.tell_watchers(None, &Signal::Resync);
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in topics.values() {
            let _ = sender.send(Signal::Resync);
        }
    }
}

/// The bus of a single node.
#[derive(Default)]
pub struct InProcess {
    local: FanOut,
}

#[async_trait]
impl Bus for InProcess {
    async fn publish(&self, events: Vec<Arc<Event>>) {
        for event in events {
            self.local.deliver(event);
        }
    }

    fn local(&self) -> &FanOut {
        &self.local
    }

    async fn healthy(&self) -> bool {
        true
    }

    fn name(&self) -> &'static str {
        "in-process"
    }
}

const CHANNEL: &str = "freshvilla:events";

/// The bus of many nodes: one Redis channel, one subscriber connection per node whatever the number of clients.
pub struct Redis {
    local: FanOut,
    publisher: redis::aio::ConnectionManager,
    /// Tells this node's own messages from the others'.
    node: Uuid,
}

impl Redis {
    /// Connects, and keeps listening in the background until `stop`; a lost connection is made again.
    pub async fn connect(
        url: &str,
        stop: CancellationToken,
        spawn: impl FnOnce(futures_util::future::BoxFuture<'static, ()>),
    ) -> anyhow::Result<Self> {
        let client = redis::Client::open(url)?;
        let publisher = client.get_connection_manager_with_config(impatient()).await;
        let publisher = publisher.context("cannot reach Redis (REDIS_URL)")?;
        let (local, node) = (FanOut::default(), Uuid::new_v4());
        spawn(Box::pin(listen(client, local.clone(), node, stop)));
        Ok(Self { local, publisher, node })
    }

    /// The shared command connection, for presence, buckets and other ephemeral keys.
    pub fn connection(&self) -> redis::aio::ConnectionManager {
        self.publisher.clone()
    }
}

#[async_trait]
impl Bus for Redis {
    async fn publish(&self, events: Vec<Arc<Event>>) {
        if events.is_empty() {
            return;
        }
        let mut pipe = redis::pipe();
        for event in &events {
            if let Ok(text) = serde_json::to_string(&(self.node, event)) {
                pipe.publish(CHANNEL, text).ignore();
            }
        }
        // This node's own clients need no Redis.
        for event in events {
            self.local.deliver(event);
        }
        if let Err(error) = pipe.query_async::<()>(&mut self.publisher.clone()).await {
            tracing::warn!(%error, "events not published; other nodes read the database");
        }
    }

    fn local(&self) -> &FanOut {
        &self.local
    }

    async fn healthy(&self) -> bool {
        redis::cmd("PING").query_async::<String>(&mut self.publisher.clone()).await.is_ok()
    }

    fn name(&self) -> &'static str {
        "redis"
    }
}

/// While Redis is away, nobody is to wait for it: the database has everything, and the next try comes soon.
fn impatient() -> redis::aio::ConnectionManagerConfig {
    redis::aio::ConnectionManagerConfig::new()
        .set_number_of_retries(0)
        .set_connection_timeout(Some(Duration::from_secs(1)))
        .set_response_timeout(Some(Duration::from_secs(1)))
}

/// A plain subscriber stream ends silently when Redis restarts: reconnect, resubscribe, and have everyone catch up.
async fn listen(client: redis::Client, local: FanOut, own: Uuid, stop: CancellationToken) {
    let mut pause = Duration::from_millis(50);
    loop {
        let run = async {
            let mut subscriber = client.get_async_pubsub().await?;
            subscriber.subscribe(CHANNEL).await?;
            pause = Duration::from_millis(50);
            local.resync();
            let mut messages = subscriber.on_message();
            while let Some(message) = messages.next().await {
                match serde_json::from_slice::<(Uuid, Event)>(message.get_payload_bytes()) {
                    Ok((node, _)) if node == own => {}
                    Ok((_, event)) => local.deliver(Arc::new(event)),
                    Err(error) => tracing::warn!(%error, "unreadable message on the bus"),
                }
            }
            redis::RedisResult::Ok(())
        };
        tokio::select! {
            () = stop.cancelled() => return,
            outcome = run => if let Err(error) = outcome {
                tracing::warn!(%error, "bus subscription lost; reconnecting");
            },
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_secs(2)),
        }
    }
}
