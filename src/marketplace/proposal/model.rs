//! Rows of proposals, and who sees which.

use std::collections::HashMap;

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    catalog::{
        brand::model::BrandId,
        category::model::CategoryId,
        product::model::{Dietary, ProductId},
        variant::model::VariantId,
    },
    id,
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::Minor,
        outbox::NewEvent,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    schema::product_proposals,
    text_enum,
};

id! {
    /// Identifies a proposal of a new product.
    ProposalId, "prp", "ProductProposal"
}

text_enum! {
    /// Where a proposal stands.
    pub enum ProposalStatus {
        /// In the making.
        Draft = "draft",
        /// Waits for a reviewer.
        Submitted = "submitted",
        /// Sent back with remarks; the seller changes it and hands it in again.
        ChangesRequested = "changes_requested",
        /// In the catalogue, with its offers.
        Approved = "approved",
        /// Refused for good.
        Rejected = "rejected",
        /// Taken back by its seller for good.
        Withdrawn = "withdrawn",
    }
}

impl ProposalStatus {
    /// Whether its seller may change it and hand it in.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::ChangesRequested)
    }
}

text_enum! {
    /// A field of a proposal that a remark can be about.
    pub enum ProposalField {
        /// Name.
        Name = "name",
        /// Brand, chosen or named.
        Brand = "brand",
        /// Category.
        Category = "category",
        /// HSN code.
        HsnCode = "hsn_code",
        /// Description.
        Description = "description",
        /// Ingredients.
        Ingredients = "ingredients",
        /// Dietary mark.
        Dietary = "dietary",
        /// FSSAI licence number.
        FssaiLicense = "fssai_license",
        /// Country of origin.
        CountryOfOrigin = "country_of_origin",
        /// Shelf life.
        ShelfLifeDays = "shelf_life_days",
        /// A pack size, or all of them.
        Variant = "variant",
        /// Pictures.
        Pictures = "pictures",
    }
}

/// A pack size as proposed, with its offer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as the input's fields")]
pub struct ProposedVariant {
    pub pack: String,
    pub name: Option<String>,
    pub barcode: Option<String>,
    pub mrp: Option<Minor>,
    pub sku: String,
    pub price: Option<Minor>,
    /// What it became, or shall become by the reviewer's choice.
    pub variant_id: Option<VariantId>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// The field.
    pub field: ProposalField,
    /// Which pack size, from 0.
    pub variant: Option<i32>,
    /// What is wrong.
    pub reason: String,
}

/// A product that a seller proposes for the catalogue, with its first offers.
#[derive(
    Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Identifiable, Serialize, PlainObject,
)]
#[diesel(table_name = product_proposals, treat_none_as_null = true)]
#[graphql(name = "ProductProposal", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown, or in the database")]
pub struct Proposal {
    /// Global ID.
    pub id: ProposalId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    /// Name of the product.
    pub name: String,
    #[graphql(skip)]
    pub brand_id: Option<BrandId>,
    /// Name of a brand that the catalogue does not have; it is added on approval.
    pub brand_name: Option<String>,
    #[graphql(skip)]
    pub category_id: Option<CategoryId>,
    /// HSN code for GST.
    pub hsn_code: Option<String>,
    /// Text for the product's page.
    pub description: String,
    /// Ingredients as printed on the pack.
    pub ingredients: String,
    /// Dietary mark; null for what is no food.
    pub dietary: Option<Dietary>,
    /// 14-digit FSSAI licence number of the maker or packer.
    pub fssai_license: Option<String>,
    /// Country where it is made or grown.
    pub country_of_origin: Option<String>,
    /// Days that it keeps from packing.
    pub shelf_life_days: Option<i32>,
    #[graphql(skip)]
    pub variants: Value,
    #[graphql(skip)]
    pub picture_file_ids: Vec<Uuid>,
    /// Where it stands.
    pub status: ProposalStatus,
    /// Why it was sent back or refused; empty otherwise.
    pub reason: String,
    #[graphql(skip)]
    pub remarks: Value,
    #[graphql(skip)]
    pub product_id: Option<ProductId>,
    /// When it was last handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When a reviewer last decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Proposal {
    /// Its pack sizes.
    pub fn packs(&self) -> Result<Vec<ProposedVariant>> {
        Ok(serde_json::from_value(self.variants.clone())?)
    }

    /// What is wrong with it.
    pub fn findings(&self) -> Result<Vec<Remark>> {
        Ok(serde_json::from_value(self.remarks.clone())?)
    }
}

/// The proposals of sellers for which the caller has the permission.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    match scope.everything {
        true => Sql::new("TRUE"),
        false => Sql::new("product_proposals.seller_id = ANY(").bind(scope.distributors).sql(")"),
    }
}

/// Proposals are for their seller's people and the platform's.
pub fn visible_to(actor: &Actor) -> Sql {
    within(actor, Permission::OffersRead)
}

/// Which proposals a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProposalWhere {
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// In one of these states; in any when empty.
    #[graphql(default)]
    pub status: Vec<ProposalStatus>,
    /// In this category or anywhere below it.
    pub category_id: Option<CategoryId>,
    /// Name holds this text, without regard to case.
    pub name_contains: Option<String>,
}

