//! Files and pictures as protobuf messages.

use waybill_proto::{media, order as pb};

use super::person;
use crate::{
    catalogue::domain::Image,
    fields::Faults,
    files::domain::{Home, Purpose, StoredFile},
};

enumeration!(
    Purpose,
    FilePurpose,
    file_purpose,
    read_file_purpose,
    [
        Progress = Progress,
        Result = Result,
        Reference = Reference,
        Product = Product,
    ]
);

pub(super) fn image(image: &Image) -> pb::ProductImage {
    pb::ProductImage {
        id: image.id.to_string(),
        alt: image.alt.clone(),
        width: side(image.width),
        height: side(image.height),
        url: media::url(image.id),
        thumbnail_url: media::thumbnail_url(image.id),
    }
}

/// Pixels; far fewer than the message can hold.
fn side(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

/// A number of bytes; likewise.
pub fn bytes(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn file(file: &StoredFile) -> pb::File {
    let (order_id, product_id) = match file.home {
        Home::Order(id) => (Some(id.to_string()), None),
        Home::Product(id) => (None, Some(id.to_string())),
    };
    pb::File {
        id: file.id.to_string(),
        order_id,
        product_id,
        purpose: file_purpose(file.purpose).into(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: bytes(file.size),
        sha256: file.sha256.clone(),
        width: file.pixels.map(|(width, _)| side(width)),
        height: file.pixels.map(|(_, height)| side(height)),
        url: media::url(file.id),
        thumbnail_url: file
            .thumbnail
            .as_ref()
            .map(|_| media::thumbnail_url(file.id)),
        uploaded_by: Some(person(&file.uploaded_by)),
        created_at: Some(file.created_at),
    }
}
