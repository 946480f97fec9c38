//! Who delivers to a postal code: one statement, read by the pure rules of `delivery` and `schedule`.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Asia::Kolkata;
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::delivery::Delivery;
use crate::{
    inventory::{
        hours::schedule::{HORIZON_DAYS, Schedule, from_minutes},
        location::model::LocationId,
        seller::model::SellerId,
    },
    kernel::{db::Conn, error::Result, money::Minor, sql::Sql},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    location_id: LocationId,
    #[diesel(sql_type = SqlUuid)]
    seller_id: SellerId,
    #[diesel(sql_type = Integer)]
    priority: i32,
    #[diesel(sql_type = Integer)]
    promised_minutes: i32,
    #[diesel(sql_type = BigInt)]
    delivery_fee_minor: Minor,
    #[diesel(sql_type = Nullable<BigInt>)]
    free_delivery_threshold_minor: Option<Minor>,
    #[diesel(sql_type = BigInt)]
    minimum_order_minor: Minor,
    #[diesel(sql_type = Array<Integer>)]
    weekly: Vec<i32>,
    /// Minutes by date.
    #[diesel(sql_type = Nullable<Jsonb>)]
    holidays: Option<Value>,
}

/// Everybody who delivers to the postal code, as of that instant, in no order: active locations of active sellers.
pub async fn deliveries(mut conn: &Conn, pincode: &str, at: DateTime<Utc>) -> Result<Vec<Delivery>> {
    let today = at.with_timezone(&Kolkata).date_naive();
    // Yesterday's spans may run past midnight.
    let first = today.pred_opt().unwrap_or(today);
    let last = today.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(today);
    let statement = Sql::new(
        "SELECT a.location_id, locations.seller_id, a.priority, a.promised_minutes, a.delivery_fee_minor, \
            a.free_delivery_threshold_minor, a.minimum_order_minor, coalesce(a.weekly, h.weekly, '{}') AS weekly, \
            (SELECT jsonb_object_agg(on_date, spans) FROM opening_holidays \
             WHERE location_id = a.location_id AND on_date BETWEEN ",
    )
    .bind(first)
    .sql(" AND ")
    .bind(last)
    .sql(
        ") AS holidays \
         FROM service_areas a JOIN locations ON locations.id = a.location_id \
            JOIN sellers ON sellers.id = locations.seller_id \
            LEFT JOIN stores ON stores.id = a.location_id LEFT JOIN warehouses ON warehouses.id = a.location_id \
            LEFT JOIN opening_hours h ON h.location_id = a.location_id \
         WHERE a.active AND sellers.status = 'active' AND coalesce(stores.status, warehouses.status) = 'active' \
            AND a.pincode = ",
    )
    .bind(pincode);
    let rows: Vec<Row> = statement.load(&mut conn).await?;
    rows.into_iter().map(|row| row.at(at)).collect()
}

impl Row {
    fn at(self, at: DateTime<Utc>) -> Result<Delivery> {
        let holidays: BTreeMap<NaiveDate, Vec<i32>> =
            self.holidays.map(serde_json::from_value).transpose()?.unwrap_or_default();
        let holidays = holidays.into_iter().map(|(date, minutes)| (date, from_minutes(&minutes))).collect();
        let schedule = Schedule { weekly: from_minutes(&self.weekly), holidays };
        Ok(Delivery {
            location_id: self.location_id,
            seller_id: self.seller_id,
            priority: self.priority,
            promised_minutes: self.promised_minutes,
            delivery_fee: self.delivery_fee_minor,
            free_delivery_threshold: self.free_delivery_threshold_minor,
            minimum_order: self.minimum_order_minor,
            open: schedule.is_open(at),
            next_opening: schedule.next_opening(at),
        })
    }
}
