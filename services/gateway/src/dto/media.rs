//! Files of orders, and pictures of products.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_proto::order::FilePurpose;

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
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub expires_at: Timestamp,
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
