//! The supply side: who sells, under which tax registration, and where the goods lie.
//!
//! Invariants, held by the database except where said:
//! - a GSTIN has a right check character (checked on the way in), and its state and PAN are the row's;
//! - at most one active registration has a GSTIN; a seller's active registrations carry its PAN (checked under the
//!   seller's row lock);
//! - a location has the UUID, the kind and the seller of the store or warehouse that it is;
//! - a warehouse's registration is its seller's, for the state where it stands; its postal code lies in that state;
//! - slugs are unique, and a changed one leaves a redirect;
//! - available, reserved and damaged pieces are never negative; an item's are the sums of its lots', and what is on hand
//!   is the sum of the ledger (`freshvilla doctor stock` compares them).

pub mod demo;
pub mod location;
pub mod movement;
pub mod registration;
pub mod reservation;
pub mod seller;
pub mod site;
pub mod stock;
pub mod stock_alert;
pub mod stock_count;
pub mod stock_doctor;
pub mod stock_report;
pub mod warehouse;

use async_graphql::{MergedObject, MergedSubscription};

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
        /// There are not that many pieces.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// The location is closed: it neither takes goods in nor gives any out.
        LocationClosed = "LOCATION_CLOSED",
        /// The reservation has ended.
        NotActive = "NOT_ACTIVE",
        /// The row was changed since the client read it.
        VersionConflict = "VERSION_CONFLICT",
    }
}

/// The supply side, readable.
#[derive(Default, MergedObject)]
pub struct InventoryQuery(
    movement::api::MovementQuery,
    registration::api::RegistrationQuery,
    reservation::api::ReservationQuery,
    seller::api::SellerQuery,
    stock::api::StockQuery,
    stock_alert::api::StockAlertQuery,
    stock_count::api::StockCountQuery,
    stock_report::api::StockReportQuery,
    warehouse::api::WarehouseQuery,
);

/// The supply side, changeable.
#[derive(Default, MergedObject)]
pub struct InventoryMutation(
    registration::api::RegistrationMutation,
    reservation::api::ReservationMutation,
    seller::api::SellerMutation,
    stock::api::StockMutation,
    stock_count::api::StockCountMutation,
    warehouse::api::WarehouseMutation,
);

/// The supply side, live.
#[derive(Default, MergedSubscription)]
pub struct InventorySubscription(stock::feed_api::StockSubscription);
