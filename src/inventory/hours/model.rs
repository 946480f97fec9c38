//! Rows of opening hours and every query over them.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;

use super::schedule::{Schedule, from_minutes};
use crate::{
    inventory::location::model::LocationId,
    kernel::{access::Actor, db::Conn, error::Result, loader::Key},
    schema::{opening_holidays, opening_hours},
};

/// Weekly opening hours of a location.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = opening_hours)]
#[expect(missing_docs, reason = "see the database's comments")]
pub struct WeeklyHours {
    pub location_id: LocationId,
    pub weekly: Vec<i32>,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

/// A date on which other hours hold.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = opening_holidays)]
#[expect(missing_docs, reason = "see the database's comments")]
pub struct HolidayRow {
    pub location_id: LocationId,
    pub on_date: NaiveDate,
    pub name: String,
    pub spans: Vec<i32>,
}

/// Everything about when a location is open.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Hours {
    /// Of the week; `None` where nobody entered any: the location is closed.
    pub weekly: Option<WeeklyHours>,
    /// By date.
    pub holidays: Vec<HolidayRow>,
}

impl Hours {
    /// As rules.
    pub fn schedule(&self) -> Schedule {
        let holidays = self.holidays.iter().map(|holiday| (holiday.on_date, from_minutes(&holiday.spans)));
        let weekly = self.weekly.as_ref().map(|hours| from_minutes(&hours.weekly)).unwrap_or_default();
        Schedule { weekly, holidays: holidays.collect() }
    }

    /// Counts the writes; 0 before the first.
    pub fn version(&self) -> i32 {
        self.weekly.as_ref().map_or(0, |hours| hours.version)
    }
}

/// The key of a location's opening hours; whoever sees the location sees them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HoursOf(pub LocationId);

impl Key for HoursOf {
    type Value = Arc<Hours>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<LocationId> = keys.iter().map(|key| key.0).collect();
        let mut found = of_locations(conn, &ids).await?;
        Ok(keys.iter().map(|key| (*key, Arc::new(found.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// The opening hours of these locations; those without any are left out.
pub async fn of_locations(mut conn: &Conn, ids: &[LocationId]) -> Result<HashMap<LocationId, Hours>> {
    let weekly = opening_hours::table.filter(opening_hours::location_id.eq_any(ids));
    let weekly: Vec<WeeklyHours> = weekly.select(WeeklyHours::as_select()).load(&mut conn).await?;
    let holidays = opening_holidays::table.filter(opening_holidays::location_id.eq_any(ids));
    let holidays = holidays.order((opening_holidays::location_id, opening_holidays::on_date));
    let holidays: Vec<HolidayRow> = holidays.select(HolidayRow::as_select()).load(&mut conn).await?;
    let mut all: HashMap<LocationId, Hours> = HashMap::with_capacity(weekly.len());
    for row in weekly {
        let hours = all.entry(row.location_id).or_default();
        hours.weekly = Some(row);
    }
    for row in holidays {
        all.entry(row.location_id).or_default().holidays.push(row);
    }
    Ok(all)
}

/// Replaces the opening hours of a location, whose row the caller has locked.
pub async fn replace(mut conn: &Conn, weekly: &WeeklyHours, holidays: &[HolidayRow]) -> Result<()> {
    diesel::insert_into(opening_hours::table)
        .values(weekly)
        .on_conflict(opening_hours::location_id)
        .do_update()
        .set(weekly)
        .execute(&mut conn)
        .await?;
    let old = opening_holidays::table.filter(opening_holidays::location_id.eq(weekly.location_id));
    diesel::delete(old).execute(&mut conn).await?;
    diesel::insert_into(opening_holidays::table).values(holidays).execute(&mut conn).await?;
    Ok(())
}
