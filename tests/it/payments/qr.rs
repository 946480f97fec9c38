//! Reading QR codes back.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The text in a picture that stands in a `data:` address.
pub fn text_in(address: &str) -> String {
    let picture = STANDARD.decode(address.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let side = usize::try_from(frame.width).unwrap();
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}
