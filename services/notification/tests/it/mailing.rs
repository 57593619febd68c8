//! Mails through a real SMTP dialogue: their form, and what happens when the server refuses them.

use std::{collections::HashSet, time::Duration};

use uuid::Uuid;
use waybill_notification::{Migrator, Settings};
use waybill_primitives::{Clock as _, Role};
use waybill_proto::{
    common::PageRequest,
    notification::{AuditRecorded, DeliveryState, ListDeliveriesRequest, RetryDeliveryRequest},
    order::{self, OrderEvent},
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{ErrorCode, ErrorKind};
use waybill_testkit::{
    TestDb, World as _, on_any_database, on_each_database, order_changed, payment_changed, until,
};

use crate::{
    sink::{Mood, Sink},
    support::{Person, World, answer, not_found, order_id, order_of, refused, settings},
};

fn smtp(sink: &Sink, more: &[(&str, &str)]) -> Settings {
    let port = sink.port.to_string();
    let mut changes = vec![
        ("WAYBILL_MAIL_TRANSPORT", "smtp"),
        ("WAYBILL_SMTP_PORT", port.as_str()),
    ];
    changes.extend(more);
    settings(&changes)
}

async fn placed(world: &World, customer: &Person) -> order::Order {
    let order = order_of(customer, "W261121-AAAAAAA");
    let event = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &event).await;
    order
}

/// A service with a mail server.
struct Mailing {
    world: World,
    sink: Sink,
}

impl waybill_testkit::World for Mailing {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        let sink = Sink::start().await;
        let changes = [("WAYBILL_MAIL_ATTEMPTS", "3")];
        let world = World::with_settings(database, &smtp(&sink, &changes)).await;
        Self { world, sink }
    }

    async fn close(self) {
        self.world.close().await;
    }
}

on_each_database! {
    a_mail_that_fails_twice_arrives_once,
    replicas_send_each_mail_once,
    a_mail_cut_off_by_a_crash_is_sent_again_under_its_name,
    a_sender_that_lives_keeps_its_mail,
}

on_any_database! {
    a_confirmation_has_text_and_html,
    a_name_cannot_add_headers,
    a_mail_is_given_up_after_its_attempts,
    a_refusal_for_good_is_not_repeated,
    administrators_see_what_was_given_up_and_send_it_again,
    the_log_pages_by_time_whatever_its_filter,
    a_mail_waits_for_the_address,
}

async fn a_confirmation_has_text_and_html(Mailing { world, sink }: &Mailing) {
    let ada = Person::new("Ada", Role::Customer);
    world.verified(&ada).await;
    placed(world, &ada).await;
    world.deliver().await;
    let mails = sink.received();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.to, [ada.email()]);
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("Order confirmation W261121-AAAAAAA")
    );
    assert_eq!(
        mail.header("From").as_deref(),
        Some("Shop <shop@shop.example>")
    );
    let kind = mail.header("Content-Type").expect("a type");
    assert!(kind.starts_with("multipart/alternative"), "{kind}");
    let data = mail.decoded();
    let text = data.find("Content-Type: text/plain").expect("text");
    let html = data.find("Content-Type: text/html").expect("HTML");
    assert!(text < html, "the richest part comes last");
    let (text, html) = (&data[text..html], &data[html..]);
    assert!(text.contains("Hello Ada,"), "{text}");
    assert!(text.contains("2 x Tea & <b>cake</b>: 19.98 USD"), "{text}");
    assert!(html.contains("Tea &amp; &lt;b&gt;cake"), "{html}");
    assert_eq!(world.deliveries().await, [("SENT".to_owned(), 1)]);
    world.deliver().await;
    assert_eq!(sink.received().len(), 1, "sent once");
}

async fn a_name_cannot_add_headers(Mailing { world, sink }: &Mailing) {
    let eve = Person::new("Eve\r\nBcc: all@example.com\r\n", Role::Customer);
    world.verified(&eve).await;
    let mut order = order_of(&eve, "W1\r\nBcc: all@example.com");
    order.title = Some("x\r\n\r\nbody".to_owned());
    let event = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &event).await;
    world.deliver().await;
    let mails = sink.received();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [eve.email()]);
    assert_eq!(mails[0].header("Bcc"), None);
    let mime = mails[0].header("MIME-Version");
    assert_eq!(mime.as_deref(), Some("1.0"), "the header is complete");
}

async fn a_mail_that_fails_twice_arrives_once(Mailing { world, sink }: &Mailing) {
    placed(world, &Person::new("Ada", Role::Customer)).await;
    sink.moods(&[Mood::Refuse("451 try later"), Mood::Refuse("421 busy")]);
    world.deliver().await;
    assert_eq!(world.deliveries().await, [("QUEUED".to_owned(), 1)]);
    world.deliver().await;
    assert_eq!(
        world.deliveries().await,
        [("QUEUED".to_owned(), 1)],
        "too early"
    );
    world.clock.advance(Duration::from_secs(6));
    world.deliver().await;
    assert_eq!(world.deliveries().await, [("QUEUED".to_owned(), 2)]);
    world.clock.advance(Duration::from_secs(6));
    world.deliver().await;
    assert_eq!(
        world.deliveries().await,
        [("QUEUED".to_owned(), 2)],
        "delays grow"
    );
    world.clock.advance(Duration::from_secs(20));
    world.deliver().await;
    assert_eq!(world.deliveries().await, [("SENT".to_owned(), 3)]);
    assert_eq!(sink.received().len(), 1);
}

