//! A consumer that a new version adds: the bus gives it all events that there still are, and it may want only those from now on.

use sea_orm::{
    ConnectionTrait as _, DbErr,
    sea_query::{Expr, ExprTrait as _, Query},
};
use waybill_primitives::Timestamp;

use crate::{
    ConsumerInfo, StoreError, Tx,
    entity::{inbox, outbox},
};

/// Counts the events so far as consumed. For a consumer of its own service's events, whose subjects have no `*`.
pub async fn pass_over(tx: &Tx, consumer: &ConsumerInfo) -> Result<(), StoreError> {
    let events = Query::select()
        .expr(Expr::value(consumer.name))
        .column(outbox::Column::Id)
        .column(outbox::Column::AggregateId)
        .column(outbox::Column::AggregateVersion)
        .expr(Expr::value(Timestamp::now()))
        .from(outbox::Entity)
        .and_where(Expr::col(outbox::Column::Subject).is_in(consumer.subjects.iter().copied()))
        .to_owned();
    let consumed = Query::insert()
        .into_table(inbox::Entity)
        .columns([
            inbox::Column::Consumer,
            inbox::Column::EventId,
            inbox::Column::AggregateId,
            inbox::Column::AggregateVersion,
            inbox::Column::At,
        ])
        .select_from(events)
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .to_owned();
    tx.conn().execute(&consumed).await?;
    Ok(())
}
