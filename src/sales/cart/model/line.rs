//! Lines of carts: rows, and what the database knows of their offers at this moment.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, expression::SqlLiteral, prelude::*, sql_types::Jsonb};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use uuid::Uuid;

use super::CartId;
use crate::{
    id,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::{Key, group},
        money::Minor,
        sql::{Select, Sql},
    },
    marketplace::offer::model::{Offer, OfferId, PriceBreak},
    sales::cart::line::{CartProblem, Line},
    schema::cart_items,
};

id! {
    /// Identifies a line of a cart.
    CartItemId, "cit", "CartItem"
}

/// A line's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = cart_items)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct CartItem {
    pub id: CartItemId,
    pub cart_id: CartId,
    pub offer_id: OfferId,
    pub quantity: i32,
    pub saved: bool,
    pub seen_price_minor: Minor,
    pub seen_problem: Option<CartProblem>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What decides whether, and for how much, a line's offer can be bought, besides the offer itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Facts {
    /// Whether its seller sells.
    pub seller_sells: bool,
    /// Whether its variant and product are in the shop.
    pub on_shelf: bool,
    /// Whether it can be bought, as [`crate::marketplace::offer::model::shelf::buyable_offers`] has it.
    pub buyable: bool,
    /// Packs that one place of the seller can send: a line is not sent from two.
    pub available: i32,
    /// Whether the cart's owner buys for a business.
    pub business: bool,
    /// Its product.
    pub product: Uuid,
    /// The product's HSN code.
    pub hsn: Option<String>,
    /// The product's category with all above it.
    pub category_path: Vec<Uuid>,
    breaks: Vec<Break>,
}

#[derive(Clone, Debug, Deserialize)]
struct Break {
    for_business: bool,
    min_quantity: i32,
    price_minor: Minor,
}

impl Facts {
    /// The offer's price breaks.
    pub fn breaks_of(&self, offer: &Offer) -> Vec<PriceBreak> {
        let row = |one: &Break| PriceBreak {
            offer_id: offer.id,
            for_business: one.for_business,
            min_quantity: one.min_quantity,
            price_minor: one.price_minor,
        };
        self.breaks.iter().map(row).collect()
    }
}

/// A line with its offer and what is known of it, as one row of one statement.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cart_items)]
struct Found {
    #[diesel(embed)]
    item: CartItem,
    #[diesel(embed)]
    offer: Offer,
    #[diesel(select_expression = sql::<Jsonb>("facts.known"), select_expression_type = SqlLiteral<Jsonb>)]
    facts: serde_json::Value,
}

impl TryFrom<Found> for Line {
    type Error = Error;

    fn try_from(found: Found) -> Result<Self> {
        Ok(Self::new(found.item, found.offer, serde_json::from_value(found.facts)?))
    }
}

/// The lines of a cart as they stand now, in the order in which they were added: one statement, however many.
pub async fn lines(conn: &Conn, cart: CartId, now: DateTime<Utc>) -> Result<Vec<Line>> {
    lines_of(conn, vec![cart.0], now).await
}

async fn lines_of(conn: &Conn, carts: Vec<Uuid>, now: DateTime<Utc>) -> Result<Vec<Line>> {
    let rest = Sql::new(
        "FROM cart_items JOIN carts ON carts.id = cart_items.cart_id JOIN offers ON offers.id = cart_items.offer_id \
         JOIN product_variants ON product_variants.id = offers.variant_id \
         JOIN products ON products.id = product_variants.product_id \
         LEFT JOIN categories ON categories.id = products.category_id \
         CROSS JOIN LATERAL (SELECT jsonb_build_object('buyable', EXISTS (SELECT FROM buyable_offers(",
    )
    .bind(now)
    .sql(
        ") AS shelf WHERE shelf.id = offers.id), \
         'seller_sells', EXISTS (SELECT FROM sellers WHERE sellers.id = offers.seller_id AND sellers.status = 'active'), \
         'on_shelf', product_variants.status = 'active' AND products.status = 'active', \
         'product', products.id, 'hsn', products.hsn_code, 'category_path', coalesce(to_jsonb(categories.path), '[]'), \
         'available', (SELECT coalesce(max(sendable_stock.available), 0) FROM sendable_stock \
            WHERE sendable_stock.variant_id = offers.variant_id AND sendable_stock.seller_id = offers.seller_id), \
         'business', EXISTS (SELECT FROM customer_profiles WHERE customer_profiles.account_id = carts.account_id \
            AND customer_profiles.gstin IS NOT NULL), \
         'breaks', (SELECT coalesce(jsonb_agg(jsonb_build_object('for_business', step.for_business, \
            'min_quantity', step.min_quantity, 'price_minor', step.price_minor)), '[]') FROM offer_price_breaks step \
            WHERE step.offer_id = offers.id)) AS known) AS facts WHERE cart_items.cart_id = ANY(",
    )
    .bind(carts)
    .sql(") ORDER BY cart_items.cart_id, cart_items.created_at, cart_items.id");
    Select::<Found>::new(rest).rows(conn).await?.into_iter().map(Line::try_from).collect()
}

/// The key of a cart's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinesOf {
    /// The cart, which the caller may see.
    pub cart: CartId,
    /// When; neighbours in one answer are fetched together, as of the latest of them.
    pub at: DateTime<Utc>,
}

impl Key for LinesOf {
    type Value = Arc<Vec<Line>>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let rows = lines_of(conn, keys.iter().map(|key| key.cart.0).collect(), at).await?;
        Ok(group(keys, rows, |key| key.cart, |line| line.item.cart_id))
    }
}

