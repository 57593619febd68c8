//! Notices what the stream lost and what a consumer misses, and marks it in the outbox to be published again.

use waybill_bus::RepairAsk;
use waybill_primitives::EventId;

use super::{Relay, lag};
use crate::{
    error::RelayError,
    outbox::{self, AGAIN},
    refill::{self, Refill},
};

impl Relay<'_> {
    /// A sequence before the stream's first one is the receipt of an earlier copy that is gone: the bus took the event for a
    /// repetition and dropped it.
    pub(super) async fn notice_lost_copies(&mut self) -> Result<(), RelayError> {
        let before = |first| move |(_, sequence): &&mut (EventId, i64)| *sequence < first;
        if self.unmarked.iter_mut().any(|it| before(self.first)(&it)) {
            // The stream may have been recreated since the last look: then it counts from 1.
            self.compare().await?;
        }
        for (_, sequence) in self.unmarked.iter_mut().filter(before(self.first)) {
            *sequence = AGAIN;
            self.repeating = true;
        }
        Ok(())
    }

    /// A sequence that another event already holds was assigned twice: the stream lost its tail in between.
    pub(super) async fn notice_lost_tail(&mut self) -> Result<(), RelayError> {
        let mut lowest: Option<i64> = None;
        if self.refill.is_some() {
            // The refill need not cover all of them: some numbers may have been assigned before it began.
            let sent: Vec<_> = self
                .unmarked
                .iter()
                .copied()
                .filter(|(_, it)| *it != AGAIN)
                .collect();
            outbox::repeat_others(self.db, &sent).await?;
        } else {
            for (id, sequence) in self.unmarked.iter().filter(|(_, it)| *it != AGAIN) {
                if *sequence <= self.highest
                    && outbox::sequence_taken(self.db, *id, *sequence).await?
                {
                    lowest = Some(lowest.map_or(*sequence, |lowest| lowest.min(*sequence)));
                }
            }
        }
        if let Some(lowest) = lowest {
            let fresh: Vec<EventId> = self.unmarked.iter().map(|(id, _)| *id).collect();
            self.refill = Some(Refill::of_tail(self.db, lowest, &fresh).await?);
            tracing::warn!(
                service = self.db.service(),
                "the stream went back; filling it again"
            );
        }
        let newest = self
            .unmarked
            .iter()
            .map(|(_, sequence)| *sequence)
            .max()
            .unwrap_or(0);
        self.highest = self.highest.max(newest);
        Ok(())
    }

    /// Compares the stream with the outbox: what it lost is published again.
    pub(super) async fn compare(&mut self) -> Result<(), RelayError> {
        if !self.bus.keeps_events() {
            self.bus.ensure_stream(self.db.service()).await?;
            return Ok(());
        }
        let settled = lag(self.db, self.bus).await?.settled;
        let state = self.bus.ensure_stream(self.db.service()).await?;
        let pushed_out = &self.outages.pushed_out;
        if self.refill.is_none() {
            self.refill =
                refill::compare(self.db, &**self.bus, settled, &state, pushed_out).await?;
            self.mark_lost().await?;
        }
        self.first = refill::sequence(state.first_sequence);
        let highest = outbox::highest_sequence(self.db).await?;
        self.highest = highest.min(refill::sequence(state.last_sequence));
        Ok(())
    }

    /// Marks one page of what the stream lost, to be published again.
    pub(super) async fn mark_lost(&mut self) -> Result<(), RelayError> {
        if let Some(refill) = &mut self.refill {
            self.repeating = true;
            if refill.page(self.db).await? {
                self.refill = None;
            }
        }
        Ok(())
    }

    pub(super) async fn repair(&mut self, ask: &RepairAsk) -> Result<bool, RelayError> {
        if !outbox::holds(self.db, ask.aggregate_id, ask.from_version).await? {
            // It is too old, and nothing that is published can close the gap: the consumer already has the later ones.
            return Ok(false);
        }
        let count = outbox::repeat_aggregate(self.db, ask.aggregate_id, ask.from_version).await?;
        tracing::warn!(
            service = self.db.service(),
            aggregate_id = %ask.aggregate_id,
            count,
            "a consumer misses events; publishing them again"
        );
        self.repeating = true;
        Ok(true)
    }
}
