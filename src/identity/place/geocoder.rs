//! From an address to coordinates. Providers stand behind one trait; without one, the postal code's centre serves.

use async_trait::async_trait;
use bigdecimal::{BigDecimal, FromPrimitive};

use super::model;
use crate::{
    app::App,
    kernel::{db::Db, error::Result},
};

/// An address to be found.
#[derive(Clone, Debug)]
pub struct Query {
    /// House and street.
    pub lines: Vec<String>,
    /// City or village.
    pub city: String,
    /// GST code of the state.
    pub state_code: String,
    /// Six digits.
    pub pincode: String,
}

/// Degrees north and east, to six decimals.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: BigDecimal,
    /// Degrees east.
    pub longitude: BigDecimal,
}

impl Point {
    /// From degrees; `None` outside the earth.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
            return None;
        }
        let exact = |degrees| BigDecimal::from_f64(degrees).map(|exact| exact.round(6));
        Some(Self { latitude: exact(latitude)?, longitude: exact(longitude)? })
    }
}

/// Finds addresses. Called outside transactions: a provider is asked over the network.
#[async_trait]
pub trait Geocoder: Send + Sync {
    /// Where the address is; `None` when it cannot be told.
    async fn locate(&self, query: &Query) -> Result<Option<Point>>;
}

/// Answers the centre of the postal code, where the table knows it.
pub struct PincodeTable {
    db: Db,
}

impl PincodeTable {
    /// Over the application's database.
    pub fn new(app: &App) -> Self {
        Self { db: app.db.clone() }
    }
}

#[async_trait]
impl Geocoder for PincodeTable {
    async fn locate(&self, query: &Query) -> Result<Option<Point>> {
        let rows = model::of_code(&*self.db.read().await?, &query.pincode).await?;
        let row = rows.into_iter().find(|row| row.state_code == query.state_code);
        Ok(row.and_then(|row| Some(Point { latitude: row.latitude?, longitude: row.longitude? })))
    }
}

/// The geocoder in use.
pub fn geocoder(app: &App) -> Box<dyn Geocoder> {
    Box::new(PincodeTable::new(app))
}
