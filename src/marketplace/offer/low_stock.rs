//! Low-stock alerts of offers. Who changes stock at one location does not know what lies at the seller's others, so the
//! alerts follow the events of stock, read by the relay's number from a place that moves in the same transaction:
//! nothing is missed, and a change of stock that crosses no threshold writes nothing here.

use uuid::Uuid;

use super::model::watch;
use crate::{
    app::App,
    inventory::{
        stock::{events, model as stock},
        stock_alert::model::{self as alerts, StockAlert},
    },
    kernel::{db::Conn, error::Result, sql::Sql},
};

/// Raises and resolves the alerts of offers whose stock or threshold has changed; answers how many. One node at a time.
pub async fn follow_stock(app: &App) -> Result<usize> {
    let mut told = 0;
    loop {
        let tx = app.db.begin().await?;
        let Some(after) = watch::turn(&tx, false).await? else { return Ok(told) };
        let news = watch::since(&tx, after, events::CHANGED).await?;
        let Some(last) = news.last else { return Ok(told) };
        let mut offers = news.offers.unwrap_or_default();
        if let Some(items) = news.items {
            offers.extend(watch::offers_of(&tx, items).await?);
        }
        told += settle(app, &tx, &offers).await?;
        watch::move_to(&tx, last).await?;
        tx.commit().await?;
        app.committed();
    }
}

/// The same for every offer on sale with a threshold: what a location's opening and closing changed, which no event
/// tells.
pub async fn look_at_all(app: &App) -> Result<usize> {
    let (mut told, mut after) = (0, Uuid::nil());
    loop {
        let tx = app.db.begin().await?;
        watch::turn(&tx, true).await?;
        let offers = watch::watched_after(&tx, after).await?;
        let Some(last) = offers.last() else { return Ok(told) };
        after = *last;
        told += settle(app, &tx, &offers).await?;
        tx.commit().await?;
        app.committed();
    }
}

/// Brings the alerts of these offers up to date. The caller has the turn.
async fn settle(app: &App, conn: &Conn, offers: &[Uuid]) -> Result<usize> {
    if offers.is_empty() {
        return Ok(0);
    }
    let now = app.clock.now();
    let crossings = watch::crossings(conn, offers).await?;
    if crossings.is_empty() {
        return Ok(0);
    }
    let items: Vec<Uuid> = crossings.iter().map(|crossing| crossing.item_id.0).collect();
    let items = stock::lock_items(conn, Sql::new("id = ANY(").bind(items).sql(")")).await?;
    let (low, risen): (Vec<_>, Vec<_>) = crossings.into_iter().partition(|crossing| crossing.low);
    let new = low.iter().map(|crossing| StockAlert::of_offer((crossing.offer_id.0, crossing.item_id), now));
    let mut news = alerts::raise(conn, new.collect()).await?;
    let risen: Vec<Uuid> = risen.iter().map(|crossing| crossing.offer_id.0).collect();
    if !risen.is_empty() {
        news.extend(alerts::resolve(conn, Sql::new("offer_id = ANY(").bind(risen).sql(")"), now).await?);
    }
    alerts::tell(conn, items, &news, now).await?;
    Ok(news.len())
}
