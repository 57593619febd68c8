//! `waybill verify`: checks the consistency of a platform's databases, within each service and between services.
//!
//! Violations are what no further work repairs. Events that still wait, for instance because the platform was killed, are a backlog: the
//! platform works it off when it runs. What only waits for them is no violation. An event waits if it is not published, or, with the
//! bus, if its consumer has not come to it.

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, Result};
use waybill_bus::{Bus, Envelope};
use waybill_primitives::EventId;
use waybill_proto::{
    order::{OrderChanged, OrderEvent},
    payment::{PaymentChanged, PaymentEvent, Provider},
};
use waybill_store::{
    ConsumerInfo, Db, consumed, dead_letters, outbox_events, published_after, waiting_events,
};

use crate::databases::{DatabaseLocation, SERVICES};

/// Connections to each database while verifying.
const CONNECTIONS: u32 = 2;
const BATCH: u64 = 1000;

/// The databases of the five services.
struct Databases(HashMap<&'static str, Db>);

impl Databases {
    async fn open(location: &DatabaseLocation) -> Result<Self> {
        let mut databases = HashMap::new();
        for service in SERVICES {
            databases.insert(service, location.connect(service, CONNECTIONS).await?);
        }
        Ok(Self(databases))
    }

    fn of(&self, service: &str) -> Result<&Db> {
        self.0
            .get(service)
            .with_context(|| format!("no database of {service}"))
    }
}

/// One sentence for each finding.
#[derive(Debug, Default)]
pub struct Findings {
    pub violations: Vec<String>,
    /// What the platform will do once it runs.
    pub backlog: Vec<String>,
}

/// Events in the backlog, by the service that has yet to consume them and the one that published them.
#[derive(Default)]
struct Waiting(HashMap<(&'static str, &'static str), HashSet<EventId>>);

impl Waiting {
    fn has(&self, service: &'static str, source: &'static str, event: EventId) -> bool {
        let events = self.0.get(&(service, source));
        events.is_some_and(|events| events.contains(&event))
    }
}

/// `bus`: where the services are connected by one that stores events.
pub async fn verify(location: &DatabaseLocation, bus: Option<&dyn Bus>) -> Result<Findings> {
    let databases = Databases::open(location).await?;
    let mut findings = Findings::default();
    let waiting = events(&databases, bus, &mut findings).await?;
    let within = within_services(&databases).await?;
    money(&databases, &waiting, &mut findings).await?;
    // The figures of an order follow from its events.
    let orders = waiting_orders(&databases, &waiting).await?;
    for violation in within {
        let order = violation.strip_prefix("order: ");
        let order = order.and_then(waybill_order::waits_for);
        if order.is_some_and(|number| orders.contains(number)) {
            findings.backlog.push(violation);
        } else {
            findings.violations.push(violation);
        }
    }
    for db in databases.0.values() {
        db.close().await;
    }
    Ok(findings)
}

/// The numbers of the orders with events that the order service has yet to consume itself.
async fn waiting_orders(databases: &Databases, waiting: &Waiting) -> Result<HashSet<String>> {
    let mut numbers = HashSet::new();
    each_event(databases.of("order")?, Some("order"), |event| {
        if waiting.has("order", "order", event.id) {
            let event: OrderChanged = waybill_store::decode(event)?;
            numbers.extend(event.order.map(|order| order.order_number));
        }
        Ok(())
    })
    .await?;
    Ok(numbers)
}

/// The checks of each service.
async fn within_services(databases: &Databases) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let mut note = |service: &str, found: Result<Vec<String>>| {
        let found = found.with_context(|| format!("checking {service}"))?;
        violations.extend(
            found
                .into_iter()
                .map(|violation| format!("{service}: {violation}")),
        );
        anyhow::Ok(())
    };
    note(
        "auth",
        waybill_auth::verify(databases.of("auth")?)
            .await
            .map_err(Into::into),
    )?;
    note(
        "order",
        waybill_order::verify(databases.of("order")?)
            .await
            .map_err(Into::into),
    )?;
    note(
        "payment",
        waybill_payment::verify(databases.of("payment")?)
            .await
            .map_err(Into::into),
    )?;
    note(
        "notification",
        waybill_notification::verify(databases.of("notification")?)
            .await
            .map_err(Into::into),
    )?;
    note(
        "chat",
        waybill_chat::verify(databases.of("chat")?)
            .await
            .map_err(Into::into),
    )?;
    Ok(violations)
}

