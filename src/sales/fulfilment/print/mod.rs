//! What sellers print: picking lists, packing slips, and labels for parcels. Drawn up when somebody follows a signed link,
//! never stored: whoever has the link sees addresses, so it holds for minutes.

pub mod api;
pub mod label;
pub mod model;
pub mod picking_list;
pub mod service;
pub mod slip;
