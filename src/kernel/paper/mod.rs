//! Documents for printing, as PDF. Lengths are in points (1/72 inch) from the upper left corner.

#![expect(clippy::float_arithmetic, reason = "places on paper; no money is reckoned here")]

pub mod font;

use anyhow::anyhow;
use krilla::{
    Document,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    page::PageSettings,
    surface::Surface,
};
use qrcode::{Color, EcLevel, QrCode};

use super::error::{Error, Result};

/// A4, upright.
pub const A4: (f32, f32) = (595.0, 842.0);
/// A parcel label of 100 × 150 mm.
pub const LABEL: (f32, f32) = (283.0, 425.0);

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Size of the letters.
    pub size: f32,
    /// Whether they are bold.
    pub bold: bool,
}

/// Plain letters of this size.
pub const fn plain(size: f32) -> Style {
    Style { size, bold: false }
}

/// Bold letters of this size.
pub const fn bold(size: f32) -> Style {
    Style { size, bold: true }
}

enum Mark {
    Text { x: f32, y: f32, style: Style, text: String },
    Box { x: f32, y: f32, width: f32, height: f32 },
}

/// A page.
pub struct Page {
    size: (f32, f32),
    marks: Vec<Mark>,
}

impl Page {
    /// Empty.
    pub fn new(size: (f32, f32)) -> Self {
        Self { size, marks: Vec::new() }
    }

    /// A line of text whose letters stand on `y`.
    pub fn text(&mut self, (x, y): (f32, f32), style: Style, text: impl Into<String>) {
        self.marks.push(Mark::Text { x, y, style, text: text.into() });
    }

    /// The same, ending at `x`.
    pub fn text_to(&mut self, (x, y): (f32, f32), style: Style, text: impl Into<String>) {
        let text = text.into();
        self.text((x - width(&text, style), y), style, text);
    }

    /// A text in lines no wider than `most`; answers where the next line would stand.
    pub fn paragraph(&mut self, (x, mut y): (f32, f32), most: f32, style: Style, text: &str) -> f32 {
        for line in lines(text, most, style) {
            self.text((x, y), style, line);
            y += style.size * 1.3;
        }
        y
    }

    /// A black box: a rule, when it is flat.
    pub fn fill(&mut self, (x, y): (f32, f32), width: f32, height: f32) {
        self.marks.push(Mark::Box { x, y, width, height });
    }

    /// A QR code of this width.
    pub fn qr(&mut self, (x, y): (f32, f32), side: f32, text: &str) -> Result<()> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)?;
        let across = code.width();
        let square = side / across as f32;
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (row, column) = (at / across, at % across);
                self.fill((x + column as f32 * square, y + row as f32 * square), square, square);
            }
        }
        Ok(())
    }
}

/// How wide a text is.
pub fn width(text: &str, style: Style) -> f32 {
    font::runs(text, style.bold).iter().map(|run| run.width * style.size).sum()
}

/// A text in lines no wider than this. A word that is wider is cut.
pub fn lines(text: &str, most: f32, style: Style) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), style) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(cut(word, most, style)),
        }
    }
    lines
}

fn cut(word: &str, most: f32, style: Style) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in word.chars() {
        if let Some(part) = parts.last_mut() {
            part.push(c);
            if width(part, style) > most && part.chars().count() > 1 {
                part.pop();
                parts.push(c.to_string());
            }
        }
    }
    parts
}

/// The pages as a PDF file. The same pages give the same bytes.
pub fn pdf(title: &str, pages: &[Page]) -> Result<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()));
    for page in pages {
        let (wide, high) = page.size;
        let settings = PageSettings::from_wh(wide, high).ok_or_else(|| Error::internal(anyhow!("an empty page")))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        page.marks.iter().for_each(|mark| draw(&mut surface, mark));
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|error| Error::internal(anyhow!("the PDF cannot be written: {error:?}")))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) {
    match mark {
        Mark::Text { x, y, style, text } => {
            let mut x = *x;
            for run in font::runs(text, style.bold) {
                let start = Point::from_xy(x, *y);
                x += run.width * style.size;
                surface.draw_glyphs(start, &run.glyphs, run.font, &run.text, style.size, false);
            }
        }
        Mark::Box { x, y, width, height } => {
            let mut path = PathBuilder::new();
            if let Some(area) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(area);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}
