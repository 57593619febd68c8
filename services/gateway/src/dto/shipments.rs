//! Shipments of goods.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order as pb;

use super::{ShipmentState, filled, moment, number, time};

/// Units of one product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentLine {
    #[schema(value_type = uuid::Uuid)]
    pub product_id: String,
    #[schema(example = "Enamel mug")]
    pub name: String,
    pub quantity: i64,
}

/// A parcel of an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[schema(value_type = uuid::Uuid)]
    pub order_id: String,
    #[schema(value_type = ShipmentState)]
    pub state: &'static str,
    #[schema(required, example = "DHL")]
    pub carrier: Option<String>,
    #[schema(required)]
    pub tracking_number: Option<String>,
    /// Where the customer can follow it.
    #[schema(required)]
    pub tracking_url: Option<String>,
    pub lines: Vec<ShipmentLine>,
    #[schema(required)]
    pub note: Option<String>,
    #[schema(required)]
    pub shipped_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub delivered_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<pb::Shipment> for Shipment {
    fn from(shipment: pb::Shipment) -> Self {
        let lines = shipment.lines.into_iter().map(|line| ShipmentLine {
            product_id: line.product_id,
            name: line.name,
            quantity: line.quantity,
        });
        Self {
            state: ShipmentState::text(shipment.state),
            id: shipment.id,
            order_id: shipment.order_id,
            carrier: filled(shipment.carrier),
            tracking_number: filled(shipment.tracking_number),
            tracking_url: filled(shipment.tracking_url),
            lines: lines.collect(),
            note: filled(shipment.note),
            shipped_at: time(shipment.shipped_at),
            delivered_at: time(shipment.delivered_at),
            version: shipment.version,
            created_at: moment(shipment.created_at),
            updated_at: moment(shipment.updated_at),
        }
    }
}

/// The shipments of an order, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipments {
    pub items: Vec<Shipment>,
    /// Always null: there are few, and they come at once.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewShipmentLine {
    #[garde(skip)]
    pub product_id: Uuid,
    #[garde(range(min = 1))]
    pub quantity: i64,
}

/// Without lines: everything that no other shipment has.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"carrier": "DHL", "trackingNumber": "00340434161094042557", "state": "SHIPPED"}))]
pub struct NewShipment {
    #[garde(length(chars, max = 100))]
    pub carrier: Option<String>,
    #[garde(length(chars, max = 100))]
    pub tracking_number: Option<String>,
    /// https; made from the number for DHL, UPS, FedEx, USPS, DPD and GLS if not given.
    #[garde(length(bytes, max = 500))]
    pub tracking_url: Option<String>,
    #[garde(length(max = 100), dive)]
    pub lines: Option<Vec<NewShipmentLine>>,
    #[garde(length(chars, max = 2000))]
    pub note: Option<String>,
    /// PREPARING (the default) or SHIPPED.
    #[garde(skip)]
    pub state: Option<ShipmentState>,
}

impl NewShipment {
    pub fn into_request(self, order_id: String) -> pb::CreateShipmentRequest {
        let lines = self.lines.unwrap_or_default().into_iter();
        pb::CreateShipmentRequest {
            order_id,
            carrier: self.carrier.unwrap_or_default(),
            tracking_number: self.tracking_number.unwrap_or_default(),
            tracking_url: self.tracking_url.unwrap_or_default(),
            lines: lines
                .map(|line| pb::OrderLine {
                    product_id: line.product_id.to_string(),
                    quantity: line.quantity,
                })
                .collect(),
            note: self.note.unwrap_or_default(),
            state: number(self.state),
        }
    }
}

/// Fields that are not given stay as they are.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"state": "DELIVERED"}))]
pub struct ShipmentPatch {
    /// PREPARING → SHIPPED → DELIVERED; CANCELLED before it is delivered.
    #[garde(skip)]
    pub state: Option<ShipmentState>,
    #[garde(length(chars, max = 100))]
    pub carrier: Option<String>,
    #[garde(length(chars, max = 100))]
    pub tracking_number: Option<String>,
    /// https; empty to have it made from the number again.
    #[garde(length(bytes, max = 500))]
    pub tracking_url: Option<String>,
    #[garde(length(chars, max = 2000))]
    pub note: Option<String>,
    /// As last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

impl ShipmentPatch {
    /// `version` is what the request asks for, by header or field.
    pub fn into_request(
        self,
        order_id: String,
        id: String,
        version: Option<i64>,
    ) -> pb::UpdateShipmentRequest {
        pb::UpdateShipmentRequest {
            id,
            order_id,
            state: number(self.state),
            carrier: self.carrier,
            tracking_number: self.tracking_number,
            tracking_url: self.tracking_url,
            note: self.note,
            version,
        }
    }
}
