//! Files of orders, and pictures of products.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order as pb;

use super::{FilePurpose, Person, filled, moment};

/// Where a file is fetched.
pub fn file_url(id: &str) -> String {
    format!("/api/v1/media/{id}")
}

/// Where its thumbnail is fetched.
pub fn thumbnail_url(id: &str) -> String {
    format!("/api/v1/media/{id}/thumbnail")
}

/// A file of an order, or a picture of a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct File {
    #[schema(value_type = Uuid)]
    pub id: String,
    #[schema(required, value_type = Option<Uuid>)]
    pub order_id: Option<String>,
    #[schema(required, value_type = Option<Uuid>)]
    pub product_id: Option<String>,
    #[schema(value_type = FilePurpose)]
    pub purpose: &'static str,
    #[schema(example = "logo.png")]
    pub name: String,
    /// By content, not by name.
    #[schema(example = "image/png")]
    pub content_type: String,
    /// In bytes, as it is kept: pictures are encoded anew.
    pub size: i64,
    /// Of what is kept, in hexadecimal.
    pub sha256: String,
    /// Of a picture, in pixels.
    #[schema(required)]
    pub width: Option<i32>,
    #[schema(required)]
    pub height: Option<i32>,
    /// On this gateway; needs your access token. For a page, make a link.
    pub url: String,
    /// Of a picture.
    #[schema(required)]
    pub thumbnail_url: Option<String>,
    #[schema(required)]
    pub uploaded_by: Option<Person>,
    pub created_at: DateTime<Utc>,
}

impl From<pb::File> for File {
    fn from(file: pb::File) -> Self {
        Self {
            purpose: FilePurpose::text(file.purpose),
            url: file_url(&file.id),
            thumbnail_url: file.has_thumbnail.then(|| thumbnail_url(&file.id)),
            id: file.id,
            order_id: filled(file.order_id),
            product_id: filled(file.product_id),
            name: file.name,
            content_type: file.content_type,
            size: file.size,
            sha256: file.sha256,
            width: (file.width > 0).then_some(file.width),
            height: (file.height > 0).then_some(file.height),
            uploaded_by: file.uploaded_by.map(Into::into),
            created_at: moment(file.created_at),
        }
    }
}

/// A file to upload, as `multipart/form-data`. Its fields may come in any order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form that is streamed")]
#[schema(as = FileUpload)]
pub struct FileUpload {
    /// What it is for; as a query parameter or as a field.
    #[schema(inline, example = "PROGRESS")]
    pub purpose: Option<FilePurpose>,
    /// JPEG, PNG, GIF, WebP, MP4 or PDF.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// A picture to upload, as `multipart/form-data`. Its fields may come in any order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form that is streamed")]
#[schema(as = PictureUpload)]
pub struct PictureUpload {
    /// What it shows, in words.
    #[schema(example = "The mug from the front")]
    pub alt: Option<String>,
    /// JPEG, PNG, GIF or WebP.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// How long a link shall hold.
#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"seconds": 600}))]
pub struct NewLink {
    /// 300 if not given; a day at most.
    #[garde(range(min = 1, max = 86_400))]
    pub seconds: Option<i64>,
}

/// For whoever has it, without a token, until it expires.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileLink {
    pub url: String,
    /// Of a picture.
    #[schema(required)]
    pub thumbnail_url: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// The order in which a product shows its pictures.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"ids": ["01890a5d-ac96-774b-bcce-b302099a8057"]}))]
pub struct ImageOrder {
    /// Every picture of the product, once.
    #[garde(length(max = 100))]
    pub ids: Vec<Uuid>,
    /// The product's, as last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}
