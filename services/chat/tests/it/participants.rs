//! Who may read and write, and how the service learns about it.

use waybill_primitives::Role;
use waybill_proto::{
    chat::{GetConversationRequest, ListConversationsRequest},
    order::{self, OrderEvent, OrderStatus},
};
use waybill_service_kit::{ErrorCode, ErrorKind};
use waybill_testkit::{World as _, on_any_database, on_each_database, order_changed, order_moved};

use crate::support::{
    Person, World, answer, assigned, envelope, not_found, order_of, page, refused,
};

on_each_database! {
    late_events_change_nothing_but_are_noted,
    system_lines_follow_the_order_once,
    everybody_lists_their_conversations,
}

on_any_database! {
    customer_worker_and_administrators_talk,
    reassignment_changes_who_may_read,
    a_worker_is_out_before_the_event_arrives,
    an_assigned_order_is_the_new_workers,
    a_replaced_order_is_closed_for_writing,
    an_order_without_an_event_is_fetched,
    staff_do_not_take_part_in_the_pool,
}

async fn customer_worker_and_administrators_talk(world: &World) {
    let (ada, wim, bo) = (Person::customer(), Person::worker(), Person::admin());
    let order = world.placed(&ada).await;
    let order = world.claimed(&order, &wim).await;
    world.post(&ada, &order, "hello").await;
    world.post(&wim, &order, "hi").await;
    let message = world.post(&bo, &order, "welcome").await;
    let author = message.author.expect("an author");
    assert_eq!(
        (author.name.as_str(), author.role()),
        ("Bo", waybill_proto::common::Role::Admin)
    );
    for person in [&ada, &wim, &bo] {
        let bodies = world.bodies(person, &order).await;
        assert_eq!(
            bodies,
            ["Wim has taken the order.", "hello", "hi", "welcome"]
        );
    }
    for stranger in [Person::customer(), Person::worker()] {
        not_found(world.try_list(&stranger, &order, "", page(0)).await);
        not_found(world.try_post(&stranger, &order, "let me in", "").await);
        let request = GetConversationRequest {
            order_id: order.id.clone(),
        };
        let request = world.by(&stranger, request);
        not_found(world.client.clone().get_conversation(request).await);
    }
    not_found(world.try_list(&ada, &order_of(&ada), "", page(0)).await);
    let nobody = GetConversationRequest { order_id: order.id };
    let outcome = world.client.clone().get_conversation(nobody).await;
    refused(
        outcome,
        ErrorKind::Unauthenticated,
        ErrorCode::Unauthenticated,
    );
    let bad = GetConversationRequest {
        order_id: "x".to_owned(),
    };
    let outcome = world
        .client
        .clone()
        .get_conversation(world.by(&ada, bad))
        .await;
    refused(outcome, ErrorKind::Invalid, ErrorCode::ValidationError);
}

/// Events may be late: the bus may be away.
async fn a_worker_is_out_before_the_event_arrives(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let order = world.placed(&ada).await;
    let order = world.claimed(&order, &wim).await;
    world.post(&ada, &order, "for the worker").await;
    let conversations = async || {
        let request = world.by(&wim, ListConversationsRequest::default());
        let listed = world.client.clone().list_conversations(request).await;
        answer(listed).unwrap().conversations.len()
    };
    assert_eq!(conversations().await, 1);
    let other = assigned(&order, &Person::worker());
    world.orders.put(&order::Order {
        version: order.version + 1,
        ..other
    });
    not_found(world.try_list(&wim, &order, "", page(0)).await);
    not_found(world.try_post(&wim, &order, "still here", "").await);
    assert_eq!(conversations().await, 0);
    // The customer is the customer, whatever happens.
    world.orders.go_away(true);
    world.post(&ada, &order, "hello?").await;
}

