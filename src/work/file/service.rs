//! What people and jobs do with files; how the bytes arrive is told in [`super::receive`].

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt};
use uuid::Uuid;

use super::{
    active::ActiveContent,
    kind::{Kind, SNIFF_BYTES},
    model::{self, FileId, FilePurpose, FileRow, FileStatus, NewFile},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        audit::Change,
        error::{Error, Problem, Result, found},
        rate_limit::Rate,
        storage::{ByteStream, Link, Written},
    },
};

/// What a client wants to upload.
#[derive(Clone, Debug)]
pub struct UploadRequest {
    /// What for.
    pub purpose: FilePurpose,
    /// Name for people.
    pub name: String,
    /// Declared media type.
    pub content_type: String,
    /// Size in bytes.
    pub size: i64,
}

/// Time for an upload to begin; once it has, it may take longer.
const UPLOAD_VALID: Duration = Duration::from_secs(3_600);
/// Life of a download link.
const DOWNLOAD_VALID: Duration = Duration::from_secs(300);
/// Uploads that one account or API key may begin.
const UPLOAD_RATE: Rate = Rate::per_minute(60, 300);
/// A pending file that is older was abandoned.
const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(24);
/// Beyond this size the hash of a file in a bucket is left out: it would have to be fetched for it.
const HASH_UP_TO: u64 = 64 * 1024 * 1024;

