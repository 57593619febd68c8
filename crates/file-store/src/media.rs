//! The type of a file, by its first bytes. Its name and the type that the sender declares are ignored.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How many of the first bytes [`MediaType::sniff`] needs; fewer are fine if the file has no more.
pub const HEAD: usize = 64;

/// The accepted types of files, with their names in HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/gif")]
    Gif,
    #[serde(rename = "image/webp")]
    WebP,
    #[serde(rename = "video/mp4")]
    Mp4,
    #[serde(rename = "application/pdf")]
    Pdf,
}

/// The text is none of the accepted types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a type of file that is taken; there are JPEG, PNG, GIF, WebP, MP4 and PDF")]
pub struct MediaTypeError;

/// Brands of ISO base media files that are MP4. Not among them: QuickTime (`qt  `) and the pictures HEIC and AVIF.
const MP4_BRANDS: [&[u8; 4]; 17] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41",
    b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash",
];

impl MediaType {
    pub const ALL: [Self; 6] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::WebP,
        Self::Mp4,
        Self::Pdf,
    ];

    /// The type of a file with these first bytes. A file that is valid as two types is what it begins with.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            [b'%', b'P', b'D', b'F', b'-', version, ..] if version.is_ascii_digit() => {
                Some(Self::Pdf)
            }
            [0, 0, _, _, b'f', b't', b'y', b'p', rest @ ..] => {
                let brand = rest.first_chunk::<4>()?;
                MP4_BRANDS.contains(&brand).then_some(Self::Mp4)
            }
            _ => None,
        }
    }

    /// As in `Content-Type`.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Pdf => "application/pdf",
        }
    }

    /// The usual file extension, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Mp4 => "mp4",
            Self::Pdf => "pdf",
        }
    }

    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Gif | Self::WebP)
    }

    /// Whether a browser may show it within one of our pages. A PDF can contain scripts and forms: it is downloaded instead.
    pub const fn may_be_shown(self) -> bool {
        self.is_picture() || matches!(self, Self::Mp4)
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mime())
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeError;
    fn from_str(text: &str) -> Result<Self, MediaTypeError> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.mime() == text).ok_or(MediaTypeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], expected: Option<MediaType>) {
        let found = MediaType::sniff(head);
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(head));
    }

    #[test]
    fn each_type_is_known_by_its_content() {
        check(b"\xff\xd8\xff\xe0\0\x10JFIF", Some(MediaType::Jpeg));
        check(b"\xff\xd8\xff\xe1\0\x10Exif", Some(MediaType::Jpeg));
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(MediaType::Png));
        check(b"GIF87a\x01\0\x01\0", Some(MediaType::Gif));
        check(b"GIF89a\x01\0\x01\0", Some(MediaType::Gif));
        check(b"RIFF\x24\0\0\0WEBPVP8 ", Some(MediaType::WebP));
        check(b"\0\0\0\x18ftypmp42\0\0\0\0", Some(MediaType::Mp4));
        check(b"\0\0\0\x20ftypisom\0\0\x02\0", Some(MediaType::Mp4));
        check(b"%PDF-1.7\n", Some(MediaType::Pdf));
    }

    #[test]
    fn everything_else_is_none_of_them() {
        for head in [
            &b""[..],
            b"\xff\xd8",
            b"\x89PNG",
            b"GIF8",
            b"GIF88a",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"RIFF",
            b"%PDF",
            b"%PDF-\n",
            b"  %PDF-1.4",
            b"<!DOCTYPE html><html>",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\">",
            b"<?xml version=\"1.0\"?><svg/>",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1",
            b"\0\0\0\x1cftypavif\0\0\0\0",
            b"\0\0\0\x14ftypqt  \0\0\0\0",
            b"\0\0\0\x14ftyp",
            b"PK\x03\x04",
            b"MZ\x90\0",
            b"BM\x36\0\0\0",
            b"II*\0",
        ] {
            check(head, None);
        }
    }

    #[test]
    fn a_polyglot_is_what_it_begins_with() {
        check(b"%PDF-1.4\n\xff\xd8\xff\xe0JFIF", Some(MediaType::Pdf));
        check(b"\xff\xd8\xff\xfe\0\x20%PDF-1.4", Some(MediaType::Jpeg));
        check(b"GIF89a/*<script>alert(1)</script>*/", Some(MediaType::Gif));
        check(b"<script>\xff\xd8\xff", None);
    }

    #[test]
    fn names_are_those_of_http() {
        for kind in MediaType::ALL {
            assert_eq!(kind.mime().parse(), Ok(kind));
            assert_eq!(serde_json::json!(kind), kind.mime());
        }
        assert_eq!("image/svg+xml".parse::<MediaType>(), Err(MediaTypeError));
    }
}
