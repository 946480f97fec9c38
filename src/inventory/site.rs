//! Where a store or a warehouse stands, checked and completed.

use async_graphql::InputObject;
use bigdecimal::BigDecimal;

use crate::{
    app::App,
    identity::{
        address::service::state_of,
        place::geocoder::{Point, Query, geocoder},
    },
    kernel::{
        check::Checks,
        error::{Error, Result},
    },
};

/// Where a store or a warehouse stands.
#[derive(Clone, Debug, InputObject)]
pub struct SiteInput {
    /// House and street; 1 to 200 characters.
    pub line1: String,
    /// More of it.
    #[graphql(default)]
    pub line2: String,
    /// City, town or village; 1 to 100 characters.
    pub city: String,
    /// GST code, two letters, or name; needed only where the postal code lies in several states.
    pub state: Option<String>,
    /// Postal code: six digits.
    pub pincode: String,
    /// Degrees north, -90 to 90; the postal code's centre when left out.
    pub latitude: Option<f64>,
    /// Degrees east, -180 to 180; with `latitude`.
    pub longitude: Option<f64>,
}

/// The same, checked.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as the input's fields")]
pub struct Site {
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub state_code: String,
    pub pincode: String,
    pub latitude: Option<BigDecimal>,
    pub longitude: Option<BigDecimal>,
}

/// Checks where something stands: state from the postal code, coordinates from the geocoder. Called outside
/// transactions, since a geocoder may be asked over the network.
pub async fn complete(app: &App, input: SiteInput) -> Result<Site> {
    let mut checks = Checks::default();
    let line1 = checks.text("line1", &input.line1, 1, 200);
    let line2 = checks.text("line2", &input.line2, 0, 200);
    let city = checks.text("city", &input.city, 1, 100);
    checks.finish()?;
    let pincode: String = input.pincode.chars().filter(|c| !c.is_whitespace()).collect();
    let state_code = state_of(app, &pincode, input.state.as_deref()).await?;
    let point = match (input.latitude, input.longitude) {
        (None, None) => {
            let lines = vec![line1.clone(), line2.clone()];
            let query = Query { lines, city: city.clone(), state_code: state_code.clone(), pincode: pincode.clone() };
            geocoder(app).locate(&query).await?
        }
        (Some(north), Some(east)) => {
            Some(Point::new(north, east).ok_or_else(|| Error::invalid("latitude", "there is no such point on earth"))?)
        }
        _ => return Err(Error::invalid("longitude", "give both latitude and longitude, or neither")),
    };
    let (latitude, longitude) = point.map(|point| (point.latitude, point.longitude)).unzip();
    Ok(Site { line1, line2, city, state_code, pincode, latitude, longitude })
}
