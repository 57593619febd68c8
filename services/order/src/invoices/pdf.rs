//! A document of a few texts and one long table as PDF. It knows nothing of orders: whoever renders passes formatted texts.
//!
//! The same paper always gives the same bytes: all times and ids in the file come from the paper. The file is PDF/A-2b, so that it can
//! be archived: fonts are embedded, as far as they are used.

mod layout;
mod typeface;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Archival, Configuration, ConfigurationBuilder},
    error::KrillaError,
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime as Date, Metadata},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
};

use layout::{Mark, pages};
use typeface::Typefaces;

/// A document before it is laid out. Texts are single lines, and may be of any length; those of the table's cells but its first are
/// short.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Identifies the file.
    pub id: String,
    /// Such as `Invoice`.
    pub title: String,
    pub number: String,
    pub issued_at: DateTime<Utc>,
    pub seller: String,
    /// Below the seller's name.
    pub seller_lines: Vec<String>,
    /// The first line is a label.
    pub recipient: Vec<String>,
    /// The same, beside the recipient; may be empty.
    pub delivery: Vec<String>,
    /// Labels with values.
    pub facts: Vec<(String, String)>,
    pub columns: [String; 4],
    pub rows: Vec<[String; 4]>,
    /// Labels with amounts; the last one stands out.
    pub totals: Vec<(String, String)>,
    /// Paragraphs at the end.
    pub notes: Vec<String>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("an embedded font cannot be read")]
    Font,
    #[error("the page has no valid size")]
    Page,
    #[error("the file cannot be written: {0:?}")]
    File(KrillaError),
}

/// Renders it. Takes a few milliseconds of processor time for each page.
pub fn render(paper: &Paper) -> Result<Vec<u8>, PdfError> {
    let fonts = Typefaces::get().ok_or(PdfError::Font)?;
    let mut document = Document::new_with(SerializeSettings {
        configuration: archival(),
        enable_tagging: false,
        ..SerializeSettings::default()
    });
    for marks in pages(paper, fonts) {
        let size = PageSettings::from_wh(layout::WIDTH, layout::HEIGHT).ok_or(PdfError::Page)?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in &marks {
            draw(&mut surface, fonts, mark);
        }
        surface.finish();
        page.finish();
    }
    document.set_metadata(metadata(paper));
    document.finish().map_err(PdfError::File)
}

fn archival() -> Configuration {
    let archival = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B);
    archival.finish().unwrap_or_default()
}

fn metadata(paper: &Paper) -> Metadata {
    let at = paper.issued_at;
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let date = Date::new(u16::try_from(at.year()).unwrap_or_default())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(format!("{} {}", paper.title, paper.number))
        .authors(vec![paper.seller.clone()])
        .creator("Waybill".to_owned())
        .language("en".to_owned())
        .creation_date(date)
        .document_id(paper.id.clone())
}

fn draw(surface: &mut Surface<'_>, fonts: &Typefaces, mark: &Mark) {
    match mark {
        Mark::Text {
            x,
            y,
            style,
            color,
            text,
        } => {
            let face = fonts.of(style.weight);
            let glyphs = face.shape(text);
            surface.set_fill(Some(fill(*color)));
            let start = Point::from_xy(*x, *y);
            surface.draw_glyphs(start, &glyphs, face.font(), text, style.size, false);
        }
        Mark::Bar {
            x,
            y,
            width,
            height,
            color,
        } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else {
                return;
            };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            if let Some(path) = path.finish() {
                surface.set_fill(Some(fill(*color)));
                surface.draw_path(&path);
            }
        }
    }
}

fn fill([red, green, blue]: layout::Color) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }
}

#[cfg(test)]
mod tests;
