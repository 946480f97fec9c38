//! The schema: every domain's roots merged, limits, execution. Nothing of the business.

mod arrange;
mod charge;
mod documents;
mod execute;
mod limits;
mod live;
mod node;
mod nulls;
mod rewrite;
mod rules;
mod scan;
mod schema;
mod types;
mod variables;

pub use documents::DocumentError;
pub use execute::{GraphQl, Outcome};
pub use schema::{Mutation, Query, Subscription, sdl};
