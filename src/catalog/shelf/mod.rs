//! What of a product can be bought: read from the offers where it is shown, and from a summary where lists are narrowed
//! and sorted by it.
//!
//! `product_shelves` has a row for each product with a live offer and follows the offers within a second: triggers queue
//! the products that change, and every worker looks at the queue in turn (`jobs`). A list takes from the summary which
//! products to look at, and asks the offers themselves about each: what can no longer be bought is gone at once, what is
//! new comes with the summary. Which offers can be bought says the database's function `buyable_offers`.

pub mod jobs;
pub mod model;
