//! The marketplace: who else sells here, what sellers offer, and what the platform takes of it.
//!
//! Invariants, held by the database except where said:
//! - a distributor is a seller, and `sellers.status` follows its state in the same transaction: only a verified one is
//!   active, so that whoever asks "may this seller sell" looks at one column;
//! - its state changes only along the arrows of [`distributor::status`], and every change is an append-only row;
//! - it has exactly one owner, and nobody opens an application while another of theirs is not finished;
//! - of each kind at most one paper is accepted and one waits; without every required paper, accepted and good today,
//!   nobody is verified or reinstated (checked under the distributor's row lock);
//! - an accepted paper was compared with what it proves as that stands now: a change of it makes the paper outdated (by
//!   the code, under the distributor's row lock), and only a distributor on hold can make one;
//! - a seller that is not verified opens no places and puts no offers on sale or into review (by the code);
//! - its PAN is characters 3 to 12 of its GSTIN, and its address lies in the GSTIN's state;
//! - its account number is stored encrypted, and nothing but the last four digits is ever shown (by the code);
//! - a seller's SKUs are unique among its offers that are not archived, and it has at most one live offer per variant;
//! - a live offer was approved; nobody buys one above its variant's MRP (checked when it is priced, and part of the
//!   condition by which shoppers find it);
//! - a larger quantity never costs more per pack (checked by the code);
//! - a proposal that was approved names its product, and nothing of it is in the catalogue before;
//! - no two commission rules for the same begin on one date, and one that has begun is only ever ended (by the code).

pub mod commission;
pub mod demo;
pub mod distributor;
pub mod document;
pub mod letters;
pub mod notify;
pub mod offer;
pub mod performance;
pub mod proposal;
pub mod review;
pub mod staff;
pub mod storefront;

use async_graphql::MergedObject;

use crate::domain_errors;

domain_errors! {
    pub struct MarketplaceError, MarketplaceErrorCode {
        /// Another page has this slug.
        SlugTaken = "SLUG_TAKEN",
        /// Another seller has this name.
        NameTaken = "NAME_TAKEN",
        /// The number is no GSTIN: wrong shape, state or check character.
        GstinInvalid = "GSTIN_INVALID",
        /// Another active registration has this GSTIN.
        GstinTaken = "GSTIN_TAKEN",
        /// The PAN is not characters 3 to 12 of the GSTIN, or not the one of the seller's GST registrations.
        PanMismatch = "PAN_MISMATCH",
        /// The number is no PAN.
        PanInvalid = "PAN_INVALID",
        /// The code is no IFSC, or no branch of that bank has it.
        IfscInvalid = "IFSC_INVALID",
        /// There is no such postal code.
        PincodeUnknown = "PINCODE_UNKNOWN",
        /// The postal code does not lie in that state, or the GSTIN was given out in another one.
        StateMismatch = "STATE_MISMATCH",
        /// The row was changed since the client read it.
        VersionConflict = "VERSION_CONFLICT",
        /// The person has an application that is not finished.
        ApplicationUnfinished = "APPLICATION_UNFINISHED",
        /// A remark of the reviewer was neither answered, nor the field changed.
        RemarkOpen = "REMARK_OPEN",
        /// A required paper was not accepted yet, or has expired.
        DocumentsIncomplete = "DOCUMENTS_INCOMPLETE",
        /// Asked again too soon or too often.
        TooSoon = "TOO_SOON",
        /// The link is wrong, was used, or has expired.
        TokenInvalid = "TOKEN_INVALID",
        /// The bytes of the file have not arrived.
        NotUploaded = "NOT_UPLOADED",
        /// Another offer of the seller has this SKU.
        SkuTaken = "SKU_TAKEN",
        /// The price is above the variant's maximum retail price, or the variant has none yet.
        PriceAboveMrp = "PRICE_ABOVE_MRP",
        /// The seller has another live offer for the variant.
        OfferExists = "OFFER_EXISTS",
        /// The seller was not verified yet, or is looked at anew.
        SellerNotVerified = "SELLER_NOT_VERIFIED",
        /// The barcode is no GTIN, or its check digit is wrong.
        BarcodeInvalid = "BARCODE_INVALID",
        /// A variant of the catalogue has this barcode: offer that one.
        BarcodeTaken = "BARCODE_TAKEN",
        /// A commission rule for the same begins on this date already.
        RuleExists = "RULE_EXISTS",
    }
}

/// The marketplace, readable.
#[derive(Default, MergedObject)]
pub struct MarketplaceQuery(
    commission::api::CommissionQuery,
    distributor::api::DistributorQuery,
    offer::api::OfferQuery,
    performance::api::PerformanceQuery,
    proposal::api::ProposalQuery,
);

/// The marketplace, changeable.
#[derive(Default, MergedObject)]
pub struct MarketplaceMutation(
    commission::api::CommissionMutation,
    distributor::api::DistributorMutation,
    offer::api::OfferBulkMutation,
    offer::import_api::OfferImportMutation,
    offer::api::OfferMutation,
    performance::api::PerformanceMutation,
    proposal::change_api::ProposalMutation,
    document::api::DocumentMutation,
    review::api::ReviewMutation,
    staff::api::StaffMutation,
);
