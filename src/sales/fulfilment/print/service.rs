//! Links to documents, and the documents behind them.

use std::time::Duration;

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{label, model, picking_list, slip};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
        file_link::Ticket,
        paper,
    },
    sales::order::model::part::SubOrderId,
};

/// Most sub-orders of one document.
pub const AT_ONCE: usize = 50;
const VALID: Duration = Duration::from_secs(15 * 60);

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PrintKind {
    /// What is to be fetched from the shelves, summed over the sub-orders.
    PickingList,
    /// What lies in each sub-order's parcels.
    PackingSlips,
    /// Labels of 100 × 150 mm, one for each parcel that is packed.
    Labels,
}

impl PrintKind {
    const ALL: [Self; 3] = [Self::PickingList, Self::PackingSlips, Self::Labels];

    /// As it stands in addresses.
    const fn as_str(self) -> &'static str {
        match self {
            Self::PickingList => "picking-list",
            Self::PackingSlips => "packing-slips",
            Self::Labels => "labels",
        }
    }
}

/// A link to a document about sub-orders within the caller's scope; NOT_FOUND where one is not.
pub async fn link(
    app: &App,
    actor: &Actor,
    kind: PrintKind,
    mut ids: Vec<SubOrderId>,
) -> Result<(String, DateTime<Utc>)> {
    ids.sort_unstable_by_key(|id| id.0);
    ids.dedup();
    if ids.is_empty() || ids.len() > AT_ONCE {
        return Err(Error::BadInput(format!("name 1 to {AT_ONCE} sub-orders")));
    }
    if model::printable(&*app.db.read().await?, actor, &ids).await? < ids.len() {
        return Err(Error::NotFound("sub-order"));
    }
    let names: Vec<String> = ids.iter().map(|id| id.0.simple().to_string()).collect();
    let link = app.storage.print_link(&path(kind.as_str(), &names.join(".")), VALID);
    Ok((link.url, link.expires_at))
}

fn path(kind: &str, ids: &str) -> String {
    format!("/prints/{kind}/{ids}")
}

/// The document behind a genuine link, as PDF, with a name for the file.
pub async fn document(app: &App, kind: &str, ids: &str, ticket: &Ticket) -> Result<(String, Vec<u8>)> {
    app.storage.check_print(&path(kind, ids), ticket)?;
    let wanted = PrintKind::ALL.into_iter().find(|one| one.as_str() == kind).ok_or(Error::NotFound("document"))?;
    let ids: Vec<SubOrderId> = ids.split('.').filter_map(|id| Uuid::try_parse(id).ok()).map(SubOrderId).collect();
    let conn = app.db.read().await?;
    let sheets = model::sheets(&conn, &ids).await?;
    let items = model::items(&conn, &ids).await?;
    let parcels = model::parcels(&conn, &ids).await?;
    drop(conn);
    // Drawing takes milliseconds of CPU: not on a thread that serves others.
    let drawn = tokio::task::spawn_blocking(move || draw(wanted, &sheets, &items, &parcels)).await;
    Ok((format!("{kind}.pdf"), drawn.map_err(Error::internal)??))
}

fn draw(kind: PrintKind, sheets: &[model::Sheet], items: &[model::Item], parcels: &[model::Parcel]) -> Result<Vec<u8>> {
    let (mut pages, mut title) = (Vec::new(), "Picking list");
    match kind {
        PrintKind::PickingList => pages = picking_list::draw(sheets, items),
        PrintKind::PackingSlips => {
            title = "Packing slips";
            for sheet in sheets {
                let mine: Vec<model::Item> =
                    items.iter().filter(|item| item.sub_order_id == sheet.id).cloned().collect();
                pages.extend(slip::draw(sheet, &mine)?);
            }
        }
        PrintKind::Labels => {
            title = "Labels";
            for sheet in sheets {
                let mine: Vec<&model::Parcel> = parcels.iter().filter(|one| one.sub_order_id == sheet.id).collect();
                for parcel in &mine {
                    pages.push(label::draw(sheet, parcel, mine.len())?);
                }
            }
        }
    }
    if pages.is_empty() {
        return Err(Error::NotFound("document"));
    }
    paper::pdf(title, &pages)
}
