//! Counting what happened.

use super::model;
use crate::{app::App, kernel::error::Result};

/// Counts every event that has a number and was not counted yet; answers how many.
pub async fn count_activity(app: &App) -> Result<i64> {
    let mut counted = 0;
    loop {
        let tx = app.db.begin().await?;
        let some = model::project(&tx).await?;
        tx.commit().await?;
        counted += some;
        if some == 0 {
            return Ok(counted);
        }
    }
}
