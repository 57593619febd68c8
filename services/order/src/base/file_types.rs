//! The types of files that a shop takes.

use std::{fmt, str::FromStr};

use waybill_file_store::MediaType;
use waybill_primitives::{UnknownValue, string_enum};

string_enum! {
    /// A type of files, by its name in the settings.
    pub enum FileType as waybill_proto::order::FileType {
        Jpeg = "JPEG",
        Png = "PNG",
        Gif = "GIF",
        Webp = "WEBP",
        Mp4 = "MP4",
        Pdf = "PDF",
    }
}

impl FileType {
    pub const fn media_type(self) -> MediaType {
        match self {
            Self::Jpeg => MediaType::Jpeg,
            Self::Png => MediaType::Png,
            Self::Gif => MediaType::Gif,
            Self::Webp => MediaType::WebP,
            Self::Mp4 => MediaType::Mp4,
            Self::Pdf => MediaType::Pdf,
        }
    }
}

/// Some of them, each once, in their order. As text, their names separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTypes(Vec<FileType>);

waybill_primitives::__column!(FileTypes, String, |types| types.to_string(), |text| {
    text.parse::<FileTypes>()
});

impl FileTypes {
    pub fn new(mut types: Vec<FileType>) -> Self {
        types.sort_unstable();
        types.dedup();
        Self(types)
    }

    /// All that there are.
    pub fn all() -> Self {
        Self::new(FileType::ALL.to_vec())
    }

    pub fn as_slice(&self) -> &[FileType] {
        &self.0
    }

    /// As in `Content-Type`.
    pub fn media_types(&self) -> impl Iterator<Item = MediaType> {
        self.0.iter().map(|kind| kind.media_type())
    }
}

impl fmt::Display for FileTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|kind| kind.as_str()).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for FileTypes {
    type Err = UnknownValue;
    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let names = text.split(',').map(str::trim);
        let types = names.map(|name| name.to_ascii_uppercase().parse());
        Ok(Self::new(types.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_in_any_order_and_written_in_one() {
        let types: FileTypes = "pdf, JPEG,pdf".parse().unwrap();
        assert_eq!(types.as_slice(), [FileType::Jpeg, FileType::Pdf]);
        assert_eq!(types.to_string(), "JPEG,PDF");
        assert_eq!(FileTypes::all().to_string(), "JPEG,PNG,GIF,WEBP,MP4,PDF");
        for bad in ["", "JPEG,", "SVG"] {
            assert!(bad.parse::<FileTypes>().is_err(), "{bad}");
        }
    }
}
