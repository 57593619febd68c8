//! The fonts: which characters they have, glyphs of texts with their widths, and lines of a given width.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};

/// In place of characters that the fonts do not have.
const REPLACEMENT: char = '?';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// A weight and a size in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub weight: Weight,
    pub size: f32,
}

pub const fn regular(size: f32) -> Style {
    let weight = Weight::Regular;
    Style { weight, size }
}

pub const fn bold(size: f32) -> Style {
    let weight = Weight::Bold;
    Style { weight, size }
}

/// One font.
pub struct Typeface {
    face: Face<'static>,
    font: Font,
}

pub struct Typefaces {
    regular: Typeface,
    bold: Typeface,
}

/// Read once.
static TYPEFACES: LazyLock<Option<Typefaces>> = LazyLock::new(|| {
    Some(Typefaces {
        regular: Typeface::read(notosans::REGULAR_TTF)?,
        bold: Typeface::read(notosans::BOLD_TTF)?,
    })
});

impl Typeface {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        Some(Self {
            face: Face::from_slice(bytes, 0)?,
            font: Font::new(bytes.into(), 0)?,
        })
    }

    pub fn font(&self) -> Font {
        self.font.clone()
    }

    /// The glyphs of a text of [`Typefaces::shown`], with widths for a size of one point.
    pub fn shape(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // The fonts have no script that is written from right to left.
        buffer.set_direction(Direction::LeftToRight);
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let unit = |length: i32| length as f32 / self.font.units_per_em();
        let infos = shaped.glyph_infos();
        let glyphs = infos.iter().zip(shaped.glyph_positions()).enumerate();
        let glyph = |(n, (info, position)): (usize, _)| {
            let position: &rustybuzz::GlyphPosition = position;
            let info: &rustybuzz::GlyphInfo = info;
            let after = infos[n..].iter().find(|next| next.cluster != info.cluster);
            let end = after.map_or(text.len(), |next| next.cluster as usize);
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                unit(position.x_advance),
                unit(position.x_offset),
                unit(position.y_offset),
                unit(position.y_advance),
                info.cluster as usize..end,
                None,
            )
        };
        glyphs.map(glyph).collect()
    }

    fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }
}

impl Typefaces {
    /// None if a font cannot be read, which a test excludes.
    pub fn get() -> Option<&'static Self> {
        TYPEFACES.as_ref()
    }

    pub const fn of(&self, weight: Weight) -> &Typeface {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The text with single spaces and without characters that neither font has: those are replaced, and invisible ones are left out.
    pub fn shown(&self, text: &str) -> String {
        let words = text.split(|c: char| c.is_whitespace() || c.is_control());
        let words = words.filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(|word| self.word(word)).collect();
        words.join(" ")
    }

    fn word(&self, word: &str) -> String {
        let visible = word.chars().filter(|c| !is_invisible(*c));
        let shown = |c| {
            if self.regular.has(c) && self.bold.has(c) {
                c
            } else {
                REPLACEMENT
            }
        };
        visible.map(shown).collect()
    }

    /// In points.
    pub fn width(&self, style: Style, text: &str) -> f32 {
        let glyphs = self.of(style.weight).shape(text);
        glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * style.size
    }

    /// Lines of at most this width, broken between words, and within words that are longer than a line. An empty text has none.
    pub fn lines(&self, style: Style, text: &str, width: f32) -> Vec<String> {
        let text = self.shown(text);
        let space = self.width(style, " ");
        let mut lines = Vec::new();
        let (mut line, mut used) = (String::new(), 0.0);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let wide = self.width(style, word);
            if !line.is_empty() && used + space + wide <= width {
                line.push(' ');
                line.push_str(word);
                used += space + wide;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            if wide <= width {
                (line, used) = (word.to_owned(), wide);
            } else {
                line = self.broken(style, word, width, &mut lines);
                used = self.width(style, &line);
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Puts full lines of the word into `lines`, and returns the rest.
    fn broken(&self, style: Style, word: &str, width: f32, lines: &mut Vec<String>) -> String {
        let mut part = String::new();
        for c in word.chars() {
            part.push(c);
            if self.width(style, &part) > width && part.chars().nth(1).is_some() {
                part.pop();
                lines.push(std::mem::take(&mut part));
                part.push(c);
            }
        }
        part
    }
}

/// Characters that take no place: joiners, marks of direction, selectors of variants.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
