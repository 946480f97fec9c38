//! Who may import what. An import may run longer than the rights of whoever started it, so every batch asks anew.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    kinds::{Outcome, Output},
    spec::ImportKind,
};
use crate::{
    identity::session::standing,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
    },
};

/// FORBIDDEN unless the caller may import this kind. Rates are law, not goods: whoever imports them must be allowed to
/// add them one by one.
pub fn require(actor: &Actor, kind: ImportKind) -> Result<()> {
    actor.require(Permission::CatalogImport)?;
    match kind {
        ImportKind::Catalogue => Ok(()),
        ImportKind::Hsn | ImportKind::GstRates => actor.require(Permission::TaxWrite),
        ImportKind::States | ImportKind::Pincodes | ImportKind::BankBranches => {
            actor.require_everywhere(Permission::SettingsWrite)
        }
    }
}

/// Whoever started an import, a person or a program with an API key, if they still may go on with it; else the import is
/// over. What was written stays.
pub async fn starter(conn: &Conn, started_by: Uuid, now: DateTime<Utc>, may: impl Fn(&Actor) -> bool) -> Result<Actor> {
    let actor = standing::of(conn, started_by, now).await?;
    let dismissed = || Error::problem("FORBIDDEN", "", "whoever started this import no longer has the right to it");
    actor.filter(may).ok_or_else(dismissed)
}

/// Writes batches as long as whoever started the import may.
pub struct Guarded<O> {
    /// What writes them.
    pub output: O,
    /// What is imported.
    pub kind: ImportKind,
    /// `None` for a command on the server itself.
    pub started_by: Option<Uuid>,
}

impl<E: Sync, O: Output<E>> Output<E> for Guarded<O> {
    async fn write(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[E]) -> Result<Outcome> {
        if let Some(starter_id) = self.started_by {
            starter(conn, starter_id, now, |actor| require(actor, self.kind).is_ok()).await?;
        }
        self.output.write(conn, now, entries).await
    }

    fn committed(&mut self) {
        self.output.committed();
    }

    fn rolled_back(&mut self) {
        self.output.rolled_back();
    }

    fn line(entry: &E) -> u64 {
        O::line(entry)
    }
}
