//! Taking webhooks in, and replaying them.

use http::HeaderMap;
use sha2::{Digest, Sha256};

use super::{
    jobs::ProcessDelivery,
    model::{self, Delivery, DeliveryId, WebhookDeliveryStatus},
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        error::{Error, Result},
        jobs::Schedule,
    },
    payments::{attempt::model::PaymentGateway, gateway},
};

/// Largest body of a webhook in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// Takes a webhook in: UNAUTHENTICATED unless the gateway has signed these very bytes. Each event is stored once and
/// processed by a job.
pub async fn receive(app: &App, gateway: PaymentGateway, headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let service = gateway::service(app, gateway).ok_or(Error::NotFound("gateway"))?;
    if !service.is_genuine(headers, body).await {
        return Err(Error::Unauthenticated("the signature is not the gateway's".to_owned()));
    }
    let label = service.label(headers, body);
    let plain = |text: &String| !text.is_empty() && !text.chars().any(char::is_control);
    let named = label.event.filter(plain).filter(|event| event.len() <= 200);
    let row = Delivery {
        id: DeliveryId::new(),
        gateway,
        event: named.unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(body)))),
        kind: label.kind.filter(plain).map(|kind| kind.chars().take(100).collect()),
        body: body.to_vec(),
        status: WebhookDeliveryStatus::Received,
        problem: None,
        repeats: 0,
        received_at: app.clock.now(),
        processed_at: None,
    };
    let tx = app.db.begin().await?;
    if model::insert(&tx, &row).await? {
        app.enqueue(&tx, &ProcessDelivery { delivery: row.id }, Schedule::default()).await?;
    }
    tx.commit().await?;
    app.committed();
    Ok(())
}

/// Processes a stored webhook once more. What is known already changes nothing.
pub async fn replay(app: &App, actor: &Actor, id: DeliveryId) -> Result<Delivery> {
    actor.require_everywhere(Permission::PaymentsWrite)?;
    let tx = app.db.begin().await?;
    let row = model::find(&tx, id).await?;
    app.enqueue(&tx, &ProcessDelivery { delivery: id }, Schedule::default()).await?;
    Change::new("webhookDeliveryReplay", id, Some(&row.status), Some(&row.status))?
        .record(&tx, &app.clock, actor)
        .await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}
