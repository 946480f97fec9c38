//! Webhooks in the schema, for staff.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Delivery, DeliveryId, WebhookDeliveryWhere},
    service,
};
use crate::{
    connection,
    context::Ctx,
    kernel::{access::Permission, error::Result, page::PageArgs},
    payload,
    payments::PaymentError,
};

#[edges]
impl Delivery {
    /// The body as it came; what is not text is replaced.
    fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

connection!(WebhookDeliveryConnection, WebhookDeliveryEdge, Delivery);

/// Queries over webhooks.
#[derive(Default)]
pub struct WebhookQuery;

#[query]
impl WebhookQuery {
    /// Webhooks of gateways, newest first.
    #[access(Can(Permission::PaymentsRead))]
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhooks", name = "where")] filter: Option<WebhookDeliveryWhere>,
        page: PageArgs,
    ) -> Result<WebhookDeliveryConnection> {
        let conn = ctx.app().db.read().await?;
        let (filter, count) = (filter.unwrap_or_default(), ctx.wants("totalCount"));
        Ok(WebhookDeliveryConnection(model::list(&conn, ctx.actor(), &filter, &page, count).await?))
    }
}

/// Names the webhook to replay.
#[derive(InputObject)]
pub struct WebhookDeliveryReplayInput {
    /// The webhook.
    id: DeliveryId,
}

payload! { /// What webhookDeliveryReplay answers.
WebhookDeliveryReplayPayload { /// The webhook.
delivery: Delivery } PaymentError }

/// Changes to webhooks.
#[derive(Default)]
pub struct WebhookMutation;

#[mutation]
impl WebhookMutation {
    /// Processes a stored webhook once more; what is known already changes nothing.
    #[access(Can(Permission::PaymentsWrite))]
    async fn webhook_delivery_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook")] input: WebhookDeliveryReplayInput,
    ) -> Result<WebhookDeliveryReplayPayload> {
        WebhookDeliveryReplayPayload::from(service::replay(ctx.app(), ctx.actor(), input.id).await)
    }
}
