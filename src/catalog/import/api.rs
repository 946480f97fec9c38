//! Imports in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{PlainObject, mutation, query};

use super::{
    columns::Wishes,
    issue::IssueSeverity,
    model::report::{self, Finding},
    service,
    spec::{ImportKind, Source, Spec},
};
use crate::{
    catalog::CatalogError,
    connection,
    context::Ctx,
    kernel::{
        error::{Error, Result},
        jobs::JobId,
        page::PageArgs,
    },
    payload,
    work::{
        file::model::{self as file, FileId, FilePurpose, FileStatus},
        job::{api::Job, model as job},
    },
};

/// Which column of the file feeds a field.
#[derive(Debug, InputObject)]
pub struct ImportColumnInput {
    /// Field: product_key, name, brand, category, subcategory, description, hsn, dietary, fssai, ingredients,
    /// country_of_origin, shelf_life_days, tags, sku, barcode, pack, unit, mrp, status, image, attr:<code> or
    /// nutrition:<name>; of other kinds hsn, description, rate, cgst, sgst, cess, valid_from, source; gst_code, alpha, name; pincode,
    /// place, taluk, district, state, latitude, longitude; of offers those named at OfferImportStartInput.
    field: String,
    /// Header of the column, or a template of several: "{Commodity} {Variety}".
    column: String,
}

/// The value of a field in rows that have none.
#[derive(Debug, InputObject)]
pub struct ImportDefaultInput {
    /// Field, as in ImportColumnInput.
    field: String,
    /// Value, as it would stand in a cell.
    value: String,
}

/// Asks for an import.
#[derive(Debug, InputObject)]
pub struct CatalogueImportStartInput {
    /// What the file holds.
    #[graphql(default_with = "ImportKind::Catalogue")]
    kind: ImportKind,
    /// The file, uploaded with purpose IMPORT: CSV in any usual encoding (gzip too) or XLSX, of which the first sheet
    /// is read.
    file_id: FileId,
    /// Columns whose names do not tell their meaning.
    #[graphql(default)]
    mapping: Vec<ImportColumnInput>,
    /// Values for rows that have none.
    #[graphql(default)]
    defaults: Vec<ImportDefaultInput>,
    /// Check and count everything, change nothing.
    #[graphql(default)]
    dry_run: bool,
    /// The same key with the same input answers the same job; 1 to 128 characters.
    idempotency_key: String,
}

payload! { /// What catalogueImportStart answers.
CatalogueImportStartPayload { /// The job that imports; follow it with jobEvents.
job: Job } CatalogError }

/// Something that an import found wrong with a row.
#[derive(Clone, Debug, PlainObject)]
pub struct ImportFinding {
    /// Line of the file on which the row begins, from 1; 0 for the file as a whole.
    row: i32,
    /// Header of the column, or name of the field; empty when it concerns the row.
    column: String,
    /// Whether the row was refused.
    severity: IssueSeverity,
    /// What is wrong, for programs: REQUIRED, INVALID, UNKNOWN, CONFLICT, TOO_LONG, BAD_ROW, SHORT_ROW, INCOMPLETE.
    code: String,
    /// What is wrong, for people.
    message: String,
    /// Beginning of the value in question.
    value: String,
}

impl From<Finding> for ImportFinding {
    fn from(row: Finding) -> Self {
        Self {
            row: i32::try_from(row.row_number).unwrap_or(i32::MAX),
            column: row.column_name,
            severity: row.severity,
            code: row.code,
            message: row.message,
            value: row.value,
        }
    }
}

connection!(ImportFindingConnection, ImportFindingEdge, ImportFinding);

/// Queries over imports.
#[derive(Default)]
pub struct ImportQuery;

#[query]
impl ImportQuery {
    /// What an import found wrong with rows, in the order of the file; at most 100,000 of each severity are kept. The
    /// job must be one's own, or the caller have the permission jobs.read.
    #[access(Known)]
    async fn import_errors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import's job")] job_id: JobId,
        #[graphql(desc = "Only findings of this severity")] severity: Option<IssueSeverity>,
        page: PageArgs,
    ) -> Result<ImportFindingConnection> {
        let conn = ctx.app().db.read().await?;
        job::find(&conn, ctx.actor(), job_id).await?;
        let page = report::list(&conn, job_id, severity, &page, ctx.wants("totalCount")).await?;
        Ok(ImportFindingConnection(page.map(ImportFinding::from)))
    }
}

/// Starting imports.
#[derive(Default)]
pub struct ImportMutation;

#[mutation]
impl ImportMutation {
    /// Imports a file into the catalogue in the background. Products are matched by product key, SKU or barcode; cells
    /// that are empty leave stored values as they are. HSN codes and GST rates need the permission tax.write too,
    /// states and postal codes settings.write.
    #[access(Can(crate::kernel::access::Permission::CatalogImport))]
    async fn catalogue_import_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file and how to read it")] input: CatalogueImportStartInput,
    ) -> Result<CatalogueImportStartPayload> {
        CatalogueImportStartPayload::from(start(ctx, input).await)
    }
}

async fn start(ctx: &Context<'_>, input: CatalogueImportStartInput) -> Result<Job> {
    let source = uploaded(ctx, input.file_id, FilePurpose::Import).await?;
    let wishes = wishes(input.mapping, input.defaults);
    let spec = Spec { kind: input.kind, source, wishes, dry_run: input.dry_run };
    service::start_import(ctx.app(), ctx.actor(), spec, &input.idempotency_key).await.map(Job::from)
}

/// A file that was uploaded for this purpose, as the source of an import.
pub async fn uploaded(ctx: &Context<'_>, id: FileId, purpose: FilePurpose) -> Result<Source> {
    let row = file::find(&*ctx.app().db.write().await?, ctx.actor(), id).await?;
    if row.purpose != purpose {
        return Err(Error::NotFound("file"));
    }
    if row.status != FileStatus::Stored {
        return Err(Error::invalid("fileId", "the bytes of this file have not arrived"));
    }
    Ok(Source::File(row.id.0))
}

/// What the caller says about columns.
pub fn wishes(mapping: Vec<ImportColumnInput>, defaults: Vec<ImportDefaultInput>) -> Wishes {
    Wishes {
        mapping: mapping.into_iter().map(|wish| (wish.field, wish.column)).collect(),
        defaults: defaults.into_iter().map(|wish| (wish.field, wish.value)).collect(),
    }
}
