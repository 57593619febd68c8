//! Checks the database: every account's version is the number of its newest event, versions have no gaps, and the
//! numbers of registrations are those of the accounts.

use std::collections::HashMap;

use uuid::Uuid;
use waybill_service_kit::AppError;
use waybill_store::{Db, outbox_events};

use crate::store::{registrations, users};

const BATCH: u64 = 500;

/// What the outbox still holds about one account; the oldest events may have been pruned.
struct Seen {
    first: i64,
    last: i64,
    events: i64,
}

/// All violations, one sentence each; empty if there are none. For a database without concurrent writers.
pub async fn verify(db: &Db) -> Result<Vec<String>, AppError> {
    let mut seen: HashMap<Uuid, Seen> = HashMap::new();
    let mut after = None;
    loop {
        let events = outbox_events(db, "user", after, BATCH).await?;
        let Some(last) = events.last() else { break };
        after = Some(last.id);
        for event in &events {
            let version = event.aggregate_version;
            let entry = seen.entry(event.aggregate_id).or_insert(Seen {
                first: version,
                last: version,
                events: 0,
            });
            entry.first = entry.first.min(version);
            entry.last = entry.last.max(version);
            entry.events += 1;
        }
    }
    let mut violations = Vec::new();
    let mut after = None;
    loop {
        let rows = users::versions(db.reader(), after, BATCH).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        for (id, version) in rows {
            let Some(seen) = seen.remove(&id.uuid()) else {
                continue;
            };
            if seen.last != version {
                violations.push(format!(
                    "user {id} has version {version}, but the newest event has {}",
                    seen.last
                ));
            }
            if seen.events != seen.last - seen.first + 1 {
                violations.push(format!(
                    "user {id} has {} events for the versions {} to {}",
                    seen.events, seen.first, seen.last
                ));
            }
        }
    }
    for id in seen.into_keys() {
        violations.push(format!("there are events of user {id}, who does not exist"));
    }
    violations.extend(registrations::mismatches(db.reader()).await?);
    Ok(violations)
}
