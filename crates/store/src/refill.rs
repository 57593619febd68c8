//! What a stream has lost of what it acknowledged, found by comparing it with the outbox.
//!
//! A stream that was made anew or went back is filled again with everything. One that was purged, or from which events were
//! deleted, gets again what some durable consumer had not settled before. What limits of age and size have dropped is no loss.

use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, Set, sea_query::OnConflict};
use waybill_bus::{Bus, StreamState};
use waybill_primitives::{Outage, Timestamp};

use crate::{
    Db, EventContext, StoreError,
    entity::{
        outbox::Column,
        stream_mark::{self, Model},
    },
    outbox,
    relay::RelayError,
};

/// Compares, and has lost events published again. `settled` was read before `state`. How many events go out again.
pub(crate) async fn compare(
    db: &Db,
    bus: &dyn Bus,
    settled: Option<u64>,
    state: &StreamState,
    pushed_out: &Outage,
) -> Result<u64, RelayError> {
    let known = stream_mark::Entity::find_by_id(db.service().to_owned())
        .one(db.reader())
        .await
        .map_err(StoreError::from)?;
    let now = Model {
        service: db.service().to_owned(),
        created: state.created.micros(),
        settled: settled.map(sequence),
        holes: Some(sequence(state.holes())),
    };
    let last = sequence(state.last_sequence);
    let highest = outbox::highest_sequence(db).await?;
    let count = match &known {
        Some(mark) if mark.created != now.created => outbox::repeat_from(db, 0, &[]).await?,
        _ if highest > last => outbox::repeat_from(db, last.saturating_add(1), &[]).await?,
        Some(mark) => {
            taken_off(db, mark, &now, state, pushed_out).await?
                + taken_out(db, bus, mark, &now, state).await?
        }
        None => 0,
    };
    if count > 0 {
        metrics::counter!("waybill_outbox_refilled_total", "service" => db.service())
            .increment(count);
        tracing::warn!(
            service = db.service(),
            count,
            "the stream lost events that it had acknowledged; publishing them again"
        );
    }
    // Last: whatever stopped before is found again.
    if known.as_ref() != Some(&now) {
        save(db, now).await?;
    }
    Ok(count)
}

/// Events at the stream's start that were not settled everywhere when they went: a purge, or a limit.
async fn taken_off(
    db: &Db,
    mark: &Model,
    now: &Model,
    state: &StreamState,
    pushed_out: &Outage,
) -> Result<u64, RelayError> {
    let first = sequence(state.first_sequence);
    // Consumers that came since the last look may have seen nothing of what went.
    let settled = mark.settled.or(now.settled.map(|_| 0));
    let Some(settled) = settled.filter(|settled| first > settled + 1) else {
        return Ok(0);
    };
    let lost = recent(state)
        .add(Column::Sequence.gt(settled))
        .add(Column::Sequence.lt(first));
    if !state.full {
        return Ok(outbox::repeat(db, lost).await?);
    }
    // Sent again, they would push out the next ones.
    let count = outbox::count(db, lost).await?;
    if count > 0 && pushed_out.failed().is_some() {
        tracing::error!(
            service = db.service(),
            count,
            "the stream's limit of size dropped events that a consumer has not seen; raise it, then: waybill events replay"
        );
    }
    Ok(0)
}

/// Events in the stream's middle that were deleted one by one or by subject, as far as a consumer may miss them.
async fn taken_out(
    db: &Db,
    bus: &dyn Bus,
    mark: &Model,
    now: &Model,
    state: &StreamState,
) -> Result<u64, RelayError> {
    if mark.holes.is_none_or(|before| now.holes <= Some(before)) {
        return Ok(0);
    }
    let settled = mark.settled.unwrap_or(0);
    let mut holes: Vec<i64> = bus
        .holes(db.service())
        .await?
        .into_iter()
        .map(sequence)
        .collect();
    holes.retain(|hole| *hole > settled);
    let mut count = 0;
    for holes in holes.chunks(outbox::MOST_ROWS) {
        let holes = Column::Sequence.is_in(holes.iter().copied());
        count += outbox::repeat(db, recent(state).add(holes)).await?;
    }
    Ok(count)
}

/// Events too young for the stream to have dropped them for their age.
fn recent(state: &StreamState) -> Condition {
    let oldest = state.max_age.map(|age| Timestamp::now().minus(age));
    Condition::all().add_option(oldest.map(|oldest| Column::At.gt(oldest.micros())))
}

pub(crate) fn sequence(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

async fn save(db: &Db, mark: Model) -> Result<(), StoreError> {
    let row = stream_mark::ActiveModel {
        service: Set(mark.service),
        created: Set(mark.created),
        settled: Set(mark.settled),
        holes: Set(mark.holes),
    };
    let replace = OnConflict::column(stream_mark::Column::Service)
        .update_columns([
            stream_mark::Column::Created,
            stream_mark::Column::Settled,
            stream_mark::Column::Holes,
        ])
        .to_owned();
    let tx = db.begin(&EventContext::default()).await?;
    stream_mark::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx.conn())
        .await?;
    tx.commit().await
}
