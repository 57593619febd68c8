//! Carts.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::orders::MAX_QUANTITY;

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"quantity": 2}))]
pub struct CartQuantity {
    /// How many are to be in the cart; a repeat changes nothing.
    #[garde(range(min = 1, max = MAX_QUANTITY))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
}
