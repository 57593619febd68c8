//! Events of the shop's settings and of shipments.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_proto::{
    Event,
    order::{self, ShipmentState},
};
use waybill_store::{EventHandler, HandlerError, Tx, decode};

use super::{CONSUMERS, facts, missing};
use crate::{
    app::App,
    facts::{Occurrence, ParcelFacts, ParcelNews},
};

pub struct Shop(pub Arc<App>);

#[async_trait]
impl EventHandler for Shop {
    fn name(&self) -> &'static str {
        CONSUMERS[3].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[3].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[3].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let occurrence = match event.subject.as_str() {
            order::SettingsChanged::SUBJECT => {
                let changed: order::SettingsChanged = decode(event)?;
                let settings = changed.settings.ok_or_else(|| missing("settings"))?;
                let name = &settings.shop_name;
                return Ok(self.0.note_shop(tx, name, settings.version).await?);
            }
            order::ShipmentCreated::SUBJECT => {
                let created: order::ShipmentCreated = decode(event)?;
                let before = ShipmentState::Preparing;
                parcel(created.shipment, created.order, before)?
            }
            order::ShipmentUpdated::SUBJECT => {
                let updated: order::ShipmentUpdated = decode(event)?;
                let before = updated.from();
                parcel(updated.shipment, updated.order, before)?
            }
            _ => None,
        };
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
