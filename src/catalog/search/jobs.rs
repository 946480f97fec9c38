//! Keeping the search index: what a change of many products leaves to a job.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model;
use crate::{
    app::App,
    kernel::{
        error::Result,
        jobs::{Job, JobRun},
    },
};

/// Brings the search rows of these products in line with the catalogue.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshSearch {
    /// The products.
    pub product_ids: Vec<Uuid>,
}

impl Job<App> for RefreshSearch {
    const KIND: &'static str = "catalog_refresh_search";

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        for chunk in self.product_ids.chunks(500) {
            model::refresh(&*app.db.write().await?, chunk).await?;
        }
        Ok(())
    }
}

/// Marks the most popular products as hot and all others as not.
#[derive(Debug, Serialize, Deserialize)]
pub struct RankSearch {}

impl Job<App> for RankSearch {
    const KIND: &'static str = "catalog_rank_search";

    fn dedupe_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        model::rank(&*app.db.write().await?).await
    }
}
