//! Bank branches in the schema.

use async_graphql::Context;
use freshvilla_macros::query;

use super::model::{self, BankBranch};
use crate::{
    context::Ctx,
    kernel::error::{Error, Result},
};

/// Queries over bank branches.
#[derive(Default)]
pub struct BankQuery;

#[query]
impl BankQuery {
    /// The branch behind an IFSC, to show while a bank account is entered; null when there is none.
    #[access(Public)]
    async fn bank_branch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Indian Financial System Code, in any case")] ifsc: String,
    ) -> Result<Option<BankBranch>> {
        let code = ifsc.trim().to_uppercase();
        if !model::is_ifsc(&code) {
            return Err(Error::BadInput("an IFSC has four letters, a zero and six characters".to_owned()));
        }
        Ok(model::branches(&*ctx.app().db.read().await?, &[code]).await?.pop())
    }
}
