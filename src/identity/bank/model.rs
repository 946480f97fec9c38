//! Bank branches and every query over them.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    kernel::{db::Conn, error::Result, sql::Sql},
    schema::bank_branches,
};

/// A branch of a bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = bank_branches)]
pub struct BankBranch {
    /// Indian Financial System Code: four letters of the bank, a zero, six characters of the branch.
    pub ifsc: String,
    /// Name of the bank; empty where it is not known.
    pub bank: String,
    /// Name of the branch.
    pub branch: String,
    /// City or town; empty where it is not known.
    pub city: String,
    /// State, as the source spells it; empty where it is not known.
    pub state: String,
    /// Whether accounts there can be paid over UPI.
    pub upi: bool,
}

/// Whether a text has the form of an IFSC.
pub fn is_ifsc(text: &str) -> bool {
    let (bank, branch) = text.split_at_checked(4).unwrap_or_default();
    text.len() == 11
        && bank.bytes().all(|b| b.is_ascii_uppercase())
        && branch.starts_with('0')
        && branch.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// The branches with these codes, in no particular order.
pub async fn branches(mut conn: &Conn, codes: &[String]) -> Result<Vec<BankBranch>> {
    let named = bank_branches::table.filter(bank_branches::ifsc.eq_any(codes));
    Ok(named.select(BankBranch::as_select()).load(&mut conn).await?)
}

/// Whether any branch of the bank with these four letters is known.
pub async fn knows_bank(conn: &Conn, letters: &str) -> Result<bool> {
    let (first, last) = (format!("{letters}0000000"), format!("{letters}0ZZZZZZ"));
    Sql::new("1 FROM bank_branches WHERE ifsc BETWEEN ").bind(first).sql(" AND ").bind(last).exists(conn).await
}

/// Adds branches, or stores what has changed about them.
pub async fn put(mut conn: &Conn, rows: &[BankBranch]) -> Result<()> {
    use bank_branches::dsl;
    diesel::insert_into(bank_branches::table)
        .values(rows)
        .on_conflict(dsl::ifsc)
        .do_update()
        .set((
            dsl::bank.eq(excluded(dsl::bank)),
            dsl::branch.eq(excluded(dsl::branch)),
            dsl::city.eq(excluded(dsl::city)),
            dsl::state.eq(excluded(dsl::state)),
            dsl::upi.eq(excluded(dsl::upi)),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}
