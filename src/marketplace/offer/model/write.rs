//! Locks and writes of offers: as many statements for one offer as for thousands.

use std::collections::HashMap;

use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Offer, OfferId, OfferStatus, PriceBreak, Whole, breaks_of, watch::THRESHOLD_CHANGED};
use crate::{
    catalog::variant::model::{Variant, VariantId},
    inventory::seller::model::{Seller, SellerId, SellerStatus},
    kernel::{
        db::Conn,
        error::{Error, OnConstraint, Result},
        outbox::{self, NewEvent},
        sql::{Select, Sql},
    },
    marketplace::offer::edit::Edit,
};

/// Locks sellers in the order of their IDs, so that the offers of each change one transaction after the other. Rows that
/// refer to a seller can be added meanwhile. Sellers are locked first, then offers, then variants.
pub async fn hold_sellers(conn: &Conn, ids: Vec<Uuid>) -> Result<Vec<Seller>> {
    let rest = Sql::new("FROM sellers WHERE id = ANY(").bind(ids).sql(") ORDER BY id FOR NO KEY UPDATE");
    Select::<Seller>::new(rest).rows(conn).await
}

/// Locks the seller of offers that are to change: a problem where there is none, or it has left.
pub async fn hold_seller(conn: &Conn, id: SellerId) -> Result<Seller> {
    match hold_sellers(conn, vec![id.0]).await?.pop() {
        None => Err(Error::problem("NOT_FOUND", "sellerId", "there is no such seller")),
        Some(seller) if seller.status == SellerStatus::Closed => {
            Err(Error::problem("CONFLICT", "sellerId", "this seller is closed for good"))
        }
        Some(seller) => Ok(seller),
    }
}

/// Locks offers by ID; missing ones are left out.
pub async fn lock(conn: &Conn, ids: &[OfferId]) -> Result<Vec<Whole>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    wholes(conn, Sql::new("id = ANY(").bind(ids).sql(")")).await
}

/// Locks the offers of a seller with these SKUs, which are in lower case; archived ones are left out.
pub async fn lock_by_sku(conn: &Conn, seller: SellerId, skus: Vec<String>) -> Result<Vec<Whole>> {
    let which = Sql::new("status <> 'archived' AND seller_id = ").bind(seller);
    wholes(conn, which.sql(" AND lower(sku) = ANY(").bind(skus).sql(")")).await
}

async fn wholes(conn: &Conn, which: Sql) -> Result<Vec<Whole>> {
    let rest = Sql::new("FROM offers WHERE ").join(which).sql(" ORDER BY id FOR UPDATE");
    let offers = Select::<Offer>::new(rest).rows(conn).await?;
    let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let mut breaks: HashMap<OfferId, Vec<PriceBreak>> = HashMap::new();
    for step in breaks_of(conn, &ids).await? {
        breaks.entry(step.offer_id).or_default().push(step);
    }
    let whole = |offer: Offer| Whole { breaks: breaks.remove(&offer.id).unwrap_or_default(), offer };
    Ok(offers.into_iter().map(whole).collect())
}

