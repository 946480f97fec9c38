//! The findings of an import as a CSV file for download, safe to open in a spreadsheet.

use bytes::Bytes;

use super::{
    ledger::Ledger,
    model::report::{self, Finding},
};
use crate::{
    app::App,
    kernel::{error::Result, id, jobs::JobId},
};

/// Findings fetched at once.
const PAGE: i64 = 2_000;
const HEADER: &str = "row,severity,column,code,message,value\r\n";

/// Writes the file; its ID, or `None` when there was nothing to report.
pub async fn write(app: &App, ledger: &Ledger) -> Result<Option<String>> {
    let Some(job) = ledger.job_id() else { return Ok(None) };
    let progress = ledger.progress().await;
    if progress.errors + progress.warnings == 0 {
        return Ok(None);
    }
    let file = report::announce(&*app.db.write().await?, app.clock.now(), job, ledger.created_by()).await?;
    let mut writer = app.storage.write(file);
    writer.write(Bytes::from_static(HEADER.as_bytes())).await?;
    let mut after = None;
    loop {
        let page = report::page(&*app.db.write().await?, job, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.row_number, last.id));
        writer.write(page.iter().map(line).collect::<String>().into()).await?;
    }
    let written = writer.finish().await?;
    report::stored(&*app.db.write().await?, app.clock.now(), file, written.size, written.sha256).await?;
    Ok(Some(id::encode("fil", file)))
}

/// The whole report as text, for the command line.
pub async fn text(app: &App, job: JobId) -> Result<String> {
    let mut text = HEADER.to_owned();
    let mut after = None;
    loop {
        let page = report::page(&*app.db.read().await?, job, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(text) };
        after = Some((last.row_number, last.id));
        text.extend(page.iter().map(line));
    }
}

fn line(finding: &Finding) -> String {
    let Finding { row_number, severity, column_name, code, message, value, .. } = finding;
    let cells = [severity.as_str(), column_name, code, message, value].map(quoted);
    format!("{row_number},{}\r\n", cells.join(","))
}

/// A spreadsheet runs what begins with one of these as a formula; an apostrophe makes it text
/// (OWASP, CSV injection).
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|', '%']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}
