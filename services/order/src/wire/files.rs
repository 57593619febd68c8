//! Files and pictures as protobuf messages.

use waybill_proto::{media, order as pb};

use super::person;
use crate::{fulfilment::files::domain::StoredFile, shop::catalogue::domain::Image};

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
    pb::File {
        id: file.id.to_string(),
        order_id: file.order_id.map(|id| id.to_string()),
        product_id: file.product_id.map(|id| id.to_string()),
        purpose: file.purpose.into(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        width: file.width,
        height: file.height,
        url: media::url(file.id),
        thumbnail_url: file.thumbnail().map(|_| media::thumbnail_url(file.id)),
        uploaded_by: Some(person(&file.uploaded_by())),
        created_at: Some(file.created_at),
    }
}
