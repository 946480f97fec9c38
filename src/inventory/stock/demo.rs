//! Stock of the demo shop.

use chrono::Days;
use uuid::Uuid;

use super::{
    post::Cause,
    service::{Intake, IntakeLine, MAX_LINES, NewIntake, receive},
};
use crate::{
    app::App,
    catalog::variant::model::VariantId,
    inventory::location::model::LocationId,
    kernel::{access::Actor, error::Result, money::Minor},
};

/// Lays packs of these variants, with their maximum retail prices, onto the shelves of a location, once. Different
/// amounts of each, bought at four fifths of the price; every fourth expires in eight months at the earliest, so that
/// it still is good after the half year that the demo shop is open.
pub async fn fill(app: &App, location: LocationId, variants: &[(VariantId, Minor)]) -> Result<usize> {
    let today = app.clock.today();
    for (at, some) in variants.chunks(MAX_LINES).enumerate() {
        let line = |(variant_id, mrp): &(VariantId, Minor)| {
            let seed = seed(variant_id.0);
            let keeps = !seed.is_multiple_of(4);
            IntakeLine {
                variant_id: *variant_id,
                quantity: i32::try_from(20 + seed % 180).unwrap_or(20),
                damaged: 0,
                batch: if keeps { String::new() } else { format!("B{:03}", seed % 1_000) },
                expires_on: if keeps { None } else { today.checked_add_days(Days::new(240 + seed % 300)) },
                unit_cost: Some(Minor(mrp.0 * 4 / 5)),
            }
        };
        let lines = some.iter().map(line).collect();
        let cause = Cause { reference: Some("opening stock".to_owned()), note: None };
        let intake = NewIntake { location_id: location, kind: Intake::Receive, lines, cause };
        receive(app, &Actor::system(), &format!("demo-stock:{location}:{at}"), intake).await?;
    }
    Ok(variants.len())
}

/// A number that stays the same for a variant.
fn seed(id: Uuid) -> u64 {
    id.as_bytes().iter().fold(7, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte))) % 100_000
}
