//! A point within a transaction to go back to.

use diesel_async::RunQueryDsl;

use crate::kernel::{db::Conn, error::Result, sql::Sql};

/// Sets the point; an earlier one of the same name is forgotten.
pub async fn set(mut conn: &Conn) -> Result<()> {
    Sql::new("SAVEPOINT import_batch").execute(&mut conn).await?;
    Ok(())
}

/// Goes back to it.
pub async fn roll_back(mut conn: &Conn) -> Result<()> {
    Sql::new("ROLLBACK TO SAVEPOINT import_batch").execute(&mut conn).await?;
    Ok(())
}