async fn reassignment_changes_who_may_read(world: &World) {
    let (ada, wim, olu) = (Person::customer(), Person::worker(), Person::worker());
    let order = world.placed(&ada).await;
    let order = world.claimed(&order, &wim).await;
    world.post(&wim, &order, "on it").await;
    let released = order::Order {
        assignee: None,
        version: order.version + 1,
        ..order.clone()
    };
    world.orders.put(&released);
    let event = order::OrderChanged {
        previous: order.assignee.clone(),
        ..order_moved(
            OrderEvent::Released,
            &released,
            OrderStatus::InProgress,
            OrderStatus::Pending,
        )
    };
    world.event(&released, &event).await;
    not_found(world.try_list(&wim, &order, "", page(0)).await);
    not_found(world.try_post(&wim, &order, "still here", "").await);
    let order = world.claimed(&released, &olu).await;
    not_found(world.try_list(&wim, &order, "", page(0)).await);
    assert_eq!(
        world.bodies(&olu, &order).await.len(),
        4,
        "the history is the new worker's, too"
    );
    world.post(&olu, &order, "my turn").await;
}

async fn an_assigned_order_is_the_new_workers(world: &World) {
    let (ada, wim, olu) = (Person::customer(), Person::worker(), Person::worker());
    let order = world.placed(&ada).await;
    let order = world.claimed(&order, &wim).await;
    let given = order::Order {
        version: order.version + 1,
        ..assigned(&order, &olu)
    };
    world.orders.put(&given);
    let event = order::OrderChanged {
        previous: order.assignee.clone(),
        ..order_moved(
            OrderEvent::Assigned,
            &given,
            OrderStatus::InProgress,
            OrderStatus::InProgress,
        )
    };
    world.event(&given, &event).await;
    not_found(world.try_list(&wim, &order, "", page(0)).await);
    not_found(world.try_post(&wim, &order, "still here", "").await);
    let name = given.assignee.expect("assigned").name;
    assert_eq!(
        world.bodies(&olu, &order).await.last(),
        Some(&format!("{name} works on the order now."))
    );
    world.post(&olu, &order, "my turn").await;
}

async fn a_replaced_order_is_closed_for_writing(world: &World) {
    let (ada, wim, bo) = (Person::customer(), Person::worker(), Person::admin());
    let order = world.placed(&ada).await;
    let order = world.claimed(&order, &wim).await;
    world.post(&wim, &order, "on it").await;
    let mut opened = order_of(&ada);
    opened.replaces_id = Some(order.id.clone());
    world.orders.put(&opened);
    let placed = order::OrderChanged {
        note: format!("in place of {}", order.order_number),
        ..order_changed(OrderEvent::Placed, &opened)
    };
    world.event(&opened, &placed).await;
    let mut closed = order::Order {
        version: order.version + 1,
        replaced_by_id: Some(opened.id.clone()),
        ..order.clone()
    };
    closed.set_status(OrderStatus::Cancelled);
    world.orders.put(&closed);
    let replaced = order::OrderChanged {
        replacement: Some(opened.clone()),
        previous: order.assignee.clone(),
        ..order_moved(
            OrderEvent::Replaced,
            &closed,
            OrderStatus::InProgress,
            OrderStatus::Cancelled,
        )
    };
    world.event(&closed, &replaced).await;
    for person in [&ada, &wim, &bo] {
        let outcome = world.try_post(person, &order, "one more thing", "").await;
        refused(outcome, ErrorKind::Conflict, ErrorCode::Conflict);
        let last = world.bodies(person, &order).await.pop();
        assert!(last.is_some_and(|line| line.contains(&opened.order_number)));
    }
    world.post(&ada, &opened, "here then").await;
    not_found(world.try_post(&wim, &opened, "me too", "").await);
    let lines = world.bodies(&ada, &opened).await;
    assert!(lines[0].contains(&order.order_number), "{lines:?}");
}

async fn an_order_without_an_event_is_fetched(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let order = order_of(&ada);
    world.orders.put(&order);
    world.post(&ada, &order, "am I early?").await;
    assert_eq!(world.orders.asked(), 1);
    world.post(&ada, &order, "hello?").await;
    assert_eq!(world.orders.asked(), 1, "it is known from now on");
    // Claimed, but the event is still on its way.
    let order = assigned(&order, &wim);
    world.orders.put(&order);
    world.post(&wim, &order, "here I am").await;
    // Without a certain decision there is no access.
    world.orders.go_away(true);
    let stranger = Person::customer();
    let outcome = world.try_post(&stranger, &order, "x", "").await;
    refused(outcome, ErrorKind::Unavailable, ErrorCode::Unavailable);
    world.post(&ada, &order, "those who are known go on").await;
    world.orders.go_away(false);
}