async fn a_mail_is_given_up_after_its_attempts(Mailing { world, sink }: &Mailing) {
    placed(world, &Person::new("Ada", Role::Customer)).await;
    sink.moods(&[Mood::Refuse("451 no"); 3]);
    for _ in 0..5 {
        world.deliver().await;
        world.clock.advance(Duration::from_hours(1));
    }
    assert_eq!(world.deliveries().await, [("DEAD".to_owned(), 3)]);
    assert!(sink.received().is_empty());
}

async fn a_refusal_for_good_is_not_repeated(Mailing { world, sink }: &Mailing) {
    placed(world, &Person::new("Ada", Role::Customer)).await;
    sink.moods(&[Mood::Refuse("550 no such mailbox")]);
    for _ in 0..2 {
        world.deliver().await;
        world.clock.advance(Duration::from_hours(1));
    }
    assert_eq!(world.deliveries().await, [("DEAD".to_owned(), 1)]);
    // A server that requires authentication may accept it later.
    placed(world, &Person::new("Bo", Role::Customer)).await;
    sink.moods(&[Mood::Refuse("530 authentication required")]);
    world.deliver().await;
    world.clock.advance(Duration::from_hours(1));
    world.deliver().await;
    assert_eq!(world.deliveries().await[1], ("SENT".to_owned(), 2));
}

async fn replicas_send_each_mail_once(Mailing { world, sink }: &Mailing) {
    let replica = world.replica(&smtp(sink, &[])).await;
    for n in 0..30 {
        placed(world, &Person::new(&format!("P{n}"), Role::Customer)).await;
    }
    tokio::join!(
        world.deliver(),
        replica.deliver(),
        world.deliver(),
        replica.deliver()
    );
    let recipients: Vec<_> = sink
        .received()
        .into_iter()
        .flat_map(|mail| mail.to)
        .collect();
    assert_eq!(recipients.len(), 30);
    assert_eq!(recipients.iter().collect::<HashSet<_>>().len(), 30);
    replica.close().await;
}

