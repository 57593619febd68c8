//! A stream that is filled again, with a real NATS server: live connections get no old events.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream};
use waybill_bus::{Bus as _, BusError, Envelope, JetStreamBus, NatsConfig};
use waybill_gateway::GatewaySettings;
use waybill_primitives::{Role, Timestamp, UserId};
use waybill_proto::{
    Event, notification,
    order::{self as pb, OrderEvent},
};
use waybill_service_kit::settings::{Environment, Sources, load};
use waybill_testkit::{NatsServer, order_changed, until};

use crate::{live::order, products::envelope, socket::Live, support::Gateway};

/// Longer than clocks may differ: certainly after the gateway's start, or certainly before it.
const SAFE: Duration = Duration::from_secs(10);

/// A gateway on a JetStream bus, and the bus with which services publish.
struct World {
    gateway: Gateway,
    bus: Arc<JetStreamBus>,
    later: Timestamp,
}

async fn bus(nats: &NatsServer) -> Arc<JetStreamBus> {
    let bus = JetStreamBus::connect(&NatsConfig::new(nats.url())).await;
    let bus = bus.expect("good settings");
    ready(&bus).await;
    bus
}

/// Waits for the server, and creates the streams as the relays of the services do.
async fn ready(bus: &JetStreamBus) {
    for service in ["order", "notification"] {
        let has_stream = async || bus.ensure_stream(service).await.is_ok();
        until("the stream is there", has_stream).await;
    }
}

fn dated<E: Event>(event: &E, time: Timestamp) -> Envelope {
    Envelope {
        time,
        ..envelope(event)
    }
}

fn notified(user: UserId, title: &str) -> notification::NotificationCreated {
    notification::NotificationCreated {
        notifications: vec![notification::Notification {
            user_id: user.to_string(),
            title: title.to_owned(),
            ..Default::default()
        }],
    }
}

/// The versions of one order.
fn versions(count: i64, time: Timestamp) -> Vec<Envelope> {
    let first = envelope(&pb::OrderChanged::default());
    let version = |version| {
        let updated = order_changed(
            OrderEvent::Edited,
            &pb::Order {
                version,
                ..order(UserId::new())
            },
        );
        Envelope {
            aggregate_id: first.aggregate_id,
            aggregate_version: version,
            ..dated(&updated, time)
        }
    };
    (1..=count).map(version).collect()
}

impl World {
    async fn start(nats: &NatsServer) -> Self {
        let own = bus(nats).await;
        let sources = Sources::empty().with("WAYBILL_RATE_LIMIT", "off");
        let (settings,) = load::<(GatewaySettings,)>(&sources).expect("good settings");
        let built = Gateway::build_with(settings, Environment::Development, |deps| {
            deps.bus = own;
        });
        let world = Self {
            gateway: built.await.expect("a gateway"),
            bus: bus(nats).await,
            later: Timestamp::now().plus(SAFE),
        };
        world.wait_for_events().await;
        world
    }

    async fn publish(&self, event: &Envelope) {
        while let Err(error) = self.bus.publish(event.clone()).await {
            assert!(!matches!(error, BusError::Rejected { .. }), "{error}");
            ready(&self.bus).await;
        }
    }

    async fn mark(&self, user: UserId) {
        self.publish(&dated(&notified(user, "mark"), self.later))
            .await;
    }

    /// Waits until events reach sockets. A `sync`, as after a reconnect, may come before.
    async fn wait_for_events(&self) {
        let user = UserId::new();
        let mut probe = Live::as_user(&self.gateway, user, Role::Customer).await;
        let marking = async {
            loop {
                self.mark(user).await;
            }
        };
        tokio::select! {
            _ = probe.events_until_mark() => {}
            () = marking => {}
        }
    }
}

/// The order versions that an administrator gets until the mark.
async fn received(live: &mut Live<'_>) -> Vec<i64> {
    let events = live.events_until_mark().await;
    let updated = events.iter().filter(|(name, _)| name == "order:updated");
    updated
        .map(|(_, order)| order["version"].as_i64().expect("a version"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_filled_again_sends_nothing_twice_and_no_older_state() {
    let Some(mut nats) = NatsServer::start().await else {
        return;
    };
    let world = World::start(&nats).await;
    let (admin, customer) = (UserId::new(), UserId::new());
    let mut chief = Live::as_user(&world.gateway, admin, Role::Admin).await;
    let mut mine = Live::as_user(&world.gateway, customer, Role::Customer).await;
    let orders = versions(3, world.later);
    let noted = dated(&notified(customer, "paid"), world.later);
    // More than any list of ids would contain.
    let others: Vec<Envelope> = (0..9_000)
        .map(|_| dated(&notified(UserId::new(), "for others"), world.later))
        .collect();
    for event in orders.iter().chain([&noted]) {
        world.publish(event).await;
    }
    let all = async |events: &[Envelope]| {
        stream::iter(events)
            .for_each_concurrent(256, |event| world.publish(event))
            .await;
    };
    all(&others).await;
    world.mark(admin).await;
    world.mark(customer).await;
    assert_eq!(received(&mut chief).await, [1, 2, 3]);
    let notified = mine.events_until_mark().await;
    assert_eq!(notified.len(), 1, "{notified:?}");

    nats.wipe();
    nats.restart().await;
    ready(&world.bus).await;
    for event in orders.iter().chain([&noted]) {
        world.publish(event).await;
    }
    all(&others).await;
    // The next event of the same order is new.
    let fourth = Envelope {
        id: waybill_primitives::EventId::new(),
        aggregate_version: 4,
        ..orders[2].clone()
    };
    world.publish(&fourth).await;
    world.mark(admin).await;
    world.mark(customer).await;
    assert_eq!(received(&mut chief).await, [3], "once, for version 4");
    for (name, payload) in mine.events_until_mark().await {
        // The connection to NATS was lost for a while.
        assert_eq!(name, "sync", "{payload}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_starts_during_a_refill_sends_nothing_old() {
    let Some(nats) = NatsServer::start().await else {
        return;
    };
    let world = World::start(&nats).await;
    let admin = UserId::new();
    let mut chief = Live::as_user(&world.gateway, admin, Role::Admin).await;
    let mut old = versions(3, Timestamp::now().minus(SAFE * 6));
    for event in &old {
        world.publish(event).await;
    }
    world.mark(admin).await;
    assert!(chief.events_until_mark().await.is_empty());
    // The next version of the same order.
    let mut next = old.remove(2);
    next.id = waybill_primitives::EventId::new();
    next.aggregate_version = 4;
    next.time = world.later;
    world.publish(&next).await;
    world.mark(admin).await;
    assert_eq!(received(&mut chief).await, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_delayed_by_an_outage_of_the_bus_arrive_after_it() {
    let Some(mut nats) = NatsServer::start().await else {
        return;
    };
    let world = World::start(&nats).await;
    let admin = UserId::new();
    let mut chief = Live::as_user(&world.gateway, admin, Role::Admin).await;
    nats.stop();
    let during = versions(2, world.later);
    assert!(world.bus.publish(during[0].clone()).await.is_err());
    nats.restart().await;
    world.wait_for_events().await;
    for event in &during {
        world.publish(event).await;
    }
    world.mark(admin).await;
    assert_eq!(received(&mut chief).await, [1, 2]);
}
