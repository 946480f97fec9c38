//! Work: what people and machines have to do.
//!
//! So far files, and the background jobs as administrators see them. Tasks, workflows and approvals join in `work/`.

pub mod file;
pub mod job;

use async_graphql::{MergedObject, MergedSubscription};

/// Work that can be read.
#[derive(Default, MergedObject)]
pub struct WorkQuery(file::api::FileQuery, job::api::JobQuery);

/// Work that can be changed.
#[derive(Default, MergedObject)]
pub struct WorkMutation(file::api::FileMutation, job::api::JobMutation);

/// Work that can be followed live.
#[derive(Default, MergedSubscription)]
pub struct WorkSubscription(job::api::JobSubscription);
