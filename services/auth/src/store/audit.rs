//! Statements on the audit log: adding and reading. None changes a row, and only security events are ever deleted.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, Select,
    prelude::Uuid,
    sea_query::{Expr, LikeExpr},
};
use waybill_primitives::{Role, Timestamp};
use waybill_store::{
    StoreError,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows,
};

use crate::{
    domain::audit::{Actor, Filter, Record},
    entity::audit_log::{Column, Entity, Model},
};

/// Adds a record. [`StoreError::Unique`] if it exists already.
pub async fn insert(db: &impl ConnectionTrait, record: &Record) -> Result<(), StoreError> {
    let actor = record.actor.as_ref();
    let row = Model {
        id: record.id,
        at: record.at,
        actor_id: actor.map(|actor| actor.id),
        actor_name: actor.map(|actor| actor.name.clone()).unwrap_or_default(),
        actor_role: actor
            .map(|actor| actor.role.to_string())
            .unwrap_or_default(),
        client_address: record.client_address.clone(),
        request_id: record.request_id.clone(),
        action: record.action.clone(),
        target_kind: record.target_kind.clone(),
        target_id: record.target_id.clone(),
        before_state: record.before.clone(),
        after_state: record.after.clone(),
    };
    rows::insert(db, row).await
}

/// Newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    query: &PageQuery,
) -> Result<Page<Record>, PageError> {
    let order = Keyset::desc("audit-log", Column::At).then(Column::Id);
    let page = page::fetch(db, filtered(filter), order, query).await?;
    Ok(page.map(from_row))
}

/// Deletes up to `limit` records from before `at` whose action begins with `prefix`. Returns how many.
pub async fn prune(
    db: &impl ConnectionTrait,
    prefix: &str,
    at: Timestamp,
    limit: u64,
) -> Result<u64, StoreError> {
    let old = Condition::all()
        .add(Column::Action.starts_with(prefix))
        .add(Column::At.lt(at));
    rows::delete_some::<_, Uuid>(db, Column::Id, old, limit).await
}

fn filtered(filter: &Filter) -> Select<Entity> {
    let mut all = Condition::all();
    if let Some(actor) = filter.actor {
        all = all.add(Column::ActorId.eq(actor));
    }
    if !filter.action.is_empty() {
        // An underscore must match only itself; `!` occurs in no action.
        let pattern = format!("{}%", filter.action.replace('_', "!_"));
        all = all.add(Expr::col(Column::Action).like(LikeExpr::new(pattern).escape('!')));
    }
    if !filter.target_kind.is_empty() {
        all = all.add(Column::TargetKind.eq(filter.target_kind.as_str()));
    }
    if !filter.target_id.is_empty() {
        all = all.add(Column::TargetId.eq(filter.target_id.as_str()));
    }
    if let Some(from) = filter.from {
        all = all.add(Column::At.gte(from));
    }
    if let Some(to) = filter.to {
        all = all.add(Column::At.lt(to));
    }
    Entity::find().filter(all)
}

fn from_row(row: Model) -> Record {
    let (name, role) = (row.actor_name, row.actor_role);
    Record {
        id: row.id,
        at: row.at,
        actor: row.actor_id.map(|id| Actor {
            id,
            name,
            role: role.parse().unwrap_or(Role::Customer),
        }),
        client_address: row.client_address,
        request_id: row.request_id,
        action: row.action,
        target_kind: row.target_kind,
        target_id: row.target_id,
        before: row.before_state,
        after: row.after_state,
    }
}
