//! Imports.

pub mod columns;
pub mod entry;
pub mod issue;
pub mod kinds;
pub mod model;
pub mod pack;
pub mod plan;
pub mod reader;
pub mod slug;
pub mod value;
