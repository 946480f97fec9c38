//! What mutations answer: the changed entity, and the problems that the user can mend, as the domain's own error type.

use super::error::{Error, Problem, Result};

/// Splits an outcome: what the user can mend goes into the payload, everything else up to the top level.
pub fn settle<T>(outcome: Result<T>) -> Result<(Option<T>, Vec<Problem>)> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Rejected(problems)) => Ok((None, problems)),
        Err(Error::NotFound(what)) => {
            let problem = Problem::new("NOT_FOUND", "", format!("there is no such {what}"));
            Ok((None, vec![problem]))
        }
        Err(other) => Err(other),
    }
}

/// Declares a domain's error type and code enum. Every domain has the codes `NOT_FOUND`, `REQUIRED`, `INVALID`,
/// `CONFLICT` and `IDEMPOTENCY_KEY_REUSED`; name the ones that its users must tell apart beyond these.
///
/// `domain_errors! { pub struct CatalogError, CatalogErrorCode { /// doc  SlugTaken = "SLUG_TAKEN", } }`
#[macro_export]
macro_rules! domain_errors {
    (pub struct $error:ident, $code:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        /// Why the domain refused an input.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::async_graphql::Enum)]
        pub enum $code {
            /// No such row, or none that the caller may see.
            NotFound,
            /// A value is missing.
            Required,
            /// A value is malformed or breaks a rule.
            Invalid,
            /// Somebody else changed the same data first, or its state does not allow the change.
            Conflict,
            /// The idempotency key was used before with another request.
            IdempotencyKeyReused,
            $($(#[$doc])* $variant,)*
        }

        impl $code {
            /// The problem code that services use for this value.
            pub fn from_problem(code: &str) -> Self {
                match code {
                    "NOT_FOUND" => Self::NotFound,
                    "REQUIRED" => Self::Required,
                    "CONFLICT" => Self::Conflict,
                    "IDEMPOTENCY_KEY_REUSED" => Self::IdempotencyKeyReused,
                    $($text => Self::$variant,)*
                    _ => Self::Invalid,
                }
            }
        }

        /// Something in the input that the user can mend. Nothing was changed.
        #[derive(Clone, Debug, ::freshvilla_macros::PlainObject)]
        pub struct $error {
            /// What is wrong, for programs.
            pub code: $code,
            /// What is wrong, for people.
            pub message: String,
            /// Path of the input field that it concerns, outermost first; empty when it concerns the whole.
            pub path: Vec<String>,
        }

        impl From<$crate::kernel::error::Problem> for $error {
            fn from(problem: $crate::kernel::error::Problem) -> Self {
                let $crate::kernel::error::Problem { code, message, path } = problem;
                Self { code: $code::from_problem(code), message, path }
            }
        }
    };
}

/// Declares a mutation's payload: `payload! { ProductCreatePayload { /// The new product. product: Product } CatalogError }`.
/// A resolver ends with `ProductCreatePayload::from(service::create_product(…).await)`.
#[macro_export]
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $entity:ty } $error:ty) => {
        $(#[$doc])*
        #[derive(::freshvilla_macros::PlainObject)]
        pub struct $name {
            $(#[$field_doc])*
            pub $field: Option<$entity>,
            /// What the user can mend; empty on success.
            pub errors: Vec<$error>,
        }

        impl $name {
            /// From the service's outcome.
            pub fn from(
                outcome: $crate::kernel::error::Result<$entity>,
            ) -> $crate::kernel::error::Result<Self> {
                let ($field, problems) = $crate::kernel::payload::settle(outcome)?;
                Ok(Self { $field, errors: problems.into_iter().map(Into::into).collect() })
            }
        }
    };
}
