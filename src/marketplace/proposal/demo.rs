//! Proposals of the demo distributor that wait for a reviewer.

use uuid::Uuid;

use super::{
    form::ProposalChanges,
    model::{self, ProposalOrder, ProposalWhere, ProposedVariant},
    service::create_proposal,
};
use crate::{
    app::App,
    catalog::product::{
        filter::ProductWhere,
        model::{Dietary, ProductOrder},
        service::ProductChanges,
    },
    inventory::seller::model::SellerId,
    kernel::{access::Actor, error::Result, money::Minor, page::PageArgs},
};

/// Name, pack, MRP and price in paise of what is proposed.
const PROPOSED: [(&str, &str, i64, i64); 2] =
    [("Nandi Hills Grape Juice", "1 l", 18_000, 16_500), ("Sun-dried Tomatoes", "200 g", 24_000, 21_000)];

/// Hands in the proposals that are not there yet; answers how many.
pub async fn seed_proposals(app: &App, distributor: Uuid) -> Result<usize> {
    let (actor, seller) = (Actor::system(), SellerId(distributor));
    let conn = app.db.write().await?;
    let filter = ProposalWhere { seller_id: Some(seller), ..ProposalWhere::default() };
    let known = model::list(&conn, &actor, &filter, ProposalOrder::default(), &PageArgs::first(100), false).await?;
    let like = crate::catalog::product::model::list(
        &conn,
        &actor,
        &ProductWhere::default(),
        (ProductOrder::default(), Default::default()),
        &PageArgs::first(1),
        (false, app.clock.now()),
    )
    .await?;
    drop(conn);
    let Some((like, ..)) = like.items.into_iter().next().map(|item| item.node) else { return Ok(0) };
    let new = PROPOSED.iter().filter(|(name, ..)| !known.items.iter().any(|item| item.node.name == *name));
    let mut made = 0;
    for (at, (name, pack, mrp, price)) in new.enumerate() {
        let product = ProductChanges {
            name: Some((*name).to_owned()),
            category_id: Some(like.category_id),
            hsn_code: Some(like.hsn_code.clone()),
            dietary: Some(Some(Dietary::Veg)),
            country_of_origin: Some(Some("India".to_owned())),
            ..ProductChanges::default()
        };
        let variant = ProposedVariant {
            pack: (*pack).to_owned(),
            mrp: Some(Minor(*mrp)),
            price: Some(Minor(*price)),
            sku: format!("NH-NEW-{}", at + 1),
            ..ProposedVariant::default()
        };
        let brand_name = Some(Some("Nandi Hills".to_owned()));
        let form = ProposalChanges { product, brand_name, variants: Some(vec![variant]), ..ProposalChanges::default() };
        create_proposal(app, &actor, seller, form, true).await?;
        made += 1;
    }
    Ok(made)
}
