//! Imports: files of any size into the catalogue, in bounded memory, resumable, safe beside each other.
//!
//! A thread reads rows, checks them and cuts them into batches; lanes, each with a connection, write a batch per
//! transaction, and the job's progress is part of it: what it counts is stored, and a killed import goes on behind the
//! last committed row of each lane. Which rows a lane gets depends on their keys alone. A batch looks up what is
//! stored, decides in memory what changes (`plan`), and writes that with a fixed number of statements; an optimistic
//! check of versions and the unique constraints find other writers, and the batch is then decided again.
//!
//! `reader` knows files, `columns` headers, `value` the ways in which people write values, `kinds` what can
//! be imported.

pub mod api;
mod batches;
pub mod columns;
pub mod entry;
pub mod issue;
pub mod jobs;
pub mod kinds;
mod lane;
pub mod ledger;
pub mod model;
pub mod plan;
pub mod progress;
pub mod reader;
pub mod report;
pub mod rights;
pub mod run;
pub mod service;
pub mod source;
pub mod spec;
pub mod value;
