//! `waybill events`: prints events as JSON, replays published events, lists and retries dead letters.

use std::{collections::BTreeSet, fmt::Write as _, io::Write as _, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use futures::StreamExt as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Value, json};
use uuid::Uuid;
use waybill_bus::{Bus, Envelope};
use waybill_primitives::{EventId, Timestamp};
use waybill_proto::{DESCRIPTORS, EVENTS};
use waybill_service_kit::settings::parse_duration;
use waybill_store::{Db, all_outbox_events, dead_letters};

use crate::databases::{DatabaseLocation, SERVICES};

/// Converts events to JSON with the protobuf descriptors.
#[derive(Debug)]
pub struct Printer {
    pool: DescriptorPool,
}

impl Printer {
    pub fn new() -> Result<Self> {
        Ok(Self {
            pool: DescriptorPool::decode(DESCRIPTORS).context("reading the descriptors")?,
        })
    }

    /// The event with its payload as protobuf JSON; a payload that cannot be decoded is printed in hexadecimal.
    pub fn json(&self, event: &Envelope) -> Value {
        let payload = self.payload(event).unwrap_or_else(|| {
            let mut hex = String::with_capacity(event.payload.len() * 2);
            for byte in &event.payload {
                // Writing to a string cannot fail.
                _ = write!(hex, "{byte:02x}");
            }
            Value::String(hex)
        });
        json!({
            "id": event.id, "type": event.subject, "source": event.source,
            "subject": event.aggregate_id, "version": event.aggregate_version,
            "time": event.time, "requestId": event.request_id, "actor": event.actor,
            "data": payload,
        })
    }

    fn payload(&self, event: &Envelope) -> Option<Value> {
        let info = EVENTS
            .iter()
            .find(|info| info.subjects.contains(&event.subject.as_str()))?;
        let descriptor = self.pool.get_message_by_name(info.message)?;
        let message = DynamicMessage::decode(descriptor, event.payload.clone()).ok()?;
        serde_json::to_value(message).ok()
    }
}

/// Prints every event from now on, one per line.
pub async fn tail(bus: &dyn Bus, subjects: Vec<String>) -> Result<()> {
    let printer = Printer::new()?;
    let mut events = bus.tail(subjects).await?;
    while let Some(event) = events.next().await {
        writeln!(std::io::stdout(), "{}", printer.json(&event))?;
    }
    Ok(())
}

/// Interval of looking for new events in databases.
const LOOK: Duration = Duration::from_millis(200);
/// A transaction can commit an event whose id, and so its place in the order of events, is this much older.
const LATE: Duration = Duration::from_secs(5);
const BATCH: u64 = 1000;

/// As [`tail`], for the embedded shape, whose bus is inside its process: follows the stored events of its databases.
pub async fn follow(location: &DatabaseLocation, subjects: &[String]) -> Result<()> {
    let printer = Printer::new()?;
    let mut services = Vec::new();
    for service in SERVICES {
        let mut seen = Seen {
            db: location.connect(service, 1).await?,
            ids: BTreeSet::new(),
        };
        // What is there already.
        seen.new_events().await?;
        services.push(seen);
    }
    let mut timer = tokio::time::interval(LOOK);
    loop {
        timer.tick().await;
        for service in &mut services {
            for event in service.new_events().await? {
                if subjects
                    .iter()
                    .any(|it| waybill_bus::matches(it, &event.subject))
                {
                    writeln!(std::io::stdout(), "{}", printer.json(&event))?;
                }
            }
        }
    }
}

/// The recent events of a service that were seen.
struct Seen {
    db: Db,
    ids: BTreeSet<EventId>,
}

impl Seen {
    /// Events that were not seen before, oldest first.
    async fn new_events(&mut self) -> Result<Vec<Envelope>> {
        let oldest = first_id(Timestamp::now().minus(LATE));
        self.ids = self.ids.split_off(&oldest);
        let (mut found, mut after) = (Vec::new(), oldest);
        loop {
            let page = all_outbox_events(&self.db, Some(after), BATCH).await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = last.id;
            found.extend(page.into_iter().filter(|event| self.ids.insert(event.id)));
        }
    }
}

/// The smallest id of an event of this time.
fn first_id(time: Timestamp) -> EventId {
    let millis = u64::try_from(time.micros() / 1000).unwrap_or_default();
    EventId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
}

/// A time such as `2026-11-28T09:30:00Z`, or an age such as `90m`.
pub fn since(text: &str) -> Result<Timestamp, String> {
    let ago = || Some(Timestamp::now().minus(parse_duration(text).ok()?));
    Timestamp::parse_rfc3339(text)
        .or_else(ago)
        .ok_or_else(|| "expected a time such as 2026-11-28T09:30:00Z or an age such as 90m".into())
}

/// Marks published events of a service for publishing again; returns their number. The running service publishes them within
/// seconds. Consumers skip events that they have consumed already.
pub async fn replay(
    location: &DatabaseLocation,
    service: &str,
    from: Option<Timestamp>,
    aggregate: Option<Uuid>,
) -> Result<u64> {
    let service = SERVICES.into_iter().find(|known| *known == service);
    let service = service.ok_or_else(|| anyhow!("the services are {}", SERVICES.join(", ")))?;
    let db = location.connect(service, 1).await?;
    let count = waybill_store::replay(&db, from, aggregate).await?;
    db.close().await;
    Ok(count)
}

/// Prints the dead letters of all services, one per line; returns their number.
pub async fn list_dead_letters(location: &DatabaseLocation) -> Result<usize> {
    let printer = Printer::new()?;
    let mut count = 0;
    for service in SERVICES {
        let db = location.connect(service, 1).await?;
        for letter in dead_letters::list(&db, 1000).await? {
            let line = json!({
                "id": letter.id, "service": service, "consumer": letter.consumer,
                "error": letter.error, "attempts": letter.attempts, "at": letter.at,
                "retryRequested": letter.retry_requested, "event": printer.json(&letter.event),
            });
            writeln!(std::io::stdout(), "{line}")?;
            count += 1;
        }
        db.close().await;
    }
    Ok(count)
}

/// Marks one dead letter or all for a retry; returns the number found. The running services retry them within two seconds.
pub async fn retry_dead_letters(location: &DatabaseLocation, id: Option<Uuid>) -> Result<u64> {
    let mut count = 0;
    for service in SERVICES {
        let db = location.connect(service, 1).await?;
        count += dead_letters::request_retry(&db, id).await?;
        db.close().await;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_starts_at_a_time_or_so_long_ago() {
        let midnight = Timestamp::from_secs(1_795_219_200);
        assert_eq!(since("2026-11-21T00:00:00Z"), Ok(midnight));
        let hour_ago = Timestamp::now().minus(Duration::from_hours(1));
        let given = since("60m").expect("a time");
        assert!(given >= hour_ago && given <= Timestamp::now());
        since("yesterday").expect_err("neither");
    }
}
