//! Products in the order of what the cheapest offer of each costs.

use uuid::Uuid;

use super::ProductOrder;
use crate::{
    catalog::{
        product::along::{Along, ProductRow},
        shelf::model::sort_prices,
    },
    kernel::{
        db::Conn,
        error::Result,
        nested::Nested,
        page::{Page, PageArgs, Source},
        sql::Sql,
    },
};
/// A page of products below each parent, sorted by the price of the cheapest buyable offer.
pub async fn by_offer_price(
    conn: &Conn,
    (tie, parents): (&'static str, Vec<Uuid>),
    (condition, counted): (Sql, Option<Sql>),
    (order, along): (ProductOrder, Along),
    args: &PageArgs,
) -> Result<Vec<Page<ProductRow>>> {
    let from = "products JOIN product_shelves ON product_shelves.product_id = products.id";
    let priced = |condition| Sql::all_of([condition, Sql::new("product_shelves.price_minor IS NOT NULL")], " AND ");
    let (condition, counted) = (priced(condition), counted.map(priced));
    let nested = Nested { from, tie, condition, order: order.order(false), args, counted };
    let key = |((row, ..), price): &(ProductRow, i64)| (price.to_string(), row.id.0);
    let pages = nested.fetch(conn, &WithSortPrice(along), parents, key).await?;
    Ok(pages.into_iter().map(|page| page.map(|(row, _)| row)).collect())
}

/// Products with the prices by which they are sorted.
struct WithSortPrice(Along);

impl Source for WithSortPrice {
    type Row = (ProductRow, i64);

    fn joins(&self) -> Sql {
        self.0.joins()
    }

    async fn rows(&self, conn: &Conn, rest: Sql) -> Result<Vec<Self::Row>> {
        let rows = self.0.rows(conn, rest).await?;
        let prices = sort_prices(conn, rows.iter().map(|(product, ..)| product.id.0).collect()).await?;
        let priced = |row: ProductRow| prices.get(&row.0.id.0).map(|price| (row, *price));
        Ok(rows.into_iter().filter_map(priced).collect())
    }
}
