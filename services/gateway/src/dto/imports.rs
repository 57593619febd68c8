//! Products as files.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::order::ImportLine;

/// What became of a file of products.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Nothing was changed; this is what would have been.
    pub dry_run: bool,
    pub created: i64,
    pub updated: i64,
    /// Lines that say what is already so.
    pub unchanged: i64,
    pub failed: i64,
    pub lines: Vec<ImportLine>,
}

/// CSV in UTF-8.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, example = "sku,name,kind,price\nMUG-01,Enamel mug,GOODS,12.50\n")]
pub struct CsvFile(
    #[expect(dead_code, reason = "it is read as a stream; this describes it")] String,
);

/// A file of products, as a form sends it.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"file": "sku,name,kind,price\nMUG-01,Enamel mug,GOODS,12.50\n"}))]
pub struct ProductFile {
    /// CSV in UTF-8.
    #[expect(dead_code, reason = "it is read as a stream; this describes it")]
    pub file: String,
}
