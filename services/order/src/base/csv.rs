//! CSV that is safe to open in spreadsheets.
//!
//! A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) gets an
//! apostrophe in front, which spreadsheets read as "this is text". [`plain`] removes it again: for every text,
//! `plain(&cell(text)) == text`.

use std::borrow::Cow;

/// Characters that start a formula in some spreadsheet, including their full-width forms.
const DANGEROUS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
const MARK: char = '\'';

/// Whether the text starts like a formula, or like a neutralised one.
fn marked_or_dangerous(text: &str) -> bool {
    text.trim_start_matches(MARK).starts_with(DANGEROUS)
}

/// The text as a cell that is never run as a formula.
pub fn cell(text: &str) -> Cow<'_, str> {
    if marked_or_dangerous(text) {
        Cow::Owned(format!("{MARK}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a cell; the inverse of [`cell`].
pub fn plain(cell: &str) -> &str {
    match cell.strip_prefix(MARK) {
        Some(text) if marked_or_dangerous(text) => text,
        _ => cell,
    }
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
            self.writer.write_field(cell(&text).as_bytes())?;
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_marked_as_text() {
        for bad in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''@x",
        ] {
            assert_eq!(cell(bad), format!("'{bad}"));
        }
        for good in ["", "Mug", "a=b", "'quoted'", "'", "12.50", " =1"] {
            assert_eq!(cell(good), good);
            assert_eq!(plain(good), good);
        }
        assert_eq!(plain("'=1"), "=1");
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
        fn any_text_survives_and_none_begins_a_formula(text in "['=+@\\-\t\r\nx,\"＝]{0,6}") {
            let written = cell(&text);
            prop_assert!(!written.starts_with(DANGEROUS));
            prop_assert_eq!(plain(&written), text.as_str());
        }
    }
}
