//! Which papers prove which fields of an application: when a field changes, what proved it proves nothing any more. Pure.

use super::model::DistributorDocumentKind::{self, Address, Bank, Fssai, Gst, Pan, TradeLicence};
use crate::marketplace::distributor::field::DistributorField as Field;

/// The papers on which a field stands, so that a reviewer compares the two.
pub fn papers_behind(field: Field) -> &'static [DistributorDocumentKind] {
    match field {
        Field::LegalName => &[Gst, Pan, TradeLicence, Fssai],
        Field::BusinessType | Field::Gstin => &[Gst],
        Field::Pan => &[Pan],
        Field::Address => &[Gst, Address, TradeLicence, Fssai],
        Field::BankHolder | Field::BankAccountNumber | Field::BankIfsc => &[Bank],
        Field::Name
        | Field::Slug
        | Field::ContactName
        | Field::ContactEmail
        | Field::ContactPhone
        | Field::TurnoverBand
        | Field::Description
        | Field::Logo
        | Field::Cover
        | Field::ReturnPolicy
        | Field::ShippingPolicy => &[],
    }
}

/// The kinds of papers that no longer prove what they did, each once.
pub fn outdated_by(changed: &[Field]) -> Vec<DistributorDocumentKind> {
    let stands_on = |kind: &DistributorDocumentKind| changed.iter().any(|field| papers_behind(*field).contains(kind));
    DistributorDocumentKind::ALL.iter().copied().filter(stands_on).collect()
}
