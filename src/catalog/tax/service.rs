//! Adding GST rates. There is no editing: a correction is another row.

use chrono::NaiveDate;

use super::model::{self, GstRate, GstRateId};
use crate::{
    app::App,
    catalog::product::model::ProductId,
    kernel::{access::Actor, audit::Change, check::Checks, error::Result, money::BasisPoints},
};

/// A new rate.
#[derive(Clone, Debug)]
pub struct NewGstRate {
    /// HSN code or its beginning.
    pub hsn_prefix: Option<String>,
    /// Or one product.
    pub product_id: Option<ProductId>,
    /// GST in basis points.
    pub rate_bp: i32,
    /// Compensation cess in basis points.
    pub cess_bp: i32,
    /// First date of supply with this rate.
    pub valid_from: NaiveDate,
    /// Notification that sets it.
    pub source: String,
}

/// Adds a rate for an HSN prefix or a product.
pub async fn create_gst_rate(app: &App, actor: &Actor, new: NewGstRate) -> Result<GstRate> {
    let mut checks = Checks::default();
    let one = new.hsn_prefix.is_some() != new.product_id.is_some();
    checks.ensure(one, "INVALID", "hsnPrefix", "give an HSN prefix or a product, and not both");
    let digits = |p: &String| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    checks.ensure(
        new.hsn_prefix.as_ref().is_none_or(digits),
        "INVALID",
        "hsnPrefix",
        "an HSN prefix has 2 to 8 digits",
    );
    checks.ensure((0..=10_000).contains(&new.rate_bp), "INVALID", "rateBp", "a rate is 0 to 10,000 basis points");
    checks.ensure((0..=30_000).contains(&new.cess_bp), "INVALID", "cessBp", "a cess is 0 to 30,000 basis points");
    let source = checks.text("source", &new.source, 1, 300);
    checks.finish()?;
    let row = GstRate {
        id: GstRateId::new(),
        hsn_prefix: new.hsn_prefix,
        product_id: new.product_id,
        rate_bp: BasisPoints(new.rate_bp),
        cess_bp: BasisPoints(new.cess_bp),
        valid_from: new.valid_from,
        source,
        created_by: actor.account_id(),
        created_at: app.clock.now(),
    };
    let tx = app.db.begin().await?;
    model::insert(&tx, &row).await?;
    Change::new("gstRateCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}
