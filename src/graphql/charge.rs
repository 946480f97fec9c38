//! What an operation costs its caller: taken from a token bucket before it runs, shown in `extensions.cost`.

use async_graphql::{Response, ServerError, Value, indexmap::IndexMap};

use super::execute::top_level;
use crate::{
    app::App,
    kernel::{
        access::{Actor, Principal},
        error::Error,
        rate_limit::{Decision, Rate},
    },
};

/// What was taken from the caller's bucket; nothing where no bucket is kept.
#[derive(Clone, Copy, Default)]
pub(super) struct Charge(Option<Taken>);

#[derive(Clone, Copy)]
struct Taken {
    requested: u64,
    available: u64,
    restore_rate: u64,
}

/// An operation that is not executed, and what asking cost.
pub(super) struct Refusal {
    pub errors: Vec<ServerError>,
    pub charge: Charge,
}

impl From<ServerError> for Refusal {
    fn from(error: ServerError) -> Self {
        Self { errors: vec![error], charge: Charge::default() }
    }
}

impl Charge {
    /// Takes the cost out of the caller's bucket, or refuses with RATE_LIMITED.
    pub async fn take(app: &App, actor: &Actor, cost: u64) -> Result<Self, Refusal> {
        let limits = &app.config.graphql;
        if limits.cost_per_second == 0 || actor.principal == Principal::System {
            return Ok(Self::default());
        }
        let rate = Rate::per_second(limits.cost_per_second, limits.cost_burst);
        let decision = app.limiter.take(&format!("graphql:{}", actor.key()), cost, rate).await;
        let Decision { allowed, remaining, retry_after_seconds } = decision;
        let charge = Self(Some(Taken { requested: cost, available: remaining, restore_rate: limits.cost_per_second }));
        if allowed {
            return Ok(charge);
        }
        Err(Refusal { errors: vec![top_level(&Error::RateLimited { retry_after_seconds })], charge })
    }

    /// The response with the bucket's state in `extensions.cost`.
    pub fn shown_in(self, response: Response) -> Response {
        let Some(Taken { requested, available, restore_rate }) = self.0 else { return response };
        let parts = [("requested", requested), ("available", available), ("restoreRate", restore_rate)];
        let parts = parts.map(|(name, points)| (async_graphql::Name::new(name), Value::from(points)));
        response.extension("cost", Value::Object(IndexMap::from_iter(parts)))
    }
}
