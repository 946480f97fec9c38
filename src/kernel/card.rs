//! Cards: the few columns of a row that lists show.
//!
//! Half of what a list costs is columns that nobody selected, twenty times: PostgreSQL writes them, the server reads
//! them. Where a client selected no more than a card has, the hottest lists fetch cards. There are two statements for a
//! list, not one for each selection, so that both stay prepared.

use std::collections::HashMap;

use super::{access::Actor, db::Conn, error::Result, loader::Key, sql::Row};

/// A row struct with the columns that lists show. What it becomes has made-up values elsewhere, so it goes only where
/// no more than [`Card::FIELDS`] was selected.
pub trait Card: Row + Into<Self::Of> {
    /// The whole row.
    type Of;
    /// GraphQL fields that need no other column. A field that is not named here makes the list read whole rows.
    const FIELDS: &'static [&'static str];
}

/// The key of a row for a client that selected no more than its card has. Cards are handed to loaders under this key,
/// so that who selected more never finds one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardOf<K>(pub K);

impl<K: Key> Key for CardOf<K> {
    type Value = K::Value;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let keys: Vec<K> = keys.iter().map(|key| key.0.clone()).collect();
        let whole = K::fetch(conn, actor, &keys).await?;
        Ok(whole.into_iter().map(|(key, row)| (Self(key), row)).collect())
    }
}
