//! Where former slugs lead.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    kernel::{db::Conn, error::Result},
    schema::slug_redirects,
    text_enum,
};

text_enum! {
    /// What a slug leads to.
    pub enum SlugKind {
        /// A product page.
        Product = "product",
        /// A category page.
        Category = "category",
        /// A brand page.
        Brand = "brand",
        /// A seller's page.
        Seller = "seller",
        /// A store's page.
        Store = "store",
    }
}

/// Remembers a former slug.
pub async fn leave_redirect(
    mut conn: &Conn,
    kind: SlugKind,
    slug: &str,
    target: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    use slug_redirects::dsl;
    diesel::insert_into(dsl::slug_redirects)
        .values((dsl::kind.eq(kind), dsl::slug.eq(slug), dsl::target_id.eq(target), dsl::created_at.eq(now)))
        .on_conflict((dsl::kind, dsl::slug))
        .do_update()
        .set((dsl::target_id.eq(target), dsl::created_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// What a former slug leads to.
pub async fn follow_redirect(mut conn: &Conn, kind: SlugKind, slug: &str) -> Result<Option<Uuid>> {
    Ok(slug_redirects::table.find((kind, slug)).select(slug_redirects::target_id).first(&mut conn).await.optional()?)
}
