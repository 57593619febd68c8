//! Import of product files.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::order::ImportLine;

/// The result of a product import.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Nothing was changed: these are the changes that the file would make.
    pub dry_run: bool,
    pub created: i64,
    pub updated: i64,
    /// Lines that changed nothing.
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

/// A product file in a form.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"file": "sku,name,kind,price\nMUG-01,Enamel mug,GOODS,12.50\n"}))]
pub struct ProductFile {
    /// CSV in UTF-8.
    #[expect(dead_code, reason = "it is read as a stream; this describes it")]
    pub file: String,
}
