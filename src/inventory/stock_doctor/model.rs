//! Whether the balances are what the ledger says: `freshvilla doctor stock`.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    inventory::stock::model::StockItemId,
    kernel::{db::Conn, error::Result, sql::Sql},
};

/// A balance that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Difference {
    /// The item.
    #[diesel(sql_type = SqlUuid)]
    pub item_id: StockItemId,
    /// Which number, and beside what: `reserved: item and its active reservations`.
    #[diesel(sql_type = Text)]
    pub what: String,
    /// What is stored.
    #[diesel(sql_type = BigInt)]
    pub stored: i64,
    /// What it should be.
    #[diesel(sql_type = BigInt)]
    pub expected: i64,
}

/// Every difference between items, lots, active reservations and the ledger, in the order of the items. In one
/// statement, so that what others change meanwhile is seen whole or not at all.
pub async fn differences(mut conn: &Conn) -> Result<Vec<Difference>> {
    let statement = Sql::new(
        "WITH lots AS (SELECT item_id, sum(available) AS available, sum(reserved) AS reserved, sum(damaged) AS damaged \
           FROM stock_lots GROUP BY item_id), \
         ledger AS (SELECT item_id, sum(quantity) AS on_hand, sum(damaged) AS damaged, sum(value_minor) AS value, \
             max(sequence) AS last, count(*) AS entries FROM stock_movements GROUP BY item_id), \
         lot_ledger AS (SELECT lot_id, sum(quantity) AS on_hand, sum(damaged) AS damaged FROM stock_movements GROUP BY lot_id), \
         held AS (SELECT lot_id, sum(quantity) AS reserved FROM stock_reservation_lots \
           JOIN stock_reservations ON stock_reservations.id = reservation_id WHERE status = 'active' GROUP BY lot_id), \
         compared AS ( \
           SELECT item.id, pair.what, pair.stored, pair.expected FROM stock_items item \
             LEFT JOIN lots ON lots.item_id = item.id LEFT JOIN ledger ON ledger.item_id = item.id, \
             LATERAL (VALUES \
               ('available: item and its lots', item.available, lots.available), \
               ('reserved: item and its lots', item.reserved, lots.reserved), \
               ('damaged: item and its lots', item.damaged, lots.damaged), \
               ('on hand: item and the ledger', item.available + item.reserved + item.damaged, ledger.on_hand), \
               ('damaged: item and the ledger', item.damaged, ledger.damaged), \
               ('value: item and the ledger', item.value_minor, ledger.value), \
               ('movements: counter and the ledger', item.movement_seq, ledger.last), \
               ('movements: numbers and entries', ledger.last, ledger.entries) \
             ) AS pair (what, stored, expected) \
           UNION ALL \
           SELECT lot.item_id, pair.what || ' (lot ' || lot.id || ')', pair.stored, pair.expected FROM stock_lots lot \
             LEFT JOIN lot_ledger ON lot_ledger.lot_id = lot.id LEFT JOIN held ON held.lot_id = lot.id, \
             LATERAL (VALUES \
               ('reserved: lot and its active reservations', lot.reserved, held.reserved), \
               ('on hand: lot and the ledger', lot.available + lot.reserved + lot.damaged, lot_ledger.on_hand), \
               ('damaged: lot and the ledger', lot.damaged, lot_ledger.damaged) \
             ) AS pair (what, stored, expected)) \
         SELECT id AS item_id, what, coalesce(stored, 0)::bigint AS stored, coalesce(expected, 0)::bigint AS expected \
         FROM compared WHERE coalesce(stored, 0) <> coalesce(expected, 0) ORDER BY id, what",
    );
    Ok(statement.load(&mut conn).await?)
}
