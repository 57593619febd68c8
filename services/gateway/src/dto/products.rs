//! The catalogue.

use serde::Deserialize;
use utoipa::ToSchema;
use waybill_proto::order as pb;

/// A replacement as a change: fields that are left out become empty, except the SKU, which stays.
pub fn replacement(put: pb::ProductPut) -> pb::UpdateProductRequest {
    let category = match (&put.category, &put.category_id) {
        (None, None) => Some(String::new()),
        _ => put.category,
    };
    pb::UpdateProductRequest {
        id: String::new(),
        sku: put.sku,
        name: Some(put.name),
        description: Some(put.description),
        price: put.price,
        category,
        category_id: put.category_id,
        active: Some(put.active.unwrap_or(true)),
        version: put.version,
        low_stock_threshold: Some(put.low_stock_threshold.unwrap_or(-1)),
        kind: put.kind,
        stock: put.stock,
    }
}

/// A body with only the version, as last read.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"version": 1}))]
pub struct Versioned {
    pub version: Option<i64>,
}

/// The reason for rejecting a change request.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"note": "The second page is missing."}))]
pub struct Rejection {
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// The version of the request, as last read; a stale one is refused with `VERSION_CONFLICT`.
    pub version: Option<i64>,
}
