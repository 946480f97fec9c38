//! Every test, as one program: what people and programs see over HTTP, WebSocket and the command line, and the rules
//! that the code and the database must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    reason = "a test that meets something unexpected is to fail on the spot"
)]

#[allow(dead_code, unused_imports, reason = "offers what later tests will use")]
mod support;

mod access;
mod cards;
mod catalog;
mod cli;
mod client;
mod code_rules;
mod commission;
mod database_rules;
mod distributors;
mod drift;
mod faults;
mod feeds;
mod files;
mod http;
mod identity;
mod import;
mod inventory;
mod jobs;
mod live;
mod low_stock;
mod mail;
mod maintenance;
mod offer_import;
mod offers;
mod paging;
mod payments;
mod performance;
mod proposals;
mod rate_limit;
mod sales;
mod schema_rules;
mod seed;
mod selections;
mod server;
mod shelf;
mod stock;
mod stock_books;
mod stock_import;
mod storage;
mod stores;
mod unverified;
mod uploads;
mod validation;
mod values;
mod websocket;
