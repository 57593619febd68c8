//! The projection of auth's users.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{Role, UserId};
use waybill_store::{StoreError, Tx};

use crate::{
    domain::Recipient,
    entities::recipient::{ActiveModel, Column, Entity},
};

/// Takes over what is newer than what is known; older versions change nothing.
pub async fn upsert(tx: &Tx, recipient: &Recipient, version: i64) -> Result<(), StoreError> {
    let row = new_row(recipient.clone(), version);
    Entity::insert(row)
        .on_conflict_do_nothing_on([Column::Id])
        .exec_without_returning(tx.conn())
        .await?;
    Entity::update_many()
        .col_expr(Column::Email, Expr::value(recipient.email.clone()))
        .col_expr(Column::Name, Expr::value(recipient.name.clone()))
        .col_expr(Column::Role, Expr::value(recipient.role.as_str()))
        .col_expr(Column::Suspended, Expr::value(recipient.suspended))
        .col_expr(Column::Version, Expr::value(version))
        .filter(Column::Id.eq(recipient.id.uuid()))
        .filter(Column::Version.lt(version))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes users as far as they are not known yet.
pub async fn insert_absent(tx: &Tx, recipients: Vec<Recipient>) -> Result<(), StoreError> {
    if recipients.is_empty() {
        return Ok(());
    }
    let rows = recipients.into_iter().map(|new| new_row(new, 0));
    Entity::insert_many(rows)
        .on_conflict_do_nothing_on([Column::Id])
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

fn new_row(recipient: Recipient, version: i64) -> ActiveModel {
    ActiveModel {
        id: Set(recipient.id.uuid()),
        email: Set(recipient.email),
        name: Set(recipient.name),
        role: Set(recipient.role.as_str().to_owned()),
        suspended: Set(recipient.suspended),
        version: Set(version),
    }
}

/// Address and name of a user.
pub async fn contact(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<(String, String)>, StoreError> {
    let row = Entity::find_by_id(id.uuid()).one(connection).await?;
    Ok(row.map(|row| (row.email, row.name)))
}

/// Ids of everybody of this role who is not suspended, after `after`, in order, at most `limit`.
pub async fn of_role(
    connection: &impl ConnectionTrait,
    role: Role,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<UserId>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Role.eq(role.as_str()))
        .filter(Column::Suspended.eq(false));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after.uuid()));
    }
    let ids: Vec<Uuid> = query
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.into_iter().map(UserId::from_uuid).collect())
}
