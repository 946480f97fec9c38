//! The ground floor: what every domain stands on and nothing of the business.

pub mod access;
pub mod audit;
pub mod bus;
pub mod clock;
pub mod data_dir;
pub mod db;
pub mod embedded_pg;
pub mod error;
pub mod feed;
pub mod id;
pub mod idempotency;
pub mod jobs;
pub mod loader;
pub mod migrate;
pub mod money;
pub mod outbox;
pub mod page;
pub mod payload;
pub mod sql;
pub mod telemetry;
pub mod text_enum;
