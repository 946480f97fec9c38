//! What is fetched along with products in their own statement.

use std::sync::Arc;

use super::model::{Product, ProductCard, ProductId, ProductText, TextOf};
use crate::{
    catalog::{
        brand::model::{Brand, BrandCard},
        category::model::{Category, CategoryCard},
        media::model::{MediaOf, ProductMedia},
        variant::model::{Variant, VariantsOf},
    },
    context::Selected,
    kernel::{
        card::{Card, CardOf},
        db::Conn,
        error::Result,
        loader::{Key, Loaders},
        page::Source,
        related::Related,
        sql::{Row, Select, Sql},
    },
};

/// Which neighbours of a product are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named as the fields")]
pub struct Along {
    pub category: bool,
    pub brand: bool,
    pub variants: bool,
    pub media: bool,
    pub texts: bool,
    /// Cards suffice: for the product, its category and its brand.
    pub cards: bool,
}

/// What belongs to a product and is no card.
type Parts = (Related<Variant>, Related<ProductMedia>, Related<ProductText>);
/// A product with its neighbours, as one row.
pub type ProductRow = (Product, Option<Category>, Option<Brand>, Parts);

impl Along {
    /// What the client selected below a product.
    pub fn of(selected: &Selected<'_>) -> Self {
        let category_card = selected.below("category").only(CategoryCard::FIELDS);
        let brand_card = selected.below("brand").only(BrandCard::FIELDS);
        Self {
            category: selected.any(&["category"]),
            brand: selected.any(&["brand"]),
            variants: selected.any(&["variants"]),
            media: selected.any(&["media"]),
            texts: selected.any(&["description", "ingredients", "nutrition", "seoTitle", "seoDescription"]),
            cards: selected.only(ProductCard::FIELDS) && category_card && brand_card,
        }
    }

    fn is_empty(self) -> bool {
        !(self.category || self.brand || self.variants || self.media || self.texts)
    }

    /// Rows of `P` with neighbours `C` and `B`.
    async fn read<P, C, B>(self, conn: &Conn, rest: Sql) -> Result<Vec<ProductRow>>
    where
        P: Row + Into<Product>,
        C: Row + Into<Category>,
        B: Row + Into<Brand>,
        (P, Option<C>, Option<B>, Parts): Row,
    {
        if self.is_empty() {
            let alone = |row: P| (row.into(), None, None, (Related(None), Related(None), Related(None)));
            return Ok(Select::<P>::new(rest).rows(conn).await?.into_iter().map(alone).collect());
        }
        let own = Sql::default().columns::<P>().sql(", ").columns::<C>().sql(", ").columns::<B>();
        let columns = self.parts().into_iter().fold(own, |columns, part| columns.sql(", ").join(part));
        let rows = Select::<(P, Option<C>, Option<B>, Parts)>::from_columns(columns, rest).rows(conn).await?;
        let whole =
            |(p, c, b, parts): (P, Option<C>, Option<B>, Parts)| (p.into(), c.map(C::into), b.map(B::into), parts);
        Ok(rows.into_iter().map(whole).collect())
    }

    fn parts(self) -> [Sql; 3] {
        [
            Related::<Variant>::column(
                self.variants,
                "FROM product_variants WHERE product_variants.product_id = products.id                  ORDER BY product_variants.position, product_variants.id",
            ),
            Related::<ProductMedia>::column(
                self.media,
                "FROM product_media WHERE product_media.product_id = products.id                  ORDER BY product_media.position, product_media.id",
            ),
            Related::<ProductText>::column(
                self.texts,
                "FROM product_texts WHERE product_texts.product_id = products.id",
            ),
        ]
    }

    /// Hands the neighbours to the loaders, where the nested fields find them, and keeps the products.
    pub fn settle(self, loaders: &Loaders, rows: Vec<ProductRow>) -> Vec<Product> {
        let mut products = Vec::with_capacity(rows.len());
        let (mut categories, mut brands) = (Vec::new(), Vec::new());
        let (mut variants, mut media, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (product, category, brand, parts) in rows {
            let id = product.id;
            categories.extend(category.map(|row| (row.id, Arc::new(row))));
            brands.extend(brand.map(|row| (row.id, Arc::new(row))));
            variants.extend(parts.0.0.map(|rows| (VariantsOf(id), rows.into())));
            media.extend(parts.1.0.map(|rows| (MediaOf(id), rows.into())));
            texts.extend(parts.2.0.map(|rows| (TextOf(id), first_or_empty(id, rows).into())));
            products.push(product);
        }
        self.prime(loaders, categories);
        self.prime(loaders, brands);
        loaders.prime(variants);
        loaders.prime(media);
        loaders.prime(texts);
        products
    }

    /// A whole row serves those who ask for its card, too.
    fn prime<K: Key>(self, loaders: &Loaders, rows: Vec<(K, K::Value)>) {
        if !self.cards {
            loaders.prime(rows.iter().cloned());
        }
        loaders.prime(rows.into_iter().map(|(key, row)| (CardOf(key), row)));
    }
}

impl Source for Along {
    type Row = ProductRow;

    fn joins(&self) -> Sql {
        if self.is_empty() {
            return Sql::default();
        }
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

    async fn rows(&self, conn: &Conn, rest: Sql) -> Result<Vec<ProductRow>> {
        match self.cards {
            true => self.read::<ProductCard, CategoryCard, BrandCard>(conn, rest).await,
            false => self.read::<Product, Category, Brand>(conn, rest).await,
        }
    }
}

fn first_or_empty(id: ProductId, texts: Vec<ProductText>) -> ProductText {
    texts.into_iter().next().unwrap_or_else(|| ProductText::empty(id))
}
