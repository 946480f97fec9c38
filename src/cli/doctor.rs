//! `doctor`: whether balances are what their ledgers say.

use super::{database::url, print};
use crate::{config::Config, inventory::stock_doctor::model::differences, kernel::db::Db};

/// Prints every difference between stock and its ledger; answers whether there was none.
pub async fn stock(config: &Config) -> anyhow::Result<bool> {
    let db = Db::new(url(config)?, None, 1)?;
    let found = differences(&*db.read().await?).await?;
    for difference in &found {
        let (item, what) = (difference.item_id, &difference.what);
        print(&format!("{item}  {what}: {} stored, {} expected\n", difference.stored, difference.expected))?;
    }
    print(&match found.len() {
        0 => "stock: no differences\n".to_owned(),
        n => format!("stock: {n} differences\n"),
    })?;
    Ok(found.is_empty())
}
