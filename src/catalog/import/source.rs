//! Opens the file of an import. A workbook is read back and forth, so a file from the object store is first copied to
//! the disk; the copy has no name and goes with the process.

use std::{
    fs::{File, OpenOptions},
    io::{Seek, Write},
    os::unix::fs::OpenOptionsExt,
};

use futures_util::StreamExt;
use uuid::Uuid;

use super::spec::Source;
use crate::{
    app::App,
    kernel::error::{Error, Result},
};

/// The file, open for reading from its beginning.
pub async fn open(app: &App, source: &Source) -> Result<File> {
    match source {
        Source::Path(path) => {
            let path = path.clone();
            let opened = tokio::task::spawn_blocking(move || {
                File::open(&path).map_err(|error| format!("cannot open {}: {error}", path.display()))
            });
            opened.await.map_err(Error::internal)?.map_err(|message| Error::invalid("file", message))
        }
        Source::File(id) => copy(app, *id).await,
    }
}

async fn copy(app: &App, id: Uuid) -> Result<File> {
    let (_, mut bytes) = app.storage.read(id).await?;
    let mut file = tokio::task::spawn_blocking(unnamed).await.map_err(Error::internal)?.map_err(Error::internal)?;
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk?;
        let written = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file)).await;
        file = written.map_err(Error::internal)?.map_err(Error::internal)?;
    }
    file.rewind().map_err(Error::internal)?;
    Ok(file)
}

fn unnamed() -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("freshvilla-import-{}", Uuid::new_v4().simple()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
