//! Every kind of background job that this program runs: the one list that workers, commands and tests share.

use crate::{
    app::App,
    catalog::search::jobs::{RankSearch, RefreshSearch},
    identity::{account::password::SendPasswordLink, challenge::jobs::SendCode},
    kernel::{
        jobs::Registry,
        mail::{MAIL_QUEUE, MAILS_AT_ONCE, SendMail},
    },
    maintenance::Maintain,
};

/// The jobs of all domains. Each adds itself here with `.with::<ItsJob>()`.
pub fn registry() -> Registry<App> {
    Registry::default()
        .with::<Maintain>()
        .with::<RankSearch>()
        .with::<RefreshSearch>()
        .with::<SendCode>()
        .with::<SendMail>()
        .with::<SendPasswordLink>()
        .limit(MAIL_QUEUE, MAILS_AT_ONCE)
}
