//! Sales: from a shopper's first item to a delivered parcel. So far the cart and the prices.
//!
//! Invariants, held by the database except where said:
//! - a customer has at most one active cart, and of one offer a cart has at most one line;
//! - a cart belongs to a customer or to a guest, whose token is stored as its hash alone;
//! - only a guest's cart is merged, once, and it says into which;
//! - every price is computed here from the offer as it stands: nothing that a client sends is a price to pay (by the
//!   code).

pub mod cart;
pub mod pricing;

use async_graphql::MergedObject;

use crate::domain_errors;

domain_errors! {
    pub struct SalesError, SalesErrorCode {
        /// The offer cannot be bought at present.
        OfferUnavailable = "OFFER_UNAVAILABLE",
        /// The offer does not take so many packs: below its minimum, above its maximum, or between its steps.
        QuantityNotTaken = "QUANTITY_NOT_TAKEN",
        /// The cart has as many lines as it can hold.
        CartFull = "CART_FULL",
        /// The cart was changed since the client read it.
        VersionConflict = "VERSION_CONFLICT",
        /// The line changed again since the client looked.
        ChangedAgain = "CHANGED_AGAIN",
    }
}

/// Sales, readable.
#[derive(Default, MergedObject)]
pub struct SalesQuery(cart::api::CartQuery);

/// Sales, changeable.
#[derive(Default, MergedObject)]
pub struct SalesMutation(cart::api::CartMutation);