/// Announces a file; answers where to send its bytes.
pub async fn create_upload(app: &App, actor: &Actor, request: UploadRequest) -> Result<(FileRow, Link)> {
    let owner = actor.require_known()?;
    let kind = check(actor, &request)?;
    app.limiter.take(&format!("upload:{owner}"), 1, UPLOAD_RATE).await.check()?;
    let file = NewFile {
        id: FileId::new(),
        owner_id: Some(owner),
        purpose: request.purpose,
        name: request.name,
        content_type: kind.media_type().to_owned(),
        size: Some(request.size),
        status: FileStatus::Pending,
        created_at: app.clock.now(),
    };
    let size = u64::try_from(request.size).unwrap_or(0);
    let link = app.storage.upload_link(file.id.0, size, &file.content_type, UPLOAD_VALID).await?;
    let tx = app.db.begin().await?;
    let row = model::insert(&tx, &file).await?;
    Change::new("fileUploadCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok((row, link))
}

fn check(actor: &Actor, request: &UploadRequest) -> Result<Kind> {
    let rule = request.purpose.rule();
    let permission = rule.upload.ok_or_else(|| Error::invalid("purpose", "such files are written by the server"))?;
    actor.require(permission)?;
    let mut problems = Vec::new();
    if !is_name(&request.name) {
        let message = "a file name has 1 to 255 characters, without slashes, control and hidden characters";
        problems.push(Problem::new("INVALID", "name", message));
    }
    if request.size < 1 {
        problems.push(Problem::new("INVALID", "size", "the file is empty"));
    } else if u64::try_from(request.size).unwrap_or(u64::MAX) > rule.max_bytes {
        let message = format!("such a file may have at most {} MiB", rule.max_bytes >> 20);
        problems.push(Problem::new("TOO_LARGE", "size", message));
    }
    match Kind::of_media_type(&request.content_type).filter(|kind| rule.kinds.contains(kind)) {
        Some(kind) if problems.is_empty() => return Ok(kind),
        Some(_) => {}
        None => problems.push(Problem::new("TYPE_NOT_ALLOWED", "contentType", type_message(request.purpose))),
    }
    Err(Error::Rejected(problems))
}

/// A name, not a path, that reads as it is written: characters that turn the direction of the text round, or have no
/// width, hide an ending such as `.exe`. The joiners that Indian scripts need stay.
fn is_name(name: &str) -> bool {
    let hidden = |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\') || hidden(c);
    let says_nothing = name.chars().all(|c| c == '.' || c.is_whitespace());
    !says_nothing && name.chars().count() <= 255 && !name.chars().any(forbidden)
}

fn type_message(purpose: FilePurpose) -> String {
    let allowed: Vec<&str> = purpose.rule().kinds.iter().map(|kind| kind.media_type()).collect();
    format!("allowed are {}", allowed.join(", "))
}

/// The content's type, which must be the declared one and allowed.
pub(super) fn check_content(row: &FileRow, beginning: &[u8]) -> Result<Kind> {
    let declared = Kind::of_media_type(&row.content_type);
    match Kind::sniff(beginning) {
        Some(kind) if Some(kind) == declared && row.purpose.rule().kinds.contains(&kind) => Ok(kind),
        _ => {
            let message = format!("the content is not {}", row.content_type);
            Err(Error::problem("TYPE_NOT_ALLOWED", "id", message))
        }
    }
}

/// Ends an upload: checks what arrived, and stores the file. An upload to this server itself has ended by itself, so
/// that this merely answers the file.
pub async fn complete_upload(app: &App, actor: &Actor, id: FileId) -> Result<FileRow> {
    let owner = actor.require_known()?;
    let row = model::find(&*app.db.write().await?, actor, id).await?;
    if row.owner_id != Some(owner) {
        return Err(Error::NotFound("file"));
    }
    match row.status {
        FileStatus::Stored => return Ok(row),
        FileStatus::Refused => {
            return Err(Error::problem("CONFLICT", "id", "this upload was refused; announce it again"));
        }
        FileStatus::Pending => {}
    }
    let not_uploaded = || Error::problem("NOT_UPLOADED", "id", "the bytes of this file have not arrived");
    let size = app.storage.size(id.0).await?.ok_or_else(not_uploaded)?;
    let checked = match check_content(&row, &app.storage.beginning(id.0, SNIFF_BYTES as u64).await?) {
        Ok(_) if i64::try_from(size).ok() != row.size => Err(wrong_size(&row)),
        Ok(kind) if size <= HASH_UP_TO => read_through(app, id, kind).await.map(Some),
        checked => checked.map(|_| None),
    };
    match checked {
        Ok(sha256) => settle(app, actor, &row, size, sha256.as_deref()).await,
        Err(error @ Error::Rejected(_)) => {
            refuse(app, actor, &row).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Ends an upload for good. The row goes first, in one statement: whoever looked at the same bytes beside this call can
/// no longer store them, and so they are removed under nobody. Bytes that a crash leaves here go with the sweep.
async fn refuse(app: &App, actor: &Actor, before: &FileRow) -> Result<()> {
    let tx = app.db.begin().await?;
    let Some(row) = model::mark_refused(&tx, before.id).await? else { return Ok(()) };
    Change::new("fileRefused", row.id, Some(before), Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.storage.delete(row.id.0).await
}

pub(super) fn wrong_size(row: &FileRow) -> Error {
    Error::problem("WRONG_SIZE", "id", format!("announced were {} bytes", row.size.unwrap_or(0)))
}

pub(super) fn has_active_content() -> Error {
    let message = "the PDF has scripts, actions on opening, or files inside; print it to a new PDF and upload that";
    Error::problem("ACTIVE_CONTENT", "id", message)
}

/// The hash of a file in a bucket; refused where it is a PDF with active content.
async fn read_through(app: &App, id: FileId, kind: Kind) -> Result<Vec<u8>> {
    use sha2::{Digest, Sha256};
    let (_, mut bytes) = app.storage.read(id.0).await?;
    let (mut hash, mut active) = (Sha256::new(), (kind == Kind::Pdf).then(ActiveContent::default));
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk?;
        hash.update(&chunk);
        if let Some(active) = &mut active {
            active.look_at(&chunk);
        }
    }
    match active.is_some_and(ActiveContent::found) {
        true => Err(has_active_content()),
        false => Ok(hash.finalize().to_vec()),
    }
}

/// Records that a pending file's bytes are there. Where another call did that at the same moment, its row is the answer;
/// where the file was refused or swept meanwhile, the bytes belong to nobody and go.
pub(super) async fn settle(
    app: &App,
    actor: &Actor,
    before: &FileRow,
    size: u64,
    sha256: Option<&[u8]>,
) -> Result<FileRow> {
    let size = i64::try_from(size).map_err(Error::internal)?;
    let tx = app.db.begin().await?;
    let stored = model::mark_stored(&tx, before.id, &before.content_type, size, sha256, app.clock.now()).await?;
    let Some(row) = stored else {
        drop(tx);
        return settled(app, before.id).await;
    };
    Change::new("fileStored", row.id, Some(before), Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// What became of a file that no longer was pending.
async fn settled(app: &App, id: FileId) -> Result<FileRow> {
    match found(model::find_any(&*app.db.write().await?, id).await)? {
        Some(row) if row.status == FileStatus::Stored => Ok(row),
        _ => {
            app.storage.delete(id.0).await?;
            Err(Error::NotFound("file"))
        }
    }
}

/// A short-lived link to a stored file; `None` while it is pending, and for private ones.
pub async fn download_link(app: &App, row: &FileRow) -> Result<Option<Link>> {
    if row.status != FileStatus::Stored || row.purpose.rule().private {
        return Ok(None);
    }
    app.storage.download_link(row.id.0, &row.name, &row.content_type, DOWNLOAD_VALID).await.map(Some)
}

/// A stored file of this purpose that the caller may use, for a mutation that takes its ID.
pub async fn require_stored(app: &App, actor: &Actor, id: FileId, purpose: FilePurpose) -> Result<FileRow> {
    let row = model::find(&*app.db.write().await?, actor, id).await?;
    if row.purpose != purpose {
        return Err(Error::NotFound("file"));
    }
    if row.status != FileStatus::Stored {
        return Err(Error::problem("NOT_UPLOADED", "fileId", "the bytes of this file have not arrived"));
    }
    Ok(row)
}

/// The bytes of a stored file, for jobs.
pub async fn read_file(app: &App, id: FileId) -> Result<(FileRow, ByteStream)> {
    let row = model::find_any(&*app.db.read().await?, id).await?;
    if row.status != FileStatus::Stored {
        return Err(Error::NotFound("file"));
    }
    let (_, bytes) = app.storage.read(id.0).await?;
    Ok((row, bytes))
}

/// Writes a file that the server made, for its owner to download.
pub async fn write_report(
    app: &App,
    owner_id: Option<Uuid>,
    name: &str,
    kind: Kind,
    bytes: impl Stream<Item = Result<Bytes>> + Send + Unpin,
) -> Result<FileRow> {
    write_file(app, owner_id, FilePurpose::Report, name, kind, bytes).await
}

/// Writes a file of any purpose, as if its owner had uploaded it.
pub async fn write_file(
    app: &App,
    owner_id: Option<Uuid>,
    purpose: FilePurpose,
    name: &str,
    kind: Kind,
    mut bytes: impl Stream<Item = Result<Bytes>> + Send + Unpin,
) -> Result<FileRow> {
    let file = NewFile {
        id: FileId::new(),
        owner_id,
        purpose,
        name: name.to_owned(),
        content_type: kind.media_type().to_owned(),
        size: None,
        status: FileStatus::Pending,
        created_at: app.clock.now(),
    };
    // The pending row comes first: should this process die, the sweep finds what it left.
    let row = model::insert(&*app.db.write().await?, &file).await?;
    let mut writer = app.storage.write(row.id.0);
    while let Some(chunk) = bytes.next().await {
        writer.write(chunk?).await?;
    }
    let Written { size, sha256 } = writer.finish().await?;
    settle(app, &Actor::system(), &row, size, Some(&sha256)).await
}

/// Removes uploads that were announced a day ago and never arrived, or were refused; answers how many.
pub async fn sweep_abandoned(app: &App) -> Result<usize> {
    let before = app.clock.now() - ABANDONED_AFTER;
    let mut swept = 0;
    loop {
        let tx = app.db.begin().await?;
        let ids = model::delete_abandoned(&tx, before, 200).await?;
        tx.commit().await?;
        // After the commit: a file without its row is only wasted space, a row without its file is a lie.
        for id in &ids {
            app.storage.delete(id.0).await?;
        }
        swept += ids.len();
        if ids.is_empty() {
            app.storage.sweep_parts(before).await?;
            return Ok(swept);
        }
    }
}
