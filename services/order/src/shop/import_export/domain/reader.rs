//! Incremental CSV reader for chunks of any size. Supports commas, semicolons and tabs as separators, all kinds of line ends, quoted
//! cells with line breaks, and a byte order mark. Keeps one line at a time in memory.

use csv_core::ReadRecordResult;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 256 * 1024;
/// The header must end within this many bytes.
const MAX_HEADER: usize = 16 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Cells(u64, Vec<String>),
    /// An invalid line, with the reason.
    Unreadable(u64, String),
}

/// The file is not readable CSV.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// Converts bytes to lines. Empty lines are skipped.
#[derive(Debug, Default)]
pub struct Reader {
    /// The start of the file, until its separator is known.
    head: Vec<u8>,
    core: Option<csv_core::Reader>,
    record: Vec<u8>,
    record_length: usize,
    ends: Vec<usize>,
    ends_length: usize,
    /// Line breaks read so far.
    breaks: u64,
    /// The line on which the current record started; none between records.
    began: Option<u64>,
    too_long: bool,
}

impl Reader {
    /// Reads the next bytes and adds the lines that they complete.
    pub fn push(&mut self, bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), Unreadable> {
        if self.core.is_some() {
            self.take(bytes, lines);
            return Ok(());
        }
        self.head.extend_from_slice(bytes);
        let ended = self.head.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        if ended {
            self.begin(lines)?;
        } else if self.head.len() > MAX_HEADER {
            let message =
                format!("the first {MAX_HEADER} bytes have no line end: is this a CSV file?");
            return Err(Unreadable(message));
        }
        Ok(())
    }

    /// Ends the file, and adds its last line if that has no line end.
    pub fn finish(mut self, lines: &mut Vec<Line>) -> Result<(), Unreadable> {
        if self.core.is_none() {
            self.begin(lines)?;
        }
        if self.began.is_some() {
            self.read(&[], lines);
        }
        Ok(())
    }

    fn begin(&mut self, lines: &mut Vec<Line>) -> Result<(), Unreadable> {
        let head = std::mem::take(&mut self.head);
        let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head);
        let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        // Only the first line decides: how much more has arrived is chance.
        let first = &text[..end.unwrap_or(text.len())];
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || first.contains(&0) {
            let message = "the file is not UTF-8 (it looks like UTF-16 or a spreadsheet's own format); save it as CSV in UTF-8";
            return Err(Unreadable(message.to_owned()));
        }
        let count = |sign: u8| first.iter().filter(|byte| **byte == sign).count();
        // The most frequent one; a comma if in doubt.
        let sign = [b'\t', b';', b',']
            .into_iter()
            .max_by_key(|sign| count(*sign));
        let core = csv_core::ReaderBuilder::new()
            .delimiter(sign.unwrap_or(b','))
            .build();
        self.core = Some(core);
        self.record.resize(4 * 1024, 0);
        self.ends.resize(64, 0);
        self.take(text, lines);
        Ok(())
    }

    fn take(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) {
        while !bytes.is_empty() {
            if self.began.is_none() {
                // Line ends between records: of empty lines, and the second byte of CRLF.
                match bytes[0] {
                    b'\n' => {
                        self.breaks += 1;
                        bytes = &bytes[1..];
                        continue;
                    }
                    b'\r' => {
                        bytes = &bytes[1..];
                        continue;
                    }
                    _ => self.began = Some(self.breaks + 1),
                }
            }
            let taken = self.read(bytes, lines);
            let breaks = bytes[..taken].iter().filter(|byte| **byte == b'\n').count();
            self.breaks += breaks as u64;
            bytes = &bytes[taken..];
        }
    }

    /// Reads to the end of the bytes or of the record; returns the number of bytes read. No bytes mean the end of the file.
    fn read(&mut self, bytes: &[u8], lines: &mut Vec<Line>) -> usize {
        let Some(core) = &mut self.core else {
            return bytes.len();
        };
        let mut taken = 0;
        loop {
            let (result, read, written, ended) = core.read_record(
                &bytes[taken..],
                &mut self.record[self.record_length..],
                &mut self.ends[self.ends_length..],
            );
            taken += read;
            self.record_length += written;
            self.ends_length += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return taken,
                ReadRecordResult::OutputFull if self.record.len() >= MAX_LINE => {
                    // Skips to the end of the record.
                    self.too_long = true;
                    self.record_length = 0;
                    self.ends_length = 0;
                }
                ReadRecordResult::OutputFull => self.record.resize(self.record.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= MAX_HEADER => {
                    self.too_long = true;
                    self.record_length = 0;
                    self.ends_length = 0;
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    let line = self.complete();
                    lines.push(line);
                    return taken;
                }
            }
        }
    }

    fn complete(&mut self) -> Line {
        let number = self.began.take().unwrap_or(self.breaks + 1);
        let (length, count) = (self.record_length, self.ends_length);
        self.record_length = 0;
        self.ends_length = 0;
        if std::mem::take(&mut self.too_long) {
            let message =
                format!("is longer than {MAX_LINE} bytes: is a closing quotation mark missing?");
            return Line::Unreadable(number, message);
        }
        let mut cells = Vec::with_capacity(count);
        let mut start = 0;
        for (index, end) in self.ends[..count].iter().enumerate() {
            match std::str::from_utf8(&self.record[start..(*end).min(length)]) {
                Ok(cell) => cells.push(cell.to_owned()),
                Err(_) => {
                    let message = format!(
                        "cell {} is not UTF-8: save the file as CSV in UTF-8",
                        index + 1
                    );
                    return Line::Unreadable(number, message);
                }
            }
            start = *end;
        }
        Line::Cells(number, cells)
    }
}

