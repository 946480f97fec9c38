//! Search over the active products: full text with typing errors forgiven, facets, suggestions.
//!
//! The most popular products are searched first (`product_search.hot`), so that a frequent word costs the same in a
//! catalogue of a million. A search looks at its first 400 hits only, ranked by whether the name matches, then by
//! popularity.

pub mod api;
pub mod jobs;
pub mod model;
