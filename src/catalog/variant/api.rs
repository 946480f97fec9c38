//! Variants in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined};
use freshvilla_macros::{edges, mutation};

use super::{
    model::{Variant, VariantId},
    service::{self, NewVariant, VariantChanges},
};
use crate::{
    catalog::{
        CatalogError,
        attribute::model::{AttributeValue, ValuesOf},
        category::model::ShelfStatus,
        product::model::{Product, ProductId},
    },
    context::Ctx,
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::{Decimal, Minor, Money, MoneyInput},
        page::PageArgs,
    },
    marketplace::offer::{
        api::{OfferConnection, is_business},
        best_api::BestOffer,
        model::{
            best::{BestOffers, Wish},
            shelf::OffersFor,
        },
    },
    payload,
};

#[edges]
impl Variant {
    /// The product that this is a pack of.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Arc<Product>>> {
        ctx.load(self.product_id).await
    }

    /// How much the pack holds: pieces, grams or millilitres, as `unit` says; at most three decimals.
    fn pack_size(&self) -> Decimal {
        Decimal(self.pack_size.normalized().to_plain_string())
    }

    /// Maximum retail price with all taxes; null while none is set.
    fn mrp(&self) -> Option<Money> {
        self.mrp_minor.map(Money::from)
    }

    /// Offers that can be bought now, cheapest first.
    async fn offers(&self, ctx: &Context<'_>, page: PageArgs) -> Result<OfferConnection> {
        let (count, at) = (ctx.wants("totalCount"), ctx.app().clock.now());
        let key = OffersFor { variant: self.id, args: page, count, at };
        Ok(OfferConnection(ctx.load(key).await?.unwrap_or_default()))
    }

    /// The offer that a shopper is shown first. Of those that can be bought now, take the quantity, are in stock and are
    /// delivered to the postal code: those delivered at present, then the lowest cost with delivery, the shortest promised
    /// time, the shortest lead time, and the one that was made first.
    async fn best_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Packs ordered, from 1", default = 1)] quantity: i32,
        #[graphql(desc = "Postal code to deliver to, six digits; delivery is left out of account without it")]
        pincode: Option<String>,
    ) -> Result<BestOffer> {
        if quantity < 1 {
            return Err(Error::BadInput("a quantity is 1 or more".to_owned()));
        }
        if pincode.as_ref().is_some_and(|code| code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Error::BadInput("a postal code has six digits".to_owned()));
        }
        let (business, at) = (is_business(ctx).await?, ctx.app().clock.now());
        let wish = Wish { quantity, business, pincode };
        let ranked = ctx.load(BestOffers { variant: self.id, wish, at }).await?.unwrap_or_default();
        Ok(BestOffer::from(ranked.as_slice()))
    }

    /// Values of the typed attributes, in the attributes' order.
    async fn attributes(&self, ctx: &Context<'_>) -> Result<Arc<Vec<AttributeValue>>> {
        Ok(ctx.load(ValuesOf(self.id)).await?.unwrap_or_default())
    }
}

/// A new pack size.
#[derive(InputObject)]
pub struct ProductVariantInput {
    /// Stock keeping unit, unique in the catalogue; 1 to 64 characters.
    sku: String,
    /// GTIN-8, -12, -13 or -14 with a right check digit.
    barcode: Option<String>,
    /// Pack size as people write it: "500 g", "1.5 l", "6 x 200 ml", "12 pc".
    pack: String,
    /// Name of the pack; the pack size when left out.
    name: Option<String>,
    /// Maximum retail price with all taxes.
    mrp: Option<MoneyInput>,
}

impl ProductVariantInput {
    /// Reads the money; `at` is the input path for problems.
    pub fn read(self, at: &str) -> Result<NewVariant> {
        let Self { sku, barcode, pack, name, mrp } = self;
        Ok(NewVariant { sku, barcode, pack, name, mrp: read_money(mrp, &format!("{at}mrp"))? })
    }
}

/// The minor units of an optional amount.
pub fn read_money(money: Option<MoneyInput>, path: &str) -> Result<Option<Minor>> {
    money.map(|money| money.minor()).transpose().map_err(|message| Error::invalid(path, message))
}

/// A new pack size of a product.
#[derive(InputObject)]
pub struct ProductVariantCreateInput {
    /// The product.
    product_id: ProductId,
    /// The pack size.
    variant: ProductVariantInput,
}

/// Changes to a pack size; what is left out stays.
#[derive(InputObject)]
pub struct ProductVariantUpdateInput {
    /// The variant.
    id: VariantId,
    /// Stock keeping unit.
    sku: Option<String>,
    /// Barcode; null takes it away.
    barcode: MaybeUndefined<String>,
    /// Pack size.
    pack: Option<String>,
    /// Name of the pack.
    name: Option<String>,
    /// Maximum retail price with all taxes.
    mrp: Option<MoneyInput>,
    /// Archive it or bring it back.
    status: Option<ShelfStatus>,
    /// Order among the product's variants.
    position: Option<i32>,
}

payload! { /// What productVariantCreate answers.
ProductVariantCreatePayload { /// The new variant.
variant: Variant } CatalogError }

payload! { /// What productVariantUpdate answers.
ProductVariantUpdatePayload { /// The changed variant.
variant: Variant } CatalogError }

/// Changes to variants.
#[derive(Default)]
pub struct VariantMutation;

#[mutation]
impl VariantMutation {
    /// Adds a pack size to a product.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_variant_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new pack size")] input: ProductVariantCreateInput,
    ) -> Result<ProductVariantCreatePayload> {
        let outcome = async {
            let new = input.variant.read("variant.")?;
            service::create_variant(ctx.app(), ctx.actor(), input.product_id, new).await
        };
        ProductVariantCreatePayload::from(outcome.await)
    }

    /// Changes a pack size.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_variant_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: ProductVariantUpdateInput,
    ) -> Result<ProductVariantUpdatePayload> {
        let outcome = async {
            let ProductVariantUpdateInput { id, sku, barcode, pack, name, mrp, status, position } = input;
            let mrp = read_money(mrp, "mrp")?;
            let barcode = barcode.as_opt_ref().map(|b| b.cloned());
            let changes = VariantChanges { sku, barcode, pack, name, mrp, status, position };
            service::update_variant(ctx.app(), ctx.actor(), id, changes).await
        };
        ProductVariantUpdatePayload::from(outcome.await)
    }
}
