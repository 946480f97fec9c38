//! The outermost floor: HTTP/1.1 and h2c, routes, GraphQL over HTTP and WebSocket, health and metrics.
//!
//! `/graphql` is dispatched before the router and answered by plain functions: what every operation pays for is kept
//! small. Everything else goes through [`router`].

mod answer;
pub mod auth;
mod cors;
mod edge;
mod files;
mod graphiql;
mod graphql;
mod health;
mod metrics;
mod negotiate;
mod params;
mod prints;
mod router;
mod server;
mod state;
mod webhooks;
mod ws;

pub use server::serve;
pub use state::Http;
