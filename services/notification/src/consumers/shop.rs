//! Events of the shop's settings and of shipments.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_proto::{
    match_event,
    order::{self, ShipmentState},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx};

use super::{facts, missing};
use crate::{
    app::App,
    facts::{Occurrence, ParcelFacts, ParcelNews},
};

pub const SHOP: ConsumerInfo = ConsumerInfo {
    name: "notification-shop",
    subjects: &["waybill.order.settings.*", "waybill.order.shipment.*"],
};

pub struct Shop(pub Arc<App>);

#[async_trait]
impl EventHandler for Shop {
    fn info(&self) -> ConsumerInfo {
        SHOP
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let occurrence = match_event!(&event.subject, event.payload.clone() => {
            order::SettingsChanged => |event| {
                let settings = event.settings.ok_or_else(|| missing("settings"))?;
                let name = &settings.shop_name;
                return Ok(self.0.note_shop(tx, name, settings.version).await?);
            },
            order::ShipmentCreated => |event| parcel(event.shipment, event.order, ShipmentState::Preparing)?,
            order::ShipmentUpdated => |event| {
                let before = event.from();
                parcel(event.shipment, event.order, before)?
            },
            else => None,
        });
        if let Some(occurrence) = occurrence {
            self.0.announce(tx, &[(event, occurrence)]).await?;
        }
        Ok(())
    }
}

/// None unless the parcel has got further.
fn parcel(
    shipment: Option<order::Shipment>,
    order: Option<order::Order>,
    before: ShipmentState,
) -> Result<Option<Occurrence>, HandlerError> {
    let shipment = shipment.ok_or_else(|| missing("shipment"))?;
    let news = match (before, shipment.state()) {
        (before, now) if before == now => return Ok(None),
        (_, ShipmentState::Shipped) => ParcelNews::Shipped,
        (_, ShipmentState::Delivered) => ParcelNews::Delivered,
        _ => return Ok(None),
    };
    let lines = shipment.lines.into_iter();
    Ok(Some(Occurrence::Parcel {
        order: facts(order)?,
        news,
        parcel: ParcelFacts {
            carrier: shipment.carrier.unwrap_or_default(),
            tracking_number: shipment.tracking_number.unwrap_or_default(),
            tracking_url: shipment.tracking_url.unwrap_or_default(),
            lines: lines.map(|line| (line.name, line.quantity)).collect(),
        },
    }))
}
