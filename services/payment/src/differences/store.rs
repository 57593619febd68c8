//! Rows of differences.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows,
};

use crate::entity::difference::{Column, DifferenceKind, DifferenceState, Entity, Model};

pub async fn insert(tx: &Tx, difference: Model) -> Result<(), StoreError> {
    rows::insert(tx.conn(), difference).await
}

/// Whether it was reported before.
pub async fn is_known(
    connection: &impl ConnectionTrait,
    kind: DifferenceKind,
    subject: Uuid,
) -> Result<bool, StoreError> {
    let found = Entity::find()
        .filter(Column::Kind.eq(kind))
        .filter(Column::SubjectId.eq(subject));
    Ok(found.one(connection).await?.is_some())
}

/// Reads and locks a difference.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Model>, StoreError> {
    let found = Entity::find_by_id(id).lock_exclusive();
    Ok(found.one(tx.conn()).await?)
}

/// Writes how a difference was resolved; it is locked.
pub async fn save(tx: &Tx, difference: &Model) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(difference.state))
        .col_expr(Column::Note, Expr::value(difference.note.clone()))
        .col_expr(Column::ResolvedBy, Expr::value(difference.resolved_by))
        .col_expr(Column::ResolvedAt, Expr::value(difference.resolved_at))
        .col_expr(Column::Version, Expr::value(difference.version))
        .col_expr(Column::UpdatedAt, Expr::value(difference.updated_at))
        .filter(Column::Id.eq(difference.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Resolves it if it is open.
pub async fn end(
    tx: &Tx,
    kind: DifferenceKind,
    subject: Uuid,
    note: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(DifferenceState::Resolved))
        .col_expr(Column::Note, Expr::value(note))
        .col_expr(Column::ResolvedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Kind.eq(kind))
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::State.eq(DifferenceState::Open))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The filter of a list: any of these; empty for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub states: Vec<DifferenceState>,
    pub kinds: Vec<DifferenceKind>,
}

/// Newest first (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
) -> Result<Page<Model>, PageError> {
    let mut select = Entity::find();
    if !filter.states.is_empty() {
        select = select.filter(Column::State.is_in(filter.states));
    }
    if !filter.kinds.is_empty() {
        select = select.filter(Column::Kind.is_in(filter.kinds));
    }
    let order = Keyset::desc("differences", Column::Id);
    page::fetch(connection, select, order, query).await
}
