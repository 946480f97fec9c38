//! The same changes to many products at once.

use std::collections::HashMap;

use super::{
    model::{self, Product, ProductId, ProductText},
    service::{Edit, ProductChanges, Whole, ensure_open},
};
use crate::{
    app::App,
    catalog::search,
    kernel::{
        access::Actor,
        audit,
        error::{Error, Problem, Result},
    },
};

/// What a bulk edit did to one product.
#[derive(Clone, Debug)]
pub struct BulkResult {
    /// The product asked for.
    pub id: ProductId,
    /// The changed product.
    pub product: Option<Product>,
    /// Why it was not changed.
    pub problems: Vec<Problem>,
}

/// The edit of one product, or what is wrong with it.
type Outcome = Result<Edit, Vec<Problem>>;

/// Most products in one bulk edit.
pub const MAX_BULK: usize = 500;

/// Applies the same changes to many products in one transaction, with as many statements for one as for all. Products
/// that cannot take the changes are left out, each with its reason; what the database refuses it refuses for all.
pub async fn bulk_update_products(
    app: &App,
    actor: &Actor,
    ids: Vec<ProductId>,
    changes: ProductChanges,
) -> Result<Vec<BulkResult>> {
    if ids.len() > MAX_BULK {
        return Err(Error::invalid("ids", format!("at most {MAX_BULK} products at once")));
    }
    if changes.slug.is_some() {
        return Err(Error::invalid("set.slug", "products cannot share a slug: change it in one product"));
    }
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    ensure_open(&tx, changes.category_id.flatten()).await?;
    let products = model::lock_all(&tx, &ids).await?;
    let mut texts = model::texts_of(&tx, &ids).await?;
    let mut edits = HashMap::with_capacity(products.len());
    for product in products {
        let id = product.id;
        let texts = texts.remove(&id).unwrap_or_else(|| ProductText::empty(id));
        let outcome: Outcome = match Edit::of(Whole { product, texts }, changes.clone(), now) {
            Err(Error::Rejected(problems)) => Err(problems),
            other => Ok(other?),
        };
        edits.insert(id, outcome);
    }
    let good: Vec<&Edit> = edits.values().filter_map(|edit| edit.as_ref().ok()).collect();
    model::update_all(&tx, good.iter().map(|edit| &edit.after.product)).await?;
    model::save_all_texts(&tx, good.iter().map(|edit| &edit.after.texts)).await?;
    search::model::refresh(&tx, &good.iter().map(|edit| edit.after.product.id.0).collect::<Vec<_>>()).await?;
    let changes = good.iter().map(|edit| edit.change("productBulkUpdate")).collect::<Result<Vec<_>>>()?;
    audit::record_all(changes, &tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(ids.into_iter().map(|id| result(id, edits.get(&id))).collect())
}

fn result(id: ProductId, outcome: Option<&Outcome>) -> BulkResult {
    match outcome {
        Some(Ok(edit)) => BulkResult { id, product: Some(edit.after.product.clone()), problems: Vec::new() },
        Some(Err(problems)) => BulkResult { id, product: None, problems: problems.clone() },
        None => {
            BulkResult { id, product: None, problems: vec![Problem::new("NOT_FOUND", "", "there is no such product")] }
        }
    }
}
