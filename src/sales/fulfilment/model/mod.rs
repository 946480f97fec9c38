//! Packages: rows, and every query over them.

pub mod progress;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use super::packing::{PackedLine, Packing};
use crate::{
    id,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    sales::order::model::{
        line::{OrderLine, OrderLineId},
        part::{self, SubOrderId},
    },
    schema::{order_lines, package_events, package_lines, packages},
    text_enum,
};

id! {
    /// Identifies a package.
    PackageId, "pkg", "Package"
}

id! {
    /// Identifies an event of a package.
    PackageEventId, "pke", "PackageEvent"
}

text_enum! {
    /// Where a package stands.
    pub enum PackageStatus {
        /// Packed, and still with the seller.
        Packed = "packed",
        /// On its way.
        Shipped = "shipped",
        /// Handed over.
        Delivered = "delivered",
        /// Unpacked again: its sub-order was cancelled.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Who brings a package.
    pub enum Carriage {
        /// The seller's own people.
        Own = "own",
        /// A carrier.
        Carrier = "carrier",
    }
}

text_enum! {
    /// What happened to a package.
    pub enum PackageEventKind {
        /// It was packed.
        Packed = "packed",
        /// It left the seller.
        Shipped = "shipped",
        /// It was seen on its way.
        InTransit = "in_transit",
        /// It is on the last stretch.
        OutForDelivery = "out_for_delivery",
        /// It could not be handed over.
        AttemptFailed = "attempt_failed",
        /// It was handed over.
        Delivered = "delivered",
        /// It was unpacked again.
        Cancelled = "cancelled",
    }
}

/// A parcel in which goods of a sub-order travel.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = packages, treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown, or in the database")]
pub struct Package {
    /// Global ID.
    pub id: PackageId,
    #[graphql(skip)]
    pub sub_order_id: SubOrderId,
    /// Which of the sub-order's packages it is, from 1.
    pub number: i32,
    /// Where it stands.
    pub status: PackageStatus,
    /// What it weighs, in grams.
    pub weight_grams: Option<i32>,
    /// Who brings it; null before it leaves.
    pub carriage: Option<Carriage>,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Where the carrier tells of it.
    pub tracking_url: Option<String>,
    /// Who brings it, of the seller's own people.
    pub courier: Option<String>,
    #[graphql(skip)]
    pub code_tries: i32,
    /// How often it could not be handed over.
    pub failed_attempts: i32,
    /// Who took it.
    pub received_by: Option<String>,
    /// When it left.
    pub shipped_at: Option<DateTime<Utc>>,
    /// When it was handed over.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was packed.
    pub created_at: DateTime<Utc>,
    #[graphql(skip)]
    pub updated_at: DateTime<Utc>,
}

/// Packs of a line in a package.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = package_lines)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct PackageLine {
    #[graphql(skip)]
    pub package_id: PackageId,
    #[graphql(skip)]
    pub order_line_id: OrderLineId,
    /// How many packs.
    pub quantity: i32,
}

/// Something that happened to a package.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = package_events)]
#[expect(missing_docs, reason = "skipped fields are documented in the database")]
pub struct PackageEvent {
    /// Global ID.
    pub id: PackageEventId,
    #[graphql(skip)]
    pub package_id: PackageId,
    /// What.
    pub kind: PackageEventKind,
    /// Where.
    pub place: Option<String>,
    /// What was said about it.
    pub note: Option<String>,
    #[graphql(skip)]
    pub recorded_by: Option<Uuid>,
    /// When it happened, as it was told.
    pub occurred_at: DateTime<Utc>,
    /// When it was told.
    pub recorded_at: DateTime<Utc>,
}

load_by_id!(PackageId => Package, packages);
load_by_id!(OrderLineId => OrderLine, order_lines);
load_children! {
    /// The packages of a sub-order, which the caller may see.
    pub PackagesOf(SubOrderId) => Package, packages.sub_order_id, by number
}
load_children! {
    /// What is in a package.
    pub PackageLinesOf(PackageId) => PackageLine, package_lines.package_id, by order_line_id
}
load_children! {
    /// What happened to a package, the first first.
    pub PackageEventsOf(PackageId) => PackageEvent, package_events.package_id, by (occurred_at, id)
}

/// Packages of sub-orders that the caller may see.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new("packages.sub_order_id IN (SELECT sub_orders.id FROM sub_orders WHERE ")
        .join(part::visible_to(actor))
        .sql(")")
}

/// A package that the caller may see, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: PackageId) -> Result<Package> {
    let rest = Sql::new("FROM packages WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Package>::new(rest).row(conn).await?.ok_or(Error::NotFound("package"))
}

