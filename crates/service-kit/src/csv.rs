//! CSV that is safe to open in spreadsheets.
//!
//! A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) gets an
//! apostrophe in front, which spreadsheets read as "this is text". So does a formula after a `;`, a tab or a line break within the
//! text: in many languages spreadsheets separate cells by semicolons, and some divide a cell there although it is quoted. [`plain`]
//! removes the apostrophes again: for every text, `plain(&cell(text)) == text`.

use std::borrow::Cow;

/// Characters that start a formula in some spreadsheet, including their full-width forms.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Characters that some spreadsheet skips at the start of a cell, or reads as the end of one.
const BLANK: [char; 3] = ['\t', '\r', '\n'];
/// Where some spreadsheet begins a new cell within a text.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];
const MARK: char = '\'';

/// Whether a cell that begins with this text starts like a formula, or like a neutralised one.
fn marked_or_dangerous(text: &str, first: bool) -> bool {
    let text = text.trim_start_matches(MARK);
    text.starts_with(FORMULA) || (first && text.starts_with(BLANK))
}

/// The parts of the text that a spreadsheet could read as cells, each with whether it is the first. A part begins after a separator
/// and the quotation marks behind it: a quoted cell may begin there.
fn parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let (mut rest, mut first) = (Some(text), true);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(SEPARATORS).map(|at| {
            let after = &text[at + 1..];
            text.len() - after.trim_start_matches('"').len()
        });
        let (part, left) = match end {
            Some(end) => (&text[..end], Some(&text[end..])),
            None => (text, None),
        };
        rest = left;
        Some((part, std::mem::take(&mut first)))
    })
}

/// The text as a cell that is never run as a formula.
pub fn cell(text: &str) -> Cow<'_, str> {
    if !parts(text).any(|(part, first)| marked_or_dangerous(part, first)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 4);
    for (part, first) in parts(text) {
        if marked_or_dangerous(part, first) {
            safe.push(MARK);
        }
        safe.push_str(part);
    }
    Cow::Owned(safe)
}

/// The text of a cell; the inverse of [`cell`].
pub fn plain(cell: &str) -> Cow<'_, str> {
    let unmarked = |(part, first): (_, bool)| match str::strip_prefix(part, MARK) {
        Some(text) if marked_or_dangerous(text, first) => text,
        _ => part,
    };
    if !parts(cell).any(|part| unmarked(part).len() != part.0.len()) {
        return Cow::Borrowed(cell);
    }
    Cow::Owned(parts(cell).map(unmarked).collect())
}

/// Writes CSV lines, read in chunks. Text is escaped with [`cell`]; our own numbers are safe.
pub struct Lines {
    writer: csv::Writer<Vec<u8>>,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            writer: csv::WriterBuilder::new()
                // Empty lists differ in length from the header only by mistake.
                .flexible(false)
                .terminator(csv::Terminator::CRLF)
                .from_writer(Vec::new()),
        }
    }
}

impl Lines {
    /// Adds a line. Every line has as many cells as the first.
    pub fn push<'a>(&mut self, texts: impl IntoIterator<Item = Cow<'a, str>>) -> csv::Result<()> {
        for text in texts {
            self.text(&text)?;
        }
        self.end()
    }

    /// Adds a cell to the line.
    pub fn text(&mut self, text: &str) -> csv::Result<()> {
        self.writer.write_field(cell(text).as_bytes())
    }

    /// Adds a number of our own, which may be negative.
    pub fn number(&mut self, number: &str) -> csv::Result<()> {
        self.writer.write_field(number.as_bytes())
    }

    /// Ends the line.
    pub fn end(&mut self) -> csv::Result<()> {
        self.writer.write_record(None::<&[u8]>)
    }

    /// What was added since the last call.
    pub fn take(&mut self) -> csv::Result<Vec<u8>> {
        self.writer.flush()?;
        let empty = Self::default().writer;
        let written = std::mem::replace(&mut self.writer, empty).into_inner();
        written.map_err(|error| error.into_error().into())
    }
}

/// Writes and reads a text; for `crates/fuzz`.
///
/// # Panics
/// If the text changes, or a spreadsheet could run it.
#[doc(hidden)]
pub fn fuzz(text: &str) {
    let written = cell(text);
    assert_eq!(plain(&written), text);
    for (part, first) in parts(&written) {
        assert!(!part.starts_with(FORMULA), "{written:?}");
        assert!(!first || !part.starts_with(BLANK), "{written:?}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_marked_as_text() {
        for bad in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''@x",
        ] {
            assert!(cell(bad).starts_with(MARK), "{bad:?}");
        }
        for good in ["", "Mug", "a=b", "'quoted'", "'", "12.50", " =1"] {
            assert_eq!(cell(good), good);
            assert_eq!(plain(good), good);
        }
        assert_eq!(plain("'=1"), "=1");
    }

    #[test]
    fn what_would_run_after_a_separator_within_a_text_is_marked_too() {
        for (text, safe) in [
            ("Mug;=1+1", "Mug;'=1+1"),
            ("Mug;\"=1+1\"", "Mug;\"'=1+1\""),
            ("a\t@SUM(A1)", "a\t'@SUM(A1)"),
            ("a\n+1\r\n-1", "a\n'+1\r\n'-1"),
            ("\t=1", "'\t'=1"),
            ("a;;'=1", "a;;''=1"),
            // Blank lines and words are as they were.
            ("a\r\n\r\nb; c\td", "a\r\n\r\nb; c\td"),
            ("1 = 1", "1 = 1"),
        ] {
            assert_eq!(cell(text), safe);
            assert_eq!(plain(safe), text);
        }
    }

    #[test]
    fn lines_are_quoted_where_needed_and_taken_in_chunks() {
        let mut lines = Lines::default();
        lines.push(["a".into(), "b, \"c\"".into()]).unwrap();
        assert_eq!(lines.take().unwrap(), b"a,\"b, \"\"c\"\"\"\r\n");
        assert_eq!(lines.take().unwrap(), b"");
        lines.push(["=x".into(), "two\nlines".into()]).unwrap();
        assert_eq!(lines.take().unwrap(), b"'=x,\"two\nlines\"\r\n");
    }

    proptest! {
        #[test]
        fn any_text_survives_and_no_cell_begins_a_formula(text in "['=+@\\-\t\r\nx,;\"＝]{0,8}") {
            let written = cell(&text);
            prop_assert!(!written.starts_with(BLANK));
            // However a spreadsheet divides it.
            for part in written.split(SEPARATORS) {
                let quoted = part.starts_with('"') && written.starts_with(part);
                prop_assert!(quoted || !part.trim_start_matches('"').starts_with(FORMULA));
            }
            prop_assert_eq!(plain(&written), text.as_str());
        }
    }
}
