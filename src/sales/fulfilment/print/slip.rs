//! What lies in a sub-order's parcels, for whoever opens them.
#![expect(clippy::float_arithmetic, reason = "places on paper")]

use super::model::{Item, Sheet};
use crate::kernel::{
    error::Result,
    paper::{A4, Page, bold, plain},
};

const LEFT: f32 = 40.0;
const RIGHT: f32 = 555.0;
const BOTTOM: f32 = 780.0;

/// The slip, on as many pages as it needs. It names no prices: those are on the tax invoice.
pub fn draw(sheet: &Sheet, items: &[Item]) -> Result<Vec<Page>> {
    let (mut page, mut y) = begin(sheet)?;
    let mut pages = Vec::new();
    for item in items {
        if y > BOTTOM {
            pages.push(page);
            (page, y) = begin(sheet)?;
        }
        page.text((LEFT, y), plain(10.0), item.sku.as_str());
        page.text_to((RIGHT, y), bold(11.0), item.quantity.to_string());
        y = page.paragraph((LEFT + 130.0, y), 320.0, plain(10.0), &format!("{} · {}", item.product, item.pack));
        if item.cancelled > 0 {
            y = page.paragraph((LEFT + 130.0, y), 320.0, plain(8.0), &format!("{} not sent; refunded", item.cancelled));
        }
        y += 4.0;
    }
    pages.push(page);
    Ok(pages)
}

fn begin(sheet: &Sheet) -> Result<(Page, f32)> {
    let mut page = Page::new(A4);
    page.text((LEFT, 55.0), bold(18.0), "Packing slip");
    page.text((LEFT, 75.0), bold(12.0), sheet.number.as_str());
    page.qr((RIGHT - 60.0, 35.0), 60.0, &sheet.number)?;
    let from = page.paragraph((LEFT, 105.0), 230.0, bold(10.0), &format!("{} · {}", sheet.seller, sheet.place));
    let from = page.paragraph((LEFT, from), 230.0, plain(10.0), &sheet.place_address);
    let to = page.paragraph((310.0, 105.0), 240.0, bold(10.0), &sheet.contact_name);
    let to = page.paragraph((310.0, to), 240.0, plain(10.0), &sheet.address);
    let city = format!("{}, {} {}", sheet.city, sheet.state, sheet.pincode);
    let to = page.paragraph((310.0, to), 240.0, plain(10.0), &city);
    let y = from.max(to) + 8.0;
    page.fill((LEFT, y), RIGHT - LEFT, 0.8);
    Ok((page, y + 22.0))
}
