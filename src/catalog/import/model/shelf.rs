//! Categories, brands and attributes that a batch names: found or made, and remembered.
//!
//! What a transaction made is remembered only after its commit; a dry run forgets it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::lookup::SlugRow;
use crate::{
    catalog::import::entry::Entry,
    kernel::{
        db::Conn,
        error::{Error, Result},
        slug::{slugify, with_tail},
        sql::Sql,
    },
};

/// Names to IDs; `fresh` ones are not committed yet.
#[derive(Debug)]
struct Memory<K, V> {
    settled: HashMap<K, V>,
    fresh: HashMap<K, V>,
}

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self { settled: HashMap::new(), fresh: HashMap::new() }
    }
}

/// Beyond this many names the memory starts anew: it must stay bounded in a file of a million brands.
const MEMORY: usize = 50_000;

impl<K: std::hash::Hash + Eq, V> Memory<K, V> {
    fn get<Q: std::hash::Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.fresh.get(key).or_else(|| self.settled.get(key))
    }

    fn settle(&mut self) {
        if self.settled.len() > MEMORY {
            self.settled.clear();
        }
        self.settled.extend(self.fresh.drain());
    }
}

/// What an attribute's values must look like.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Row ID.
    pub id: Uuid,
    /// `text`, `number`, `boolean` or `choice`.
    pub kind: String,
    /// Allowed values of a choice.
    pub choices: Vec<String>,
}

/// The names a batch refers to.
#[derive(Debug, Default)]
pub struct Shelf {
    categories: Memory<Vec<String>, Uuid>,
    brands: Memory<String, Uuid>,
    attributes: Memory<String, Attribute>,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = sql_types::BigInt)]
    n: i64,
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct AttributeRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    code: String,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Array<sql_types::Text>)]
    choices: Vec<String>,
}

impl Shelf {
    /// The category with this path of names.
    pub fn category(&self, path: &[String]) -> Option<Uuid> {
        self.categories.get(path).copied()
    }

    /// The brand of this name.
    pub fn brand(&self, name: &str) -> Option<Uuid> {
        self.brands.get(name).copied()
    }

    /// The attribute with this code.
    pub fn attribute(&self, code: &str) -> Option<&Attribute> {
        self.attributes.get(code)
    }

    /// The transaction that made the fresh names is committed.
    pub fn committed(&mut self) {
        self.categories.settle();
        self.brands.settle();
        self.attributes.settle();
    }

    /// The transaction was rolled back.
    pub fn rolled_back(&mut self) {
        self.categories.fresh.clear();
        self.brands.fresh.clear();
        self.attributes.fresh.clear();
    }

    /// Finds or makes whatever the batch names.
    pub async fn prepare(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[Entry]) -> Result<()> {
        self.prepare_categories(conn, now, entries).await?;
        self.prepare_brands(conn, now, entries).await?;
        self.prepare_attributes(conn, now, entries).await
    }

    /// Level by level from the root, three statements each.
    async fn prepare_categories(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[Entry]) -> Result<()> {
        let deepest = entries.iter().map(|entry| entry.category.len()).max().unwrap_or(0);
        for depth in 1..=deepest {
            let mut missing: Vec<&[String]> = entries
                .iter()
                .filter_map(|entry| entry.category.get(..depth))
                .filter(|path| self.category(path).is_none())
                .collect();
            missing.sort_unstable();
            missing.dedup();
            if missing.is_empty() {
                continue;
            }
            let parents = missing.iter().map(|path| path.split_last().and_then(|(_, above)| self.category(above)));
            let parents: Vec<Option<Uuid>> = parents.collect();
            let names: Vec<String> = missing.iter().filter_map(|path| path.last().cloned()).collect();
            let mut ids = find_categories(conn, &parents, &names).await?;
            if ids.len() < missing.len() {
                insert_categories(conn, now, &parents, &names, &ids).await?;
                ids = find_categories(conn, &parents, &names).await?;
            }
            for (n, path) in (1..).zip(missing) {
                let id = ids.get(&n).copied().ok_or_else(lost_race)?;
                self.categories.fresh.insert(path.to_vec(), id);
            }
        }
        Ok(())
    }

    async fn prepare_brands(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[Entry]) -> Result<()> {
        let named = entries.iter().filter_map(|entry| entry.brand.as_ref());
        let mut missing: Vec<String> = named.filter(|name| self.brand(name).is_none()).cloned().collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let mut ids = find_brands(conn, &missing).await?;
        if ids.len() < missing.len() {
            insert_brands(conn, now, &missing, &ids).await?;
            ids = find_brands(conn, &missing).await?;
        }
        for (n, name) in (1..).zip(missing) {
            let id = ids.get(&n).copied().ok_or_else(lost_race)?;
            self.brands.fresh.insert(name, id);
        }
        Ok(())
    }

    async fn prepare_attributes(&mut self, mut conn: &Conn, now: DateTime<Utc>, entries: &[Entry]) -> Result<()> {
        let named = entries.iter().flat_map(|entry| &entry.attributes).map(|(code, _)| code);
        let missing: HashSet<String> = named.filter(|code| self.attribute(code).is_none()).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut codes: Vec<String> = missing.into_iter().collect();
        codes.sort_unstable();
        let names: Vec<String> = codes.iter().map(|code| title(code)).collect();
        let ids: Vec<Uuid> = codes.iter().map(|_| Uuid::now_v7()).collect();
        let insert = Sql::new("INSERT INTO attributes (id, code, name, kind, created_at, updated_at) SELECT u.id, u.code, u.name, 'text', ")
            .bind(now)
            .sql(", ")
            .bind(now)
            .sql(" FROM unnest(")
            .bind(ids)
            .sql(", ")
            .bind(codes.clone())
            .sql(", ")
            .bind(names)
            .sql(") u(id, code, name) WHERE NOT EXISTS (SELECT FROM attributes a WHERE a.code = u.code) ON CONFLICT DO NOTHING");
        insert.execute(&mut conn).await?;
        let rows: Vec<AttributeRow> = Sql::new("SELECT id, code, kind, choices FROM attributes WHERE code = ANY(")
            .bind(codes)
            .sql(")")
            .load(&mut conn)
            .await?;
        let attribute = |row: AttributeRow| (row.code, Attribute { id: row.id, kind: row.kind, choices: row.choices });
        self.attributes.fresh.extend(rows.into_iter().map(attribute));
        Ok(())
    }
}

