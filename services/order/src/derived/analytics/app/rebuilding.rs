//! Rebuilds the figures of all orders while the service runs. The visible figures stay complete: a second generation is filled, to
//! which the consumer adds as well, and then replaces them.

use waybill_primitives::OrderId;
use waybill_service_kit::AppError;
use waybill_store::{Db, EventContext, StoreError, Tx, transact};

use super::projecting::Writing;
use crate::{
    derived::analytics::{
        domain::{Contribution, Counted, Times},
        store,
    },
    orders::store as orders,
};

/// Orders per transaction: few, because placing and the consumer run concurrently.
const BATCH: u64 = 200;

/// Recounts all orders; returns their number. `progress` is called with the number so far.
pub async fn rebuild(db: &Db, mut progress: impl FnMut(u64)) -> Result<u64, AppError> {
    let context = EventContext::default();
    let state = transact!(db, &context, async |tx| {
        let state = store::begin(tx).await?;
        Ok::<_, StoreError>(state)
    })
    .await?;
    let building = state.building.unwrap_or(state.generation);
    let (mut count, mut after) = (0, None);
    loop {
        let ids = orders::ids_after(db.reader(), after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        transact!(db, &context, async |tx| {
            recount(tx, &ids, building).await?;
            Ok::<_, AppError>(())
        })
        .await?;
        count += ids.len() as u64;
        progress(count);
    }
    let finished = transact!(db, &context, async |tx| store::finish(tx, building).await);
    if !finished.await? {
        return Err(overtaken());
    }
    transact!(db, &context, async |tx| store::drop_others(tx, building)
        .await)
    .await?;
    Ok(count)
}

fn overtaken() -> AppError {
    AppError::conflict(
        waybill_service_kit::ErrorCode::Conflict,
        "another rebuild was started in the meantime and will complete",
    )
}

async fn recount(tx: &Tx, ids: &[OrderId], building: i64) -> Result<(), AppError> {
    // Locked first, read afterwards: so the order is at least as new as its contribution.
    let mut before = store::locked(tx, ids.iter().copied()).await?;
    let state = store::state(tx.conn()).await?;
    if state.building != Some(building) {
        return Err(overtaken());
    }
    // The consumer may count one of them first.
    tx.retry_if_taken();
    let mut writing = Writing::default();
    let mut read = orders::with_history(tx.conn(), ids).await?;
    let searched = orders::searched(tx.conn(), ids).await?;
    for id in ids {
        let Some((order, history)) = read.remove(id) else {
            continue;
        };
        let had = before.remove(id);
        if had.as_ref().is_some_and(|had| had.generation == building) {
            continue;
        }
        let (version, order) = (order.version, Counted::from(&order));
        if searched
            .get(id)
            .is_some_and(|text| *text != order.words.text())
        {
            orders::set_search(tx, *id, version, &order.words.text()).await?;
        }
        let contribution = Contribution::new(&order, Times::of(&history));
        writing.add_new(&contribution, building);
        writing.all_words(&order);
        writing.set(&order, contribution, had, &[state.generation], building);
    }
    Ok(writing.write(tx).await?)
}
