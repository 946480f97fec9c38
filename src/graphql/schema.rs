//! The roots. Merge per domain first, then once: wide merges overflow the compiler.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema, SchemaBuilder};

use super::node::NodeQuery;
use crate::{catalog, identity, inventory, marketplace, sales, work};

/// Everything that can be read.
#[derive(Default, MergedObject)]
pub struct Query(
    NodeQuery,
    catalog::CatalogQuery,
    identity::IdentityQuery,
    inventory::InventoryQuery,
    marketplace::MarketplaceQuery,
    sales::SalesQuery,
    work::WorkQuery,
);

/// Everything that can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    catalog::CatalogMutation,
    identity::IdentityMutation,
    inventory::InventoryMutation,
    marketplace::MarketplaceMutation,
    sales::SalesMutation,
    work::WorkMutation,
);

/// Everything that can be followed live.
#[derive(Default, MergedSubscription)]
pub struct Subscription(inventory::InventorySubscription, sales::SalesSubscription, work::WorkSubscription);

/// The schema before limits and data.
pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
}

/// The schema in its definition language, sorted; the content of `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let mut text = builder().finish().sdl_with_options(options);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
