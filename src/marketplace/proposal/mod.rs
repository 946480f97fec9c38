//! Proposals: products that sellers miss in the catalogue, with their first offers.
//!
//! A proposal is a form of the seller's until it is handed in; a reviewer sends it back, refuses it or approves it. On
//! approval the catalogue's own services make the product of it, or add its packs to what is there already, and the
//! offers go live in the same transaction. Its rules are those of the catalogue and of offers: they are asked, not
//! repeated.
//!
//! Every write is an event of topic `product_proposal:<uuid>` in the stream `product_proposals:<seller's uuid>`, named
//! after the state: `product_proposal.submitted`.

pub mod api;
pub mod approval;
pub mod change_api;
pub mod demo;
pub mod form;
pub mod model;
pub mod review;
pub mod service;
