//! Fulfilment: how a seller takes a sub-order on, packs it, and brings it to the door.
//!
//! - Packing is one step for the whole sub-order: its packages are named with what is in them, the pieces leave the
//!   stock, and packs that are in none are cancelled; what was paid for them is given back. Delivery fees stay: it is
//!   still delivered.
//! - Packages travel by themselves. A sub-order is shipped when the last of them is on its way, and delivered when the
//!   last of them is at its door.
//! - What the seller's own people bring is handed over for a code that only the buyer sees; carriers bring proof of
//!   their own. Cash is taken with the first package of a sub-order.
//! - Each step has a time limit for the seller. What is late is told once: in the timeline, to the seller, to the back
//!   office.

pub mod api;
pub mod code;
pub mod confirm;
pub mod deliver;
pub mod held;
pub mod jobs;
pub mod model;
pub mod pack;
pub mod packing;
pub mod print;
pub mod ship;
pub mod track;