fn too_many() -> Error {
    let message = format!("a line has at most {} packs", crate::sales::cart::MAX_QUANTITY);
    Error::problem("QUANTITY_NOT_TAKEN", "quantity", message)
}

/// Puts so many packs of an offer into a locked cart, on top of those that are in it; what was saved for later comes
/// back with the new quantity. Answers the line's ID and whether it is a new line.
pub async fn put(
    conn: &Conn,
    cart: CartId,
    offer: OfferId,
    quantity: i32,
    now: DateTime<Utc>,
) -> Result<(CartItemId, bool)> {
    let id = CartItemId::new();
    let statement = Sql::new(
        "INSERT INTO cart_items (id, cart_id, offer_id, quantity, saved, seen_price_minor, created_at, updated_at) \
         VALUES (",
    )
    .bind(id)
    .sql(", ")
    .bind(cart)
    .sql(", ")
    .bind(offer)
    .sql(", ")
    .bind(quantity)
    .sql(", FALSE, 0, ")
    .bind(now)
    .sql(", ")
    .bind(now)
    .sql(
        ") ON CONFLICT ON CONSTRAINT cart_items_offer_key DO UPDATE SET saved = FALSE, updated_at = excluded.updated_at, \
         quantity = CASE WHEN cart_items.saved THEN 0 ELSE cart_items.quantity END + excluded.quantity RETURNING id",
    );
    let missing = || Error::problem("NOT_FOUND", "offerId", "there is no such offer");
    let ids = statement.ids(conn).await;
    let ids =
        ids.on_constraint("cart_items_offer_id_fkey", missing).on_constraint("cart_items_quantity_check", too_many)?;
    let stored = ids.into_iter().next().map_or(id, CartItemId);
    Ok((stored, stored == id))
}

/// Makes sure that a locked cart has so many packs of each offer, or more; what was saved for later comes back.
pub async fn put_at_least(mut conn: &Conn, cart: CartId, wanted: &[(OfferId, i32)], now: DateTime<Utc>) -> Result<()> {
    let (offers, quantities): (Vec<Uuid>, Vec<i32>) = wanted.iter().map(|(offer, n)| (offer.0, *n)).unzip();
    let fresh: Vec<Uuid> = wanted.iter().map(|_| Uuid::now_v7()).collect();
    Sql::new(
        "INSERT INTO cart_items (id, cart_id, offer_id, quantity, saved, seen_price_minor, created_at, updated_at) SELECT \
         new.id, ",
    )
    .bind(cart)
    .sql(", new.offer_id, new.quantity, FALSE, 0, ")
    .bind(now)
    .sql(", ")
    .bind(now)
    .sql(" FROM unnest(")
    .bind(fresh)
    .sql(", ")
    .bind(offers)
    .sql(", ")
    .bind(quantities)
    .sql(
        ") AS new (id, offer_id, quantity) ON CONFLICT ON CONSTRAINT cart_items_offer_key DO UPDATE SET saved = FALSE, \
         updated_at = excluded.updated_at, quantity = greatest(cart_items.quantity, excluded.quantity)",
    )
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// Takes the lines of these offers out of a locked cart.
pub async fn remove_offers(mut conn: &Conn, cart: CartId, offers: &[OfferId]) -> Result<()> {
    if offers.is_empty() {
        return Ok(());
    }
    let lines = cart_items::table.filter(cart_items::cart_id.eq(cart).and(cart_items::offer_id.eq_any(offers)));
    diesel::delete(lines).execute(&mut conn).await?;
    Ok(())
}

/// Stores a line of a locked cart: its quantity, its place and what the shopper saw.
pub async fn store(conn: &Conn, item: &CartItem) -> Result<()> {
    store_all(conn, std::slice::from_ref(item)).await
}

/// Stores lines of a locked cart with one statement; those that are not in it are added.
pub async fn store_all(mut conn: &Conn, items: &[CartItem]) -> Result<()> {
    use diesel::upsert::excluded;
    diesel::insert_into(cart_items::table)
        .values(items)
        .on_conflict((cart_items::cart_id, cart_items::offer_id))
        .do_update()
        .set((
            cart_items::quantity.eq(excluded(cart_items::quantity)),
            cart_items::saved.eq(excluded(cart_items::saved)),
            cart_items::seen_price_minor.eq(excluded(cart_items::seen_price_minor)),
            cart_items::seen_problem.eq(excluded(cart_items::seen_problem)),
            cart_items::updated_at.eq(excluded(cart_items::updated_at)),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Takes a line out of a locked cart; answers whether it was in it.
pub async fn remove(mut conn: &Conn, cart: CartId, item: CartItemId) -> Result<bool> {
    let line = cart_items::table.find(item).filter(cart_items::cart_id.eq(cart));
    Ok(diesel::delete(line).execute(&mut conn).await? > 0)
}

/// Takes everything out of a locked cart but what is saved for later; answers how many lines that were.
pub async fn clear(mut conn: &Conn, cart: CartId) -> Result<usize> {
    let lines = cart_items::table.filter(cart_items::cart_id.eq(cart).and(cart_items::saved.eq(false)));
    Ok(diesel::delete(lines).execute(&mut conn).await?)
}

/// A cart's lines without their offers.
pub async fn items(mut conn: &Conn, cart: CartId) -> Result<Vec<CartItem>> {
    let lines = cart_items::table.filter(cart_items::cart_id.eq(cart));
    Ok(lines.order((cart_items::created_at, cart_items::id)).select(CartItem::as_select()).load(&mut conn).await?)
}
