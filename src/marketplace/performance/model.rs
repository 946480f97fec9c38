//! Counters by offer and day, and every query over them.

use chrono::NaiveDate;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Date as SqlDate, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        outbox::last_feed_seq,
        sql::Sql,
    },
    marketplace::offer::model::{OfferId, within},
};

/// The stream of events that are counted.
pub const FEED: &str = "offer_activity";
/// Events counted in one transaction.
const AT_ONCE: usize = 500;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Counts the next events in the running transaction; answers how many. Nothing while another node does.
pub async fn project(mut conn: &Conn) -> Result<i64> {
    let turn =
        Sql::new("SELECT last_feed_seq AS n FROM projections WHERE name = 'offer_performance' FOR UPDATE SKIP LOCKED");
    let turn: Vec<Number> = turn.load(&mut conn).await?;
    let Some(last) = turn.into_iter().next() else { return Ok(0) };
    if last_feed_seq(conn).await? <= last.n {
        return Ok(0);
    }
    let batch = Sql::new("WITH batch AS MATERIALIZED (SELECT feed_seq, created_at, payload FROM outbox WHERE feed = ")
        .bind(FEED)
        .sql(" AND feed_seq > ")
        .bind(last.n)
        .sql(" ORDER BY feed_seq LIMIT ")
        .number(AT_ONCE)
        .sql(
            "), counted AS (INSERT INTO offer_performance_days (offer_id, day, views, carts, orders, units, revenue_minor, \
             returns) SELECT line.offer, (batch.created_at AT TIME ZONE 'Asia/Kolkata')::date, \
             sum(coalesce(line.views, 0)), sum(coalesce(line.carts, 0)), sum(coalesce(line.orders, 0)), \
             sum(coalesce(line.units, 0)), sum(coalesce(line.revenue_minor, 0)), sum(coalesce(line.returns, 0)) FROM batch \
             CROSS JOIN LATERAL jsonb_to_recordset(batch.payload -> 'lines') AS line(offer uuid, views bigint, carts bigint, \
             orders bigint, units bigint, revenue_minor bigint, returns bigint) \
             JOIN offers ON offers.id = line.offer GROUP BY 1, 2 ON CONFLICT (offer_id, day) DO UPDATE SET \
             views = offer_performance_days.views + excluded.views, carts = offer_performance_days.carts + excluded.carts, \
             orders = offer_performance_days.orders + excluded.orders, \
             units = offer_performance_days.units + excluded.units, \
             revenue_minor = offer_performance_days.revenue_minor + excluded.revenue_minor, \
             returns = offer_performance_days.returns + excluded.returns), \
             moved AS (UPDATE projections SET last_feed_seq = read.last FROM (SELECT max(feed_seq) AS last FROM batch) read \
             WHERE name = 'offer_performance' AND read.last IS NOT NULL) SELECT count(*) AS n FROM batch",
        );
    let counted: Number = batch.get_result(&mut conn).await?;
    Ok(counted.n)
}

/// Which counters are added up.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Of this offer.
    pub offer: Option<OfferId>,
    /// Of this seller's offers.
    pub seller: Option<SellerId>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Span {
    /// `FROM … WHERE …` of the counters within the caller's scope.
    fn rows(self, actor: &Actor) -> Sql {
        let offer = self.offer.map(|id| Sql::new("offers.id = ").bind(id)).unwrap_or_default();
        let seller = self.seller.map(|id| Sql::new("offers.seller_id = ").bind(id)).unwrap_or_default();
        let days = Sql::new("day BETWEEN ").bind(self.from).sql(" AND ").bind(self.to);
        let condition = Sql::all_of([within(actor, Permission::OffersRead), offer, seller, days], " AND ");
        Sql::new(" FROM offer_performance_days JOIN offers ON offers.id = offer_performance_days.offer_id WHERE ")
            .join(condition)
    }
}

/// How often offers were shown.
pub async fn views(mut conn: &Conn, actor: &Actor, span: Span) -> Result<i64> {
    let total = Sql::new("SELECT coalesce(sum(views), 0)::bigint AS n").join(span.rows(actor));
    Ok(total.get_result::<Number>(&mut conn).await?.n)
}

/// How often offers were put into a cart.
pub async fn carts(mut conn: &Conn, actor: &Actor, span: Span) -> Result<i64> {
    let total = Sql::new("SELECT coalesce(sum(carts), 0)::bigint AS n").join(span.rows(actor));
    Ok(total.get_result::<Number>(&mut conn).await?.n)
}

/// Counters of a day.
#[derive(Clone, Copy, Debug, QueryableByName)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct OnDay {
    #[diesel(sql_type = SqlDate)]
    pub day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub views: i64,
    #[diesel(sql_type = BigInt)]
    pub carts: i64,
}

/// The days on which something happened, in order.
pub async fn by_day(mut conn: &Conn, actor: &Actor, span: Span) -> Result<Vec<OnDay>> {
    let days = Sql::new("SELECT day, sum(views)::bigint AS views, sum(carts)::bigint AS carts").join(span.rows(actor));
    Ok(days.sql(" GROUP BY day ORDER BY day").load(&mut conn).await?)
}

/// Counters of an offer.
#[derive(Clone, Copy, Debug, QueryableByName)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct OfOffer {
    #[diesel(sql_type = SqlUuid)]
    pub offer_id: OfferId,
    #[diesel(sql_type = BigInt)]
    pub views: i64,
    #[diesel(sql_type = BigInt)]
    pub carts: i64,
}

/// The offers that were shown most often, the first ones first.
pub async fn top(mut conn: &Conn, actor: &Actor, span: Span, limit: usize) -> Result<Vec<OfOffer>> {
    let offers =
        Sql::new("SELECT offer_id, sum(views)::bigint AS views, sum(carts)::bigint AS carts").join(span.rows(actor));
    let offers = offers.sql(" GROUP BY offer_id HAVING sum(views) > 0 ORDER BY views DESC, offer_id LIMIT ");
    Ok(offers.number(limit).load(&mut conn).await?)
}
