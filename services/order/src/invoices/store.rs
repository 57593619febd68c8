//! Rows of invoices. Whoever issues one holds the lock of [`lock`], so numbers have no gaps and credit notes count each other.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use waybill_primitives::{InvoiceId, OrderId, Timestamp};
use waybill_store::{StoreError, Tx, rows::one_of};

use super::{
    domain::{Credited, Draft, Invoice},
    entity::{invoice, invoicing, series},
};
use crate::base::store::insert;

/// The id of the only row of `invoicing`.
const THE_ROW: i32 = 1;

/// Since when orders get invoices; none before the first start has written it.
pub async fn since(connection: &impl ConnectionTrait) -> Result<Option<Timestamp>, StoreError> {
    let row = invoicing::Entity::find_by_id(THE_ROW).one(connection);
    Ok(row.await?.map(|row| row.since))
}

pub async fn begin(tx: &Tx, since: Timestamp) -> Result<(), StoreError> {
    insert(tx, &invoicing::Model { id: THE_ROW, since }).await
}

/// Until the transaction ends, nobody else issues a document.
pub async fn lock(tx: &Tx) -> Result<(), StoreError> {
    invoicing::Entity::find_by_id(THE_ROW)
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    Ok(())
}

/// Gives the draft the next number of its series, and writes it.
pub async fn issue(tx: &Tx, draft: Draft) -> Result<Invoice, StoreError> {
    let name = draft.series().to_owned();
    let last = Expr::col(series::Column::Last);
    let taken = series::Entity::update_many()
        .col_expr(series::Column::Last, last.add(1))
        .filter(series::Column::Series.eq(&name))
        .exec(tx.conn())
        .await?;
    let number = if taken.rows_affected == 0 {
        let (series, last) = (name, 1);
        insert(tx, &series::Model { series, last }).await?;
        last
    } else {
        let row = series::Entity::find_by_id(name).one(tx.conn()).await?;
        row.map_or(1, |row| row.last)
    };
    let invoice = draft.numbered(number);
    insert(tx, &invoice).await?;
    Ok(invoice)
}

/// The invoice that was issued for this source. It reads what is committed, also within a transaction that began before.
pub async fn of_source(tx: &Tx, source: &str) -> Result<Option<Invoice>, StoreError> {
    Ok(invoice::Entity::find()
        .filter(invoice::Column::Source.eq(source))
        .lock_shared()
        .one(tx.conn())
        .await?)
}

/// What credit notes have taken back of an invoice. Reads as [`of_source`].
pub async fn credited(tx: &Tx, id: InvoiceId) -> Result<Credited, StoreError> {
    let notes = invoice::Entity::find()
        .filter(invoice::Column::RefersTo.eq(id))
        .lock_shared()
        .all(tx.conn())
        .await?;
    Ok(Credited::by(&notes))
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: InvoiceId,
) -> Result<Option<Invoice>, StoreError> {
    Ok(invoice::Entity::find_by_id(id).one(connection).await?)
}

/// The documents of these orders, oldest first. An order has one invoice, and a credit note for each refund.
pub async fn of_orders(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Invoice>, StoreError> {
    Ok(invoice::Entity::find()
        .filter(one_of(invoice::Column::OrderId, orders.iter().copied()))
        .order_by_asc(invoice::Column::IssuedAt)
        .order_by_asc(invoice::Column::Id)
        .all(connection)
        .await?)
}
