//! Who is notified of what in the shop, and what people do with it.

use std::{collections::HashSet, time::Duration};

use futures::StreamExt as _;
use waybill_primitives::{Clock as _, Role};
use waybill_proto::{
    auth::UserEvent,
    common,
    notification::{
        DeleteNotificationRequest, GetUnreadCountRequest, ListNotificationsRequest,
        MarkAllReadRequest, MarkReadRequest, NotificationCreated, NotificationRead,
    },
    order::{self, OrderEvent, OrderStatus},
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{ErrorCode, ErrorKind};
use waybill_testkit::{
    World as _, on_any_database, on_each_database, order_changed, order_moved, payment_changed,
    user_changed,
};

use crate::support::{
    Person, World, answer, envelope, not_found, order_id, order_of, refused, settings, user,
};

on_each_database! {
    an_event_that_comes_twice_notifies_once,
    roles_follow_the_newest_version,
    people_read_and_delete_their_own,
    lists_come_in_pages,
}

on_any_database! {
    everybody_is_notified_of_their_part,
    a_replaced_order_notifies_everybody_once,
    each_notification_is_published,
    administrators_learn_of_stock_that_runs_low,
}

async fn unread(world: &World, person: &Person) -> u64 {
    let request = world.by(person, GetUnreadCountRequest {});
    answer(world.client.clone().get_unread_count(request).await)
        .expect("a count")
        .count
}

async fn everybody_is_notified_of_their_part(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let worker = Person::new("Wim", Role::Staff);
    let other = Person::new("Olu", Role::Staff);
    let away = Person::new("Una", Role::Staff);
    let admin = Person::new("Bo", Role::Admin);
    world
        .registered(&[&customer, &worker, &other, &away, &admin])
        .await;
    let suspended = user_changed(UserEvent::Suspended, &user(&away, 2, true));
    world.event(away.id, 2, &suspended).await;

    let mut order = order_of(&customer, "W261121-AAAAAAA");
    let id = order_id(&order);
    let placed = order_changed(OrderEvent::Placed, &order);
    world.event(id, 1, &placed).await;
    let paid = order::OrderChanged {
        payment_id: uuid::Uuid::now_v7().to_string(),
        available: true,
        ..order_changed(OrderEvent::Paid, &order)
    };
    world.event(id, 2, &paid).await;
    assert_eq!(world.kinds(&admin).await, ["ORDER_PLACED"]);
    assert_eq!(world.kinds(&worker).await, ["ORDER_AVAILABLE"]);
    assert_eq!(world.kinds(&other).await, ["ORDER_AVAILABLE"]);
    assert_eq!(world.kinds(&away).await, Vec::<String>::new());

    order.assignee = Some(order::Assignee {
        id: worker.id.to_string(),
        name: worker.name.clone(),
    });
    let actor = common::Person {
        id: worker.id.to_string(),
        name: worker.name.clone(),
        role: common::Role::Staff.into(),
    };
    let (waiting, working) = (OrderStatus::Pending, OrderStatus::InProgress);
    let claimed = order::OrderChanged {
        actor: Some(actor),
        ..order_moved(OrderEvent::Claimed, &order, waiting, working)
    };
    world.event(id, 3, &claimed).await;
    let held = order_moved(
        OrderEvent::StatusChanged,
        &order,
        OrderStatus::InProgress,
        OrderStatus::OnHold,
    );
    world.event(id, 4, &held).await;

    let request = order::ChangeRequest {
        id: uuid::Uuid::now_v7().to_string(),
        order_id: order.id.clone(),
        kind: order::ChangeRequestKind::Completion.into(),
        state: order::ChangeRequestState::Pending.into(),
        requested_by: Some(common::Person {
            id: worker.id.to_string(),
            name: worker.name.clone(),
            role: common::Role::Staff.into(),
        }),
        ..order::ChangeRequest::default()
    };
    let asked = order::ChangeRequestCreated {
        change_request: Some(request.clone()),
        order: Some(order.clone()),
    };
    let request_id: uuid::Uuid = request.id.parse().expect("an id");
    world.event(request_id, 1, &asked).await;
    let decided = order::ChangeRequestDecided {
        change_request: Some(order::ChangeRequest {
            state: order::ChangeRequestState::Rejected.into(),
            note: Some("not yet".to_owned()),
            ..request
        }),
        order: Some(order.clone()),
    };
    world.event(request_id, 2, &decided).await;
    let cancelled = order_moved(
        OrderEvent::Cancelled,
        &order,
        OrderStatus::OnHold,
        OrderStatus::Cancelled,
    );
    world.event(id, 5, &cancelled).await;
    let refunded = payment::PaymentChanged {
        reason: "cancelled".to_owned(),
        ..payment_changed(
            PaymentEvent::Refunded,
            &payment::Payment {
                id: uuid::Uuid::now_v7().to_string(),
                order_id: order.id.clone(),
                order_number: order.order_number.clone(),
                customer_id: customer.id.to_string(),
                amount: order.total,
                ..payment::Payment::default()
            },
        )
    };
    world.event(uuid::Uuid::now_v7(), 3, &refunded).await;

    assert_eq!(
        world.kinds(&customer).await,
        [
            "ORDER_PLACED",
            "ORDER_PAID",
            "ORDER_CLAIMED",
            "ORDER_STATUS",
            "ORDER_CANCELLED",
            "PAYMENT_REFUNDED"
        ]
    );
    assert_eq!(
        world.kinds(&worker).await,
        [
            "ORDER_AVAILABLE",
            "CHANGE_REQUEST_DECIDED",
            "ORDER_CANCELLED"
        ]
    );
    assert_eq!(
        world.kinds(&admin).await,
        ["ORDER_PLACED", "CHANGE_REQUEST"]
    );
    let newest = world.inbox(&worker).await.remove(0);
    assert_eq!(newest.order_id, Some(order.id));
    let decision = &world.inbox(&worker).await[1];
    assert!(decision.body.contains("not yet"), "{}", decision.body);
    // Placed, paid, claimed, on hold, cancelled, refunded.
    assert_eq!(world.deliveries().await.len(), 6);
}

async fn a_replaced_order_notifies_everybody_once(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let (worker, other) = (
        Person::new("Wim", Role::Staff),
        Person::new("Olu", Role::Staff),
    );
    world.registered(&[&customer, &worker, &other]).await;
    let mut order = order_of(&customer, "W261121-AAAAAAA");
    order.assignee = Some(order::Assignee {
        id: worker.id.to_string(),
        name: worker.name.clone(),
    });
    let id = order_id(&order);
    let assigned = order_moved(
        OrderEvent::Assigned,
        &order,
        OrderStatus::Pending,
        OrderStatus::InProgress,
    );
    world.event(id, 1, &assigned).await;
    let mut opened = order_of(&customer, "W261121-BBBBBBB");
    opened.replaces_id = Some(order.id.clone());
    let opened_id = order_id(&opened);
    let placed = order_changed(OrderEvent::Placed, &opened);
    world.event(opened_id, 1, &placed).await;
    let replaced = order::OrderChanged {
        replacement: Some(opened),
        previous: order.assignee.clone(),
        ..order_moved(
            OrderEvent::Replaced,
            &order,
            OrderStatus::InProgress,
            OrderStatus::Cancelled,
        )
    };
    world.event(id, 2, &replaced).await;
    let note = |visibility: order::NoteVisibility| order::NoteAdded {
        note: Some(order::Note {
            visibility: visibility.into(),
            body: "Please choose".to_owned(),
            ..order::Note::default()
        }),
        order: Some(order.clone()),
    };
    for visibility in [
        order::NoteVisibility::Internal,
        order::NoteVisibility::Customer,
    ] {
        world
            .event(uuid::Uuid::now_v7(), 1, &note(visibility))
            .await;
    }
    let mut kinds = world.kinds(&customer).await;
    kinds.sort();
    assert_eq!(kinds, ["ORDER_ASSIGNED", "ORDER_NOTE", "ORDER_REPLACED"]);
    let mut kinds = world.kinds(&worker).await;
    kinds.sort();
    assert_eq!(kinds, ["ORDER_ASSIGNED", "ORDER_REPLACED"]);
    assert_eq!(world.kinds(&other).await, Vec::<String>::new());
}

async fn an_event_that_comes_twice_notifies_once(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let admin = Person::new("Bo", Role::Admin);
    world.registered(&[&customer, &admin]).await;
    let order = order_of(&customer, "W261121-BBBBBBB");
    let placed = order_changed(OrderEvent::Placed, &order);
    let event = envelope(order_id(&order), 1, &placed);
    world.publish(event.clone()).await;
    let replica = world.replica(&settings(&[])).await;
    replica.publish(event.clone()).await;
    replica.publish(event).await;
    assert_eq!(world.kinds(&customer).await, ["ORDER_PLACED"]);
    assert_eq!(world.kinds(&admin).await, ["ORDER_PLACED"]);
    assert_eq!(world.deliveries().await.len(), 1);
    replica.close().await;
}

async fn roles_follow_the_newest_version(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let mut promoted = Person::new("Pia", Role::Customer);
    world.registered(&[&promoted]).await;
    let before = user(&promoted, 2, false);
    promoted.role = Role::Admin;
    let change = user_changed(UserEvent::RoleChanged, &user(&promoted, 3, false));
    world.event(promoted.id, 3, &change).await;
    // An older one arrives late.
    let late = user_changed(UserEvent::Updated, &before);
    world.event(promoted.id, 2, &late).await;
    let order = order_of(&customer, "W261121-CCCCCCC");
    let placed = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &placed).await;
    assert_eq!(world.kinds(&promoted).await, ["ORDER_PLACED"]);
}

