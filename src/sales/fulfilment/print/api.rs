//! Documents in the schema.

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, query};

use super::service::{self, PrintKind};
use crate::{
    context::Ctx,
    kernel::{access::Permission, error::Result},
    sales::order::model::part::SubOrderId,
};

/// A document to be printed.
#[derive(PlainObject)]
pub struct Print {
    /// Where the PDF is found, for whoever has this address: it shows customers' addresses.
    url: String,
    /// Until when.
    expires_at: DateTime<Utc>,
}

/// What is to be printed.
#[derive(InputObject)]
pub struct FulfilmentPrintInput {
    /// What.
    kind: PrintKind,
    /// About which sub-orders: 1 to 50. Those that are cancelled are left out.
    sub_order_ids: Vec<SubOrderId>,
}

/// Documents.
#[derive(Default)]
pub struct PrintQuery;

#[query]
impl PrintQuery {
    /// A document about sub-orders of sellers within the caller's scope, in the scripts of India's languages. It is drawn
    /// up when the address is opened.
    #[access(Can(Permission::OrdersRead))]
    async fn fulfilment_print(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be printed")] input: FulfilmentPrintInput,
    ) -> Result<Print> {
        let (url, expires_at) = service::link(ctx.app(), ctx.actor(), input.kind, input.sub_order_ids).await?;
        Ok(Print { url, expires_at })
    }
}
