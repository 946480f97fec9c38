//! Writes batches of a stock file: as many statements for a row as for thousands.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::StockEntry;
use crate::{
    catalog::import::{
        kinds::{Outcome, Output},
        rights::starter,
    },
    inventory::{
        location::model::{self as locations, LocationId, LocationKind, LocationStatus, NamedPlace},
        seller::model::SellerId,
        stock::{
            post::{At, Cause},
            target::{Target, bring},
        },
        store::model::StoreId,
        warehouse::model::WarehouseId,
    },
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Problem, Result},
        jobs::JobId,
    },
    marketplace::offer::{
        import::output::issue,
        model::{self, lookup},
    },
};

/// Writes stock of one seller.
pub struct StockOutput {
    /// Whose, from the rights of whoever started the import.
    pub seller: SellerId,
    /// Who that is.
    pub started_by: Uuid,
    /// The import's job, which the ledger names.
    pub job: JobId,
}

impl Output<StockEntry> for StockOutput {
    async fn write(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[StockEntry]) -> Result<Outcome> {
        let actor = starter(conn, self.started_by, now, |actor| may(actor, self.seller)).await?;
        let places = locations::hold_named(conn, &actor, Permission::InventoryWrite, self.seller).await?;
        let places = Places::new(&places);
        let skus = entries.iter().map(|entry| entry.key.clone()).collect();
        let variants = lookup::variants_by_sku(conn, self.seller, skus).await?;
        let (mut outcome, mut lines, mut targets) = (Outcome::default(), Vec::new(), Vec::new());
        for entry in entries {
            let unknown = || Problem::new("UNKNOWN", "sku", "no offer of this seller has this SKU");
            let variant = variants.get(&entry.key).copied().ok_or_else(unknown);
            match variant.and_then(|variant| Ok((variant, places.find(entry.location.as_deref())?))) {
                Ok((variant_id, location_id)) => {
                    lines.push(entry.line);
                    targets.push(Target { location_id, variant_id, level: entry.level, expected: None });
                }
                Err(problem) => refuse(&mut outcome, entry.line, problem),
            }
        }
        let cause = Cause { reference: Some(self.job.to_string()), note: None };
        let met = bring(conn, self.seller, &targets, &cause, At { now, actor: &actor }).await?;
        let mut seen = HashSet::new();
        for (line, met) in lines.into_iter().zip(met) {
            match met {
                Ok(met) if !seen.insert(met.item) => outcome.duplicates += 1,
                Ok(met) if met.changed => outcome.updated += 1,
                Ok(_) => outcome.unchanged += 1,
                Err(problem) => refuse(&mut outcome, line, problem),
            }
        }
        Ok(outcome)
    }

    fn line(entry: &StockEntry) -> u64 {
        entry.line
    }
}

/// Whether the caller may import stock of the seller: its offers are what a row names, its stock what it changes.
pub fn may(actor: &Actor, seller: SellerId) -> bool {
    model::may(actor, Permission::OffersWrite, seller) && actor.can(Permission::InventoryWrite)
}

fn refuse(outcome: &mut Outcome, line: u64, problem: Problem) {
    outcome.refused += 1;
    outcome.issues.push(issue(line, problem));
}

/// The seller's locations that the caller may work with, as rows name them.
struct Places<'p> {
    by_name: HashMap<String, &'p NamedPlace>,
    /// Those that are not closed for good.
    standing: Vec<&'p NamedPlace>,
}

impl<'p> Places<'p> {
    fn new(places: &'p [NamedPlace]) -> Self {
        let names = |kind| {
            let some = places.iter().filter(move |place| place.kind == kind);
            some.map(|place| (place.name.to_lowercase(), place))
        };
        let ids = places.iter().flat_map(|place| ids_of(place).map(|id| (id, place)));
        // Codes of stores come last: a warehouse that is named so does not stand in their way.
        let by_name = names(LocationKind::Warehouse).chain(ids).chain(names(LocationKind::Store)).collect();
        let standing = places.iter().filter(|place| place.status != LocationStatus::Terminated).collect();
        Self { by_name, standing }
    }

    fn find(&self, name: Option<&str>) -> Result<LocationId, Problem> {
        let unknown = || Problem::new("UNKNOWN", "location", "the seller has no such location, or it is not yours");
        let place = match (name, self.standing.as_slice()) {
            (Some(name), _) => self.by_name.get(name).copied().ok_or_else(unknown)?,
            (None, [only]) => only,
            (None, []) => return Err(Problem::new("UNKNOWN", "location", "there is no location for this stock")),
            (None, _) => {
                let message = "name the location: a store's code, a warehouse's name, or an ID";
                return Err(Problem::new("REQUIRED", "location", message));
            }
        };
        match place.status {
            LocationStatus::Active => Ok(place.id),
            _ => Err(Problem::new("LOCATION_CLOSED", "location", "this location takes nothing in at present")),
        }
    }
}

/// A location's ID, and that of what it is.
fn ids_of(place: &NamedPlace) -> [String; 2] {
    let own = match place.kind {
        LocationKind::Store => StoreId(place.id.0).to_string(),
        LocationKind::Warehouse => WarehouseId(place.id.0).to_string(),
    };
    [place.id.to_string(), own]
}