async fn staff_do_not_take_part_in_the_pool(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let order = order_of(&ada);
    world.orders.put(&order);
    // The order service itself shows an unassigned order to staff.
    not_found(world.try_list(&wim, &order, "", page(0)).await);
    let order = world.placed(&ada).await;
    not_found(world.try_post(&wim, &order, "mine?", "").await);
}

async fn late_events_change_nothing_but_are_noted(world: &World) {
    let (ada, wim, olu) = (Person::customer(), Person::worker(), Person::worker());
    let placed = world.placed(&ada).await;
    let first = assigned(&placed, &wim);
    let second = order::Order {
        version: 4,
        ..assigned(&placed, &olu)
    };
    world.orders.put(&second);
    // Fetched: the projection is at version 4 before the event of version 2 comes.
    world.post(&olu, &second, "mine").await;
    let event = order_moved(
        OrderEvent::Claimed,
        &first,
        OrderStatus::Pending,
        OrderStatus::InProgress,
    );
    world.event(&first, &event).await;
    not_found(world.try_list(&wim, &first, "", page(0)).await);
    assert_eq!(
        world.bodies(&olu, &second).await,
        ["mine", "Wim has taken the order."]
    );
}

async fn system_lines_follow_the_order_once(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let order = world.placed(&ada).await;
    let mut order = world.claimed(&order, &wim).await;
    let (working, held) = (OrderStatus::InProgress, OrderStatus::OnHold);
    for (from, to, note) in [(working, held, "paper is late"), (held, working, "")] {
        order.version += 1;
        let event = order::OrderChanged {
            note: note.to_owned(),
            ..order_moved(OrderEvent::StatusChanged, &order, from, to)
        };
        world.event(&order, &event).await;
    }
    order.version += 1;
    let completed = order_moved(
        OrderEvent::Completed,
        &order,
        OrderStatus::InProgress,
        OrderStatus::Completed,
    );
    let completed = envelope(&order, &completed);
    world.publish(completed.clone()).await;
    let replica = world.replica().await;
    replica.publish(completed).await;
    assert_eq!(
        world.bodies(&ada, &order).await,
        [
            "Wim has taken the order.",
            "The order is on hold. paper is late",
            "Work on the order goes on.",
            "The order is completed."
        ]
    );
    let listed = world.try_list(&ada, &order, "", page(0)).await;
    let messages = answer(listed).expect("a list").messages;
    assert!(messages.iter().all(|message| message.author.is_none()));
    replica.close().await;
}

async fn everybody_lists_their_conversations(world: &World) {
    let (ada, wim, bo) = (Person::customer(), Person::worker(), Person::admin());
    let eve = Person::new("Eve", Role::Customer);
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(world.placed(&ada).await);
    }
    let foreign = world.placed(&eve).await;
    let claimed = world.claimed(&orders[0], &wim).await;
    world.post(&wim, &claimed, "started").await;
    world.post(&eve, &foreign, "hello").await;

    let list = async |person: &Person| {
        let request = world.by(person, ListConversationsRequest::default());
        let listed = world.client.clone().list_conversations(request).await;
        answer(listed).expect("a list").conversations
    };
    let hers = list(&ada).await;
    assert_eq!(hers.len(), 3);
    assert_eq!(
        hers[0].order_id, orders[0].id,
        "the last changed comes first"
    );
    assert_eq!(
        hers[0].unread, 1,
        "other people's messages count, lines do not"
    );
    let last = hers[0].last_message.as_ref().expect("a message");
    assert_eq!(last.body, "started");
    assert_eq!(hers[1].last_message, None);
    let his = list(&wim).await;
    assert_eq!(his.len(), 1);
    assert_eq!(his[0].unread, 0, "one's own are read");
    assert_eq!(list(&bo).await.len(), 4);
    assert_eq!(list(&Person::customer()).await.len(), 0);

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut part = page(3);
        part.cursor.clone_from(&cursor);
        part.total = true;
        let request = world.by(&bo, ListConversationsRequest { page: Some(part) });
        let listed = world.client.clone().list_conversations(request).await;
        let listed = answer(listed).expect("a page");
        seen.extend(listed.conversations.into_iter().map(|one| one.order_id));
        let info = listed.page.expect("page info");
        assert_eq!(info.total, Some(4));
        cursor = info.next_cursor.unwrap_or_default();
        if cursor.is_empty() {
            break;
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}
