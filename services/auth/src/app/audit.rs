//! The audit log: own acts are recorded in their transactions, those of other services come by their events.

use serde_json::Value;
use uuid::Uuid;
use waybill_primitives::{Role, Timestamp};
use waybill_service_kit::{AppError, CallContext, Caller};
use waybill_store::{Tx, page};

use super::App;
use crate::{
    domain::audit::{Actor, Filter, Record},
    error::Error,
    store,
};

/// A page of the log, as it was asked for.
pub struct ListAudit {
    pub filter: Filter,
    /// 0 stands for the default.
    pub limit: u32,
    pub cursor: String,
    pub total: bool,
}

/// A page of the log, newest first.
pub struct AuditPage {
    pub records: Vec<Record>,
    pub next_cursor: Option<String>,
    pub total: Option<u64>,
}

impl App {
    pub async fn list_audit(&self, ctx: &CallContext, list: ListAudit) -> Result<AuditPage, Error> {
        ctx.require(&[Role::Admin])?;
        let mut problems = list.filter.problems();
        let mut note = |field, message: String| {
            problems.push(crate::domain::Problem { field, message });
        };
        let limit = page::Limit::new(list.limit).map_err(|error| note("limit", error.to_string()));
        let after = page::decode::<(Timestamp, Uuid)>(&list.cursor);
        let after = after.map_err(|error| note("cursor", error.to_string()));
        let (Ok(limit), Ok(after), true) = (limit, after, problems.is_empty()) else {
            return Err(problems.into());
        };
        let db = self.db.reader();
        let found = store::audit::list(db, &list.filter, after, limit.fetch()).await?;
        let (records, next_cursor) = limit.page(found, |record| (record.at, record.id));
        let total = if list.total {
            Some(store::audit::count(db, &list.filter).await?)
        } else {
            None
        };
        Ok(AuditPage {
            records,
            next_cursor,
            total,
        })
    }

    /// Records what an administrator does with an account, in the transaction of the act.
    pub(super) async fn record_act(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        action: &str,
        target: impl Into<Uuid>,
        before: Value,
        after: Value,
    ) -> Result<(), Error> {
        let actor = match &ctx.caller {
            Caller::User(user) => Some(Actor {
                id: user.id,
                name: user.name.clone(),
                role: user.role,
            }),
            Caller::Anonymous | Caller::Service(_) => None,
        };
        let target: Uuid = target.into();
        let record = Record {
            id: Uuid::now_v7(),
            at: self.clock.now(),
            actor,
            client_address: ctx.client_address.clone().unwrap_or_default(),
            request_id: ctx.request_id.clone(),
            action: action.to_owned(),
            target_kind: "user".to_owned(),
            target_id: target.to_string(),
            before: before.to_string(),
            after: after.to_string(),
        };
        Ok(store::audit::insert(tx.conn(), &record.fitted()).await?)
    }

    /// Takes in what another service has recorded, in the transaction of its event.
    pub async fn take_in_act(&self, tx: &Tx, record: Record) -> Result<(), AppError> {
        Ok(store::audit::insert(tx.conn(), &record.fitted()).await?)
    }
}
