//! Files in the schema.

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{self, FileId, FilePurpose, FileRow, FileStatus},
    service::{self, UploadRequest},
};
use crate::{
    context::Ctx,
    kernel::{
        error::{Error, Result},
        money::BigInt,
        storage::Link,
    },
    payload,
    work::job::api::WorkError,
};

/// An uploaded or generated file.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct File {
    /// Global ID.
    pub id: FileId,
    /// What it is for.
    purpose: FilePurpose,
    /// Name that it was given.
    name: String,
    /// Media type of the content, for example `text/csv`.
    content_type: String,
    /// Size in bytes; announced while the file is pending, counted once it is stored.
    size: Option<BigInt>,
    /// SHA-256 of the content in hexadecimal; null while the file is pending, and for large files in a bucket.
    sha256: Option<String>,
    /// Whether its bytes are here.
    status: FileStatus,
    /// When it was announced.
    created_at: DateTime<Utc>,
    /// When its bytes were here.
    stored_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    row: FileRow,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id,
            purpose: row.purpose,
            name: row.name.clone(),
            content_type: row.content_type.clone(),
            size: row.size.map(BigInt),
            sha256: row.sha256.as_deref().map(hex::encode),
            status: row.status,
            created_at: row.created_at,
            stored_at: row.stored_at,
            row,
        }
    }
}

#[edges]
impl File {
    /// Address from which anyone who has it can download the file for the next five minutes; null while it is pending,
    /// and for a distributor's papers.
    async fn download_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(service::download_link(ctx.app(), &self.row).await?.map(|link| link.url))
    }
}

/// A header of an HTTP request.
#[derive(Clone, Debug, PlainObject)]
pub struct HttpHeader {
    /// Name, for example `content-type`.
    name: String,
    /// Value.
    value: String,
}

/// Where and how to send the bytes of a file.
#[derive(Clone, Debug, PlainObject)]
pub struct FileUpload {
    /// The file, pending.
    file: File,
    /// HTTP method, always `PUT`.
    method: String,
    /// Signed address.
    url: String,
    /// Headers that the request must carry exactly so.
    headers: Vec<HttpHeader>,
    /// The upload must have begun before this instant.
    expires_at: DateTime<Utc>,
}

impl From<(FileRow, Link)> for FileUpload {
    fn from((row, link): (FileRow, Link)) -> Self {
        let headers = link.headers.into_iter().map(|(name, value)| HttpHeader { name: name.to_string(), value });
        Self {
            file: row.into(),
            method: "PUT".to_owned(),
            url: link.url,
            headers: headers.collect(),
            expires_at: link.expires_at,
        }
    }
}

/// Queries over files.
#[derive(Default)]
pub struct FileQuery;

#[query]
impl FileQuery {
    /// A file: one's own, or any of a purpose whose files one may read.
    #[access(Known)]
    async fn file(&self, ctx: &Context<'_>, #[graphql(desc = "The file's ID")] id: FileId) -> Result<Option<File>> {
        match model::find(&*ctx.app().db.read().await?, ctx.actor(), id).await {
            Ok(row) => Ok(Some(row.into())),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Announces a file.
#[derive(InputObject)]
pub struct FileUploadCreateInput {
    /// What the file is for.
    purpose: FilePurpose,
    /// Its name, 1 to 255 characters without slashes, control and hidden characters.
    name: String,
    /// Its media type: `text/csv`, `application/gzip`, `image/png`, …
    content_type: String,
    /// Its exact size in bytes.
    size: BigInt,
}

/// Names the file whose upload has ended.
#[derive(InputObject)]
pub struct FileUploadCompleteInput {
    /// The file.
    id: FileId,
}

payload! { /// What fileUploadCreate answers.
FileUploadCreatePayload { /// Where to send the bytes.
upload: FileUpload } WorkError }

payload! { /// What fileUploadComplete answers.
FileUploadCompletePayload { /// The file, stored.
file: File } WorkError }

/// Changes to files.
#[derive(Default)]
pub struct FileMutation;

#[mutation]
impl FileMutation {
    /// Announces a file and answers a signed address: send the bytes there with the given method and headers, then call
    /// fileUploadComplete and use the file's ID in other mutations. The purpose decides which permission that takes.
    #[access(Known)]
    async fn file_upload_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file")] input: FileUploadCreateInput,
    ) -> Result<FileUploadCreatePayload> {
        let FileUploadCreateInput { purpose, name, content_type, size } = input;
        let request = UploadRequest { purpose, name, content_type, size: size.0 };
        let outcome = service::create_upload(ctx.app(), ctx.actor(), request).await;
        FileUploadCreatePayload::from(outcome.map(FileUpload::from))
    }

    /// Ends an upload: the content is checked and the file becomes usable. Harmless when it already is. Content that is
    /// not what was announced ends the file; announce it again.
    #[access(Known)]
    async fn file_upload_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file")] input: FileUploadCompleteInput,
    ) -> Result<FileUploadCompletePayload> {
        let outcome = service::complete_upload(ctx.app(), ctx.actor(), input.id).await;
        FileUploadCompletePayload::from(outcome.map(File::from))
    }
}
