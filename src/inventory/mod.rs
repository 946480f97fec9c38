//! The supply side: who sells, and under which tax registration.
//!
//! Invariants, held by the database except where said:
//! - a GSTIN has a right check character (checked on the way in), and its state and PAN are the row's;
//! - at most one active registration has a GSTIN; a seller's active registrations carry its PAN (checked under the
//!   seller's row lock);
//! - slugs are unique, and a changed one leaves a redirect.

pub mod demo;
pub mod registration;
pub mod seller;

use async_graphql::MergedObject;

use crate::domain_errors;

domain_errors! {
    pub struct InventoryError, InventoryErrorCode {
        /// Another page has this slug.
        SlugTaken = "SLUG_TAKEN",
        /// Another seller has this name.
        NameTaken = "NAME_TAKEN",
        /// The number is no GSTIN: wrong shape, state or check character.
        GstinInvalid = "GSTIN_INVALID",
        /// Another active registration has this GSTIN.
        GstinTaken = "GSTIN_TAKEN",
        /// The GSTIN was given to another PAN than the seller's.
        PanMismatch = "PAN_MISMATCH",
        /// The number is no PAN.
        PanInvalid = "PAN_INVALID",
    }
}

/// The supply side, readable.
#[derive(Default, MergedObject)]
pub struct InventoryQuery(registration::api::RegistrationQuery, seller::api::SellerQuery);

/// The supply side, changeable.
#[derive(Default, MergedObject)]
pub struct InventoryMutation(registration::api::RegistrationMutation, seller::api::SellerMutation);
