//! Rows of files.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        loader::Key,
        sql::{Select, Sql},
    },
    schema::files,
};

crate::id! {
    /// Identifies a file.
    FileId, "fil", "File"
}

crate::text_enum! {
    /// What a file is for; decides who may upload it, its size and its types.
    pub enum FilePurpose {
        /// To be imported: CSV or XLSX, also gzipped, up to 2 GiB. Needs the permission catalog.import.
        Import = "import",
        /// Offers to be imported: CSV or XLSX, also gzipped, up to 256 MiB. Needs the permission offers.write.
        OfferImport = "offer_import",
        /// Written by the server, for example the rows that an import refused.
        Report = "report",
        /// Picture of a product: PNG, JPEG, WebP or GIF, up to 10 MiB. Needs the permission catalog.write.
        ProductMedia = "product_media",
        /// Picture of a brand: PNG, JPEG, WebP or GIF, up to 10 MiB. Needs the permission catalog.write.
        BrandMedia = "brand_media",
        /// Logo or cover of a seller's storefront: PNG, JPEG, WebP or GIF, up to 10 MiB. Needs the permission
        /// distributors.write.
        StorefrontMedia = "storefront_media",
        /// Picture for the proposal of a new product: PNG, JPEG, WebP or GIF, up to 10 MiB. Needs the permission
        /// offers.write.
        ProposalMedia = "proposal_media",
        /// Paper of a distributor: PNG, JPEG, or PDF without scripts, actions and files inside; up to 10 MiB. Needs the
        /// permission distributors.write; its bytes are opened with distributorDocumentOpen.
        DistributorDocument = "distributor_document",
    }
}

crate::text_enum! {
    /// Whether a file's bytes are here.
    pub enum FileStatus {
        /// Not yet: the upload address was given out. Removed after a day.
        Pending = "pending",
        /// They are, and they never change.
        Stored = "stored",
        /// They were not what was announced, and are gone: announce the file again. Removed after a day.
        Refused = "refused",
    }
}

/// A file row.
#[derive(Clone, Debug, Queryable, Selectable, Serialize)]
#[diesel(table_name = files)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct FileRow {
    pub id: FileId,
    pub owner_id: Option<Uuid>,
    pub purpose: FilePurpose,
    pub name: String,
    pub content_type: String,
    pub size: Option<i64>,
    #[serde(skip)]
    pub sha256: Option<Vec<u8>>,
    pub status: FileStatus,
    pub created_at: DateTime<Utc>,
    pub stored_at: Option<DateTime<Utc>>,
}

/// A file that is to come.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = files)]
pub struct NewFile {
    /// Row ID.
    pub id: FileId,
    /// Account or API key that may use it; `None` for the system.
    pub owner_id: Option<Uuid>,
    /// What for.
    pub purpose: FilePurpose,
    /// Name that the user gave it.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Bytes that were announced; `None` where the server does not know beforehand.
    pub size: Option<i64>,
    /// Always pending.
    pub status: FileStatus,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// One's own files, and those of purposes whose files one may read on the whole platform: a file belongs to no store.
pub fn visible_to(actor: &Actor) -> Sql {
    let readable = FilePurpose::ALL.iter().filter(|purpose| actor.scope(purpose.rule().read).everything);
    let readable: Vec<String> = readable.map(|purpose| purpose.as_str().to_owned()).collect();
    Sql::new("(owner_id = ").bind(actor.known_id()).sql(" OR purpose = ANY(").bind(readable).sql("))")
}

/// A visible file, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: FileId) -> Result<FileRow> {
    let rest = Sql::new("FROM files WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<FileRow>::new(rest).row(conn).await?.ok_or(Error::NotFound("file"))
}

/// Any file, for those who see the row that names it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NamedFile(pub FileId);

impl Key for NamedFile {
    type Value = Arc<FileRow>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rows = Select::<FileRow>::new(Sql::new("FROM files WHERE id = ANY(").bind(ids).sql(")")).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (NamedFile(row.id), Arc::new(row))).collect())
    }
}

/// Any file: for whoever holds a signed link to it, and for jobs.
pub async fn find_any(conn: &Conn, id: FileId) -> Result<FileRow> {
    Select::<FileRow>::new(Sql::new("FROM files WHERE id = ").bind(id)).row(conn).await?.ok_or(Error::NotFound("file"))
}

/// Adds a pending file.
pub async fn insert(mut conn: &Conn, file: &NewFile) -> Result<FileRow> {
    Ok(diesel::insert_into(files::table).values(file).returning(FileRow::as_select()).get_result(&mut conn).await?)
}

/// Marks a pending file as stored; `None` when it no longer is pending.
pub async fn mark_stored(
    mut conn: &Conn,
    id: FileId,
    content_type: &str,
    size: i64,
    sha256: Option<&[u8]>,
    now: DateTime<Utc>,
) -> Result<Option<FileRow>> {
    Ok(diesel::update(files::table.filter(files::id.eq(id).and(files::status.eq(FileStatus::Pending))))
        .set((
            files::status.eq(FileStatus::Stored),
            files::content_type.eq(content_type),
            files::size.eq(size),
            files::sha256.eq(sha256),
            files::stored_at.eq(now),
        ))
        .returning(FileRow::as_select())
        .get_result(&mut conn)
        .await
        .optional()?)
}

/// Ends a pending file whose bytes are not what was announced; `None` when it no longer is pending. From then on its
/// bytes can be removed: nothing brings it back.
pub async fn mark_refused(mut conn: &Conn, id: FileId) -> Result<Option<FileRow>> {
    Ok(diesel::update(files::table.filter(files::id.eq(id).and(files::status.eq(FileStatus::Pending))))
        .set(files::status.eq(FileStatus::Refused))
        .returning(FileRow::as_select())
        .get_result(&mut conn)
        .await
        .optional()?)
}

/// Removes up to `limit` files that were announced before the instant and are not stored; answers which.
pub async fn delete_abandoned(mut conn: &Conn, before: DateTime<Utc>, limit: i64) -> Result<Vec<FileId>> {
    let abandoned = files::table
        .filter(files::status.ne(FileStatus::Stored).and(files::created_at.lt(before)))
        .order(files::created_at)
        .limit(limit)
        .select(files::id);
    let ids: Vec<FileId> = abandoned.for_update().skip_locked().load(&mut conn).await?;
    diesel::delete(files::table.filter(files::id.eq_any(&ids))).execute(&mut conn).await?;
    Ok(ids)
}