/// A package on which the caller has the permission as seller or back office, or NOT_FOUND.
pub async fn find_within(conn: &Conn, actor: &Actor, permission: Permission, id: PackageId) -> Result<Package> {
    let rest = Sql::new("FROM packages WHERE id = ")
        .bind(id)
        .sql(" AND sub_order_id IN (SELECT sub_orders.id FROM sub_orders WHERE ")
        .join(part::within(actor, permission))
        .sql(")");
    Select::<Package>::new(rest).row(conn).await?.ok_or(Error::NotFound("package"))
}

/// The packages of a locked sub-order.
pub async fn of(mut conn: &Conn, sub_order: SubOrderId) -> Result<Vec<Package>> {
    let rows = packages::table.filter(packages::sub_order_id.eq(sub_order)).order(packages::number);
    Ok(rows.select(Package::as_select()).load(&mut conn).await?)
}

/// The lines of a locked sub-order.
pub async fn lines_of(mut conn: &Conn, sub_order: SubOrderId) -> Result<Vec<OrderLine>> {
    let rows = order_lines::table.filter(order_lines::sub_order_id.eq(sub_order)).order(order_lines::id);
    Ok(rows.select(OrderLine::as_select()).load(&mut conn).await?)
}

/// Adds packages with what is in them.
pub async fn insert(mut conn: &Conn, rows: &[Package], lines: &[PackageLine]) -> Result<()> {
    diesel::insert_into(packages::table).values(rows).execute(&mut conn).await?;
    diesel::insert_into(package_lines::table).values(lines).execute(&mut conn).await?;
    Ok(())
}

/// Stores a changed package of a locked sub-order.
pub async fn store(mut conn: &Conn, row: &Package) -> Result<()> {
    diesel::update(packages::table.find(row.id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Adds events.
pub async fn insert_events(mut conn: &Conn, rows: &[PackageEvent]) -> Result<()> {
    diesel::insert_into(package_events::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

/// Notes what is not sent of locked lines.
pub async fn cancel_packs(mut conn: &Conn, packing: &Packing) -> Result<()> {
    if packing.short.is_empty() {
        return Ok(());
    }
    Sql::new("UPDATE order_lines SET quantity_cancelled = quantity_cancelled + gone.quantity FROM unnest(")
        .bind(packing.short.iter().map(|short| short.line_id.0).collect::<Vec<_>>())
        .sql(", ")
        .bind(packing.short.iter().map(|short| short.quantity).collect::<Vec<_>>())
        .sql(") AS gone (id, quantity) WHERE order_lines.id = gone.id")
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Notes that what is in a package left.
pub async fn ship_packs(mut conn: &Conn, package: PackageId) -> Result<()> {
    Sql::new(
        "UPDATE order_lines SET quantity_shipped = quantity_shipped + package_lines.quantity FROM package_lines \
         WHERE package_lines.order_line_id = order_lines.id AND package_lines.package_id = ",
    )
    .bind(package)
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// Rows of a package's content.
pub fn content(package: PackageId, lines: &[PackedLine]) -> impl Iterator<Item = PackageLine> {
    lines.iter().map(move |line| PackageLine {
        package_id: package,
        order_line_id: line.line_id,
        quantity: line.quantity,
    })
}

/// How many events a package has.
pub async fn count_events(mut conn: &Conn, package: PackageId) -> Result<usize> {
    let rows = package_events::table.filter(package_events::package_id.eq(package));
    let count: i64 = rows.count().get_result(&mut conn).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Counts a wrong code.
pub async fn count_try(mut conn: &Conn, package: PackageId) -> Result<()> {
    let row = packages::table.find(package);
    diesel::update(row).set(packages::code_tries.eq(packages::code_tries + 1)).execute(&mut conn).await?;
    Ok(())
}

/// Unpacks the packages of locked sub-orders that are cancelled. CONFLICT where one has left already.
pub async fn unpack(mut conn: &Conn, parts: &[SubOrderId], by: Option<Uuid>, now: DateTime<Utc>) -> Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|part| part.0).collect();
    let left =
        Sql::new("FROM packages WHERE shipped_at IS NOT NULL AND sub_order_id = ANY(").bind(ids.clone()).sql(")");
    if left.exists(conn).await? {
        return Err(Error::problem("NOT_CANCELLABLE", "", "a package of it is on its way already"));
    }
    let rows = packages::table.filter(packages::sub_order_id.eq_any(ids));
    let unpacked: Vec<PackageId> = diesel::update(rows)
        .set((
            packages::status.eq(PackageStatus::Cancelled),
            packages::version.eq(packages::version + 1),
            packages::updated_at.eq(now),
        ))
        .returning(packages::id)
        .get_results(&mut conn)
        .await?;
    let event = |package_id| PackageEvent {
        id: PackageEventId::new(),
        package_id,
        kind: PackageEventKind::Cancelled,
        place: None,
        note: None,
        recorded_by: by,
        occurred_at: now,
        recorded_at: now,
    };
    insert_events(conn, &unpacked.into_iter().map(event).collect::<Vec<_>>()).await
}
