//! Offer files as background jobs.

use serde::{Deserialize, Serialize};

use super::{
    fields,
    output::OfferOutput,
    rows::OfferIntake,
    stock::{self, output::StockOutput, rows::StockIntake},
};
use crate::{
    app::App,
    catalog::import::{
        columns::{Field, Wishes},
        jobs::{IMPORT_QUEUE, begin},
        run::import_as,
        source,
        spec::Source,
    },
    inventory::seller::model::SellerId,
    kernel::{
        error::{Error, Result},
        jobs::{Job, JobRun},
    },
    marketplace::offer::policy::Policy,
    text_enum,
};

text_enum! {
    /// What an offer file holds.
    pub enum OfferImportKind {
        /// Whole offers: new ones are added, known ones changed.
        Offers = "offers",
        /// Prices of known offers; every other column is left alone.
        Prices = "prices",
        /// How many pieces of known offers' variants lie at the seller's locations. Needs the permission inventory.write,
        /// too.
        Stock = "stock",
    }
}

impl OfferImportKind {
    /// What its columns can be.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Offers => fields::FIELDS,
            Self::Prices => fields::PRICE_FIELDS,
            Self::Stock => stock::rows::FIELDS,
        }
    }
}

/// An offer import, as stored with its job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferImportSpec {
    /// Whose offers.
    pub seller: SellerId,
    /// What the file holds.
    pub kind: OfferImportKind,
    /// Where it is.
    pub source: Source,
    /// Mapping and defaults.
    pub wishes: Wishes,
    /// Check and count everything, keep nothing.
    pub dry_run: bool,
}

/// An import of offers that any node may run.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunOfferImport(pub OfferImportSpec);

impl Job<App> for RunOfferImport {
    const KIND: &'static str = "offer_import";
    const QUEUE: &'static str = IMPORT_QUEUE;

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        Box::pin(import(app, self.0, run)).await
    }
}

async fn import(app: App, spec: OfferImportSpec, run: JobRun) -> Result<()> {
    let file = source::open(&app, &spec.source).await?;
    let started_by = run.created_by.ok_or_else(|| Error::internal(anyhow::anyhow!("nobody started this import")))?;
    let (seller, job) = (spec.seller, run.id);
    let (data, ledger) = begin(&app, run, file, spec.dry_run);
    match spec.kind {
        OfferImportKind::Offers | OfferImportKind::Prices => {
            let intake = OfferIntake::new(spec.kind.fields());
            let output = || OfferOutput { seller, started_by, policy: Policy::of(&app), clock: app.clock.clone() };
            import_as(&app, intake, output, spec.wishes, data, &ledger).await?;
        }
        OfferImportKind::Stock => {
            let output = || StockOutput { seller, started_by, job };
            import_as(&app, StockIntake::default(), output, spec.wishes, data, &ledger).await?;
        }
    }
    Ok(())
}
