//! Every kind of background job that this program runs: the one list that workers, commands and tests share.

use crate::{
    app::App,
    catalog::{
        import::jobs::{IMPORT_QUEUE, RefreshAfterImport, RunImport},
        search::jobs::{RankSearch, RefreshSearch},
    },
    identity::{account::password::SendPasswordLink, challenge::jobs::SendCode},
    inventory::reservation::jobs::ExpireReservations,
    kernel::{
        jobs::Registry,
        mail::{MAIL_QUEUE, MAILS_AT_ONCE, SendMail},
    },
    maintenance::Maintain,
    marketplace::{offer::import::jobs::RunOfferImport, staff::jobs::SendInvitation},
    sales::order::jobs::ExpireOrders,
};

/// The jobs of all domains. Each adds itself here with `.with::<ItsJob>()`.
pub fn registry() -> Registry<App> {
    Registry::default()
        .with::<ExpireOrders>()
        .with::<ExpireReservations>()
        .with::<Maintain>()
        .with::<RankSearch>()
        .with::<RefreshAfterImport>()
        .with::<RefreshSearch>()
        .with::<RunImport>()
        .with::<RunOfferImport>()
        .with::<SendCode>()
        .with::<SendInvitation>()
        .with::<SendMail>()
        .with::<SendPasswordLink>()
        .limit(IMPORT_QUEUE, 2)
        .limit(MAIL_QUEUE, MAILS_AT_ONCE)
}
