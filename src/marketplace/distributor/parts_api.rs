//! The parts of a distributor, each an object of its own in the schema.

use async_graphql::{InputObject, MaybeUndefined};
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use super::{
    model::{BusinessType, Distributor},
    sections::StorefrontChanges,
};
use crate::{
    context::Ctx,
    inventory::registration::model::TurnoverBand,
    kernel::error::{Error, Result, within},
    work::file::model::{self as files, FileId, FilePurpose, FileStatus},
};

/// The business behind a distributor.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorCompany {
    /// Name as registered.
    legal_name: Option<String>,
    /// Form of the business.
    business_type: Option<BusinessType>,
}

/// Whom to talk to at a distributor.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorContact {
    /// Full name.
    name: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Telephone, with the country's code.
    phone: Option<String>,
}

/// Where a distributor has its seat.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorAddress {
    /// House and street.
    line1: Option<String>,
    /// More of it; may be empty.
    line2: String,
    /// City, town or village.
    city: Option<String>,
    /// GST code of the state.
    state_code: Option<String>,
    /// Postal code.
    pincode: Option<String>,
}

/// A distributor's tax numbers, as it gave them.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorLegal {
    /// GST number.
    gstin: Option<String>,
    /// Permanent account number.
    pan: Option<String>,
    /// Turnover in the preceding year.
    turnover_band: Option<TurnoverBand>,
}

/// The bank account that a distributor's payouts go to.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorBankAccount {
    /// Holder as the bank knows them.
    holder: Option<String>,
    /// The number, masked but for its last four digits: `••••1234`.
    masked_number: Option<String>,
    /// Indian Financial System Code of the branch.
    ifsc: Option<String>,
}

/// How a distributor wants to be treated.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorSettings {
    /// Where mails about the distributor go besides its owner; null: nowhere else.
    notification_email: Option<String>,
}

impl From<&Distributor> for DistributorCompany {
    fn from(row: &Distributor) -> Self {
        Self { legal_name: row.legal_name.clone(), business_type: row.business_type }
    }
}

impl From<&Distributor> for DistributorContact {
    fn from(row: &Distributor) -> Self {
        let (name, email, phone) = (row.contact_name.clone(), row.contact_email.clone(), row.contact_phone.clone());
        Self { name, email, phone }
    }
}

impl From<&Distributor> for DistributorAddress {
    fn from(row: &Distributor) -> Self {
        Self {
            line1: row.line1.clone(),
            line2: row.line2.clone(),
            city: row.city.clone(),
            state_code: row.state_code.clone(),
            pincode: row.pincode.clone(),
        }
    }
}

impl From<&Distributor> for DistributorLegal {
    fn from(row: &Distributor) -> Self {
        Self { gstin: row.gstin.clone(), pan: row.pan.clone(), turnover_band: row.turnover_band }
    }
}

impl From<&Distributor> for DistributorBankAccount {
    fn from(row: &Distributor) -> Self {
        Self {
            holder: row.bank_holder.clone(),
            masked_number: row.bank_number_end.as_ref().map(|end| format!("••••{end}")),
            ifsc: row.bank_ifsc.clone(),
        }
    }
}

impl From<&Distributor> for DistributorSettings {
    fn from(row: &Distributor) -> Self {
        Self { notification_email: row.notification_email.clone() }
    }
}

/// Changes to a storefront; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub struct DistributorStorefrontInput {
    /// Name, unique among sellers without regard to case; 1 to 120 characters.
    name: Option<String>,
    /// Slug; a former one keeps leading to the page once the distributor was verified.
    slug: Option<String>,
    /// What the distributor says of itself; at most 5,000 characters.
    description: Option<String>,
    /// Under which conditions goods are taken back; at most 10,000 characters.
    return_policy: Option<String>,
    /// How goods are sent; at most 10,000 characters.
    shipping_policy: Option<String>,
    /// A file of the caller's, uploaded with purpose STOREFRONT_MEDIA; null for no logo.
    logo_file_id: MaybeUndefined<FileId>,
    /// The same for the cover picture.
    cover_file_id: MaybeUndefined<FileId>,
}

/// Changes to settings; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub struct DistributorSettingsInput {
    /// Where mails about the distributor go besides its owner; null: nowhere else.
    pub notification_email: MaybeUndefined<String>,
}

impl DistributorStorefrontInput {
    /// The changes, once their files were looked at.
    pub async fn check(self, ctx: &async_graphql::Context<'_>) -> Result<StorefrontChanges> {
        Ok(StorefrontChanges {
            logo_file_id: picture(ctx, "logoFileId", self.logo_file_id).await?,
            cover_file_id: picture(ctx, "coverFileId", self.cover_file_id).await?,
            name: self.name,
            slug: self.slug,
            description: self.description,
            return_policy: self.return_policy,
            shipping_policy: self.shipping_policy,
        })
    }
}

async fn picture(
    ctx: &async_graphql::Context<'_>,
    field: &str,
    given: MaybeUndefined<FileId>,
) -> Result<Option<Option<Uuid>>> {
    let id = match given {
        MaybeUndefined::Undefined => return Ok(None),
        MaybeUndefined::Null => return Ok(Some(None)),
        MaybeUndefined::Value(id) => id,
    };
    let checked = own_file(ctx, id, FilePurpose::StorefrontMedia, field).await;
    Ok(Some(Some(within("storefront", checked)?)))
}

/// A stored file of this purpose that the caller uploaded.
pub async fn own_file(ctx: &async_graphql::Context<'_>, id: FileId, purpose: FilePurpose, field: &str) -> Result<Uuid> {
    let missing = || Error::problem("NOT_FOUND", field, "there is no such file of yours");
    let row = files::find(&*ctx.app().db.write().await?, ctx.actor(), id).await;
    let row = row.map_err(|error| if matches!(error, Error::NotFound(_)) { missing() } else { error })?;
    if row.purpose != purpose || row.owner_id != ctx.actor().account_id() {
        return Err(missing());
    }
    if row.status != FileStatus::Stored {
        return Err(Error::problem("NOT_UPLOADED", field, "the bytes of this file have not arrived"));
    }
    Ok(id.0)
}
