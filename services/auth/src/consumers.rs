//! Events of other services that this one takes in: administrative acts, for the audit log.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_proto::{Event, common, order, parse_id, payment};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::App,
    domain::audit::{Actor, Record},
};

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[
    ConsumerInfo {
        name: "auth-audit",
        source: "order",
        subjects: &["waybill.order.audit.*"],
    },
    ConsumerInfo {
        name: "auth-payment-audit",
        source: "payment",
        subjects: &["waybill.payment.audit.*"],
    },
];

/// Brings the acts of another service into the log.
pub struct Acts {
    app: Arc<App>,
    of: &'static ConsumerInfo,
}

/// One consumer for each service that acts.
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
    fn name(&self) -> &'static str {
        self.of.name
    }

    fn source(&self) -> &'static str {
        self.of.source
    }

    fn subjects(&self) -> &'static [&'static str] {
        self.of.subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let record = match event.subject.as_str() {
            order::AuditRecorded::SUBJECT => decode::<order::AuditRecorded>(event)?.record,
            payment::AuditRecorded::SUBJECT => decode::<payment::AuditRecorded>(event)?.record,
            _ => return Ok(()),
        };
        let missing = || HandlerError::permanent("the event has no record");
        let record = read(record.ok_or_else(missing)?)?;
        Ok(self.app.take_in_act(tx, record).await?)
    }
}

fn read(record: common::AuditRecord) -> Result<Record, HandlerError> {
    let at = record
        .at
        .ok_or_else(|| HandlerError::permanent("the record has no time"))?;
    let actor = match record.actor {
        None => None,
        Some(actor) => Some(Actor {
            role: actor
                .role()
                .known()
                .ok_or_else(|| HandlerError::permanent("the actor has no role"))?,
            id: parse_id("actor.id", &actor.id).map_err(HandlerError::permanent)?,
            name: actor.name,
        }),
    };
    Ok(Record {
        id: record.id.parse().map_err(HandlerError::permanent)?,
        at,
        actor,
        client_address: record.client_address,
        request_id: record.request_id,
        action: record.action,
        target_kind: record.target_kind,
        target_id: record.target_id,
        before: record.before.unwrap_or_default(),
        after: record.after.unwrap_or_default(),
    })
}
