//! The supply side: who sells, under which tax registration, and where the goods lie.
//!
//! Invariants, held by the database except where said:
//! - a GSTIN has a right check character (checked on the way in), and its state and PAN are the row's;
//! - at most one active registration has a GSTIN; a seller's active registrations carry its PAN (checked under the
//!   seller's row lock);
//! - a location has the UUID, the kind and the seller of the store or warehouse that it is;
//! - a location's registration is its seller's, for the state where it stands; its postal code lies in that state;
//! - a registration stays in force while a location works under it (checked under the registration's row lock);
//! - a store's code is unique, and its number in its city, given out under the city's row lock;
//! - slugs are unique, and a changed one leaves a redirect;
//! - available, reserved and damaged pieces are never negative; an item's are the sums of its lots', and what is on hand
//!   is the sum of the ledger (`freshvilla doctor stock` compares them).

pub mod demo;
pub mod hours;
pub mod location;
pub mod movement;
pub mod registration;
pub mod reservation;
pub mod seller;
pub mod service_area;
pub mod serviceability;
pub mod site;
pub mod stock;
pub mod stock_alert;
pub mod stock_count;
pub mod stock_doctor;
pub mod stock_report;
pub mod store;
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
        /// The seller was not verified yet, or is looked at anew.
        SellerNotVerified = "SELLER_NOT_VERIFIED",
        /// The GST registration is another seller's, or for another state.
        RegistrationMismatch = "REGISTRATION_MISMATCH",
        /// Stores or warehouses work under the GST registration.
        RegistrationInUse = "REGISTRATION_IN_USE",
        /// Goods or papers refer to the location.
        LocationInUse = "LOCATION_IN_USE",
        /// Another city of the state has this code.
        CityCodeTaken = "CITY_CODE_TAKEN",
        /// The city has another code already.
        CityCodeMismatch = "CITY_CODE_MISMATCH",
        /// A store stays in its city.
        CityFixed = "CITY_FIXED",
        /// The number is no FSSAI licence.
        FssaiInvalid = "FSSAI_INVALID",
        /// Two spans of opening hours overlap.
        HoursOverlap = "HOURS_OVERLAP",
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
    service_area::api::ServiceAreaQuery,
    serviceability::api::ServiceabilityQuery,
    store::api::StoreQuery,
    stock::api::StockQuery,
    stock_alert::api::StockAlertQuery,
    stock_count::api::StockCountQuery,
    stock_report::api::StockReportQuery,
    warehouse::api::WarehouseQuery,
);

/// The supply side, changeable.
#[derive(Default, MergedObject)]
pub struct InventoryMutation(
    hours::api::HoursMutation,
    registration::api::RegistrationMutation,
    reservation::api::ReservationMutation,
    seller::api::SellerMutation,
    service_area::api::ServiceAreaMutation,
    store::api::StoreMutation,
    stock::api::StockMutation,
    stock_count::api::StockCountMutation,
    warehouse::api::WarehouseMutation,
);

/// The supply side, live.
#[derive(Default, MergedSubscription)]
pub struct InventorySubscription(stock::feed_api::StockSubscription);
