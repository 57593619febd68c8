//! Who is notified of what, and that user input breaks no line.

use waybill_primitives::{Currency, Money, UserId};

use super::*;

fn order() -> OrderSummary {
    OrderSummary {
        id: OrderId::new(),
        number: "W261121-7K3M9QX".into(),
        title: "Logo".into(),
        customer: Contact {
            id: UserId::new(),
            name: "Ada".into(),
            email: Some("ada@example.com".into()),
        },
        assignee: Some(Contact {
            id: UserId::new(),
            name: "Wim".into(),
            email: None,
        }),
        total: Money::new(1999, Currency::USD),
        lines: vec![],
    }
}

fn audiences(plan: &Plan) -> Vec<(Audience, Kind)> {
    plan.notices.iter().map(|n| (n.to, n.kind)).collect()
}

#[test]
fn a_new_order_notifies_customer_and_administrators_and_is_confirmed_by_mail() {
    let order = order();
    let plan = plan(&NotificationTrigger::Placed(order.clone()));
    assert_eq!(
        audiences(&plan),
        [
            (Audience::User(order.customer.id), Kind::OrderPlaced),
            (Audience::Admins, Kind::OrderPlaced)
        ]
    );
    assert_eq!(plan.mails.len(), 1);
    assert_eq!(plan.mails[0].template, Template::OrderConfirmation);
}

#[test]
fn only_money_makes_a_receipt_and_only_the_pool_calls_the_staff() {
    let order = order();
    let free = plan(&NotificationTrigger::Paid {
        order: order.clone(),
        by_payment: false,
        available: true,
    });
    assert_eq!(
        audiences(&free),
        [(Audience::Staff, Kind::OrderAvailable)],
        "a free order has no receipt"
    );
    assert!(free.mails.is_empty());
    let goods = plan(&NotificationTrigger::Paid {
        order: order.clone(),
        by_payment: true,
        available: false,
    });
    assert_eq!(
        audiences(&goods),
        [(Audience::User(order.customer.id), Kind::OrderPaid)]
    );
    assert_eq!(goods.mails[0].template, Template::PaymentReceipt);
}

#[test]
fn a_worker_is_notified_of_an_assignment_by_others_but_not_of_an_own_claim() {
    let order = order();
    let worker = order.assignee.as_ref().map(|worker| worker.id);
    let own = plan(&NotificationTrigger::Claimed {
        order: order.clone(),
        actor: worker,
    });
    assert_eq!(own.notices.len(), 1);
    let assigned = plan(&NotificationTrigger::Claimed {
        order: order.clone(),
        actor: Some(UserId::new()),
    });
    assert_eq!(assigned.notices.len(), 2);
    assert_eq!(
        assigned.notices[1].to,
        Audience::User(worker.expect("assigned"))
    );
}

#[test]
fn an_assignment_notifies_customer_new_and_previous_worker() {
    let order = order();
    let worker = order.assignee.as_ref().expect("assigned").id;
    let previous = UserId::new();
    for (began, mails) in [(true, 1), (false, 0)] {
        let plan = plan(&NotificationTrigger::Assigned {
            order: order.clone(),
            began,
            previous: Some(previous),
        });
        assert_eq!(
            audiences(&plan),
            [order.customer.id, worker, previous]
                .map(|id| (Audience::User(id), Kind::OrderAssigned))
        );
        assert_eq!(plan.mails.len(), mails);
    }
}

#[test]
fn a_replacement_is_announced_with_the_new_number() {
    let order = order();
    let previous = UserId::new();
    let plan = plan(&NotificationTrigger::Replaced {
        order: order.clone(),
        number: "W261121-NEWNEWN".into(),
        previous: Some(previous),
    });
    assert_eq!(
        audiences(&plan),
        [order.customer.id, previous].map(|id| (Audience::User(id), Kind::OrderReplaced))
    );
    assert!(plan.mails[0].subject.contains("W261121-NEWNEWN"));
    for notice in &plan.notices {
        assert!(format!("{} {}", notice.title, notice.body).contains("W261121-NEWNEWN"));
    }
}

#[test]
fn notes_and_progress_are_the_customers_news_without_mail() {
    let order = order();
    let noted = plan(&NotificationTrigger::Noted {
        order: order.clone(),
        author: "Wim".into(),
        body: "Please choose".into(),
    });
    let went_on = plan(&NotificationTrigger::Progressed {
        order: order.clone(),
        step: "Sketched".into(),
        percent: Some(40),
        note: String::new(),
    });
    let customer = Audience::User(order.customer.id);
    assert_eq!(audiences(&noted), [(customer, Kind::OrderNote)]);
    assert_eq!(audiences(&went_on), [(customer, Kind::OrderProgress)]);
    assert_eq!(went_on.notices[0].body, "Sketched (40 %).");
    assert!(noted.mails.is_empty() && went_on.mails.is_empty());
}

#[test]
fn user_input_cannot_break_a_line() {
    let mut order = order();
    order.number = "W1\r\nBcc: all@example.com".into();
    let plan = plan(&NotificationTrigger::Cancelled {
        order,
        by: None,
        reason: "no\u{0}pe\n".into(),
    });
    for notice in &plan.notices {
        assert!(!notice.title.contains(char::is_control));
        assert!(!notice.body.contains(char::is_control));
    }
    assert!(!plan.mails[0].subject.contains(char::is_control));
}