/// Holds variants as they are, and so their maximum retail prices, until the transaction ends.
pub async fn hold_variants(conn: &Conn, ids: Vec<Uuid>) -> Result<HashMap<VariantId, Variant>> {
    let rest = Sql::new("FROM product_variants WHERE id = ANY(").bind(ids).sql(") ORDER BY id FOR SHARE");
    let rows = Select::<Variant>::new(rest).rows(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Which offer of a seller is live for a variant.
#[derive(Debug, Default)]
pub struct LiveOffers(HashMap<(SellerId, VariantId), OfferId>);

impl LiveOffers {
    /// Those for these variants, of these sellers. The sellers are to be locked before.
    pub async fn find(conn: &Conn, sellers: Vec<Uuid>, variants: Vec<Uuid>) -> Result<Self> {
        let rest = Sql::new("FROM offers WHERE status = 'live' AND seller_id = ANY(").bind(sellers);
        let rest = rest.sql(") AND variant_id = ANY(").bind(variants).sql(")");
        let rows = Select::<Offer>::new(rest).rows(conn).await?;
        Ok(Self(rows.into_iter().map(|row| ((row.seller_id, row.variant_id), row.id)).collect()))
    }

    /// Notes what becomes of an offer; refused where the seller has another live one for the variant.
    pub fn admit(&mut self, offer: &Offer) -> Result<()> {
        let at = (offer.seller_id, offer.variant_id);
        let live = offer.status == OfferStatus::Live;
        match self.0.get(&at) {
            Some(other) if *other != offer.id && live => Err(exists()),
            Some(other) if *other == offer.id && !live => {
                self.0.remove(&at);
                Ok(())
            }
            None if live => {
                self.0.insert(at, offer.id);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn exists() -> Error {
    Error::problem("OFFER_EXISTS", "status", "this seller has another live offer for the variant")
}

/// Stores new and changed offers with their price breaks; those that do not change are left alone. Offers that leave
/// the shelf are written before those that come onto it.
pub async fn save(conn: &Conn, edits: &[Edit]) -> Result<()> {
    let changed: Vec<&Edit> = edits.iter().filter(|edit| edit.changes()).collect();
    let rows = |which: fn(&Edit) -> bool| -> Vec<&Offer> {
        changed.iter().filter(|edit| which(edit)).map(|edit| &edit.after.offer).collect()
    };
    update(conn, &rows(|edit| edit.before.is_some() && !live_after(edit))).await?;
    update(conn, &rows(|edit| edit.before.is_some() && live_after(edit))).await?;
    insert(conn, &rows(|edit| edit.before.is_none())).await?;
    save_breaks(conn, changed.iter().filter(|edit| edit.changes_breaks()).map(|edit| &edit.after).collect()).await?;
    let watched: Vec<NewEvent> =
        changed.iter().filter(|edit| watched(edit)).map(|edit| threshold_changed(&edit.after.offer)).collect();
    outbox::emit_all(conn, &watched).await
}

/// Whether another threshold is watched after the edit than before.
fn watched(edit: &Edit) -> bool {
    let threshold = |offer: &Offer| offer.low_stock_threshold.filter(|_| offer.status == OfferStatus::Live);
    edit.before.as_ref().and_then(|before| threshold(&before.offer)) != threshold(&edit.after.offer)
}

fn threshold_changed(offer: &Offer) -> NewEvent {
    NewEvent {
        id: Uuid::now_v7(),
        topic: format!("offer_threshold:{}", offer.id.0),
        sequence: offer.version.into(),
        kind: THRESHOLD_CHANGED,
        payload: serde_json::json!({ "offer": offer.id.0 }),
        created_at: offer.updated_at,
        feed: None,
    }
}

fn live_after(edit: &Edit) -> bool {
    edit.after.offer.status == OfferStatus::Live
}

/// One column of many rows.
fn column<'a, V>(rows: &[&'a Offer], value: impl Fn(&'a Offer) -> V) -> Vec<V> {
    rows.iter().map(|row| value(row)).collect()
}

/// What inserts and updates share, as arguments of `unnest`.
fn columns(rows: &[&Offer]) -> Sql {
    Sql::new(" unnest(")
        .bind(column(rows, |row| row.id.0))
        .sql(", ")
        .bind(column(rows, |row| row.seller_id.0))
        .sql(", ")
        .bind(column(rows, |row| row.variant_id.0))
        .sql(", ")
        .bind(column(rows, |row| row.sku.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.price_minor.0))
        .sql(", ")
        .bind(column(rows, |row| row.business_price_minor.map(|price| price.0)))
        .sql(", ")
        .bind(column(rows, |row| row.min_quantity))
        .sql(", ")
        .bind(column(rows, |row| row.max_quantity))
        .sql(", ")
        .bind(column(rows, |row| row.quantity_step))
        .sql(", ")
        .bind(column(rows, |row| row.lead_time_hours))
        .sql(", ")
        .bind(column(rows, |row| row.low_stock_threshold))
        .sql(", ")
        .bind(column(rows, |row| row.starts_at))
        .sql(", ")
        .bind(column(rows, |row| row.ends_at))
        .sql(", ")
        .bind(column(rows, |row| row.status.as_str().to_owned()))
        .sql(", ")
        .bind(column(rows, |row| row.submitted_at))
        .sql(", ")
        .bind(column(rows, |row| row.approved_at))
        .sql(", ")
        .bind(column(rows, |row| row.rejection_reason.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.version))
        .sql(", ")
        .bind(column(rows, |row| row.created_at))
        .sql(", ")
        .bind(column(rows, |row| row.updated_at))
        .sql(
            ") u(id, seller_id, variant_id, sku, price_minor, business_price_minor, min_quantity, max_quantity, \
             quantity_step, lead_time_hours, low_stock_threshold, starts_at, ends_at, status, submitted_at, approved_at, \
             rejection_reason, version, created_at, updated_at)",
        )
}

async fn insert(mut conn: &Conn, rows: &[&Offer]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let added = Sql::new(
        "INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, business_price_minor, min_quantity, \
         max_quantity, quantity_step, lead_time_hours, low_stock_threshold, starts_at, ends_at, status, submitted_at, \
         approved_at, rejection_reason, version, created_at, updated_at) SELECT * FROM",
    )
    .join(columns(rows))
    .execute(&mut conn)
    .await;
    refused(added)
}

async fn update(mut conn: &Conn, rows: &[&Offer]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let changed = Sql::new(
        "UPDATE offers o SET sku = u.sku, price_minor = u.price_minor, business_price_minor = u.business_price_minor, \
         min_quantity = u.min_quantity, max_quantity = u.max_quantity, quantity_step = u.quantity_step, \
         lead_time_hours = u.lead_time_hours, low_stock_threshold = u.low_stock_threshold, starts_at = u.starts_at, \
         ends_at = u.ends_at, status = u.status, submitted_at = u.submitted_at, approved_at = u.approved_at, \
         rejection_reason = u.rejection_reason, version = u.version, updated_at = u.updated_at FROM",
    )
    .join(columns(rows))
    .sql(" WHERE o.id = u.id")
    .execute(&mut conn)
    .await;
    refused(changed)
}

async fn save_breaks(mut conn: &Conn, wholes: Vec<&Whole>) -> Result<()> {
    if wholes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = wholes.iter().map(|whole| whole.offer.id.0).collect();
    Sql::new("DELETE FROM offer_price_breaks WHERE offer_id = ANY(").bind(ids).sql(")").execute(&mut conn).await?;
    let steps: Vec<&PriceBreak> = wholes.iter().flat_map(|whole| &whole.breaks).collect();
    Sql::new(
        "INSERT INTO offer_price_breaks (offer_id, for_business, min_quantity, price_minor) SELECT * FROM unnest(",
    )
    .bind(steps.iter().map(|step| step.offer_id.0).collect::<Vec<_>>())
    .sql(", ")
    .bind(steps.iter().map(|step| step.for_business).collect::<Vec<_>>())
    .sql(", ")
    .bind(steps.iter().map(|step| step.min_quantity).collect::<Vec<_>>())
    .sql(", ")
    .bind(steps.iter().map(|step| step.price_minor.0).collect::<Vec<_>>())
    .sql(")")
    .execute(&mut conn)
    .await?;
    Ok(())
}

fn refused(outcome: diesel::QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("offers_sku_key", || {
            Error::problem("SKU_TAKEN", "sku", "another offer of this seller has this SKU")
        })
        .on_constraint("offers_live_key", exists)
        .map(drop)
}
