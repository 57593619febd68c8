//! Files and pictures as protobuf messages.

use waybill_proto::order as pb;

use super::{at, person};
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
        Home::Order(id) => (id.to_string(), String::new()),
        Home::Product(id) => (String::new(), id.to_string()),
    };
    let (width, height) = file.pixels.unwrap_or_default();
    pb::File {
        id: file.id.to_string(),
        order_id,
        product_id,
        purpose: file_purpose(file.purpose).into(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: bytes(file.size),
        sha256: file.sha256.clone(),
        width: side(width),
        height: side(height),
        has_thumbnail: file.thumbnail.is_some(),
        uploaded_by: Some(person(&file.uploaded_by)),
        created_at: Some(at(file.created_at)),
    }
}
