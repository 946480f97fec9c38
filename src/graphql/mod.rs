//! The schema: every domain's roots merged, limits, execution. Nothing of the business.

mod charge;
mod documents;
mod execute;
mod limits;
mod schema;

pub use documents::DocumentError;
pub use execute::GraphQl;
pub use schema::{Mutation, Query, Subscription, sdl};
