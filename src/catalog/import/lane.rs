//! One writer: takes batches, writes each in a transaction, and tries again where another transaction was in the way.

use std::{marker::PhantomData, time::Duration};

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::mpsc;

use super::{
    batches::Batch,
    issue::Issue,
    kinds::{Outcome, Output},
    ledger::{self, Ledger},
    model::{savepoint, write},
    progress::Step,
};
use crate::{
    app::App,
    kernel::{
        db::Conn,
        error::{Error, Result},
    },
};

/// Deadlocks, lost races and version conflicts with other writers are tried so often.
const ATTEMPTS: u32 = 6;

/// One writer of an import.
pub struct Lane<'a, E, O> {
    /// The application.
    pub app: &'a App,
    /// Where the lanes add up.
    pub ledger: &'a Ledger,
    /// Roll every batch back.
    pub dry_run: bool,
    /// Writes batches.
    pub output: O,
    /// What it writes.
    pub entries: PhantomData<fn(E)>,
}

impl<E: Send + Sync, O: Output<E>> Lane<'_, E, O> {
    /// Works until the batches end.
    pub async fn run(mut self, mut batches: mpsc::Receiver<Batch<E>>) -> Result<()> {
        while let Some(batch) = batches.recv().await {
            self.take(&batch).await?;
        }
        Ok(())
    }

    async fn take(&mut self, batch: &Batch<E>) -> Result<()> {
        let mut careful = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.attempt(batch, careful).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            self.output.rolled_back();
            let trouble = Trouble::of(&error);
            if trouble == Trouble::Fatal || attempt >= ATTEMPTS {
                return Err(error);
            }
            // A row that the database refuses, or a race that never ends: find the rows that are to blame.
            careful |= trouble == Trouble::Data || attempt + 2 >= ATTEMPTS;
            tracing::debug!(%error, attempt, "import batch is tried again");
            let pause = 2_u64.pow(attempt) * rand::random_range(3..10);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn attempt(&mut self, batch: &Batch<E>, careful: bool) -> Result<()> {
        let now = self.app.clock.now();
        let tx = self.app.db.begin().await?;
        write::prepare(&tx).await?;
        if self.dry_run {
            savepoint::set(&tx).await?;
        }
        let outcome = if careful {
            self.write_carefully(&tx, &batch.entries).await?
        } else {
            self.output.write(&tx, now, &batch.entries).await?
        };
        if self.dry_run {
            savepoint::roll_back(&tx).await?;
        }
        let issues: Vec<Issue> = batch.issues.iter().cloned().chain(outcome.issues).collect();
        let (errors, warnings) = ledger::count(&issues);
        let step = Step {
            rows: batch.rows,
            created: outcome.created,
            updated: outcome.updated,
            unchanged: outcome.unchanged,
            variants_created: outcome.variants_created,
            failed: batch.failed + outcome.refused,
            errors,
            warnings,
            duplicates: outcome.duplicates,
            bytes_read: batch.bytes_read,
            lane: batch.lane,
            position: batch.position,
            collapsed: batch.collapsed,
        };
        let touched = if self.dry_run { Vec::new() } else { outcome.touched };
        self.ledger.commit(tx, &step, &issues, touched).await?;
        self.app.committed();
        if self.dry_run {
            self.output.rolled_back()
        } else {
            self.output.committed()
        }
        Ok(())
    }

    /// Halves the batch until the rows that the database refuses stand alone; they become findings.
    async fn write_carefully(&mut self, conn: &Conn, entries: &[E]) -> Result<Outcome> {
        let now = self.app.clock.now();
        let mut whole = Outcome::default();
        // Last in, first out, so the second half goes in first.
        let mut waiting = vec![entries];
        while let Some(part) = waiting.pop() {
            savepoint::set(conn).await?;
            let error = match self.output.write(conn, now, part).await {
                Ok(outcome) => {
                    whole = whole.and(outcome);
                    continue;
                }
                Err(error) => error,
            };
            if Trouble::of(&error) == Trouble::Fatal || is_deadlock(&error) {
                return Err(error);
            }
            savepoint::roll_back(conn).await?;
            self.output.rolled_back();
            match part {
                [] => return Err(error),
                [one] => {
                    let message = "the database does not accept this row";
                    whole.issues.push(Issue::error(O::line(one), "", "INVALID", message, ""));
                    whole.refused += 1;
                    tracing::info!(%error, row = O::line(one), "import row refused by the database");
                }
                _ => {
                    let (first, second) = part.split_at(part.len() / 2);
                    waiting.extend([second, first]);
                }
            }
        }
        Ok(whole)
    }
}

/// What to do about a failed batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Another transaction was faster: look again.
    Race,
    /// A value that the rules let through and the database does not.
    Data,
    /// Nothing that trying again would mend.
    Fatal,
}

impl Trouble {
    fn of(error: &Error) -> Self {
        match error {
            Error::Rejected(_) if error.code() == "CONFLICT" => Self::Race,
            Error::Internal(cause) => match cause.downcast_ref::<DieselError>() {
                Some(DieselError::DatabaseError(kind, info)) => Self::of_database(kind, info.message()),
                _ => Self::Fatal,
            },
            _ => Self::Fatal,
        }
    }

    fn of_database(kind: &DatabaseErrorKind, message: &str) -> Self {
        match kind {
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => Self::Race,
            DatabaseErrorKind::CheckViolation | DatabaseErrorKind::NotNullViolation => Self::Data,
            _ if ["out of range", "overflow", "invalid", "exceeds", "too long"]
                .iter()
                .any(|word| message.contains(word)) =>
            {
                Self::Data
            }
            _ => Self::Fatal,
        }
    }
}

/// A deadlock ends the whole transaction, not only its last part.
fn is_deadlock(error: &Error) -> bool {
    matches!(error, Error::Rejected(problems) if problems.iter().any(|p| p.message.contains("this very moment")))
}
