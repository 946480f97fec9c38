//! A distributor's people, and the rights that they have over it.

pub mod rights;