/// Creates so many notifications for one person.
async fn tell(world: &World, customer: &Person, times: usize) {
    for n in 0..times {
        let order = order_of(customer, &format!("W261121-{n:07}"));
        let expired = order_changed(OrderEvent::Expired, &order);
        world.event(order_id(&order), 2, &expired).await;
    }
}

async fn people_read_and_delete_their_own(world: &World) {
    let (ada, eve) = (
        Person::new("Ada", Role::Customer),
        Person::new("Eve", Role::Admin),
    );
    tell(world, &ada, 3).await;
    tell(world, &eve, 1).await;
    let mut client = world.client.clone();
    assert_eq!(unread(world, &ada).await, 3);
    let id = world.inbox(&ada).await[0].id.clone();

    let read = MarkReadRequest { id: id.clone() };
    not_found(client.mark_read(world.by(&eve, read.clone())).await);
    let first = answer(client.mark_read(world.by(&ada, read.clone())).await).expect("read");
    let again = answer(client.mark_read(world.by(&ada, read)).await).expect("read again");
    assert_eq!(first, again);
    assert!(first.notification.expect("one").read_at.is_some());
    assert_eq!(unread(world, &ada).await, 2);

    let delete = DeleteNotificationRequest { id: id.clone() };
    not_found(
        client
            .delete_notification(world.by(&eve, delete.clone()))
            .await,
    );
    answer(
        client
            .delete_notification(world.by(&ada, delete.clone()))
            .await,
    )
    .expect("deleted");
    not_found(client.delete_notification(world.by(&ada, delete)).await);
    assert_eq!(world.inbox(&ada).await.len(), 2);

    let all = world.by(&ada, MarkAllReadRequest {});
    assert_eq!(
        answer(client.mark_all_read(all).await)
            .expect("all")
            .changed,
        2
    );
    let all = world.by(&ada, MarkAllReadRequest {});
    assert_eq!(
        answer(client.mark_all_read(all).await)
            .expect("none")
            .changed,
        0
    );
    assert_eq!(unread(world, &ada).await, 0);
    assert_eq!(
        unread(world, &eve).await,
        1,
        "other people's stay as they are"
    );

    let bad = MarkReadRequest { id: "x".to_owned() };
    let outcome = client.mark_read(world.by(&ada, bad)).await;
    refused(outcome, ErrorKind::Invalid, ErrorCode::ValidationError);
    let outcome = client.get_unread_count(GetUnreadCountRequest {}).await;
    refused(
        outcome,
        ErrorKind::Unauthenticated,
        ErrorCode::Unauthenticated,
    );
}

