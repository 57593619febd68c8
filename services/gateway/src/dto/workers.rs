//! Workers, notes and steps of progress.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order::NoteVisibility;

use super::{given, rules::not_blank};

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "garde calls it so"
)]
fn limit(value: &Option<Option<i32>>, _: &()) -> garde::Result {
    match value {
        Some(Some(limit)) if !(0..=10_000).contains(limit) => {
            Err(garde::Error::new("must be from 0 to 10000"))
        }
        _ => Ok(()),
    }
}

/// Fields that are not given stay as they are.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"maxOpenOrders": 5}))]
pub struct WorkerPatch {
    /// All categories, in place of those there are; empty: all categories.
    #[garde(inner(length(max = 100)))]
    #[schema(max_items = 100)]
    pub category_ids: Option<Vec<Uuid>>,
    /// Orders that they may have at a time, 0: any number; null: as the shop's settings say.
    #[garde(custom(limit))]
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 10_000)]
    pub max_open_orders: Option<Option<i32>>,
    #[garde(range(min = 0))]
    pub version: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"body": "The sketches are in the chat; please choose one.", "visibility": "CUSTOMER"}))]
pub struct NewNote {
    #[garde(custom(not_blank), length(chars, max = 5_000))]
    #[schema(min_length = 1, max_length = 5000)]
    pub body: String,
    #[garde(skip)]
    pub visibility: NoteVisibility,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"step": "Sketches are drawn", "percent": 40, "note": "Two of three."}))]
pub struct NewProgress {
    #[garde(custom(not_blank), length(chars, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub step: String,
    #[garde(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub percent: Option<i32>,
    #[garde(length(chars, max = 2_000))]
    pub note: Option<String>,
}
