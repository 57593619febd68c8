//! Which users get which events.

use waybill_proto::Event;
use waybill_testkit::order_changed;

use super::*;

fn order() -> order::Order {
    order::Order {
        id: "o1".into(),
        order_number: "W261121-0000000".into(),
        status: order::OrderStatus::Pending as i32,
        payment_status: order::PaymentStatus::Paid as i32,
        kind: order::OrderKind::Service as i32,
        customer: Some(order::Customer {
            id: "c1".into(),
            name: "Ada".into(),
            email: Some("ada@example.com".into()),
        }),
        ..Default::default()
    }
}

fn of<E: Event>(event: &E) -> Effects {
    heard_by(event, &|_| true)
}

fn heard_by<E: Event>(event: &E, heard: Heard<'_>) -> Effects {
    let payload = event.encode_to_vec().into();
    effects(event.subject(), Timestamp::UNIX_EPOCH, &payload, heard).unwrap()
}

#[test]
fn what_nobody_hears_is_not_written() {
    let event = OrderChanged {
        order: Some(order()),
        kind: OrderEvent::Placed.into(),
        ..Default::default()
    };
    let alone = heard_by(&event, &|_| false);
    assert!(alone.outgoing.is_empty() && alone.unheard);
    let watched = heard_by(&event, &|rooms| rooms.contains(&"user:c1".to_owned()));
    assert_eq!(watched.outgoing[0].event, "order:created");
}

fn text(outgoing: &Outgoing) -> String {
    String::from_utf8(outgoing.payload.text().to_vec()).unwrap()
}

#[test]
fn the_pool_learns_of_a_paid_order_without_the_customers_address() {
    let effects = of(&OrderChanged {
        available: true,
        payment_from: PaymentStatus::Unpaid.into(),
        ..order_changed(OrderEvent::Paid, &order())
    });
    let available = effects
        .outgoing
        .iter()
        .find(|outgoing| outgoing.event == "order:available")
        .unwrap();
    assert_eq!(available.rooms, ["role:STAFF", "role:ADMIN"]);
    assert!(!text(available).contains("ada@example.com"));
    let updated = &effects.outgoing[0];
    assert_eq!(updated.event, "order:updated");
    assert!(!updated.rooms.contains(&"role:STAFF".to_owned()));
    assert!(updated.rooms.contains(&"user:c1".to_owned()));
}

#[test]
fn a_released_order_removes_its_old_worker_from_the_room() {
    let effects = of(&OrderChanged {
        previous: Some(order::Assignee {
            id: "w1".into(),
            name: "Will".into(),
        }),
        ..order_changed(OrderEvent::Released, &order())
    });
    assert_eq!(effects.evicted, Some(("w1".into(), "o1".into())));
    assert!(
        effects
            .outgoing
            .iter()
            .all(|outgoing| !outgoing.rooms.contains(&"user:w1".to_owned()))
    );
}

