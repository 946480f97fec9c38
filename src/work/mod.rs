//! Work: what people and machines have to do.
//!
//! So far the background jobs as administrators see them. Tasks, workflows and approvals join in `work/`.

pub mod job;

use async_graphql::{MergedObject, MergedSubscription};

/// Work that can be read.
#[derive(Default, MergedObject)]
pub struct WorkQuery(job::api::JobQuery);

/// Work that can be changed.
#[derive(Default, MergedObject)]
pub struct WorkMutation(job::api::JobMutation);

/// Work that can be followed live.
#[derive(Default, MergedSubscription)]
pub struct WorkSubscription(job::api::JobSubscription);