/// Reads a file at once and in two parts; for `crates/fuzz`.
///
/// # Panics
/// If it matters how its bytes arrive.
#[doc(hidden)]
pub fn fuzz(bytes: &[u8], cut: usize) {
    let read = |parts: &[&[u8]]| {
        let (mut reader, mut lines) = (Reader::default(), Vec::new());
        for part in parts {
            reader.push(part, &mut lines)?;
        }
        reader.finish(&mut lines)?;
        Ok::<_, Unreadable>(lines)
    };
    let (one, two) = bytes.split_at(cut.min(bytes.len()));
    assert_eq!(read(&[bytes]), read(&[one, two]));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<Line> {
        let (mut reader, mut lines) = (Reader::default(), Vec::new());
        for piece in pieces {
            reader.push(piece, &mut lines).unwrap();
        }
        reader.finish(&mut lines).unwrap();
        lines
    }

    fn cells(number: u64, cells: &[&str]) -> Line {
        Line::Cells(number, cells.iter().map(|&cell| cell.to_owned()).collect())
    }

    #[test]
    fn line_ends_quotes_and_marks_of_every_kind_are_read() {
        let expected = [
            cells(1, &["sku", "name"]),
            cells(2, &["A", "two\nlines, \"quoted\""]),
            cells(5, &["B", ""]),
        ];
        let unix = "\u{feff}sku,name\nA,\"two\nlines, \"\"quoted\"\"\"\n\nB,";
        assert_eq!(lines(&[unix.as_bytes()]), expected);
        let other = [
            cells(1, &["sku", "name"]),
            cells(2, &["A", "x,y"]),
            cells(3, &["B", "z"]),
        ];
        assert_eq!(lines(&[b"sku;name\r\nA;x,y\r\nB;z\r\n"]), other);
        assert_eq!(lines(&[b"sku\tname\nA\tx,y\nB\tz\n"]), other);
        assert_eq!(lines(&[b"sku"]), [cells(1, &["sku"])]);
        assert_eq!(lines(&[]), []);
    }

    #[test]
    fn invalid_utf8_and_too_long_lines_are_reported_and_others_are_read() {
        let long = "x".repeat(MAX_LINE + 10);
        let text = [
            b"sku,name\nA,".as_slice(),
            long.as_bytes(),
            b"\nB,\xff\nC,c\n",
        ]
        .concat();
        let found = lines(&[&text]);
        assert!(matches!(&found[1], Line::Unreadable(2, message) if message.contains("longer")));
        assert!(matches!(&found[2], Line::Unreadable(3, message) if message.contains("UTF-8")));
        assert_eq!(found[3], cells(4, &["C", "c"]));
        let mut reader = Reader::default();
        let utf16 = reader.push(b"\xff\xfes\0k\0u\0\n\0", &mut Vec::new());
        assert!(utf16.unwrap_err().0.contains("UTF-8"));
        let endless = vec![b'x'; MAX_HEADER + 1];
        assert!(Reader::default().push(&endless, &mut Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn any_division_of_the_bytes_gives_the_same_lines(
            text in "[ab,\"\r\n;]{0,60}", at in proptest::collection::vec(0_usize..60, 0..4)
        ) {
            let bytes = text.as_bytes();
            let mut at: Vec<_> = at.into_iter().map(|at| at.min(bytes.len())).collect();
            at.sort_unstable();
            let mut pieces = Vec::new();
            let mut start = 0;
            for end in at {
                pieces.push(&bytes[start..end]);
                start = end;
            }
            pieces.push(&bytes[start..]);
            prop_assert_eq!(lines(&pieces), lines(&[bytes]));
        }
    }
}
