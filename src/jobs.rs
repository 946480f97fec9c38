//! Every kind of background job that this program runs: the one list that workers, commands and tests share.

use crate::{app::App, kernel::jobs::Registry};

/// The jobs of all domains. Each adds itself here with `.with::<ItsJob>()`.
pub fn registry() -> Registry<App> {
    Registry::default()
}
