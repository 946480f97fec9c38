//! How the bytes of an announced file arrive at this server: bounded, looked at, hashed, and only then a file.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use super::{
    active::ActiveContent,
    kind::{Kind, SNIFF_BYTES},
    model::{self, FileId, FileRow, FileStatus},
    service::{check_content, has_active_content, settle, wrong_size},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
        storage::{Writer, Written},
    },
};

/// A sender that is silent for longer has gone.
const SILENCE: Duration = Duration::from_secs(60);

/// The announced file behind an upload link, if its bytes may still come. `length` and `content_type` are what the
/// request's headers say.
pub async fn expect_upload(
    app: &App,
    id: FileId,
    size: u64,
    length: Option<u64>,
    content_type: Option<&str>,
) -> Result<FileRow> {
    let row = model::find_any(&*app.db.write().await?, id).await?;
    if row.status != FileStatus::Pending {
        return Err(Error::conflict("the file has arrived already"));
    }
    if row.size.and_then(|size| u64::try_from(size).ok()) != Some(size) || length.is_some_and(|length| length != size) {
        return Err(wrong_size(&row));
    }
    if content_type != Some(row.content_type.as_str()) {
        let message = format!("send the header Content-Type: {}", row.content_type);
        return Err(Error::problem("TYPE_NOT_ALLOWED", "id", message));
    }
    Ok(row)
}

/// Takes the bytes of an announced file in.
pub async fn receive_upload<E: Into<anyhow::Error>>(
    app: &App,
    row: &FileRow,
    body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<FileRow> {
    let mut writer = app.storage.write(row.id.0);
    if let Err(error) = copy(row, body, &mut writer).await {
        writer.abort().await;
        return Err(error);
    }
    let Written { size, sha256 } = writer.finish().await?;
    // The link was given to the owner, but whoever holds it may use it: the audit log names no account here.
    settle(app, &Actor::system(), row, size, Some(&sha256)).await
}

async fn copy<E: Into<anyhow::Error>>(
    row: &FileRow,
    mut body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    writer: &mut Writer,
) -> Result<()> {
    let announced = row.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let mut beginning = Some(BytesMut::new());
    let pdf = Kind::of_media_type(&row.content_type) == Some(Kind::Pdf);
    let mut active = pdf.then(ActiveContent::default);
    loop {
        let next = tokio::time::timeout(SILENCE, body.next()).await;
        let next = next.map_err(|_| Error::BadInput("the upload stopped halfway".to_owned()))?;
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(|_| Error::BadInput("the upload broke off".to_owned()))?;
        let held = beginning.as_ref().map_or(0, BytesMut::len) as u64;
        if writer.size() + held + chunk.len() as u64 > announced {
            return Err(wrong_size(row));
        }
        if let Some(active) = &mut active {
            active.look_at(&chunk);
        }
        match &mut beginning {
            None => writer.write(chunk).await?,
            Some(held) => {
                held.extend_from_slice(&chunk);
                if held.len() >= SNIFF_BYTES {
                    look_at(row, &mut beginning, writer).await?;
                }
            }
        }
    }
    look_at(row, &mut beginning, writer).await?;
    if active.is_some_and(ActiveContent::found) {
        return Err(has_active_content());
    }
    if writer.size() == announced { Ok(()) } else { Err(wrong_size(row)) }
}

/// Checks the beginning, once, and passes it on.
async fn look_at(row: &FileRow, beginning: &mut Option<BytesMut>, writer: &mut Writer) -> Result<()> {
    let Some(held) = beginning.take() else { return Ok(()) };
    let held = held.freeze();
    check_content(row, held.get(..SNIFF_BYTES).unwrap_or(&held))?;
    writer.write(held).await
}
