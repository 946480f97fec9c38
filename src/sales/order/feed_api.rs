//! Live orders in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, subscription};
use futures_util::{Stream, StreamExt, future::ready, stream::BoxStream};

use super::{
    model::{
        self as orders, Order, OrderId, Visible,
        part::{SubOrder, SubOrderId},
        timeline::OrderEventKind,
    },
    story::{self, Told},
};
use crate::{
    context::Ctx,
    inventory::{location::model as locations, seller::model::SellerId},
    kernel::{
        access::{Permission, Scope},
        error::{Error, Result},
        feed,
        outbox::Event,
        sql::Sql,
    },
};

/// Something that happened to an order.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct OrderEvent {
    /// Where in the stream this event stands; pass it as `after` to resume.
    cursor: String,
    /// What happened.
    kind: OrderEventKind,
    /// When.
    at: DateTime<Utc>,
    #[graphql(skip)]
    order: OrderId,
    #[graphql(skip)]
    part: Option<SubOrderId>,
}

#[edges]
impl OrderEvent {
    /// The order as it is now; null for sellers.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Arc<Order>>> {
        ctx.load(Visible(self.order)).await
    }

    /// The part that it is about, as it is now; null for the whole order.
    async fn sub_order(&self, ctx: &Context<'_>) -> Result<Option<Arc<SubOrder>>> {
        match self.part {
            Some(part) => ctx.load(part).await,
            None => Ok(None),
        }
    }
}

impl OrderEvent {
    fn new(event: &Event, told: &Told, cursor: i64) -> Self {
        Self {
            cursor: cursor.to_string(),
            kind: told.kind,
            at: event.created_at,
            order: OrderId(told.order),
            part: told.part.map(SubOrderId),
        }
    }
}

/// Which events of orders a subscription hears; name at most one.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderEventWhere {
    /// Of this order: for its buyer, and for the back office.
    order_id: Option<OrderId>,
    /// Of this seller's sub-orders, from the moment on in which the payment is certain: for who works for the seller, or
    /// at one of its locations, and for the back office.
    seller_id: Option<SellerId>,
}

/// Live feeds of orders.
#[derive(Default)]
pub struct OrderSubscription;

#[subscription]
impl OrderSubscription {
    /// What happens to an order, or to a seller's sub-orders, or with `orders.read` over the whole platform to all
    /// orders, from the cursor on and then live; without a cursor, from now on. A cursor belongs to its own filter.
    #[access(Known)]
    async fn order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events; those of all orders when left out", name = "where")] filter: Option<
            OrderEventWhere,
        >,
        #[graphql(desc = "Cursor of the last event that was seen")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<OrderEvent>> + use<>> {
        let after = after.map(|text| text.parse::<i64>().map_err(|_| malformed(&text))).transpose()?;
        let filter = filter.unwrap_or_default();
        match (filter.order_id, filter.seller_id) {
            (Some(order), None) => of_order(ctx, order, after).await,
            (None, Some(seller)) => of_seller(ctx, seller, after).await,
            (None, None) => of_all(ctx, after),
            _ => Err(Error::BadInput("name an order or a seller, not both".to_owned())),
        }
    }
}

type Events = BoxStream<'static, Result<OrderEvent>>;

async fn of_order(ctx: &Context<'_>, order: OrderId, after: Option<i64>) -> Result<Events> {
    let app = ctx.app();
    let conn = app.db.write().await?;
    orders::find(&conn, ctx.actor(), order).await?;
    drop(conn);
    let events = feed::subscribe(app.db.clone(), Arc::clone(&app.bus), story::topic(order), after);
    let read = |event: Result<Arc<Event>>| {
        let event = event?;
        let told: Told = serde_json::from_value(event.payload.clone())?;
        Ok(OrderEvent::new(&event, &told, event.sequence))
    };
    Ok(events.map(read).boxed())
}

async fn of_seller(ctx: &Context<'_>, seller: SellerId, after: Option<i64>) -> Result<Events> {
    let (app, scope) = (ctx.app(), ctx.actor().scope(Permission::OrdersRead));
    let conn = app.db.write().await?;
    let within = locations::within(ctx.actor(), Permission::OrdersRead);
    let reached = Sql::new("FROM locations WHERE seller_id = ").bind(seller).sql(" AND ").join(within);
    if !scope.everything && !scope.distributors.contains(&seller.0) && !reached.exists(&conn).await? {
        return Err(Error::NotFound("seller"));
    }
    drop(conn);
    let events = feed::subscribe_wide(app.db.clone(), &app.bus, vec![story::feed(seller)], after);
    Ok(wide(events, move |told| reaches(&scope, seller, told)))
}

/// Whether a seller's event is within the scope: of the seller as a whole, or of a location that is named.
fn reaches(scope: &Scope, seller: SellerId, told: &Told) -> bool {
    let at = |places: &[uuid::Uuid]| told.location.is_some_and(|location| places.contains(&location));
    scope.everything || scope.distributors.contains(&seller.0) || at(&scope.stores) || at(&scope.warehouses)
}

fn of_all(ctx: &Context<'_>, after: Option<i64>) -> Result<Events> {
    ctx.actor().require_everywhere(Permission::OrdersRead)?;
    let app = ctx.app();
    let events = feed::subscribe_wide(app.db.clone(), &app.bus, vec![story::ALL.to_owned()], after);
    Ok(wide(events, |_| true))
}

fn wide(
    events: impl Stream<Item = Result<Arc<Event>>> + Send + 'static,
    takes: impl Fn(&Told) -> bool + Send + Sync + 'static,
) -> Events {
    let read = move |event: Result<Arc<Event>>| {
        let taken = event.and_then(|event| {
            let told: Told = serde_json::from_value(event.payload.clone())?;
            Ok(takes(&told).then(|| OrderEvent::new(&event, &told, event.feed_seq.unwrap_or_default())))
        });
        ready(taken.transpose())
    };
    events.filter_map(read).boxed()
}

fn malformed(text: &str) -> Error {
    Error::BadInput(format!("malformed cursor {:?}", text.chars().take(40).collect::<String>()))
}
