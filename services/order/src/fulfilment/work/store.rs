//! Rows of change requests.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use waybill_primitives::{ChangeRequestId, OrderId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
};

use super::{
    domain::{ChangeRequest, RequestKind, RequestState},
    entity::{Column, Entity},
};
use crate::base::store;

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

/// The pending requests of an order.
pub async fn pending(tx: &Tx, order_id: OrderId) -> Result<Vec<ChangeRequest>, StoreError> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::State.eq(RequestState::Pending))
        .all(tx.conn())
        .await?)
}

/// Filter of a list of requests.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub order: Option<OrderId>,
    /// Any of these; none for all.
    pub states: Vec<RequestState>,
    pub kinds: Vec<RequestKind>,
}

/// Requests of one order or of all, newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: Filter,
    query: &PageQuery,
) -> Result<Page<ChangeRequest>, PageError> {
    let mut all = Entity::find();
    if let Some(id) = filter.order {
        all = all.filter(Column::OrderId.eq(id));
    }
    if !filter.states.is_empty() {
        all = all.filter(Column::State.is_in(filter.states));
    }
    if !filter.kinds.is_empty() {
        all = all.filter(Column::Kind.is_in(filter.kinds));
    }
    let order = Keyset::desc("requests", Column::CreatedAt).then(Column::Id);
    page::fetch(connection, all, order, query).await
}
