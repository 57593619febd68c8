//! Rows of change requests.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};
use uuid::Uuid;
use waybill_primitives::{ChangeRequestId, OrderId, Timestamp, UserId};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{ChangeRequest, RequestKind, RequestState},
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{
    orders::domain::Person,
    parts::{Page, PageQuery},
    store::{after, spelled},
    wire,
};

fn read(row: Model) -> Result<ChangeRequest, StoreError> {
    let person = |id: Uuid, name: String, role: &str| {
        let role = spelled("role", role, wire::role)?;
        Ok::<_, StoreError>(Person {
            id: UserId::from_uuid(id),
            name,
            role,
        })
    };
    let decided_by = row
        .decider_id
        .zip(row.decider_role)
        .map(|(id, role)| person(id, row.decider_name.unwrap_or_default(), &role));
    Ok(ChangeRequest {
        id: ChangeRequestId::from_uuid(row.id),
        order_id: OrderId::from_uuid(row.order_id),
        kind: spelled("request kind", &row.kind, RequestKind::parse)?,
        state: spelled("request state", &row.state, RequestState::parse)?,
        reason: row.reason,
        requested_by: person(row.requester_id, row.requester_name, &row.requester_role)?,
        decided_by: decided_by.transpose()?,
        note: row.note,
        created_at: Timestamp::from_micros(row.created_at),
        decided_at: row.decided_at.map(Timestamp::from_micros),
        version: row.version,
    })
}

fn changeable(request: &ChangeRequest) -> ActiveModel {
    let decider = request.decided_by.as_ref();
    ActiveModel {
        state: Set(request.state.as_str().to_owned()),
        decider_id: Set(decider.map(|person| person.id.uuid())),
        decider_name: Set(decider.map(|person| person.name.clone())),
        decider_role: Set(decider.map(|person| person.role.as_str().to_owned())),
        note: Set(request.note.clone()),
        pending_key: Set(request.pending_key()),
        version: Set(request.version),
        decided_at: Set(request.decided_at.map(Timestamp::micros)),
        ..ActiveModel::default()
    }
}

/// Writes a new request. [`StoreError::Unique`]: one of the kind is pending already.
pub async fn insert(tx: &Tx, request: &ChangeRequest) -> Result<(), StoreError> {
    let by = &request.requested_by;
    let row = ActiveModel {
        id: Set(request.id.uuid()),
        order_id: Set(request.order_id.uuid()),
        kind: Set(request.kind.as_str().to_owned()),
        reason: Set(request.reason.clone()),
        requester_id: Set(by.id.uuid()),
        requester_name: Set(by.name.clone()),
        requester_role: Set(by.role.as_str().to_owned()),
        created_at: Set(request.created_at.micros()),
        ..changeable(request)
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Writes a decision. False if the request is decided already.
pub async fn decide(tx: &Tx, request: &ChangeRequest) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .set(changeable(request))
        .filter(Column::Id.eq(request.id.uuid()))
        .filter(Column::State.eq(RequestState::Pending.as_str()));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: ChangeRequestId,
) -> Result<Option<ChangeRequest>, StoreError> {
    let row = Entity::find_by_id(id.uuid()).one(connection).await?;
    row.map(read).transpose()
}

/// The requests of an order that wait for a decision.
pub async fn pending(tx: &Tx, order_id: OrderId) -> Result<Vec<ChangeRequest>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order_id.uuid()))
        .filter(Column::State.eq(RequestState::Pending.as_str()))
        .all(tx.conn())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Where a page of requests begins.
pub fn cursor(text: &str) -> Result<Option<(i64, Uuid)>, page::BadCursor> {
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
    cursor: Option<(i64, Uuid)>,
) -> Result<Page<ChangeRequest>, StoreError> {
    let mut all = Entity::find();
    if let Some(id) = filter.order {
        all = all.filter(Column::OrderId.eq(id.uuid()));
    }
    if let Some(state) = filter.state {
        all = all.filter(Column::State.eq(state.as_str()));
    }
    if let Some(kind) = filter.kind {
        all = all.filter(Column::Kind.eq(kind.as_str()));
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
    let rows = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}
