//! Rows of `order_replacements`. A payment that begins and the event that its order was replaced both lock the order's row: the
//! second one sees what the first has done.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

use sea_orm::{EntityTrait as _, QueryFilter as _};
use waybill_primitives::{OrderId, Timestamp};
use waybill_store::{Existing, StoreError, Tx, rows::one_of};

use crate::entity::order_replacement::{Column, Entity, Model};

/// An order, and its number if it replaced another one.
pub type CurrentOrder = (OrderId, Option<String>);

/// The orders that have the payments of these orders now: themselves, or their last replacements, with their numbers. They stay the
/// same until the transaction ends.
pub async fn current_orders(
    tx: &Tx,
    orders: impl IntoIterator<Item = OrderId>,
    now: Timestamp,
) -> Result<HashMap<OrderId, CurrentOrder>, StoreError> {
    let orders: BTreeSet<_> = orders.into_iter().collect();
    let mut current: HashMap<_, _> = orders.iter().map(|id| (*id, (*id, None))).collect();
    let mut next = orders;
    while !next.is_empty() {
        // Written rather than read: a missing row cannot be locked.
        let rows = next.iter().map(|id| Model {
            order_id: *id,
            replacement_id: None,
            replacement_number: None,
            updated_at: now,
        });
        tx.defer_upsert(rows, Existing::Replaced(vec![Column::UpdatedAt]));
        tx.write_deferred().await?;
        let rows = Entity::find().filter(one_of(Column::OrderId, mem::take(&mut next)));
        for row in rows.all(tx.conn()).await? {
            let Some(replacement) = row.replacement_id else {
                continue;
            };
            for (id, number) in current.values_mut() {
                if *id == row.order_id {
                    (*id, *number) = (replacement, row.replacement_number.clone());
                    next.insert(replacement);
                }
            }
        }
    }
    Ok(current)
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
    let columns = vec![
        Column::ReplacementId,
        Column::ReplacementNumber,
        Column::UpdatedAt,
    ];
    tx.defer_upsert([row], Existing::Replaced(columns));
    // Locks the row, before the payments are moved.
    tx.write_deferred().await
}