async fn a_mail_cut_off_by_a_crash_is_sent_again_under_its_name(Mailing { world, sink }: &Mailing) {
    placed(world, &Person::new("Ada", Role::Customer)).await;
    sink.moods(&[Mood::Hang]);
    let job = world.job("deliver-mails");
    let sending = tokio::spawn((job.run)());
    sink.wait_for(1).await;
    // The process dies before it gets the server's response.
    sending.abort();
    assert!(sending.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(world.deliveries().await, [("SENDING".to_owned(), 1)]);
    world.deliver().await;
    assert_eq!(
        sink.received().len(),
        1,
        "nobody else takes it while the lease lasts"
    );
    world.clock.advance(Duration::from_secs(16));
    world.deliver().await;
    assert_eq!(world.deliveries().await, [("SENT".to_owned(), 2)]);
    let ids: Vec<_> = sink
        .received()
        .iter()
        .map(|mail| mail.header("Message-ID").expect("an id"))
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

async fn a_sender_that_lives_keeps_its_mail(Mailing { world, sink }: &Mailing) {
    let replica = world.replica(&smtp(sink, &[])).await;
    placed(world, &Person::new("Ada", Role::Customer)).await;
    sink.moods(&[Mood::Hang]);
    let job = world.job("deliver-mails");
    let sending = tokio::spawn((job.run)());
    sink.wait_for(1).await;
    // Longer than the lease in all, but it is renewed in between.
    world.clock.advance(Duration::from_secs(10));
    let soon = world.clock.now().plus(Duration::from_secs(10));
    until("the lease is renewed", async || world.lease().await > soon).await;
    world.clock.advance(Duration::from_secs(10));
    replica.deliver().await;
    assert_eq!(world.deliveries().await, [("SENDING".to_owned(), 1)]);
    assert_eq!(sink.received().len(), 1);
    // It dies, and the next one need not wait long.
    sending.abort();
    assert!(sending.await.is_err_and(|error| error.is_cancelled()));
    world.clock.advance(Duration::from_secs(16));
    replica.deliver().await;
    assert_eq!(world.deliveries().await, [("SENT".to_owned(), 2)]);
    replica.close().await;
}

async fn a_mail_waits_for_the_address(Mailing { world, sink }: &Mailing) {
    let ada = Person::new("Ada", Role::Customer);
    let order = order_of(&ada, "W261121-DDDDDDD");
    let event = payment::PaymentChanged {
        reason: "too late".to_owned(),
        ..payment_changed(
            PaymentEvent::Refunded,
            &payment::Payment {
                order_id: order.id.clone(),
                order_number: order.order_number.clone(),
                customer_id: ada.id.to_string(),
                amount: order.total,
                ..payment::Payment::default()
            },
        )
    };
    world.event(uuid::Uuid::now_v7(), 3, &event).await;
    world.deliver().await;
    assert_eq!(world.deliveries().await, [("QUEUED".to_owned(), 1)]);
    world.registered(&[&ada]).await;
    world.clock.advance(Duration::from_secs(6));
    world.deliver().await;
    assert_eq!(world.deliveries().await, [("SENT".to_owned(), 2)]);
    let mail = &sink.received()[0];
    assert_eq!(mail.to, [ada.email()]);
    assert!(
        mail.decoded().contains("Refunded: 19.98 USD"),
        "{}",
        mail.data
    );
}

fn of_states(states: &[DeliveryState]) -> ListDeliveriesRequest {
    ListDeliveriesRequest {
        states: states.iter().map(|state| (*state).into()).collect(),
        page: Some(PageRequest {
            total: true,
            ..PageRequest::default()
        }),
    }
}

async fn administrators_see_what_was_given_up_and_send_it_again(Mailing { world, sink }: &Mailing) {
    let [ada, root] = [
        Person::new("Ada", Role::Customer),
        Person::new("Root", Role::Admin),
    ];
    placed(world, &ada).await;
    sink.moods(&[Mood::Refuse("550 no such mailbox")]);
    world.deliver().await;
    let mut client = world.client.clone();
    let dead = || of_states(&[DeliveryState::Dead]);
    let listed = client.list_deliveries(world.by(&root, dead())).await;
    let listed = answer(listed).expect("a list");
    assert_eq!(listed.page.and_then(|page| page.total), Some(1));
    let mail = &listed.deliveries[0];
    assert_eq!(
        (mail.state(), mail.to.clone(), mail.attempts),
        (DeliveryState::Dead, Some(ada.email()), 1)
    );
    assert!(mail.last_error().contains("550"), "{mail:?}");

    let again = || RetryDeliveryRequest {
        id: mail.id.clone(),
    };
    let (kind, code) = (ErrorKind::Forbidden, ErrorCode::Forbidden);
    let list = client.list_deliveries(world.by(&ada, dead())).await;
    refused(list, kind, code);
    refused(
        client.retry_delivery(world.by(&ada, again())).await,
        kind,
        code,
    );
    let unknown = RetryDeliveryRequest {
        id: Uuid::now_v7().to_string(),
    };
    not_found(client.retry_delivery(world.by(&root, unknown)).await);

    // A second click changes nothing, and is no second act.
    for _ in 0..2 {
        let queued = answer(client.retry_delivery(world.by(&root, again())).await);
        let queued = queued.expect("queued").delivery.expect("a delivery");
        assert_eq!(
            (queued.state(), queued.attempts),
            (DeliveryState::Queued, 0)
        );
    }
    world.deliver().await;
    assert_eq!(sink.received().len(), 1);
    assert_eq!(world.deliveries().await, [("SENT".to_owned(), 1)]);
    refused(
        client.retry_delivery(world.by(&root, again())).await,
        ErrorKind::Conflict,
        ErrorCode::Conflict,
    );
    let acts = waybill_store::outbox_events(&world.deps.db, "audit", None, 10).await;
    let acts: Vec<_> = acts
        .expect("events")
        .iter()
        .map(|event| waybill_store::decode::<AuditRecorded>(event).expect("an act"))
        .filter_map(|event| event.record)
        .map(|record| (record.action, record.target_id))
        .collect();
    assert_eq!(acts, [("delivery.retry".to_owned(), mail.id.clone())]);
}

async fn the_log_pages_by_time_whatever_its_filter(Mailing { world, sink }: &Mailing) {
    let root = Person::new("Root", Role::Admin);
    let people = ["Ada", "Bo", "Cy"].map(|name| Person::new(name, Role::Customer));
    for person in &people {
        placed(world, person).await;
        if person.name == "Bo" {
            sink.moods(&[Mood::Refuse("550 no such mailbox")]);
        }
        world.deliver().await;
        world.clock.advance(Duration::from_secs(1));
    }
    let [ada, bo, cy] = people.map(|person| person.email());
    let (sent, dead) = (DeliveryState::Sent, DeliveryState::Dead);
    let expected = [
        (vec![], vec![&cy, &bo, &ada]),
        (vec![sent], vec![&cy, &ada]),
        (vec![sent, dead], vec![&cy, &bo, &ada]),
        (vec![DeliveryState::Queued], vec![]),
    ];
    for (states, addresses) in expected {
        let mut request = of_states(&states);
        let mut found = Vec::new();
        loop {
            let page = request.page.as_mut().expect("a page");
            page.limit = 1;
            let mut client = world.client.clone();
            let listed = client.list_deliveries(world.by(&root, request.clone()));
            let listed = answer(listed.await).expect("a list");
            found.extend(listed.deliveries.into_iter().filter_map(|mail| mail.to));
            let next = listed.page.and_then(|page| page.next_cursor);
            let Some(next) = next else { break };
            request.page.as_mut().expect("a page").cursor = next;
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), addresses, "{states:?}");
    }
}
