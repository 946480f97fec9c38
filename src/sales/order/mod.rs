//! Orders: what was bought, in parts by seller and origin.
//!
//! An order that is paid through a gateway waits for its payment with its goods set aside; the sellers see nothing of it.
//! When the payment is certain its parts are placed, and the sellers are told. When nobody pays in time it is cancelled;
//! a payment that comes later revives it if there still is stock, and is given back otherwise.
//!
//! A part moves by `machine` alone. Cancelling gives back its pieces, its money, and with the last part the coupons, in
//! one transaction. Locks are taken in one order everywhere: the payment intent, the order, its parts, stock items,
//! coupons.
//!
//! What happens is told once (`story`): a row of the timeline, an event of the order's feed, one of the seller's.

pub mod api;
pub mod cancel;
pub mod change_api;
pub mod feed_api;
pub mod jobs;
pub mod machine;
pub mod model;
pub mod number;
pub mod part_api;
pub mod payment;
pub mod reorder;
pub mod status;
pub mod story;
