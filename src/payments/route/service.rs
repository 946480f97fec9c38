//! Choosing gateways.

use super::model::{self, Route};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        db::Conn,
        error::{Error, Result},
    },
    payments::{
        attempt::model::PaymentGateway,
        gateway,
        intent::model::{IntentId, PaymentMethod},
    },
};

/// The gateways that may be asked for a method now: in turn, with their keys set, and not left alone after failures.
pub async fn usable(app: &App, conn: &Conn, method: PaymentMethod) -> Result<Vec<PaymentGateway>> {
    let mut all = model::of_method(conn, method).await?;
    all.retain(|gateway| is_set_up(app, *gateway));
    Ok(all)
}

/// Whether a gateway's settings are there.
pub fn is_set_up(app: &App, gateway: PaymentGateway) -> bool {
    match gateway {
        PaymentGateway::Upi => app.config.payments.upi_address.is_some(),
        service => gateway::service(app, service).is_some(),
    }
}

/// One gateway's turn, as staff set it.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Through whom.
    pub gateway: PaymentGateway,
    /// Whether it is asked at all.
    pub enabled: bool,
}

/// Sets the turns of a method's gateways: the ones that take it, in a new order, each on or off.
pub async fn set(app: &App, actor: &Actor, method: PaymentMethod, turns: &[Turn]) -> Result<Vec<Route>> {
    actor.require_everywhere(Permission::PaymentsWrite)?;
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, method).await?;
    let sorted = |mut gateways: Vec<PaymentGateway>| {
        gateways.sort_unstable();
        gateways
    };
    let known = sorted(before.iter().map(|route| route.gateway).collect());
    if known.is_empty() {
        return Err(Error::invalid("method", "no gateway takes this method"));
    }
    if sorted(turns.iter().map(|turn| turn.gateway).collect()) != known {
        let known: Vec<&str> = known.iter().map(|gateway| gateway.as_str()).collect();
        return Err(Error::invalid("turns", format!("each gateway of the method once: {}", known.join(", "))));
    }
    let route =
        |(position, turn): (i32, &Turn)| Route { method, gateway: turn.gateway, position, enabled: turn.enabled };
    let after: Vec<Route> = (1..).zip(turns).map(route).collect();
    model::replace(&tx, method, &after).await?;
    // Routes have no ID of their own; the record speaks of no payment in particular.
    let subject = IntentId(uuid::Uuid::nil());
    Change::new("paymentRoutesSet", subject, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}
