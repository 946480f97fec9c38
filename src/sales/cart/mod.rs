//! Carts: what customers and guests mean to buy.
//!
//! Whoever is logged in has one active cart; it needs no name. A stranger's cart begins with the first line, and the
//! answer holds a token, once; the storefront keeps it and sends it as `guestToken`. A cart sets nothing aside and fixes
//! no price: whoever reads it gets each line as it stands now (`line`), next to what they saw last. They take note of
//! what changed with `cartChangesAcknowledge`, which names what they saw.
//!
//! Merging (`cartMerge`, after login): the guest's lines come into the customer's cart. Where both have an offer, the
//! larger quantity stays, and the line is saved for later only if it is in both. So a merge that comes twice, or a guest
//! whose cart began as a copy, doubles nothing. The guest's coupons come along where the customer's cart has none. Lines beyond the limit are refused
//! as a whole, none is lost. The guest's
//! cart is `merged` from then on and its token opens nothing, except that the same customer may ask again and gets the
//! cart.
//!
//! Every write locks the cart's row first, a merge the guest's and then the customer's. Carts are not in the audit log:
//! they are their owner's notes, and change with every touch of a button.

pub mod api;
pub mod jobs;
pub mod line;
pub mod merge;
pub mod model;
pub mod owner;
pub mod service;

/// Most lines of a cart, those saved for later included.
pub const MAX_LINES: usize = 100;
/// Most packs of a line.
pub const MAX_QUANTITY: i32 = 10_000;
