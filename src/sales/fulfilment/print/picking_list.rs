//! What is to be fetched from the shelves for several sub-orders: by SKU, with the sums.
#![expect(clippy::float_arithmetic, reason = "places on paper")]

use std::collections::BTreeMap;

use super::model::{Item, Sheet};
use crate::kernel::paper::{A4, Page, bold, plain};

const LEFT: f32 = 40.0;
const RIGHT: f32 = 555.0;
const BOTTOM: f32 = 790.0;

/// The list, on as many pages as it needs.
pub fn draw(sheets: &[Sheet], items: &[Item]) -> Vec<Page> {
    let numbers: BTreeMap<_, &str> = sheets.iter().map(|sheet| (sheet.id, sheet.number.as_str())).collect();
    let mut by_sku: BTreeMap<(&str, &str), (&Item, i32, Vec<String>)> = BTreeMap::new();
    for item in items.iter().filter(|item| item.quantity > 0) {
        let Some(number) = numbers.get(&item.sub_order_id) else { continue };
        let (_, sum, wanted) =
            by_sku.entry((item.sku.as_str(), item.product.as_str())).or_insert((item, 0, Vec::new()));
        *sum = sum.saturating_add(item.quantity);
        wanted.push(format!("{number} × {}", item.quantity));
    }
    let mut pages = vec![begin(sheets)];
    let mut y = 110.0;
    for (item, sum, wanted) in by_sku.into_values() {
        if y > BOTTOM {
            pages.push(begin(sheets));
            y = 110.0;
        }
        let Some(page) = pages.last_mut() else { continue };
        page.fill((LEFT, y - 9.0), 10.0, 0.8);
        page.fill((LEFT, y + 0.2), 10.0, 0.8);
        page.fill((LEFT, y - 9.0), 0.8, 10.0);
        page.fill((LEFT + 9.2, y - 9.0), 0.8, 10.0);
        page.text((LEFT + 18.0, y), bold(10.0), item.sku.as_str());
        page.text_to((RIGHT, y), bold(12.0), sum.to_string());
        y = page.paragraph((LEFT + 130.0, y), 330.0, plain(10.0), &format!("{} · {}", item.product, item.pack));
        y = page.paragraph((LEFT + 130.0, y), 330.0, plain(8.0), &wanted.join("   ")) + 6.0;
    }
    pages
}

fn begin(sheets: &[Sheet]) -> Page {
    let mut page = Page::new(A4);
    let place = sheets.first().map(|sheet| format!("{} · {}", sheet.seller, sheet.place)).unwrap_or_default();
    page.text((LEFT, 55.0), bold(18.0), "Picking list");
    page.text((LEFT, 73.0), plain(10.0), place);
    page.text_to((RIGHT, 73.0), plain(10.0), format!("{} sub-orders", sheets.len()));
    page.fill((LEFT, 84.0), RIGHT - LEFT, 0.8);
    page
}
