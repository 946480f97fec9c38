//! Challenges: six-digit codes sent by mail, to finish a sign-up or a login that follows wrong passwords.

pub mod jobs;
pub mod model;
pub mod service;
