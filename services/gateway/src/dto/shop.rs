//! The shop and its settings.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::order as pb;

/// Public information about the shop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shop {
    #[schema(example = "Waybill")]
    pub name: String,
    /// The currency of all prices (ISO 4217).
    #[schema(example = "USD")]
    pub currency: String,
}

impl From<pb::ShopSettings> for Shop {
    fn from(settings: pb::ShopSettings) -> Self {
        Self {
            name: settings.shop_name,
            currency: settings.currency,
        }
    }
}
