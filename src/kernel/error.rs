//! What can go wrong in any operation, and how a user is told.
//!
//! Two roads lead to the client. A [`Problem`] is something the user can mend (a taken slug, a wrong code): it
//! travels in the payload's `errors`. Everything else becomes a top-level GraphQL error with `extensions.code`.
//! Unknown causes are logged once, under an incident ID, and masked.

use std::{fmt, sync::Arc};

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// The result of every service and resolver.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything an operation can answer instead of its result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No such row, or none that the caller may see: the two are not told apart.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The user's input breaks rules; nothing was changed.
    #[error("{}", join(.0))]
    Rejected(Vec<Problem>),
    /// The request itself is malformed (a bad cursor, a wrong-type ID); not something a form can show.
    #[error("{0}")]
    BadInput(String),
    /// The operation is deeper, wider or costlier than this server executes.
    #[error("{0}")]
    TooComplex(String),
    /// No valid access token came with the request.
    #[error("{0}")]
    Unauthenticated(String),
    /// The caller is known and may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// Too many requests, or too costly ones.
    #[error("too many requests; try again in {retry_after_seconds} s")]
    RateLimited {
        /// Whole seconds until the next try can succeed.
        retry_after_seconds: u64,
    },
    /// A dependency is down or the server is shutting down; the same request may succeed later.
    #[error("{0}")]
    Unavailable(String),
    /// Our own fault. The cause is logged, never shown.
    #[error("internal error")]
    Internal(Arc<anyhow::Error>),
}

/// One thing the user can mend, tied to the input field that it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A value of the domain's error code enum, as it stands in the schema (`SLUG_TAKEN`).
    pub code: &'static str,
    /// A sentence for a person.
    pub message: String,
    /// Path into the mutation's input, outermost first; empty when it concerns the whole.
    pub path: Vec<String>,
}

impl Problem {
    /// A problem with one input field; `path` is dotted (`address.pincode`), list positions as numbers.
    pub fn new(code: &'static str, path: &str, message: impl Into<String>) -> Self {
        let path = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { code, message: message.into(), path }
    }
}

fn join(problems: &[Problem]) -> String {
    problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join("; ")
}

impl Error {
    /// One problem with one input field.
    pub fn problem(code: &'static str, path: &str, message: impl Into<String>) -> Self {
        Self::Rejected(vec![Problem::new(code, path, message)])
    }

    /// A field whose value is not acceptable.
    pub fn invalid(path: &str, message: impl Into<String>) -> Self {
        Self::problem("INVALID", path, message)
    }

    /// Somebody else changed the row first.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::problem("CONFLICT", "", message)
    }

    fn busy() -> Self {
        Self::conflict("the record is being changed at this very moment; please try again")
    }

    /// An unexpected cause.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(Arc::new(cause.into()))
    }

    /// Whether the same request must fail again: the input itself is wrong, and nothing that time would mend.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Rejected(_) => self.code() != "CONFLICT",
            Self::BadInput(_) | Self::TooComplex(_) => true,
            _ => false,
        }
    }

    /// The value of `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "NOT_FOUND",
            Self::Rejected(problems) => problems.first().map_or("INVALID", |p| p.code),
            Self::BadInput(_) => "BAD_USER_INPUT",
            Self::TooComplex(_) => "TOO_COMPLEX",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound("record"),
            // Deadlocks and serialization failures: the same request may succeed on the next try.
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::busy(),
            DieselError::DatabaseError(_, info) if info.message() == "deadlock detected" => Self::busy(),
            // PostgreSQL's text cannot hold NUL, which JSON can.
            DieselError::DatabaseError(_, info) if info.message().starts_with("invalid byte sequence") => {
                Self::BadInput("text must not contain the character U+0000".to_owned())
            }
            // Years that chrono knows and PostgreSQL does not.
            DieselError::DatabaseError(_, info)
                if ["timestamp out of range", "date out of range"].contains(&info.message()) =>
            {
                Self::BadInput("a date is out of range: the years 4713 BC to 294276 are known".to_owned())
            }
            other => Self::internal(other),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

/// Turns a violated constraint into a problem with a field, so that the database is the validator and there is no
/// check-then-insert race.
pub trait OnConstraint<T> {
    /// Answers `make()` when exactly this constraint was violated.
    fn on_constraint(self, name: &str, make: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for Result<T, DieselError> {
    fn on_constraint(self, name: &str, make: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| if violates(&error, name) { make() } else { error.into() })
    }
}

impl<T> OnConstraint<T> for Result<T> {
    fn on_constraint(self, name: &str, make: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| match &error {
            Error::Internal(cause)
                if cause.downcast_ref::<DieselError>().is_some_and(|inner| violates(inner, name)) =>
            {
                make()
            }
            _ => error,
        })
    }
}

/// The same outcome for an input that stands in the field `outer` of another one.
pub fn within<T>(outer: &str, outcome: Result<T>) -> Result<T> {
    outcome.map_err(|error| match error {
        Error::Rejected(mut problems) => {
            problems.iter_mut().for_each(|problem| problem.path.insert(0, outer.to_owned()));
            Error::Rejected(problems)
        }
        other => other,
    })
}

/// Not found is null in a query.
pub fn found<T>(outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn violates(error: &DieselError, constraint: &str) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if info.constraint_name() == Some(constraint))
}

/// The masked face of an internal error: `incident 018f…`, the only thing that links a client's report to the log.
pub struct Incident(pub uuid::Uuid);

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Something went wrong on our side. Quote incident {} to support.", self.0.simple())
    }
}
