//! Keeping the summary of what can be bought.

use super::model;
use crate::{app::App, kernel::error::Result};

/// Products looked at in one transaction; few, so that it is short also where PostgreSQL has no statistics yet.
const AT_ONCE: usize = 50;

/// Looks at every product whose shelf may have changed; answers how many it were.
pub async fn refresh_shelves(app: &App) -> Result<usize> {
    let mut refreshed = 0;
    loop {
        let tx = app.db.begin().await?;
        let some = model::refresh(&tx, app.clock.now(), AT_ONCE).await?;
        tx.commit().await?;
        refreshed += some;
        if some == 0 {
            return Ok(refreshed);
        }
    }
}
