//! HSN codes and GST rates in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, GstRate, HsnCode, RateKey},
    service::{self, NewGstRate},
};
use crate::{
    catalog::{CatalogError, product::model::ProductId},
    connection,
    context::Ctx,
    kernel::{access::Permission, date::Date, error::Result, page::PageArgs},
    payload,
};

#[edges]
impl GstRate {
    /// GST (CGST + SGST, or IGST) in basis points: 500 is 5 %.
    fn rate_bp(&self) -> i32 {
        self.rate_bp.0
    }
    /// Compensation cess in basis points.
    fn cess_bp(&self) -> i32 {
        self.cess_bp.0
    }
    /// First date of supply with this rate.
    fn valid_from(&self) -> Date {
        Date(self.valid_from)
    }
}

connection!(GstRateConnection, GstRateEdge, GstRate);

/// Queries over HSN codes and GST rates.
#[derive(Default)]
pub struct TaxQuery;

#[query]
impl TaxQuery {
    /// HSN codes by their beginning (digits) or by words of their description; at most 50.
    #[access(Public)]
    async fn hsn_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Digits, or part of the description; at least 2 characters")] term: String,
    ) -> Result<Vec<HsnCode>> {
        let term = term.trim();
        if term.chars().count() < 2 {
            return Ok(Vec::new());
        }
        model::search_hsn(&*ctx.app().db.read().await?, term, 50).await
    }

    /// The GST rate of an HSN code on a date of supply: the longest prefix's latest rate; null when none is known.
    #[access(Public)]
    async fn gst_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The HSN code, 2 to 8 digits")] hsn: String,
        #[graphql(desc = "Date of supply; today in India when left out")] on: Option<Date>,
    ) -> Result<Option<GstRate>> {
        let on = on.map_or_else(|| ctx.app().clock.today(), |date| date.0);
        ctx.load(RateKey { product: None, hsn: Some(hsn), on }).await
    }

    /// Every dated GST rate, latest first.
    #[access(Public)]
    async fn gst_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only rates that this HSN code could take")] hsn: Option<String>,
        page: PageArgs,
    ) -> Result<GstRateConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        Ok(GstRateConnection(model::list(&conn, hsn.as_deref(), &page, count).await?))
    }
}

/// A new GST rate.
#[derive(InputObject)]
pub struct GstRateCreateInput {
    /// HSN code or its beginning, 2 to 8 digits; or give `productId`.
    hsn_prefix: Option<String>,
    /// One product with a rate of its own; or give `hsnPrefix`.
    product_id: Option<ProductId>,
    /// GST in basis points: 500 is 5 %.
    rate_bp: i32,
    /// Compensation cess in basis points.
    #[graphql(default)]
    cess_bp: i32,
    /// First date of supply with this rate.
    valid_from: Date,
    /// Notification that sets it, for the record.
    source: String,
}

payload! { /// What gstRateCreate answers.
GstRateCreatePayload { /// The new rate.
gst_rate: GstRate } CatalogError }

/// Changes to GST rates.
#[derive(Default)]
pub struct TaxMutation;

#[mutation]
impl TaxMutation {
    /// Adds a dated GST rate. Rates are never edited: a new rate is a new row.
    #[access(Can(Permission::TaxWrite))]
    async fn gst_rate_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new rate")] input: GstRateCreateInput,
    ) -> Result<GstRateCreatePayload> {
        let GstRateCreateInput { hsn_prefix, product_id, rate_bp, cess_bp, valid_from, source } = input;
        let new = NewGstRate { hsn_prefix, product_id, rate_bp, cess_bp, valid_from: valid_from.0, source };
        GstRateCreatePayload::from(service::create_gst_rate(ctx.app(), ctx.actor(), new).await)
    }
}
