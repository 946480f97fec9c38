//! A resumable stream of one topic: ordered, no gap, no duplicate, on any node.
//!
//! Listen live first, then read everything after the client's cursor from PostgreSQL, then go live and drop what was
//! sent. Any gap in the sequence numbers (a lost bus message) is filled from PostgreSQL before going on.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, Stream, future::select_all};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

use super::{
    bus::{Bus, Signal},
    db::Db,
    error::{Error, Result},
    outbox::{self, Event},
};

const REPLAY_BATCH: i64 = 200;
/// Even with a silent bus, a subscriber looks into PostgreSQL this often.
const SAFETY_POLL: Duration = Duration::from_secs(15);

/// The topic's events after `after` (0 = from the beginning, `None` = from now on).
pub fn subscribe(
    db: Db,
    bus: Arc<dyn Bus>,
    topic: String,
    after: Option<i64>,
) -> impl Stream<Item = Result<Arc<Event>>> + Send {
    let live = bus.local().subscribe(&topic);
    let feed = Feed { db, topic, live, ready: Vec::new().into_iter(), last: after, behind: true };
    futures_util::stream::unfold(Some(feed), |feed| async move {
        let mut feed = feed?;
        match feed.next().await {
            Ok(event) => Some((Ok(event), Some(feed))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

struct Feed {
    db: Db,
    topic: String,
    live: Receiver<Signal>,
    ready: std::vec::IntoIter<Event>,
    last: Option<i64>,
    /// PostgreSQL may hold events that were not seen yet.
    behind: bool,
}

impl Feed {
    async fn next(&mut self) -> Result<Arc<Event>> {
        loop {
            if let Some(event) = self.ready.next() {
                self.last = Some(event.sequence);
                return Ok(Arc::new(event));
            }
            let last = self.start().await?;
            if self.behind {
                self.catch_up(last).await?;
                continue;
            }
            match tokio::time::timeout(SAFETY_POLL, self.live.recv()).await {
                Ok(Ok(Signal::Event(event))) if event.sequence <= last => {}
                Ok(Ok(Signal::Event(event))) if event.sequence == last + 1 => {
                    self.last = Some(event.sequence);
                    return Ok(event);
                }
                Ok(Ok(Signal::Event(_) | Signal::Resync) | Err(RecvError::Lagged(_))) | Err(_) => self.behind = true,
                Ok(Err(RecvError::Closed)) => {
                    return Err(Error::Unavailable("the event feed closed; resume from your last cursor".to_owned()));
                }
            }
        }
    }

    /// Sequence to go on from; without a cursor, the topic's present end.
    async fn start(&mut self) -> Result<i64> {
        if let Some(last) = self.last {
            return Ok(last);
        }
        let last = outbox::last_sequence(&*self.db.write().await?, &self.topic).await?;
        self.last = Some(last);
        Ok(last)
    }

    async fn catch_up(&mut self, last: i64) -> Result<()> {
        let events = outbox::replay(&*self.db.write().await?, &self.topic, last, REPLAY_BATCH).await?;
        self.behind = i64::try_from(events.len()).unwrap_or(0) == REPLAY_BATCH;
        self.ready = events.into_iter();
        Ok(())
    }
}

/// The events of wider streams after a feed number (`None` = from now on), in the order in which the relay sent them.
/// Live events only wake: what happened is read from PostgreSQL, many at a time when there is much.
pub fn subscribe_wide(
    db: Db,
    bus: &Arc<dyn Bus>,
    feeds: Vec<String>,
    after: Option<i64>,
) -> impl Stream<Item = Result<Arc<Event>>> + Send + use<> {
    let live = feeds.iter().map(|feed| bus.local().subscribe(feed)).collect();
    let wide = WideFeed { db, feeds, live, ready: Vec::new().into_iter(), last: after, behind: true };
    futures_util::stream::unfold(Some(wide), |wide| async move {
        let mut wide = wide?;
        match wide.next().await {
            Ok(event) => Some((Ok(event), Some(wide))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

struct WideFeed {
    db: Db,
    feeds: Vec<String>,
    live: Vec<Receiver<Signal>>,
    ready: std::vec::IntoIter<Event>,
    last: Option<i64>,
    behind: bool,
}

impl WideFeed {
    async fn next(&mut self) -> Result<Arc<Event>> {
        loop {
            if let Some(event) = self.ready.next() {
                self.last = event.feed_seq.or(self.last);
                return Ok(Arc::new(event));
            }
            if self.behind {
                self.catch_up().await?;
                continue;
            }
            // A silent bus ends the wait, too: whatever the reason, PostgreSQL knows.
            let heard = select_all(self.live.iter_mut().map(|live| live.recv().boxed()));
            if let Ok((Err(RecvError::Closed), ..)) = tokio::time::timeout(SAFETY_POLL, heard).await {
                return Err(Error::Unavailable("the event feed closed; resume from your last cursor".to_owned()));
            }
            self.behind = true;
        }
    }

    async fn catch_up(&mut self) -> Result<()> {
        // What woke us before this look needs no look of its own.
        for live in &mut self.live {
            while matches!(live.try_recv(), Ok(_) | Err(TryRecvError::Lagged(_))) {}
        }
        let conn = self.db.write().await?;
        let Some(last) = self.last else {
            self.last = Some(outbox::last_feed_seq(&conn).await?);
            return Ok(());
        };
        let events = outbox::replay_wide(&conn, &self.feeds, last, REPLAY_BATCH).await?;
        self.behind = i64::try_from(events.len()).unwrap_or(0) == REPLAY_BATCH;
        self.ready = events.into_iter();
        Ok(())
    }
}
