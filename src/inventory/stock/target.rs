//! Bringing items to what they shall hold, as books that are kept elsewhere say.

use super::{
    model::{Batch, MAX_PIECES, StockItem, StockItemId, StockLotId},
    post::{At, Cause, Posting, Shelf},
    service::shelf_for,
};
use crate::{
    catalog::variant::model::VariantId,
    inventory::{location::model::LocationId, movement::model::MovementKind, seller::model::SellerId},
    kernel::{
        db::Conn,
        error::{Error, Problem, Result},
    },
};

/// How many pieces of an item there shall be; 0 to [`MAX_PIECES`], which the caller has checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// That can be reserved.
    Available(i32),
    /// That are there, reserved and damaged ones among them.
    OnHand(i32),
}

impl Level {
    /// The field that says it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Available(_) => "available",
            Self::OnHand(_) => "onHand",
        }
    }

    /// What shall be available of the item then. Reserved and damaged pieces stay what they are.
    fn available(self, item: &StockItem) -> Result<i32, Problem> {
        match self {
            Self::Available(pieces) => Ok(pieces),
            Self::OnHand(pieces) => {
                let bound = item.reserved.saturating_add(item.damaged);
                let message = || format!("{bound} pieces are reserved or damaged; there cannot be fewer");
                let free = pieces.checked_sub(bound).filter(|free| *free >= 0);
                free.ok_or_else(|| Problem::new("INSUFFICIENT_STOCK", self.field(), message()))
            }
        }
    }
}

/// What an item shall hold.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Where.
    pub location_id: LocationId,
    /// What.
    pub variant_id: VariantId,
    /// How many.
    pub level: Level,
    /// Refused unless this many are available now.
    pub expected: Option<i32>,
}

impl Target {
    /// Where more comes in: the lot without a batch.
    fn spare(&self) -> Batch {
        let Self { location_id, variant_id, .. } = *self;
        Batch { location_id, variant_id, batch: String::new(), expires_on: None }
    }
}

/// A target that was met.
#[derive(Clone, Copy, Debug)]
pub struct Met {
    /// The item.
    pub item: StockItemId,
    /// Whether its stock had to change for it.
    pub changed: bool,
}

/// Brings a seller's items to their targets, with as many statements for one as for all; two targets of one item are
/// met one after the other. Those that cannot be met are left out, each with its reason. What comes in has no batch;
/// what goes, goes first to expire first. The caller holds the locations open.
pub async fn bring(
    conn: &Conn,
    seller: SellerId,
    targets: &[Target],
    cause: &Cause,
    at: At<'_>,
) -> Result<Vec<Result<Met, Problem>>> {
    let spares: Vec<Batch> = targets.iter().map(Target::spare).collect();
    let (mut shelf, lots) = shelf_for(conn, seller, &spares, at.now).await?;
    let mut outcomes = Vec::with_capacity(targets.len());
    for (target, spare) in targets.iter().zip(&spares) {
        let spare = lots.find(spare).ok_or(Error::NotFound("stock lot"))?;
        let item = shelf.item_of(spare).ok_or(Error::NotFound("stock item"))?;
        let id = item.id;
        outcomes.push(match plan(&shelf, item, spare, target) {
            Ok(postings) => {
                for (lot, posting) in &postings {
                    shelf.post(*lot, posting, cause, at)?;
                }
                Ok(Met { item: id, changed: !postings.is_empty() })
            }
            Err(problem) => Err(problem),
        });
    }
    shelf.store(conn, at.now).await?;
    Ok(outcomes)
}

/// The postings that bring an item to its target: more comes into the lot without a batch, less leaves the lots that
/// expire first.
fn plan(
    shelf: &Shelf,
    item: &StockItem,
    spare: StockLotId,
    target: &Target,
) -> Result<Vec<(StockLotId, Posting)>, Problem> {
    let now = item.available;
    if target.expected.is_some_and(|expected| expected != now) {
        let message = format!("{now} pieces are available now");
        return Err(Problem::new("VERSION_CONFLICT", "expectedAvailable", message));
    }
    let wanted = target.level.available(item)?;
    let posting = |available: i32| Posting {
        path: target.level.field().to_owned(),
        available,
        kind: Some(MovementKind::Adjustment),
        ..Posting::default()
    };
    if wanted >= now {
        let more = wanted - now;
        let room = i64::from(item.on_hand()) + i64::from(more) <= i64::from(MAX_PIECES);
        return match (more, room) {
            (0, _) => Ok(Vec::new()),
            (_, true) => Ok(vec![(spare, posting(more))]),
            (_, false) => Err(Problem::new("INVALID", target.level.field(), format!("0 to {MAX_PIECES} pieces"))),
        };
    }
    let mut less = now - wanted;
    let mut postings = Vec::new();
    for (lot, available) in shelf.queue(item.id) {
        let part = available.min(less);
        less -= part;
        if part > 0 {
            postings.push((lot, posting(-part)));
        }
    }
    Ok(postings)
}
