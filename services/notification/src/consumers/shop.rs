//! Events of the shop's settings, of shipments and of invoices.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;
use waybill_proto::{
    match_event,
    order::{self, ShipmentState},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx};

use super::{money, summary};
use crate::{
    app::App,
    triggers::{InvoiceSummary, NotificationTrigger, ShipmentStep, ShipmentSummary},
};

pub const SHOP: ConsumerInfo = ConsumerInfo {
    name: "notification-shop",
    subjects: &[
        "waybill.order.settings.*",
        "waybill.order.shipment.*",
        "waybill.order.invoice.*",
    ],
};

pub struct Shop(pub Arc<App>);

#[async_trait]
impl EventHandler for Shop {
    fn info(&self) -> ConsumerInfo {
        SHOP
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let trigger = match_event!(&event.subject, event.payload.clone() => {
            order::SettingsChanged => |event| {
                let settings = event.settings.ok_or_else(|| FieldError::missing("settings"))?;
                let name = &settings.shop_name;
                App::note_shop(tx, name, settings.version);
                return Ok(());
            },
            order::ShipmentCreated => |event| shipment_trigger(event.shipment, event.order, ShipmentState::Preparing)?,
            order::ShipmentUpdated => |event| {
                let before = event.from();
                shipment_trigger(event.shipment, event.order, before)?
            },
            order::InvoiceIssued => |event| Some(invoice_trigger(event.invoice, event.order)?),
            else => None,
        });
        if let Some(trigger) = trigger {
            self.0.announce(tx, &[(event, trigger)]).await?;
        }
        Ok(())
    }
}

/// None unless the shipment has progressed.
fn shipment_trigger(
    shipment: Option<order::Shipment>,
    order: Option<order::Order>,
    before: ShipmentState,
) -> Result<Option<NotificationTrigger>, FieldError> {
    let shipment = shipment.ok_or_else(|| FieldError::missing("shipment"))?;
    let step = match (before, shipment.state()) {
        (before, now) if before == now => return Ok(None),
        (_, ShipmentState::Shipped) => ShipmentStep::Shipped,
        (_, ShipmentState::Delivered) => ShipmentStep::Delivered,
        _ => return Ok(None),
    };
    let lines = shipment.lines.into_iter();
    Ok(Some(NotificationTrigger::Shipment {
        order: summary(order)?,
        step,
        shipment: ShipmentSummary {
            carrier: shipment.carrier.unwrap_or_default(),
            tracking_number: shipment.tracking_number.unwrap_or_default(),
            tracking_url: shipment.tracking_url.unwrap_or_default(),
            lines: lines.map(|line| (line.name, line.quantity)).collect(),
        },
    }))
}

fn invoice_trigger(
    invoice: Option<order::Invoice>,
    order: Option<order::Order>,
) -> Result<NotificationTrigger, FieldError> {
    let invoice = invoice.ok_or_else(|| FieldError::missing("invoice"))?;
    let guest = order.as_ref().is_some_and(|order| order.guest);
    Ok(NotificationTrigger::Invoice {
        order: summary(order)?,
        invoice: InvoiceSummary {
            guest,
            total: money("invoice.total", invoice.total)?,
            number: invoice.number,
            refers_to: invoice.refers_to,
        },
    })
}
