//! Carts whose time is over.

use chrono::TimeDelta;

use super::model;
use crate::{app::App, kernel::error::Result};

/// Carts ended by one statement.
const AT_ONCE: usize = 1_000;
/// Guests' carts that ended so long ago are deleted: nobody holds their token's worth.
const GUESTS_KEPT: TimeDelta = TimeDelta::days(60);

/// Gives up carts that nobody touched for long, and deletes guests' old ones; answers how many of both. Part of
/// maintenance.
pub async fn sweep(app: &App) -> Result<(usize, usize)> {
    let now = app.clock.now();
    let (mut abandoned, mut deleted) = (0, 0);
    loop {
        let some = model::abandon_some(&*app.db.write().await?, now, AT_ONCE).await?;
        abandoned += some;
        if some < AT_ONCE {
            break;
        }
    }
    loop {
        let some = model::delete_some(&*app.db.write().await?, now - GUESTS_KEPT, AT_ONCE).await?;
        deleted += some;
        if some < AT_ONCE {
            return Ok((abandoned, deleted));
        }
    }
}
