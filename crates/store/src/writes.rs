//! Whether a database accepts writes: with a full disk, or on a server that has become read-only, reads still succeed.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sea_orm::DbErr;

use waybill_primitives::{Outage, Report};

use crate::{StoreError, error};

/// A health check tries a write if none has succeeded for this long.
const FRESH: Duration = Duration::from_secs(10);

/// Refusals replace the connections at most this often.
const REPLACE_EVERY: Duration = Duration::from_secs(1);

/// The outcomes of this process's writes.
#[derive(Debug)]
pub(crate) struct Writes {
    service: &'static str,
    refused: AtomicBool,
    refusals: Outage,
    succeeded: Mutex<Option<Instant>>,
    /// Connections opened before this are replaced.
    replaced: Mutex<Option<Instant>>,
}

impl Writes {
    pub(crate) fn new(service: &'static str) -> Self {
        Self {
            service,
            refused: AtomicBool::new(false),
            refusals: Outage::new(),
            succeeded: Mutex::new(None),
            replaced: Mutex::new(None),
        }
    }

    /// Records how a commit ended.
    pub(crate) fn note(&self, commit: &Result<(), StoreError>) {
        match commit {
            Ok(()) => *self.succeeded.lock() = Some(Instant::now()),
            Err(error) => self.note_error(error),
        }
    }

    pub(crate) fn note_error(&self, error: &StoreError) {
        match error {
            StoreError::Unavailable(error) => self.note_refusal(error),
            StoreError::CommitFailed(error) => self.note_refusal(error),
            _ => {}
        }
    }

    /// Records an error if it says that the database refuses writes now.
    pub(crate) fn note_refusal(&self, error: &DbErr) {
        if !error::refuses_writes(error) {
            return;
        }
        let mut replaced = self.replaced.lock();
        if replaced.is_none_or(|at| at.elapsed() > REPLACE_EVERY) {
            *replaced = Some(Instant::now());
        }
        drop(replaced);
        self.refused.store(true, Ordering::Relaxed);
        if let Some(Report { failures, .. }) = self.refusals.failed() {
            tracing::error!(service = self.service, failures, %error, "the database refuses writes; requests that write get 503 until it takes them again");
            self.publish(false);
        }
    }

    /// Records that a health check has written. Other writes do not end a refusal: on a full disk small ones still succeed.
    pub(crate) fn checked(&self) {
        if self.refused() {
            // Others may have been opened since the last refusal, while it still refused writes.
            *self.replaced.lock() = Some(Instant::now());
        }
        if let Some(Report { failures, lasted }) = self.refusals.succeeded() {
            self.refused.store(false, Ordering::Relaxed);
            tracing::info!(
                service = self.service,
                failures,
                ?lasted,
                "the database takes writes again"
            );
            self.publish(true);
        }
    }

    /// Whether a connection of this age is to be replaced: the refusal may concern only the connection. A session of a server
    /// that was read-only when the session began stays read-only, one that outlived a failover is still with the old server, and
    /// SQLite opens a file read-only for good where it cannot write at that time.
    pub(crate) fn replaces(&self, age: Duration) -> bool {
        self.replaced.lock().is_some_and(|at| age > at.elapsed())
    }

    /// Whether a write was refused because of the database's state, and no health check has written since.
    pub(crate) fn refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether no recent write shows that the database accepts writes.
    pub(crate) fn uncertain(&self) -> bool {
        let recent = |at: Instant| at.elapsed() < FRESH;
        self.refused() || !self.succeeded.lock().is_some_and(recent)
    }

    fn publish(&self, writable: bool) {
        metrics::gauge!("waybill_database_writable", "service" => self.service)
            .set(f64::from(u8::from(writable)));
    }
}
