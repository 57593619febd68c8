//! Rows of change requests.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use waybill_primitives::{ChangeRequestId, OrderId, Timestamp};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{ChangeRequest, RequestKind, RequestState},
    entity::{Column, Entity},
};
use crate::{
    parts::{Page, PageQuery},
    store::{self, after},
};

/// Writes a decision. False if the request is decided already.
pub async fn decide(tx: &Tx, request: &ChangeRequest) -> Result<bool, StoreError> {
    store::update(tx, request, Column::State.eq(RequestState::Pending)).await
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: ChangeRequestId,
) -> Result<Option<ChangeRequest>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The requests of an order that wait for a decision.
pub async fn pending(tx: &Tx, order_id: OrderId) -> Result<Vec<ChangeRequest>, StoreError> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::State.eq(RequestState::Pending))
        .all(tx.conn())
        .await?)
}

/// Where a page of requests begins.
pub fn cursor(text: &str) -> Result<Option<(Timestamp, ChangeRequestId)>, page::BadCursor> {
    page::decode(text)
}

/// Which requests a list has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub order: Option<OrderId>,
    pub state: Option<RequestState>,
    pub kind: Option<RequestKind>,
}

/// Requests of one order or of all, newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
    cursor: Option<(Timestamp, ChangeRequestId)>,
) -> Result<Page<ChangeRequest>, StoreError> {
    let mut all = Entity::find();
    if let Some(id) = filter.order {
        all = all.filter(Column::OrderId.eq(id));
    }
    if let Some(state) = filter.state {
        all = all.filter(Column::State.eq(state));
    }
    if let Some(kind) = filter.kind {
        all = all.filter(Column::Kind.eq(kind));
    }
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let mut select = all
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(query.limit.fetch());
    if let Some((at, id)) = cursor {
        select = select.filter(after(Column::CreatedAt, Column::Id, true, at, id));
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |row| (row.created_at, row.id));
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}
