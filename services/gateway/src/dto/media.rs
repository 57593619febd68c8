//! Files of orders, and pictures of products.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_primitives::Timestamp;

/// A file to upload, as `multipart/form-data`. Its fields may come in any order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form that is streamed")]
#[schema(as = FileUpload)]
pub struct FileUpload {
    // A comment on this field would become a second schema.
    #[schema(inline, nullable = false)]
    pub purpose: Option<WorkPurpose>,
    /// JPEG, PNG, GIF, WebP, MP4 or PDF, as the shop's settings allow.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// A customer's file to upload, as `multipart/form-data`. Its fields may come in any order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form that is streamed")]
#[schema(as = ReferenceUpload)]
pub struct ReferenceUpload {
    #[schema(inline, nullable = false)]
    pub purpose: Option<ReferencePurpose>,
    /// JPEG, PNG, GIF, WebP, MP4 or PDF, as the shop's settings allow.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Purpose of a file that staff add to an order; as a query parameter or as a form field.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a part of FilePurpose")]
#[schema(rename_all = "UPPERCASE")]
pub enum WorkPurpose {
    Progress,
    Result,
}

/// Purpose of a file that customers add to their orders; as a query parameter or as a form field.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a part of FilePurpose")]
#[schema(rename_all = "UPPERCASE")]
pub enum ReferencePurpose {
    Reference,
}

/// A picture to upload, as `multipart/form-data`. Its fields may come in any order.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form that is streamed")]
#[schema(as = PictureUpload)]
pub struct PictureUpload {
    /// Text description of the picture.
    #[schema(nullable = false, example = "The mug from the front")]
    pub alt: Option<String>,
    /// JPEG, PNG, GIF or WebP.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Valid for anyone who has it, without a token, until it expires.
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
