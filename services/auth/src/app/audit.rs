//! The audit log: this service's acts are recorded in their transactions, those of other services arrive as events.

use serde_json::Value;
use uuid::Uuid;
use waybill_primitives::{FieldError, Role};
use waybill_proto::{common, parse_id};
use waybill_service_kit::{
    AppError, CallContext,
    audit::{self, Act},
};
use waybill_store::{
    Tx,
    page::{Page, PageQuery},
};

use super::App;
use crate::{
    domain::audit::{Actor, Filter, Record},
    error::Error,
    store,
};

impl App {
    /// The log, newest first.
    pub async fn list_audit(
        &self,
        ctx: &CallContext,
        filter: &Filter,
        query: &PageQuery,
    ) -> Result<Page<Record>, Error> {
        ctx.require(&[Role::Admin])?;
        filter.errors().or(())?;
        let page = store::audit::list(self.db.reader(), filter, query).await;
        Ok(page.map_err(AppError::from)?)
    }

    /// Records an administrator's act on an account, in the transaction of the act.
    pub(super) async fn record_act(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        action: &'static str,
        target: impl Into<Uuid>,
        before: Value,
        after: Value,
    ) -> Result<(), Error> {
        let target: Uuid = target.into();
        let act = Act {
            action,
            target_kind: "user",
            target_id: target.to_string(),
            before: Some(before),
            after: Some(after),
        };
        if let Some((_, record)) = audit::record(ctx, self.clock.now(), act) {
            self.keep_act(tx, Record::try_from(record).map_err(AppError::from)?)
                .await?;
        }
        Ok(())
    }

    /// Stores a record of another service, in the transaction of its event.
    pub async fn keep_act(&self, tx: &Tx, record: Record) -> Result<(), AppError> {
        Ok(store::audit::insert(tx.conn(), &record.fitted()).await?)
    }
}

impl TryFrom<common::Person> for Actor {
    type Error = FieldError;

    fn try_from(person: common::Person) -> Result<Self, FieldError> {
        Ok(Self {
            role: person
                .role()
                .known()
                .ok_or_else(|| FieldError::missing("actor.role"))?,
            id: parse_id("actor.id", &person.id)?,
            name: person.name,
        })
    }
}

impl TryFrom<common::AuditRecord> for Record {
    type Error = FieldError;

    fn try_from(record: common::AuditRecord) -> Result<Self, FieldError> {
        Ok(Self {
            id: parse_id("id", &record.id)?,
            at: record.at.ok_or_else(|| FieldError::missing("at"))?,
            actor: record.actor.map(Actor::try_from).transpose()?,
            client_address: record.client_address,
            request_id: record.request_id,
            action: record.action,
            target_kind: record.target_kind,
            target_id: record.target_id,
            before: record.before.unwrap_or_default(),
            after: record.after.unwrap_or_default(),
        })
    }
}
