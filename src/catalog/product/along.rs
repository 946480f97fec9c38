//! What is fetched along with products in their own statement.

use super::model::{Product, ProductId, ProductText, TextOf};
use crate::{
    catalog::{
        brand::model::Brand,
        category::model::Category,
        media::model::{MediaOf, ProductMedia},
        variant::model::{Variant, VariantsOf},
    },
    kernel::{
        db::Conn,
        error::Result,
        loader::Loaders,
        related::Related,
        sql::{Select, Sql},
    },
};

/// Which neighbours of a product are wanted.
#[derive(Clone, Copy, Debug, Default)]
#[expect(missing_docs, reason = "named as the fields")]
pub struct Along {
    pub category: bool,
    pub brand: bool,
    pub variants: bool,
    pub media: bool,
    pub texts: bool,
}

/// A product with its neighbours, as one row.
pub type ProductRow =
    (Product, Option<Category>, Option<Brand>, Related<Variant>, Related<ProductMedia>, Related<ProductText>);

impl Along {
    /// What the client selected below a product; `wants` tells whether it selected one of these fields.
    pub fn selected(wants: impl Fn(&[&str]) -> bool) -> Self {
        Self {
            category: wants(&["category"]),
            brand: wants(&["brand"]),
            variants: wants(&["variants"]),
            media: wants(&["media"]),
            texts: wants(&["description", "ingredients", "nutrition", "seoTitle", "seoDescription"]),
        }
    }

    fn is_empty(self) -> bool {
        !(self.category || self.brand || self.variants || self.media || self.texts)
    }

    /// The products of `FROM products … WHERE …`, which is made with the joins that it needs.
    pub async fn rows(self, conn: &Conn, rest: impl FnOnce(Sql) -> Sql) -> Result<Vec<ProductRow>> {
        if !self.is_empty() {
            return Select::<ProductRow>::from_columns(self.columns(), rest(self.joins())).rows(conn).await;
        }
        let alone = |product| (product, None, None, Related(None), Related(None), Related(None));
        Ok(Select::<Product>::new(rest(Sql::default())).rows(conn).await?.into_iter().map(alone).collect())
    }

    /// The columns of a [`ProductRow`] over `products` and the joins.
    pub fn columns(self) -> Sql {
        let own = Sql::default().columns::<Product>().sql(", ").columns::<Category>().sql(", ").columns::<Brand>();
        let related = [
            Related::<Variant>::column(
                self.variants,
                "FROM product_variants WHERE product_variants.product_id = products.id \
                 ORDER BY product_variants.position, product_variants.id",
            ),
            Related::<ProductMedia>::column(
                self.media,
                "FROM product_media WHERE product_media.product_id = products.id \
                 ORDER BY product_media.position, product_media.id",
            ),
            Related::<ProductText>::column(
                self.texts,
                "FROM product_texts WHERE product_texts.product_id = products.id",
            ),
        ];
        related.into_iter().fold(own, |columns, related| columns.sql(", ").join(related))
    }
}

impl Along {
    /// The joins that the columns need; what is not wanted joins nothing.
    pub fn joins(self) -> Sql {
        let category = match self.category {
            true => " LEFT JOIN categories ON categories.id = products.category_id",
            false => " LEFT JOIN categories ON FALSE",
        };
        let brand = match self.brand {
            true => " LEFT JOIN brands ON brands.id = products.brand_id",
            false => " LEFT JOIN brands ON FALSE",
        };
        Sql::new(category).sql(brand)
    }
}

/// Hands the neighbours to the loaders, where the nested fields find them, and keeps the product.
pub async fn settle(loaders: &Loaders, (product, category, brand, variants, media, texts): ProductRow) -> Product {
    let id = product.id;
    loaders.prime(category.map(|row| (row.id, row.into()))).await;
    loaders.prime(brand.map(|row| (row.id, row.into()))).await;
    loaders.prime(variants.0.map(|rows| (VariantsOf(id), rows.into()))).await;
    loaders.prime(media.0.map(|rows| (MediaOf(id), rows.into()))).await;
    loaders.prime(texts.0.map(|rows| (TextOf(id), first_or_empty(id, rows).into()))).await;
    product
}

fn first_or_empty(id: ProductId, texts: Vec<ProductText>) -> ProductText {
    texts.into_iter().next().unwrap_or_else(|| ProductText::empty(id))
}
