//! Routes: rows, and every query over them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    kernel::{db::Conn, error::Result},
    payments::{attempt::model::PaymentGateway, intent::model::PaymentMethod},
    schema::payment_routes,
};

/// A gateway that takes a method.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = payment_routes)]
#[graphql(name = "PaymentRoute")]
pub struct Route {
    /// What is paid with.
    pub method: PaymentMethod,
    /// Through whom.
    pub gateway: PaymentGateway,
    /// When its turn is, from 1: the next one is asked where this one made nothing of it.
    pub position: i32,
    /// Whether it is asked at all.
    pub enabled: bool,
}

/// All routes by method and turn.
pub async fn all(mut conn: &Conn) -> Result<Vec<Route>> {
    let rows = payment_routes::table.order((payment_routes::method, payment_routes::position));
    Ok(rows.select(Route::as_select()).load(&mut conn).await?)
}

/// The gateways that are asked for a method, in turn.
pub async fn of_method(mut conn: &Conn, method: PaymentMethod) -> Result<Vec<PaymentGateway>> {
    let rows = payment_routes::table
        .filter(payment_routes::method.eq(method).and(payment_routes::enabled))
        .order(payment_routes::position);
    Ok(rows.select(payment_routes::gateway).load(&mut conn).await?)
}

/// The routes of a method, locked for a change.
pub async fn lock(mut conn: &Conn, method: PaymentMethod) -> Result<Vec<Route>> {
    let rows = payment_routes::table.filter(payment_routes::method.eq(method)).order(payment_routes::position);
    Ok(rows.select(Route::as_select()).for_update().load(&mut conn).await?)
}

/// Replaces the locked routes of a method.
pub async fn replace(mut conn: &Conn, method: PaymentMethod, rows: &[Route]) -> Result<()> {
    diesel::delete(payment_routes::table.filter(payment_routes::method.eq(method))).execute(&mut conn).await?;
    diesel::insert_into(payment_routes::table).values(rows).execute(&mut conn).await?;
    Ok(())
}
