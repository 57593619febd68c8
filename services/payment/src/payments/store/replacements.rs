//! Rows of `order_replacements`. A payment that begins and the event that its order was replaced both lock the order's row: the
//! second one sees what the first has done.

use sea_orm::{EntityTrait as _, IntoActiveModel as _, sea_query::OnConflict};
use waybill_primitives::{OrderId, Timestamp};
use waybill_store::{StoreError, Tx};

use crate::entity::order_replacement::{Column, Entity, Model};

/// The order that has the payments of `order` now: itself, or its last replacement, with its number. Stays the same until the
/// transaction ends.
pub async fn current_order(
    tx: &Tx,
    order: OrderId,
    now: Timestamp,
) -> Result<(OrderId, Option<String>), StoreError> {
    let (mut current, mut number) = (order, None);
    loop {
        // Written rather than read: a missing row cannot be locked.
        let row = Model {
            order_id: current,
            replacement_id: None,
            replacement_number: None,
            updated_at: now,
        };
        let touch = OnConflict::column(Column::OrderId)
            .update_column(Column::UpdatedAt)
            .to_owned();
        Entity::insert(row.into_active_model())
            .on_conflict(touch)
            .exec_without_returning(tx.conn())
            .await?;
        let row = Entity::find_by_id(current).one(tx.conn()).await?;
        let Some(replacement) = row.as_ref().and_then(|row| row.replacement_id) else {
            return Ok((current, number));
        };
        current = replacement;
        number = row.and_then(|row| row.replacement_number);
    }
}

/// Records that `closed` was replaced by `opened`.
pub async fn note_replacement(
    tx: &Tx,
    closed: OrderId,
    opened: OrderId,
    number: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = Model {
        order_id: closed,
        replacement_id: Some(opened),
        replacement_number: Some(number.to_owned()),
        updated_at: now,
    };
    let take_over = OnConflict::column(Column::OrderId)
        .update_columns([
            Column::ReplacementId,
            Column::ReplacementNumber,
            Column::UpdatedAt,
        ])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(take_over)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
