//! Shipments of goods.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order::{self as pb, ShipmentState};

use super::number;

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
