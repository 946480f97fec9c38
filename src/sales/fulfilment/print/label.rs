//! The label of a parcel: 100 × 150 mm.
#![expect(clippy::float_arithmetic, reason = "places on paper")]

use super::model::{Parcel, Sheet};
use crate::kernel::{
    error::Result,
    money::Minor,
    paper::{LABEL, Page, bold, plain},
};

const LEFT: f32 = 14.0;
const WIDE: f32 = 255.0;

/// The label; `of` is how many parcels the sub-order has.
pub fn draw(sheet: &Sheet, parcel: &Parcel, of: usize) -> Result<Page> {
    let mut page = Page::new(LABEL);
    let y = page.paragraph((LEFT, 24.0), WIDE, bold(9.0), &format!("From {} · {}", sheet.seller, sheet.place));
    let y = page.paragraph((LEFT, y), WIDE, plain(8.0), &sheet.place_address);
    page.fill((LEFT, y), WIDE, 1.0);
    let y = page.paragraph((LEFT, y + 20.0), WIDE, bold(14.0), &sheet.contact_name);
    let y = page.paragraph((LEFT, y), WIDE, plain(12.0), &sheet.address);
    let y = page.paragraph((LEFT, y), WIDE, plain(12.0), &format!("{}, {}", sheet.city, sheet.state));
    page.text((LEFT, y + 10.0), bold(22.0), sheet.pincode.as_str());
    page.text_to((LEFT + WIDE, y + 10.0), plain(11.0), sheet.phone.as_str());
    page.paragraph((LEFT, y + 28.0), WIDE, plain(8.0), &sheet.instructions);
    page.qr((LEFT, 300.0), 90.0, &format!("{}/{}", sheet.number, parcel.number))?;
    page.text((118.0, 312.0), bold(13.0), sheet.number.as_str());
    page.text((118.0, 328.0), plain(10.0), format!("Parcel {} of {of}", parcel.number));
    if let Some(grams) = parcel.weight_grams {
        page.text((118.0, 342.0), plain(10.0), format!("{}.{:03} kg", grams / 1000, grams % 1000));
    }
    if let (Some(carrier), Some(number)) = (&parcel.carrier, &parcel.tracking_number) {
        page.paragraph((118.0, 356.0), 150.0, plain(10.0), &format!("{carrier} {number}"));
    }
    let pay = match sheet.to_collect {
        Minor(0) => "Prepaid: collect nothing".to_owned(),
        due => format!("Collect ₹{due}"),
    };
    page.text((LEFT, 410.0), bold(14.0), pay);
    Ok(page)
}