#[test]
fn a_status_change_has_old_and_new_status() {
    let mut held = order();
    held.status = OrderStatus::OnHold.into();
    let effects = of(&OrderChanged {
        from: OrderStatus::Pending.into(),
        ..order_changed(OrderEvent::StatusChanged, &held)
    });
    let status = &effects.outgoing[0];
    assert_eq!(
        (status.event, text(status).contains(r#""to":"ON_HOLD""#)),
        ("order:status", true)
    );
}

#[test]
fn payments_never_reach_workers() {
    let effects = of(&payment::PaymentChanged {
        payment: Some(payment::Payment {
            customer_id: "c1".into(),
            ..Default::default()
        }),
        ..Default::default()
    });
    assert_eq!(effects.outgoing[0].rooms, ["role:ADMIN", "user:c1"]);
}

#[test]
fn garbage_is_an_error_and_unknown_subjects_are_nothing() {
    let garbage = Bytes::from_static(&[0xff; 9]);
    assert!(
        effects(
            "waybill.order.order.placed",
            Timestamp::UNIX_EPOCH,
            &garbage,
            &|_| true,
        )
        .is_err()
    );
    let subject = "waybill.future.thing.done";
    let nothing = effects(subject, Timestamp::UNIX_EPOCH, &garbage, &|_| true);
    assert!(nothing.unwrap().outgoing.is_empty());
}

#[test]
fn workers_hear_when_an_order_enters_or_leaves_the_pool() {
    use order::{OrderStatus as S, PaymentStatus as P};
    let names = |from: S, payment_from: P, to: S, worker: bool| {
        let mut order = order();
        order.status = to as i32;
        order.assignee = worker.then(order::Assignee::default);
        let effects = of(&OrderChanged {
            from: from.into(),
            payment_from: payment_from.into(),
            available: to == S::Pending && !worker,
            ..order_changed(OrderEvent::StatusChanged, &order)
        });
        let pool = effects
            .outgoing
            .into_iter()
            .filter(|outgoing| outgoing.rooms == staff());
        pool.map(|outgoing| outgoing.event).collect::<Vec<_>>()
    };
    for (from, payment_from, to, worker, expected) in [
        (
            S::Pending,
            P::Paid,
            S::OnHold,
            false,
            &["order:unavailable"][..],
        ),
        (
            S::Pending,
            P::Paid,
            S::Cancelled,
            false,
            &["order:unavailable"],
        ),
        (S::OnHold, P::Paid, S::Pending, false, &["order:available"]),
        (
            S::Pending,
            P::Unpaid,
            S::Pending,
            false,
            &["order:available"],
        ),
        // Not sent: the order stayed in or out of the pool, or was assigned (reported by `order:claimed`).
        (S::Pending, P::Paid, S::Pending, false, &[]),
        (S::Pending, P::Unpaid, S::Cancelled, false, &[]),
        (S::InProgress, P::Paid, S::Cancelled, true, &[]),
        (S::Pending, P::Paid, S::InProgress, true, &[]),
    ] {
        let sent = names(from, payment_from, to, worker);
        assert_eq!(sent, expected, "{from:?} {payment_from:?} {to:?}");
    }
}

#[test]
fn an_assigned_order_is_sent_to_its_new_worker_only() {
    let mut given = order();
    given.assignee = Some(order::Assignee {
        id: "w2".into(),
        name: "Wanda".into(),
    });
    given.status = order::OrderStatus::InProgress as i32;
    let effects = of(&OrderChanged {
        previous: Some(order::Assignee {
            id: "w1".into(),
            name: "Will".into(),
        }),
        ..order_changed(OrderEvent::Assigned, &given)
    });
    assert_eq!(effects.evicted, Some(("w1".into(), "o1".into())));
    let events: Vec<_> = effects.outgoing.iter().map(|it| it.event).collect();
    assert_eq!(events, ["order:updated", "order:claimed"]);
    for outgoing in &effects.outgoing {
        assert!(outgoing.rooms.contains(&"user:w2".to_owned()));
        assert!(!outgoing.rooms.contains(&"user:w1".to_owned()));
    }
}

#[test]
fn an_internal_note_stays_out_of_the_rooms_with_the_customer() {
    let mut order = order();
    order.assignee = Some(order::Assignee {
        id: "w1".into(),
        name: "Will".into(),
    });
    let rooms = |visibility: order::NoteVisibility| {
        let effects = of(&order::NoteAdded {
            note: Some(order::Note {
                visibility: visibility.into(),
                ..Default::default()
            }),
            order: Some(order.clone()),
        });
        effects.outgoing[0].rooms.clone()
    };
    assert_eq!(
        rooms(order::NoteVisibility::Internal),
        ["user:w1", "role:ADMIN"]
    );
    // A note is internal unless it is marked for the customer.
    assert_eq!(
        rooms(order::NoteVisibility::Unspecified),
        ["user:w1", "role:ADMIN"]
    );
    let open = rooms(order::NoteVisibility::Customer);
    assert!(open.contains(&"user:c1".to_owned()) && open.contains(&"order:o1".to_owned()));
}

#[test]
fn a_result_reaches_the_customer_only_after_completion() {
    let mut order = order();
    order.assignee = Some(order::Assignee {
        id: "w1".into(),
        name: "Will".into(),
    });
    let rooms = |purpose: order::FilePurpose, status: order::OrderStatus| {
        let file = order::File {
            purpose: purpose.into(),
            ..Default::default()
        };
        let mut order = order.clone();
        order.status = status.into();
        let added = of(&order::FileAdded {
            file: Some(file),
            order: Some(order),
        });
        added.outgoing[0].rooms.join(" ")
    };
    use order::{FilePurpose as Purpose, OrderStatus as Status};
    let all = "role:ADMIN user:c1 user:w1";
    assert_eq!(rooms(Purpose::Progress, Status::InProgress), all);
    assert_eq!(rooms(Purpose::Reference, Status::InProgress), all);
    assert_eq!(rooms(Purpose::Result, Status::Completed), all);
    let without = "role:ADMIN user:w1";
    assert_eq!(rooms(Purpose::Result, Status::InProgress), without);
    assert_eq!(rooms(Purpose::Result, Status::Cancelled), without);
}

#[test]
fn only_what_moves_stock_touches_products() {
    let goods = |status: order::OrderStatus| order::Order {
        status: status.into(),
        items: vec![order::OrderItem {
            product_id: Some("p1".into()),
            kind: order::ProductKind::Goods.into(),
            ..Default::default()
        }],
        ..order()
    };
    let placed = of(&order_changed(
        OrderEvent::Placed,
        &goods(OrderStatus::Pending),
    ));
    assert_eq!(placed.touched.products, ["p1"]);
    assert!(placed.touched.lists && !placed.touched.categories);
    let step = |to: OrderStatus| OrderChanged {
        from: OrderStatus::Pending.into(),
        ..order_changed(OrderEvent::StatusChanged, &goods(to))
    };
    assert_eq!(of(&step(OrderStatus::OnHold)).touched, Touched::default());
    assert!(of(&step(OrderStatus::Cancelled)).touched.lists);
    let paid = of(&OrderChanged {
        payment_from: PaymentStatus::Unpaid.into(),
        ..order_changed(OrderEvent::Paid, &goods(OrderStatus::Pending))
    });
    assert_eq!(paid.touched, Touched::default());
    assert!(of(&order::CategoryChanged::default()).touched.all);
}

#[test]
fn the_customer_gets_a_workers_request_without_its_texts() {
    let order = order();
    let customer = order.customer.as_ref().expect("a customer").id.clone();
    let by = |role: common::Role, id: &str| common::Person {
        id: id.to_owned(),
        name: "Will".to_owned(),
        role: role.into(),
    };
    let request = order::ChangeRequest {
        id: "r1".to_owned(),
        order_id: order.id.clone(),
        reason: Some("The customer is difficult".to_owned()),
        note: Some("I know".to_owned()),
        customer_note: Some("A colleague will do it".to_owned()),
        requested_by: Some(by(common::Role::Staff, "w1")),
        ..Default::default()
    };
    let effects = of(&order::ChangeRequestDecided {
        change_request: Some(request.clone()),
        order: Some(order.clone()),
    });
    let [staff, shown] = effects.outgoing.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(text(staff).contains("difficult"));
    assert!(!staff.rooms.contains(&user_room(&customer)));
    // The customer may watch the order.
    assert!(!staff.rooms.contains(&order_room(&order.id)));
    assert_eq!(shown.rooms, [user_room(&customer)]);
    let text = text(shown);
    assert!(
        !text.contains("difficult") && !text.contains("I know"),
        "{text}"
    );
    assert!(text.contains("A colleague will do it"), "{text}");

    // Everybody reads what the customer requests.
    let own = order::ChangeRequest {
        requested_by: Some(by(common::Role::Customer, &customer)),
        ..request
    };
    let effects = of(&order::ChangeRequestCreated {
        change_request: Some(own),
        order: Some(order),
    });
    let [all] = effects.outgoing.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(all.rooms.contains(&user_room(&customer)));
}
