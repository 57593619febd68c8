//! Events of other services that this one takes in: administrative acts, for the audit log.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_proto::{Event, common, order::AuditRecorded, parse_id, time};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::App,
    domain::audit::{Actor, Record},
};

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[ConsumerInfo {
    name: "auth-audit",
    source: "order",
    subjects: &["waybill.order.audit.*"],
}];

/// Brings the acts of the order service into the log.
pub struct OrderActs(pub Arc<App>);

#[async_trait]
impl EventHandler for OrderActs {
    fn name(&self) -> &'static str {
        CONSUMERS[0].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[0].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[0].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.subject != AuditRecorded::SUBJECT {
            return Ok(());
        }
        let message: AuditRecorded = decode(event)?;
        let missing = || HandlerError::permanent("the event has no record");
        let record = read(message.record.ok_or_else(missing)?)?;
        Ok(self.0.take_in_act(tx, record).await?)
    }
}

fn read(record: common::AuditRecord) -> Result<Record, HandlerError> {
    let at = record.at.as_ref();
    let at = at.ok_or_else(|| HandlerError::permanent("the record has no time"))?;
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
        at: time::from_proto(at),
        actor,
        client_address: record.client_address,
        request_id: record.request_id,
        action: record.action,
        target_kind: record.target_kind,
        target_id: record.target_id,
        before: record.before,
        after: record.after,
    })
}
