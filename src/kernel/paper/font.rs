//! Fonts for paper: Noto Sans, with a face for each script of India's languages.
//!
//! A text is cut into runs of one face each and shaped (ligatures, vowel signs) before it is drawn. Arabic runs go from
//! right to left; a line that mixes directions keeps its runs in the order of the text.

use std::{ops::Range, sync::OnceLock};

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};

/// A font file, and the characters for which it is taken.
struct Source {
    bytes: &'static [u8],
    takes: fn(char) -> bool,
}

macro_rules! sources {
    ($($file:literal => $chars:pat),* $(,)?) => {
        &[$(Source {
            bytes: include_bytes!(concat!("../../../assets/fonts/", $file, ".ttf")),
            takes: |c| matches!(c, $chars),
        }),*]
    };
}

/// The last two take whatever no other takes: plain and bold.
static SOURCES: &[Source] = sources! {
    "NotoSansDevanagari-Regular" => '\u{900}'..='\u{97f}' | '\u{a8e0}'..='\u{a8ff}',
    "NotoSansBengali-Regular" => '\u{980}'..='\u{9ff}',
    "NotoSansGurmukhi-Regular" => '\u{a00}'..='\u{a7f}',
    "NotoSansGujarati-Regular" => '\u{a80}'..='\u{aff}',
    "NotoSansOriya-Regular" => '\u{b00}'..='\u{b7f}',
    "NotoSansTamil-Regular" => '\u{b80}'..='\u{bff}',
    "NotoSansTelugu-Regular" => '\u{c00}'..='\u{c7f}',
    "NotoSansKannada-Regular" => '\u{c80}'..='\u{cff}',
    "NotoSansMalayalam-Regular" => '\u{d00}'..='\u{d7f}',
    "NotoSansArabic-Regular" => '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}',
    "NotoSans-Regular" => _,
    "NotoSans-Bold" => _,
};

/// A font, ready for shaping and for drawing.
struct Loaded {
    face: Face<'static>,
    font: Font,
}

/// Opens the fonts, once: some microseconds each.
fn loaded() -> &'static [Option<Loaded>] {
    static LOADED: OnceLock<Vec<Option<Loaded>>> = OnceLock::new();
    LOADED.get_or_init(|| SOURCES.iter().map(load).collect())
}

fn load(source: &Source) -> Option<Loaded> {
    Some(Loaded { face: Face::from_slice(source.bytes, 0)?, font: Font::new(source.bytes.into(), 0)? })
}

/// Which font a character needs; `None` where any will do: spaces, joiners.
fn needed(c: char, bold: bool) -> Option<usize> {
    if c == ' ' || matches!(c, '\u{200c}' | '\u{200d}') {
        return None;
    }
    let plain = SOURCES.len().saturating_sub(2);
    let of_script = SOURCES.iter().take(plain).position(|source| (source.takes)(c));
    Some(of_script.unwrap_or(plain + usize::from(bold)))
}

/// A part of a text in one font.
pub struct Run {
    /// The font.
    pub font: Font,
    /// What is drawn; positions are in parts of the font's size.
    pub glyphs: Vec<KrillaGlyph>,
    /// The text, to which the glyphs point.
    pub text: String,
    /// How wide it is, in parts of the font's size.
    pub width: f32,
}

/// The runs of a text.
pub fn runs(text: &str, bold: bool) -> Vec<Run> {
    let mut cuts: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let wanted = needed(c, bold);
        match cuts.last_mut() {
            Some((font, range)) if wanted.is_none_or(|wanted| wanted == *font) => range.end = end,
            _ => cuts.push((wanted.unwrap_or(SOURCES.len() - 2 + usize::from(bold)), at..end)),
        }
    }
    cuts.into_iter().filter_map(|(font, range)| run(font, text.get(range)?)).collect()
}

#[expect(clippy::float_arithmetic, reason = "places on paper")]
fn run(font: usize, text: &str) -> Option<Run> {
    let Loaded { face, font } = loaded().get(font)?.as_ref()?;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let shaped = rustybuzz::shape(face, &[], buffer);
    let clusters: Vec<usize> =
        shaped.glyph_infos().iter().map(|info| usize::try_from(info.cluster).unwrap_or_default()).collect();
    let mut glyphs = Vec::new();
    let mut width = 0.0;
    for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let part = |units: i32| units as f32 / font.units_per_em();
        let from = usize::try_from(info.cluster).unwrap_or_default();
        let to = clusters.iter().copied().filter(|cluster| *cluster > from).min().unwrap_or(text.len());
        let advance = part(place.x_advance);
        width += advance;
        glyphs.push(KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            advance,
            part(place.x_offset),
            part(place.y_offset),
            part(place.y_advance),
            from..to,
            None,
        ));
    }
    Some(Run { font: font.clone(), glyphs, text: text.to_owned(), width })
}
