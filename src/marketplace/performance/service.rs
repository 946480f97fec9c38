//! What happened with offers, as the storefront reports it.

use serde_json::json;
use uuid::Uuid;

use super::model::FEED;
use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
        outbox::NewEvent,
        rate_limit::Rate,
    },
    marketplace::offer::model::{OfferId, shelf},
};

/// Most offers in one report: a large page of a list.
pub const MAX_VIEWED: usize = 100;
/// Reports of one caller.
const REPORT_RATE: Rate = Rate::per_second(1, 60);

/// Notes that offers were shown to the caller, each once, as one event; answers how many. Offers that cannot be bought
/// are not counted.
pub async fn record_views(app: &App, actor: &Actor, ids: Vec<OfferId>) -> Result<usize> {
    if ids.len() > MAX_VIEWED {
        return Err(Error::invalid("offerIds", format!("at most {MAX_VIEWED} offers at once")));
    }
    app.limiter.take(&format!("offer-views:{}", actor.key()), 1, REPORT_RATE).await.check()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let shown = shelf::of_these(&tx, ids.iter().map(|id| id.0).collect(), now).await?;
    if shown.is_empty() {
        return Ok(0);
    }
    let lines: Vec<_> = shown.iter().map(|offer| json!({ "offer": offer, "views": 1 })).collect();
    let id = Uuid::now_v7();
    let event = NewEvent {
        id,
        // A report is an aggregate of its own: nobody waits for anybody.
        topic: format!("offer_views:{id}"),
        sequence: 1,
        kind: "offer.viewed",
        payload: json!({ "lines": lines }),
        created_at: now,
        feed: Some(FEED.to_owned()),
    };
    event.emit(&tx).await?;
    tx.commit().await?;
    app.committed();
    Ok(shown.len())
}