impl ProposalWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("product_proposals.seller_id = ").bind(seller));
        }
        if !self.status.is_empty() {
            let status: Vec<String> = self.status.iter().map(|status| status.as_str().to_owned()).collect();
            parts.push(Sql::new("product_proposals.status = ANY(").bind(status).sql(")"));
        }
        if let Some(category) = self.category_id {
            let within = Sql::new("product_proposals.category_id IN (SELECT id FROM categories WHERE path @> ARRAY[");
            parts.push(within.bind(category).sql("])"));
        }
        if let Some(text) = &self.name_contains {
            let found = Sql::new("strpos(lower(product_proposals.name), lower(").bind(text.as_str());
            parts.push(found.sql(")) > 0"));
        }
        // Clients compose these freely: each text would stay prepared.
        Sql::all_of(parts, " AND ").uncached()
    }
}

/// Which field sorts a list of proposals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ProposalOrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// When it was last handed in: the queue. Those that never were stand where they were made.
    SubmittedAt,
    /// Name.
    Name,
}

/// How a list of proposals is sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ProposalOrder {
    /// By which field.
    #[graphql(default)]
    pub field: ProposalOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
}

impl Default for ProposalOrder {
    fn default() -> Self {
        Self { field: ProposalOrderField::CreatedAt, direction: Direction::Desc }
    }
}

impl ProposalOrder {
    fn order(self) -> Order {
        let (column, cast) = match self.field {
            ProposalOrderField::CreatedAt => ("product_proposals.created_at", "::timestamptz"),
            ProposalOrderField::SubmittedAt => {
                ("coalesce(product_proposals.submitted_at, product_proposals.created_at)", "::timestamptz")
            }
            ProposalOrderField::Name => ("product_proposals.name", ""),
        };
        Order { column, cast, id: "product_proposals.id", direction: self.direction }
    }

    fn key(self, row: &Proposal) -> (String, Uuid) {
        let sort = match self.field {
            ProposalOrderField::CreatedAt => timestamp_key(row.created_at),
            ProposalOrderField::SubmittedAt => timestamp_key(row.submitted_at.unwrap_or(row.created_at)),
            ProposalOrderField::Name => row.name.clone(),
        };
        (sort, row.id.0)
    }
}

/// A page of proposals within the caller's scope.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &ProposalWhere,
    order: ProposalOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Proposal>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    page::fetch(conn, "product_proposals", condition, order.order(), args, count, |row: &Proposal| order.key(row)).await
}

/// A proposal for whose seller the caller has the permission, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, permission: Permission, id: ProposalId) -> Result<Proposal> {
    let rest = Sql::new("FROM product_proposals WHERE id = ").bind(id).sql(" AND ").join(within(actor, permission));
    Select::<Proposal>::new(rest).row(conn).await?.ok_or(Error::NotFound("proposal"))
}

/// Locks a proposal. Its seller is to be locked first.
pub async fn lock(conn: &Conn, id: ProposalId) -> Result<Proposal> {
    let rest = Sql::new("FROM product_proposals WHERE id = ").bind(id).sql(" FOR UPDATE");
    Select::<Proposal>::new(rest).row(conn).await?.ok_or(Error::NotFound("proposal"))
}

/// Adds a proposal.
pub async fn insert(mut conn: &Conn, row: &Proposal) -> Result<()> {
    refused(diesel::insert_into(product_proposals::table).values(row).execute(&mut conn).await)
}

/// Stores a changed proposal.
pub async fn update(mut conn: &Conn, row: &Proposal) -> Result<()> {
    refused(diesel::update(product_proposals::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    let missing = |field, what: &str| Error::problem("NOT_FOUND", field, format!("there is no such {what}"));
    outcome
        .on_constraint("product_proposals_category_id_fkey", || missing("categoryId", "category"))
        .on_constraint("product_proposals_brand_id_fkey", || missing("brandId", "brand"))
        .on_constraint("product_proposals_hsn_code_fkey", || missing("hsnCode", "HSN code"))
        .map(drop)
}

/// Which variants of the catalogue have these barcodes.
pub async fn variants_with(mut conn: &Conn, barcodes: Vec<String>) -> Result<HashMap<String, VariantId>> {
    use crate::schema::product_variants::dsl;
    let rows: Vec<(Option<String>, VariantId)> = dsl::product_variants
        .filter(dsl::barcode.eq_any(barcodes))
        .select((dsl::barcode, dsl::id))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(barcode, id)| Some((barcode?, id))).collect())
}

/// Whether a product of the catalogue has this slug.
pub async fn has_slug(conn: &Conn, slug: &str) -> Result<bool> {
    Sql::new("FROM products WHERE slug = ").bind(slug).exists(conn).await
}

/// The event of a write: one for each version.
pub fn event(row: &Proposal) -> NewEvent {
    let kind = match row.status {
        ProposalStatus::Draft => "product_proposal.drafted",
        ProposalStatus::Submitted => "product_proposal.submitted",
        ProposalStatus::ChangesRequested => "product_proposal.changes_requested",
        ProposalStatus::Approved => "product_proposal.approved",
        ProposalStatus::Rejected => "product_proposal.rejected",
        ProposalStatus::Withdrawn => "product_proposal.withdrawn",
    };
    NewEvent {
        id: Uuid::now_v7(),
        topic: format!("product_proposal:{}", row.id.0),
        sequence: row.version.into(),
        kind,
        payload: serde_json::json!({ "proposal": row.id.0, "seller": row.seller_id.0, "product": row.product_id.map(|id| id.0) }),
        created_at: row.updated_at,
        feed: Some(format!("product_proposals:{}", row.seller_id.0)),
    }
}
