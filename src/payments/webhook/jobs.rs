//! Processing webhooks.

use serde::{Deserialize, Serialize};

use super::model::{self, DeliveryId, WebhookDeliveryStatus};
use crate::{
    app::App,
    kernel::{
        error::{Error, Result},
        jobs::{Job, JobRun},
    },
    payments::{
        attempt::{
            follow::tell,
            jobs::PAYMENT_QUEUE,
            model::{self as attempts, Attempt, PaymentFactSource, PaymentGateway},
        },
        gateway::{self, Made, Subject, Told},
    },
};

/// Records what a stored webhook says. Safe to repeat: each fact counts once.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessDelivery {
    /// The webhook.
    pub delivery: DeliveryId,
}

impl Job<App> for ProcessDelivery {
    const KIND: &'static str = "process_webhook";
    const QUEUE: &'static str = PAYMENT_QUEUE;

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("process_webhook:{}", self.delivery.0))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        let row = model::find(&*app.db.write().await?, self.delivery).await?;
        let missing = || Error::Unavailable(format!("the gateway {} is not set up", row.gateway));
        let service = gateway::service(&app, row.gateway).ok_or_else(missing)?;
        let (status, problem) = match service.read(&row.body) {
            Err(why) => (WebhookDeliveryStatus::Failed, Some(format!("it cannot be read: {why}"))),
            Ok(Told::Nothing) => (WebhookDeliveryStatus::Ignored, None),
            Ok(Told::News(subject, news)) => match find_attempt(&app, row.gateway, &subject).await? {
                None => (WebhookDeliveryStatus::Ignored, Some("of no payment here".to_owned())),
                Some(attempt) => {
                    // A webhook may be quicker than the answer to the call that made the order.
                    let made = subject.order.map(|order| Made { order, link: None });
                    tell(&app, attempt.id, PaymentFactSource::Webhook, made.as_ref(), &news).await?;
                    (WebhookDeliveryStatus::Processed, None)
                }
            },
        };
        let problem = problem.map(|text| text.chars().filter(|c| *c != '\0').take(500).collect());
        model::conclude(&*app.db.write().await?, row.id, status, problem, app.clock.now()).await
    }
}

async fn find_attempt(app: &App, gateway: PaymentGateway, subject: &Subject) -> Result<Option<Attempt>> {
    let conn = app.db.write().await?;
    if let Some(order) = &subject.order
        && let Some(attempt) = attempts::by_gateway_order(&conn, gateway, order).await?
    {
        return Ok(Some(attempt));
    }
    let Some(id) = subject.attempt else { return Ok(None) };
    match attempts::find(&conn, id).await {
        // Of another account of the same gateway, or of another order.
        Ok(attempt) if attempt.gateway != gateway || attempt.gateway_order.is_some() => Ok(None),
        Ok(attempt) => Ok(Some(attempt)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
