//! Payouts, and differences between us and the payment providers.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;
use waybill_proto::{
    match_event, parse_id,
    payment::{DifferenceFound, PayoutChanged, PayoutEvent},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx};

use super::{PAYOUTS, money};
use crate::{
    app::App,
    triggers::{Contact, NotificationTrigger},
};

pub struct Payouts(pub Arc<App>);

#[async_trait]
impl EventHandler for Payouts {
    fn info(&self) -> ConsumerInfo {
        PAYOUTS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let trigger = match_event!(&event.subject, event.payload.clone() => {
            PayoutChanged => |changed| payout(changed)?,
            DifferenceFound => |found| Some(difference(found)?),
            else => None,
        });
        match trigger {
            Some(trigger) => Ok(self.0.announce(tx, &[(event, trigger)]).await?),
            None => Ok(()),
        }
    }
}

/// None for steps that concern nobody yet, and for payouts to the owner of the platform.
fn payout(changed: PayoutChanged) -> Result<Option<NotificationTrigger>, FieldError> {
    let kind = changed.kind();
    let payout = changed.payout;
    let payout = payout.ok_or_else(|| FieldError::missing("payout"))?;
    let Some(id) = &payout.worker_id else {
        return Ok(None);
    };
    let worker = Contact {
        id: parse_id("payout.worker_id", id)?,
        name: payout.name,
        email: None,
    };
    let amount = money("payout.amount", payout.amount)?;
    Ok(match kind {
        PayoutEvent::Paid => Some(NotificationTrigger::PayoutPaid {
            worker,
            amount,
            note: payout.note.unwrap_or_default(),
        }),
        PayoutEvent::Failed => Some(NotificationTrigger::PayoutFailed { worker, amount }),
        PayoutEvent::Created
        | PayoutEvent::Approved
        | PayoutEvent::Sent
        | PayoutEvent::Cancelled
        | PayoutEvent::Unspecified => None,
    })
}

fn difference(found: DifferenceFound) -> Result<NotificationTrigger, FieldError> {
    let difference = found.difference;
    let difference = difference.ok_or_else(|| FieldError::missing("difference"))?;
    let order = difference.order_id.as_deref();
    Ok(NotificationTrigger::DifferenceFound {
        order_id: order
            .map(|id| parse_id("difference.order_id", id))
            .transpose()?,
        detail: difference.detail,
    })
}
