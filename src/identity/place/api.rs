//! States and postal codes in the schema.

use std::sync::Arc;

use async_graphql::Context;
use bigdecimal::ToPrimitive;
use freshvilla_macros::{PlainObject, edges, query};

use super::model::{self, Pincode, State, StateKey};
use crate::{
    connection,
    context::Ctx,
    kernel::{
        error::{Error, Result},
        page::PageArgs,
    },
};

#[edges]
impl Pincode {
    /// Degrees north of the code's centre; null where it is not known.
    fn latitude(&self) -> Option<f64> {
        self.latitude.as_ref()?.to_f64()
    }

    /// Degrees east of the code's centre; null where it is not known.
    fn longitude(&self) -> Option<f64> {
        self.longitude.as_ref()?.to_f64()
    }

    /// The state.
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<Arc<State>>> {
        ctx.load(StateKey(self.state_code.clone())).await
    }
}

connection!(PincodeConnection, PincodeEdge, Pincode);

/// Where a postal code lies.
#[derive(PlainObject)]
pub struct PincodeLookup {
    /// Six digits.
    code: String,
    /// One entry for each state that the code touches.
    entries: Vec<Pincode>,
}

/// Queries over places.
#[derive(Default)]
pub struct PlaceQuery;

#[query]
impl PlaceQuery {
    /// Every state and union territory of India, by GST code; retired codes too.
    #[access(Public)]
    async fn states(&self, ctx: &Context<'_>) -> Result<Vec<State>> {
        model::all_states(&*ctx.app().db.read().await?).await
    }

    /// Where a postal code lies; null when there is no such code.
    #[access(Public)]
    async fn pincode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Six digits")] code: String,
    ) -> Result<Option<PincodeLookup>> {
        let entries = model::of_code(&*ctx.app().db.read().await?, code.trim()).await?;
        Ok((!entries.is_empty()).then(|| PincodeLookup { code: code.trim().to_owned(), entries }))
    }

    /// Postal codes in order.
    #[access(Public)]
    async fn pincodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First digits of the code")] prefix: Option<String>,
        #[graphql(desc = "GST code of the state")] state_code: Option<String>,
        page: PageArgs,
    ) -> Result<PincodeConnection> {
        let prefix = prefix.unwrap_or_default();
        if prefix.len() > 6 || !prefix.chars().all(|c| c.is_ascii_digit()) {
            return Err(Error::BadInput("`prefix` has at most six digits".to_owned()));
        }
        let conn = ctx.app().db.read().await?;
        let count = ctx.wants("totalCount");
        Ok(PincodeConnection(model::list(&conn, &prefix, state_code.as_deref(), &page, count).await?))
    }
}
