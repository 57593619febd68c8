//! Events of other services that this one consumes: administrative acts, for the audit log.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;
use waybill_proto::{match_event, notification, order, payment};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx};

use crate::{app::App, domain::audit::Record};

/// The events that this service consumes.
pub const CONSUMERS: &[ConsumerInfo] = &[
    ConsumerInfo {
        name: "auth-audit",
        subjects: &["waybill.order.audit.*"],
    },
    ConsumerInfo {
        name: "auth-payment-audit",
        subjects: &["waybill.payment.audit.*"],
    },
    ConsumerInfo {
        name: "auth-notification-audit",
        subjects: &["waybill.notification.audit.*"],
    },
];

/// Stores the acts of another service in the log.
pub struct Acts {
    app: Arc<App>,
    of: &'static ConsumerInfo,
}

/// One consumer for each service with administrative acts.
pub fn consumers(app: &Arc<App>) -> Vec<Arc<dyn EventHandler>> {
    let acts = |of| {
        Arc::new(Acts {
            app: Arc::clone(app),
            of,
        }) as Arc<dyn EventHandler>
    };
    CONSUMERS.iter().map(acts).collect()
}

#[async_trait]
impl EventHandler for Acts {
    fn info(&self) -> ConsumerInfo {
        *self.of
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let record = match_event!(&event.subject, event.payload.clone() => {
            order::AuditRecorded => |event| event.record,
            payment::AuditRecorded => |event| event.record,
            notification::AuditRecorded => |event| event.record,
            else => return Ok(()),
        });
        let record = record.ok_or_else(|| FieldError::missing("record"))?;
        let record = Record::try_from(record)?;
        Ok(self.app.keep_act(tx, record).await?)
    }
}
