//! Changing an order.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order as pb;

use super::{
    given,
    orders::{MAX_LINES, MAX_QUANTITY, NewAddress},
    read_only::with_read_only,
};

with_read_only! {
    /// What is to change; fields that are not there stay as they are, and null takes what is there away. An order can be sent back
    /// as it was read: what cannot be changed here is not looked at.
    #[derive(Debug, Default, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(example = json!({"specialInstructions": "Please ring twice.", "estimatedCompletion": null}))]
    pub struct OrderEdit {
        /// All lines, in place of those there are, at the prices of now.
        #[garde(length(max = MAX_LINES), dive)]
        pub items: Option<Vec<EditedLine>>,
        #[garde(inner(inner(length(chars, max = 200))))]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<String>)]
        pub title: Option<Option<String>>,
        #[garde(inner(inner(length(chars, max = 10_000))))]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<String>)]
        pub description: Option<Option<String>>,
        #[garde(inner(inner(length(chars, max = 5_000))))]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<String>)]
        pub special_instructions: Option<Option<String>>,
        #[garde(skip)]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<DateTime<Utc>>)]
        pub estimated_completion: Option<Option<DateTime<Utc>>>,
        #[garde(dive)]
        #[serde(default, deserialize_with = "given")]
        #[schema(value_type = Option<NewAddress>)]
        pub shipping_address: Option<Option<NewAddress>>,
        /// As last read; a stale one is refused with `VERSION_CONFLICT`.
        #[garde(range(min = 1))]
        pub version: Option<i64>,
    }

    read_only {
        id, order_number, status, payment_status, payment_received, kind, customer, assignee, subtotal, total, expires_at,
        completed_at, guest, replaces_id, replaced_by_id, created_at, updated_at,
    }
}

with_read_only! {
    /// A line, new or as it was read.
    #[derive(Debug, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct EditedLine {
        #[garde(skip)]
        pub product_id: Uuid,
        #[garde(range(min = 1, max = MAX_QUANTITY))]
        #[schema(minimum = 1, maximum = 1_000_000)]
        pub quantity: i64,
    }

    read_only { name, kind, unit_price, line_total }
}

impl OrderEdit {
    pub fn request(self, id: String, version: Option<i64>) -> pb::EditOrderRequest {
        let items = self.items.as_deref().unwrap_or_default();
        // To the service, empty text is none.
        let text = |text: Option<Option<String>>| text.map(Option::unwrap_or_default);
        pb::EditOrderRequest {
            id,
            items: items
                .iter()
                .map(|line| pb::OrderLine {
                    product_id: line.product_id.to_string(),
                    quantity: line.quantity,
                })
                .collect(),
            replace_items: self.items.is_some(),
            title: text(self.title),
            description: text(self.description),
            special_instructions: text(self.special_instructions),
            clear_estimated_completion: self.estimated_completion == Some(None),
            estimated_completion: self.estimated_completion.flatten().map(Into::into),
            clear_shipping_address: matches!(self.shipping_address, Some(None)),
            shipping_address: self.shipping_address.flatten().map(Into::into),
            version,
        }
    }
}
