//! Type-prefixed identifiers: UUIDv7 in the database, TypeID text (`prd_01j…`) on the wire, a newtype in Rust.
//!
//! A wrong-type or malformed ID is an input error that names the expected type.

use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// Encodes as TypeID (version 0.3 of its specification): `prefix_` and 26 characters of base 32.
pub fn encode(prefix: &str, id: Uuid) -> String {
    match DynamicType::new(prefix) {
        Ok(kind) => TypeSafeId::from_type_and_uuid(kind, id).to_string(),
        // Prefixes are constants of this crate, proven by tests; a plain UUID is the honest fallback.
        Err(_) => id.to_string(),
    }
}

/// Splits a TypeID into prefix and UUID; `None` when it is malformed.
pub fn decode(text: &str) -> Option<(String, Uuid)> {
    let id: TypeSafeId<DynamicType> = text.parse().ok()?;
    Some((id.type_prefix().to_owned(), id.uuid()))
}

/// What every ID newtype offers to generic code.
pub trait EntityId: Copy + Eq + std::hash::Hash + Send + Sync + 'static {
    /// TypeID prefix, unique in the crate.
    const PREFIX: &'static str;
    /// Name of the GraphQL type it identifies.
    const ENTITY: &'static str;
    /// From the database's UUID.
    fn from_uuid(id: Uuid) -> Self;
    /// The database's UUID.
    fn uuid(self) -> Uuid;

    /// Reads the wire form; the message names what was expected.
    fn parse(text: &str) -> Result<Self, String> {
        match decode(text) {
            Some((prefix, id)) if prefix == Self::PREFIX => Ok(Self::from_uuid(id)),
            Some((prefix, _)) => Err(format!(
                "expected the ID of a {} ({}_…), not one that starts with {prefix}_",
                Self::ENTITY,
                Self::PREFIX
            )),
            None => Err(format!("malformed ID: expected the ID of a {} ({}_…)", Self::ENTITY, Self::PREFIX)),
        }
    }
}

/// Declares an ID newtype: `id! { /// Identifies a product. ProductId, "prd", "Product" }`.
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $entity:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel_derive_newtype::DieselNewType)]
        pub struct $name(pub ::uuid::Uuid);

        impl $name {
            /// A new, time-ordered ID.
            #[expect(clippy::new_without_default, reason = "a default ID would be a surprise")]
            pub fn new() -> Self {
                Self(::uuid::Uuid::now_v7())
            }
        }

        impl $crate::kernel::id::EntityId for $name {
            const PREFIX: &'static str = $prefix;
            const ENTITY: &'static str = $entity;
            fn from_uuid(id: ::uuid::Uuid) -> Self {
                Self(id)
            }
            fn uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::kernel::id::encode($prefix, self.0))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                <Self as $crate::kernel::id::EntityId>::parse(text)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        // The wire type stays GraphQL's own `ID`: both directions are delegated to it.
        impl ::async_graphql::InputType for $name {
            type RawValueType = Self;
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <::async_graphql::ID as ::async_graphql::InputType>::type_name()
            }
            fn create_type_info(registry: &mut ::async_graphql::registry::Registry) -> String {
                <::async_graphql::ID as ::async_graphql::InputType>::create_type_info(registry)
            }
            fn parse(value: Option<::async_graphql::Value>) -> ::async_graphql::InputValueResult<Self> {
                match value.unwrap_or_default() {
                    ::async_graphql::Value::String(text) => {
                        text.parse::<Self>().map_err(::async_graphql::InputValueError::custom)
                    }
                    other => Err(::async_graphql::InputValueError::expected_type(other)),
                }
            }
            fn to_value(&self) -> ::async_graphql::Value {
                ::async_graphql::Value::String(self.to_string())
            }
            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                Some(self)
            }
        }

        impl ::async_graphql::OutputType for $name {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <::async_graphql::ID as ::async_graphql::OutputType>::type_name()
            }
            fn create_type_info(registry: &mut ::async_graphql::registry::Registry) -> String {
                <::async_graphql::ID as ::async_graphql::OutputType>::create_type_info(registry)
            }
            async fn resolve(
                &self,
                _ctx: &::async_graphql::ContextSelectionSet<'_>,
                _field: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> ::async_graphql::ServerResult<::async_graphql::Value> {
                Ok(::async_graphql::Value::String(self.to_string()))
            }
        }
    };
}