async fn lists_come_in_pages(world: &World) {
    let ada = Person::new("Ada", Role::Customer);
    tell(world, &ada, 7).await;
    let mut client = world.client.clone();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = Some(common::PageRequest {
            limit: 3,
            cursor: cursor.clone(),
            total: true,
        });
        let request = ListNotificationsRequest {
            page,
            unread_only: true,
            since: None,
        };
        let listed = client.list_notifications(world.by(&ada, request)).await;
        let listed = answer(listed).expect("a page");
        let page = listed.page.expect("page info");
        assert_eq!(page.total, Some(7));
        seen.extend(listed.notifications.into_iter().map(|one| one.id));
        cursor = page.next_cursor.unwrap_or_default();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 7);
    assert!(
        seen.windows(2).all(|pair| pair[0] > pair[1]),
        "newest first"
    );
    // After a break, a client asks for those since it was away.
    world.clock.advance(Duration::from_secs(5));
    let since = world.clock.now();
    tell(world, &ada, 2).await;
    for (since, count) in [(since, 2), (since.plus(Duration::from_secs(1)), 0)] {
        let request = ListNotificationsRequest {
            since: Some(since),
            ..ListNotificationsRequest::default()
        };
        let listed = client.list_notifications(world.by(&ada, request)).await;
        assert_eq!(answer(listed).expect("a page").notifications.len(), count);
    }
    for page in [
        common::PageRequest {
            limit: 101,
            ..Default::default()
        },
        common::PageRequest {
            cursor: "nonsense".to_owned(),
            ..Default::default()
        },
    ] {
        let request = ListNotificationsRequest {
            page: Some(page),
            unread_only: false,
            since: None,
        };
        let outcome = client.list_notifications(world.by(&ada, request)).await;
        refused(outcome, ErrorKind::Invalid, ErrorCode::ValidationError);
    }
}

