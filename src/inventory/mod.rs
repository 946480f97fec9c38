//! The supply side: who sells, under which tax registration, and where the goods lie.
//!
//! Invariants, held by the database except where said:
//! - a GSTIN has a right check character (checked on the way in), and its state and PAN are the row's;
//! - at most one active registration has a GSTIN; a seller's active registrations carry its PAN (checked under the
//!   seller's row lock);
//! - a location has the UUID, the kind and the seller of the store or warehouse that it is;
//! - a warehouse's registration is its seller's, for the state where it stands; its postal code lies in that state;
//! - slugs are unique, and a changed one leaves a redirect.

pub mod demo;
pub mod location;
pub mod registration;
pub mod seller;
pub mod site;
pub mod warehouse;

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
        /// The GST registration is another seller's, or for another state.
        RegistrationMismatch = "REGISTRATION_MISMATCH",
        /// There is no such postal code.
        PincodeUnknown = "PINCODE_UNKNOWN",
        /// The postal code does not lie in that state.
        StateMismatch = "STATE_MISMATCH",
        /// The row was changed since the client read it.
        VersionConflict = "VERSION_CONFLICT",
    }
}

/// The supply side, readable.
#[derive(Default, MergedObject)]
pub struct InventoryQuery(
    registration::api::RegistrationQuery,
    seller::api::SellerQuery,
    warehouse::api::WarehouseQuery,
);

/// The supply side, changeable.
#[derive(Default, MergedObject)]
pub struct InventoryMutation(
    registration::api::RegistrationMutation,
    seller::api::SellerMutation,
    warehouse::api::WarehouseMutation,
);
