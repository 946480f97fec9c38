//! Accounts: the people who sign in, from sign-up or invitation to closing.

pub mod api;
pub mod contact;
pub mod model;
pub mod password;
pub mod password_rules;
pub mod service;
pub mod sign_up;
