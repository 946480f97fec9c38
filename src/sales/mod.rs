//! Sales: from a shopper's first item to a delivered parcel. So far carts, coupons, prices, quotes, checkout
//! and orders.
//!
//! Invariants, held by the database except where said:
//! - a customer has at most one active cart, and of one offer a cart has at most one line;
//! - a cart belongs to a customer or to a guest, whose token is stored as its hash alone;
//! - only a guest's cart is merged, once, and it says into which;
//! - every price is computed here from the offer as it stands: nothing that a client sends is a price to pay (by the
//!   code);
//! - what a coupon is worth does not change, and its uses never exceed its limit;
//! - a seller's coupon is for its goods alone (by the code);
//! - an order's columns are the sums of its sub-orders', theirs the sums of their lines', and none of it changes;
//! - where an order stands is derived from its sub-orders, and stored nowhere;
//! - goods are set aside, coupons used and the order written in one transaction, or none of it (by the code).

pub mod cart;
pub mod checkout;
pub mod coupon;
pub mod demo;
pub mod fulfilment;
pub mod order;
pub mod pricing;
pub mod quote;

use async_graphql::{MergedObject, MergedSubscription};

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
        /// Another coupon has this code.
        CodeTaken = "CODE_TAKEN",
        /// The coupon's window has not begun.
        CouponNotStarted = "COUPON_NOT_STARTED",
        /// The coupon's window is over, or it was ended.
        CouponEnded = "COUPON_ENDED",
        /// The coupon was used as often as it can be.
        CouponUsedUp = "COUPON_USED_UP",
        /// The shopper used the coupon as often as they can.
        CouponUsedByCustomer = "COUPON_USED_BY_CUSTOMER",
        /// The coupon asks who the shopper is: log in.
        CouponSignInRequired = "COUPON_SIGN_IN_REQUIRED",
        /// The coupon is for other customers.
        CouponNotForCustomer = "COUPON_NOT_FOR_CUSTOMER",
        /// The coupon is for a customer's first order.
        CouponNotFirstOrder = "COUPON_NOT_FIRST_ORDER",
        /// The coupon does not go with another one in the cart, or the cart takes no more.
        CouponNotStackable = "COUPON_NOT_STACKABLE",
        /// The cart has none of the goods that the coupon is for, or none that can be bought.
        CouponNoEligibleItems = "COUPON_NO_ELIGIBLE_ITEMS",
        /// The goods that the coupon is for cost less than its minimum; the message says how much is missing.
        CouponBelowMinimumAmount = "COUPON_BELOW_MINIMUM_AMOUNT",
        /// The cart has too few packs of the goods that the coupon is for; the message says how many are missing.
        CouponBelowMinimumQuantity = "COUPON_BELOW_MINIMUM_QUANTITY",
        /// The line changed again since the client looked.
        ChangedAgain = "CHANGED_AGAIN",
        /// The cart has nothing to order; what is saved for later is not ordered.
        CartEmpty = "CART_EMPTY",
        /// Fewer packs are left than are ordered.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// The seller does not deliver to the address.
        NotDelivered = "NOT_DELIVERED",
        /// The location that would send it is closed at that time.
        Closed = "CLOSED",
        /// What the seller would send costs less than the least that is delivered.
        BelowMinimum = "BELOW_MINIMUM",
        /// The order costs something else than the shopper was shown; the message says how much. Look at the quote again.
        TotalChanged = "TOTAL_CHANGED",
        /// Cash on delivery is not offered for this order; the message says why.
        CodNotOffered = "COD_NOT_OFFERED",
        /// The customer buys nothing on credit, or no more at present.
        CreditNotOffered = "CREDIT_NOT_OFFERED",
        /// The customer would owe more than their limit.
        CreditLimitExceeded = "CREDIT_LIMIT_EXCEEDED",
        /// It is too late to cancel: it is packed, on its way, or delivered.
        NotCancellable = "NOT_CANCELLABLE",
        /// The sub-order or the package is in another state: look again.
        WrongState = "WRONG_STATE",
        /// More is packed than was ordered.
        QuantityExceeded = "QUANTITY_EXCEEDED",
        /// This is not the code of the package.
        WrongCode = "WRONG_CODE",
        /// Too many wrong codes were given: the back office has to record the delivery.
        CodeLocked = "CODE_LOCKED",
        /// Money is to be taken with this package; the message says how much.
        CollectionRequired = "COLLECTION_REQUIRED",
        /// Another amount is to be taken; the message says how much.
        WrongAmount = "WRONG_AMOUNT",
    }
}

/// Sales, readable.
#[derive(Default, MergedObject)]
pub struct SalesQuery(
    cart::api::CartQuery,
    coupon::api::CouponQuery,
    quote::api::QuoteQuery,
    order::api::OrderQuery,
    order::part_api::SubOrderQuery,
    fulfilment::api::FulfilmentQuery,
    fulfilment::print::api::PrintQuery,
);

/// Sales, changeable.
#[derive(Default, MergedObject)]
pub struct SalesMutation(
    cart::api::CartMutation,
    coupon::api::CouponMutation,
    coupon::apply_api::CouponApplyMutation,
    checkout::api::CheckoutMutation,
    order::change_api::OrderMutation,
    fulfilment::api::FulfilmentMutation,
);

/// Sales, live.
#[derive(Default, MergedSubscription)]
pub struct SalesSubscription(order::feed_api::OrderSubscription);