async fn each_notification_is_published(world: &World) {
    let ada = Person::new("Ada", Role::Customer);
    let subjects = vec!["waybill.notification.notification.*".to_owned()];
    let mut tail = world.deps.bus.tail(subjects).await.expect("a tail");
    tell(world, &ada, 1).await;
    let created = tail.next().await.expect("an event");
    assert_eq!(created.aggregate_version, 1);
    let message = waybill_store::decode::<NotificationCreated>(&created).expect("decodes");
    let [notification] = message.notifications.as_slice() else {
        panic!("{message:?}");
    };
    assert_eq!(notification.user_id, ada.id.to_string());

    let request = MarkReadRequest {
        id: notification.id.clone(),
    };
    answer(
        world
            .client
            .clone()
            .mark_read(world.by(&ada, request))
            .await,
    )
    .expect("read");
    let read = tail.next().await.expect("an event");
    assert_eq!(read.aggregate_version, 2);
    let message = waybill_store::decode::<NotificationRead>(&read).expect("decodes");
    assert!(
        message
            .notification
            .expect("a notification")
            .read_at
            .is_some()
    );

    // Those that follow from one event are in one event.
    let bo = Person::new("Bo", Role::Admin);
    world.registered(&[&bo]).await;
    let order = order_of(&ada, "W261121-BBBBBBB");
    let placed = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &placed).await;
    let created = tail.next().await.expect("an event");
    let message = waybill_store::decode::<NotificationCreated>(&created).expect("decodes");
    let users = message.notifications.iter().map(|one| one.user_id.clone());
    assert_eq!(
        users.collect::<Vec<_>>(),
        [ada.id.to_string(), bo.id.to_string()]
    );
    assert_eq!(
        created.aggregate_id.to_string(),
        message.notifications[0].id
    );
}

async fn administrators_learn_of_stock_that_runs_low(world: &World) {
    let (admin, worker) = (
        Person::new("Bo", Role::Admin),
        Person::new("Wim", Role::Staff),
    );
    world.registered(&[&admin, &worker]).await;
    let low = order::StockLow {
        product_id: uuid::Uuid::now_v7().to_string(),
        sku: "MUG-01".to_owned(),
        name: "Enamel mug".to_owned(),
        available: 2,
        threshold: 5,
    };
    world.event(uuid::Uuid::now_v7(), 1, &low).await;
    assert_eq!(world.kinds(&admin).await, ["STOCK_LOW"]);
    assert_eq!(world.kinds(&worker).await, Vec::<String>::new());
}
