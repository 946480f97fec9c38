//! QR codes as pictures.

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{Color, EcLevel, QrCode};

use crate::kernel::error::Result;

/// White squares around the code, which readers need.
const QUIET: usize = 4;
/// Pixels of a square's side.
const SCALE: usize = 6;

/// The text as a QR code: a PNG picture.
pub fn png(text: &str) -> Result<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).context("too long for a QR code")?;
    let (width, colors) = (code.width(), code.to_colors());
    let side = (width + 2 * QUIET) * SCALE;
    let is_dark = |x: usize, y: usize| {
        let at = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|square| *square < width);
        let square = at(x).zip(at(y)).and_then(|(column, row)| colors.get(row * width + column));
        square == Some(&Color::Dark)
    };
    // One bit for each pixel, rows filled up to whole bytes: 1 is white.
    let row = |y: usize| {
        (0..side.div_ceil(8))
            .map(move |byte| (0..8).fold(0_u8, |bits, bit| bits << 1 | u8::from(!is_dark(byte * 8 + bit, y))))
    };
    let pixels: Vec<u8> = (0..side).flat_map(row).collect();
    let mut picture = Vec::new();
    let side = u32::try_from(side).context("too wide")?;
    let mut encoder = png::Encoder::new(&mut picture, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().context("no PNG header")?;
    writer.write_image_data(&pixels).context("no PNG data")?;
    writer.finish().context("no PNG end")?;
    Ok(picture)
}

/// The same as a `data:` address, ready for an image element.
pub fn data_url(text: &str) -> Result<String> {
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png(text)?)))
}
