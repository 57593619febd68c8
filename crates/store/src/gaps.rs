//! Versions of aggregates that a consumer has not seen although it has seen later ones: it asks their service for them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use hashlink::LruCache;
use parking_lot::Mutex;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use uuid::Uuid;
use waybill_bus::{Bus, Envelope, RepairAsk};
use waybill_primitives::{Outage, Report, Timestamp};

use crate::{Db, EventHandler, StoreError, entity::inbox};

/// Gaps remembered at a time; if a stream lost more, the relay's own comparison refills it.
const MAX_GAPS: usize = 10_000;
/// Aggregates whose newest version is remembered, so that the database need not be queried for the previous version.
const REMEMBERED: usize = 16_384;
/// A requested version that did not come is requested again after this time, if an event shows that it is still missing.
const ASK_AGAIN: Duration = Duration::from_mins(10);

/// The gaps of one consumer.
pub(crate) struct Gaps {
    db: Db,
    handler: Arc<dyn EventHandler>,
    /// When each was noticed.
    noticed: Mutex<HashMap<(Uuid, i64), Timestamp>>,
    /// The newest version that was consumed here, by aggregate.
    newest: Mutex<LruCache<Uuid, i64>>,
    /// When each was requested.
    asked: Mutex<LruCache<(Uuid, i64), Timestamp>>,
    /// The requests for missing events cannot be sent.
    unheard: Outage,
}

impl Gaps {
    pub(crate) fn new(db: Db, handler: Arc<dyn EventHandler>) -> Self {
        Self {
            db,
            handler,
            noticed: Mutex::default(),
            newest: Mutex::new(LruCache::new(REMEMBERED)),
            asked: Mutex::new(LruCache::new(REMEMBERED)),
            unheard: Outage::new(),
        }
    }

    /// Records the previous version if this consumer sees every event of the aggregate and has not seen that one.
    pub(crate) async fn watch(&self, event: &Envelope) {
        let (aggregate, version) = (event.aggregate_id, event.aggregate_version);
        let missing = version - 1;
        if !self.sees_whole_aggregate(&event.subject) {
            return;
        }
        let before = self.newest.lock().insert(aggregate, version);
        if missing < 1 || before == Some(missing) {
            return;
        }
        if let Ok(false) = self.has_seen(aggregate, missing).await {
            let mut noticed = self.noticed.lock();
            if noticed.len() < MAX_GAPS {
                let gap = (aggregate, missing);
                noticed.entry(gap).or_insert_with(Timestamp::now);
            }
        }
    }

    fn sees_whole_aggregate(&self, subject: &str) -> bool {
        let all = subject
            .rsplit_once('.')
            .map_or_else(String::new, |(head, _)| format!("{head}.*"));
        self.handler.info().subjects.contains(&all.as_str())
    }

    /// Whether it was not requested recently.
    fn is_due(&self, aggregate_id: Uuid, version: i64) -> bool {
        let since = Timestamp::now().minus(ASK_AGAIN);
        let asked = self.asked.lock();
        asked
            .peek(&(aggregate_id, version))
            .is_none_or(|at| *at < since)
    }

    async fn has_seen(&self, aggregate_id: Uuid, version: i64) -> Result<bool, StoreError> {
        let seen = inbox::Entity::find()
            .filter(inbox::Column::Consumer.eq(self.handler.info().name))
            .filter(inbox::Column::AggregateId.eq(aggregate_id))
            .filter(inbox::Column::AggregateVersion.eq(version))
            .count(self.db.reader())
            .await?;
        Ok(seen > 0)
    }

    /// Requests those that have stayed open for `timeout` (another replica may just be consuming the event).
    pub(crate) async fn ask(
        &self,
        bus: &Arc<dyn Bus>,
        timeout: Duration,
    ) -> Result<(), StoreError> {
        let grown_old = Timestamp::now().minus(timeout);
        let old: Vec<(Uuid, i64)> = {
            let noticed = self.noticed.lock();
            let old = noticed.iter().filter(|(_, at)| **at <= grown_old);
            old.map(|(gap, _)| *gap).collect()
        };
        let mut asked = 0_u64;
        for (aggregate_id, version) in old {
            if self.is_due(aggregate_id, version) && !self.has_seen(aggregate_id, version).await? {
                metrics::counter!("waybill_event_gaps_total", "consumer" => self.handler.info().name)
                    .increment(1);
                let source = self.handler.info().source().to_owned();
                let ask = RepairAsk {
                    source,
                    aggregate_id,
                    from_version: version,
                };
                if let Err(error) = bus.ask_repair(ask).await {
                    if let Some(Report { failures, .. }) = self.unheard.failed() {
                        tracing::warn!(
                            consumer = self.handler.info().name, failures, %error,
                            "events are missing, and their service could not be asked for them"
                        );
                    }
                    continue;
                }
                asked += 1;
                self.asked
                    .lock()
                    .insert((aggregate_id, version), Timestamp::now());
                tracing::debug!(consumer = self.handler.info().name, %aggregate_id, version, "asked");
            }
            self.noticed.lock().remove(&(aggregate_id, version));
        }
        if asked > 0 {
            self.unheard.over();
            tracing::warn!(
                consumer = self.handler.info().name,
                aggregates = asked,
                "events are missing; their service was asked for them"
            );
        }
        Ok(())
    }
}