/// Every event is published, and every subscribed consumer has consumed it. Returns the events that wait.
async fn events(
    databases: &Databases,
    bus: Option<&dyn Bus>,
    findings: &mut Findings,
) -> Result<Waiting> {
    let mut unpublished = HashMap::new();
    for service in SERVICES {
        let db = databases.of(service)?;
        let events: HashSet<_> = waiting_events(db).await?.into_iter().collect();
        if !events.is_empty() {
            let count = events.len();
            findings
                .backlog
                .push(format!("{service}: {count} events are not published yet"));
        }
        unpublished.insert(service, events);
        for letter in dead_letters::list(db, 100).await? {
            findings.violations.push(format!(
                "{service}: {} could not consume {} ({}): {}",
                letter.consumer, letter.event.subject, letter.event.id, letter.error
            ));
        }
    }
    let mut waiting = Waiting::default();
    for (service, consumers) in [
        ("auth", waybill_auth::CONSUMERS),
        ("order", waybill_order::CONSUMERS),
        ("payment", waybill_payment::CONSUMERS),
        ("notification", waybill_notification::CONSUMERS),
        ("chat", waybill_chat::CONSUMERS),
    ] {
        for consumer in consumers {
            let source = consumer.source();
            let mut still = to_come(databases, bus, consumer).await?;
            still.extend(unpublished.get(source).into_iter().flatten());
            let consumed = consumed(databases.of(service)?, consumer.name).await?;
            let (mut missing, mut example) = (0_u64, None);
            let mut found = HashSet::new();
            each_event(databases.of(source)?, None, |event| {
                let subscribed = consumer
                    .subjects
                    .iter()
                    .any(|pattern| waybill_bus::matches(pattern, &event.subject));
                if !subscribed || consumed.contains(&event.id) {
                } else if still.contains(&event.id) {
                    found.insert(event.id);
                } else {
                    missing += 1;
                    example.get_or_insert_with(|| format!("{} {}", event.subject, event.id));
                }
                Ok(())
            })
            .await?;
            if let Some(example) = example {
                findings.violations.push(format!(
                    "{service}: {} has not consumed {missing} events, such as {example}",
                    consumer.name
                ));
            }
            if !found.is_empty() {
                let (name, count) = (consumer.name, found.len());
                findings
                    .backlog
                    .push(format!("{service}: {name} has {count} events to consume"));
                waiting
                    .0
                    .entry((service, source))
                    .or_default()
                    .extend(found);
            }
        }
    }
    Ok(waiting)
}

/// Published events that the bus still has for a consumer.
async fn to_come(
    databases: &Databases,
    bus: Option<&dyn Bus>,
    consumer: &ConsumerInfo,
) -> Result<HashSet<EventId>> {
    let source = consumer.source();
    let settled = match bus {
        Some(bus) => bus.settled(source, consumer.name).await?,
        None => None,
    };
    let Some(settled) = settled else {
        return Ok(HashSet::new());
    };
    let later = published_after(databases.of(source)?, settled).await?;
    Ok(later.into_iter().collect())
}

/// Each successful payment was handled by its order exactly once: as paid, or as rejected and then refunded. One by hand is refunded when
/// an administrator gets to it.
async fn money(databases: &Databases, waiting: &Waiting, findings: &mut Findings) -> Result<()> {
    // Payments about which an event is in the backlog.
    let mut unsettled: HashSet<String> = HashSet::new();
    let mut succeeded: HashMap<String, String> = HashMap::new();
    let mut refunded: HashSet<String> = HashSet::new();
    let mut by_hand: HashSet<String> = HashSet::new();
    each_event(databases.of("payment")?, Some("payment"), |event| {
        let waits = waiting.has("order", "payment", event.id);
        let event: PaymentChanged = waybill_store::decode(event)?;
        let kind = event.kind();
        let payment = event.payment;
        let payment = payment.context("a payment event without its payment")?;
        if waits {
            unsettled.insert(payment.id.clone());
        }
        match kind {
            PaymentEvent::Succeeded => {
                if payment.provider() == Provider::Manual {
                    by_hand.insert(payment.id.clone());
                }
                succeeded.insert(payment.id, payment.order_id);
            }
            PaymentEvent::Refunded => {
                refunded.insert(payment.id);
            }
            PaymentEvent::Created
            | PaymentEvent::Authorized
            | PaymentEvent::Failed
            | PaymentEvent::Cancelled
            | PaymentEvent::Expired
            | PaymentEvent::Received
            | PaymentEvent::Unspecified => {}
        }
        Ok(())
    })
    .await?;

    let mut paid: HashMap<String, u32> = HashMap::new();
    let mut rejected: HashMap<String, u32> = HashMap::new();
    each_event(databases.of("order")?, Some("order"), |event| {
        let waits = waiting.has("payment", "order", event.id);
        let event: OrderChanged = waybill_store::decode(event)?;
        if waits && !event.payment_id.is_empty() {
            unsettled.insert(event.payment_id.clone());
        }
        match event.kind() {
            // Orders that cost nothing are paid without a payment.
            OrderEvent::Paid if !event.payment_id.is_empty() => {
                *paid.entry(event.payment_id).or_default() += 1;
            }
            OrderEvent::PaymentRejected => *rejected.entry(event.payment_id).or_default() += 1,
            _ => {}
        }
        Ok(())
    })
    .await?;

    let mut violations = Vec::new();
    for (payment, order) in succeeded
        .iter()
        .filter(|(payment, _)| !unsettled.contains(*payment))
    {
        let times = paid.get(payment).copied().unwrap_or(0);
        let refusals = rejected.get(payment).copied().unwrap_or(0);
        if times + refusals != 1 {
            violations.push(format!(
                "payment {payment} of order {order} was counted {times} times and refused {refusals} times"
            ));
        }
        if refusals > 0 && !refunded.contains(payment) && !by_hand.contains(payment) {
            violations.push(format!(
                "payment {payment} was refused by its order and not refunded"
            ));
        }
    }
    for payment in paid
        .keys()
        .filter(|payment| !succeeded.contains_key(*payment))
    {
        violations.push(format!(
            "an order was paid by payment {payment}, which never succeeded"
        ));
    }
    findings.violations.extend(violations);
    Ok(())
}

/// Calls `see` with every event that is still in the outbox, oldest first.
async fn each_event(
    db: &Db,
    kind: Option<&str>,
    mut see: impl FnMut(&Envelope) -> Result<()>,
) -> Result<()> {
    let mut after: Option<EventId> = None;
    loop {
        let batch = match kind {
            Some(kind) => outbox_events(db, kind, after, BATCH).await?,
            None => waybill_store::all_outbox_events(db, after, BATCH).await?,
        };
        let Some(last) = batch.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for event in &batch {
            see(event)?;
        }
    }
}
