//! Files as messages.

use waybill_proto::{media, order as pb};

use super::domain::StoredFile;
use crate::orders::wire::person;

/// A number of bytes; always within the range of the field.
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
