//! Files: a client asks for a signed upload address, sends the bytes there, and names the file's ID in a mutation.
//!
//! Invariants: the bytes of a stored file never change; they have the size that was declared and are of a type that
//! the purpose allows, whatever the client said of them; a file is fetched only through a signed link that expires.

pub mod active;
pub mod api;
pub mod kind;
pub mod model;
pub mod receive;
pub mod service;