/// `shelf_life` becomes `Shelf life`.
fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Another transaction took the name or the slug meanwhile; the batch is tried again.
fn lost_race() -> Error {
    Error::conflict("another import is making the same categories or brands")
}

async fn find_categories(mut conn: &Conn, parents: &[Option<Uuid>], names: &[String]) -> Result<HashMap<i64, Uuid>> {
    let rows: Vec<Numbered> = Sql::new("SELECT u.n, c.id FROM unnest(")
        .bind(parents.to_vec())
        .sql(", ")
        .bind(names.to_vec())
        .sql(
            ") WITH ORDINALITY u(parent_id, name, n) \
             JOIN categories c ON c.parent_id IS NOT DISTINCT FROM u.parent_id AND lower(c.name) = lower(u.name)",
        )
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.n, row.id)).collect())
}

async fn find_brands(mut conn: &Conn, names: &[String]) -> Result<HashMap<i64, Uuid>> {
    let rows: Vec<Numbered> = Sql::new("SELECT u.n, b.id FROM unnest(")
        .bind(names.to_vec())
        .sql(") WITH ORDINALITY u(name, n) JOIN brands b ON lower(b.name) = lower(u.name)")
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.n, row.id)).collect())
}

/// New rows for the names that were not found: IDs, names' places, slugs that are free.
async fn new_slugs(
    conn: &Conn,
    names: &[String],
    found: &HashMap<i64, Uuid>,
    kind: &'static str,
    taken: Sql,
) -> Result<Vec<(usize, Uuid, String)>> {
    let mut taken: HashSet<String> =
        taken.load::<SlugRow>(&mut { conn }).await?.into_iter().map(|row| row.slug).collect();
    let mut rows = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let number = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
        if found.contains_key(&number) {
            continue;
        }
        let id = Uuid::now_v7();
        let mut slug = slugify(name);
        if slug.is_empty() || taken.contains(&slug) {
            slug = with_tail(if slug.is_empty() { kind } else { &slug }, id);
        }
        taken.insert(slug.clone());
        rows.push((at, id, slug));
    }
    Ok(rows)
}

async fn insert_categories(
    mut conn: &Conn,
    now: DateTime<Utc>,
    parents: &[Option<Uuid>],
    names: &[String],
    found: &HashMap<i64, Uuid>,
) -> Result<()> {
    let wanted: Vec<String> = names.iter().map(|name| slugify(name)).collect();
    let taken = Sql::new("SELECT slug FROM categories WHERE slug = ANY(").bind(wanted).sql(")");
    let rows = new_slugs(conn, names, found, "category", taken).await?;
    let of = |at: &usize| (parents.get(*at).copied().flatten(), names.get(*at).cloned().unwrap_or_default());
    let (parents, names): (Vec<Option<Uuid>>, Vec<String>) = rows.iter().map(|(at, _, _)| of(at)).unzip();
    let (ids, slugs): (Vec<Uuid>, Vec<String>) = rows.into_iter().map(|(_, id, slug)| (id, slug)).unzip();
    Sql::new(
        "INSERT INTO categories (id, parent_id, path, name, slug, status, created_at, updated_at) \
         SELECT u.id, u.parent_id, coalesce(p.path, '{}') || u.id, u.name, u.slug, 'active', ",
    )
    .bind(now)
    .sql(", ")
    .bind(now)
    .sql(" FROM unnest(")
    .bind(ids)
    .sql(", ")
    .bind(parents)
    .sql(", ")
    .bind(names)
    .sql(", ")
    .bind(slugs)
    .sql(") u(id, parent_id, name, slug) LEFT JOIN categories p ON p.id = u.parent_id ON CONFLICT DO NOTHING")
    .execute(&mut conn)
    .await?;
    Ok(())
}

async fn insert_brands(
    mut conn: &Conn,
    now: DateTime<Utc>,
    names: &[String],
    found: &HashMap<i64, Uuid>,
) -> Result<()> {
    let wanted: Vec<String> = names.iter().map(|name| slugify(name)).collect();
    let taken = Sql::new("SELECT slug FROM brands WHERE slug = ANY(").bind(wanted).sql(")");
    let rows = new_slugs(conn, names, found, "brand", taken).await?;
    let names: Vec<String> = rows.iter().filter_map(|(at, _, _)| names.get(*at).cloned()).collect();
    let (ids, slugs): (Vec<Uuid>, Vec<String>) = rows.into_iter().map(|(_, id, slug)| (id, slug)).unzip();
    Sql::new(
        "INSERT INTO brands (id, name, slug, status, created_at, updated_at) SELECT u.id, u.name, u.slug, 'active', ",
    )
    .bind(now)
    .sql(", ")
    .bind(now)
    .sql(" FROM unnest(")
    .bind(ids)
    .sql(", ")
    .bind(names)
    .sql(", ")
    .bind(slugs)
    .sql(") u(id, name, slug) ON CONFLICT DO NOTHING")
    .execute(&mut conn)
    .await?;
    Ok(())
}
