//! Tests of changes: the steps with their consequences, and random walks that keep the invariants.

use std::collections::HashMap;

use proptest::prelude::*;
use waybill_primitives::{Currency, ProductId, Role, UserId};

use super::*;
use crate::{
    orders::domain::{Customer, Details, Draft, OfferDraft, OrderKind, Person},
    shop::{
        products::domain::{Line, ProductKind, Sellable},
        settings::domain::ShopSettings,
    },
};

const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);
const EXPIRY: Duration = Duration::from_mins(30);

fn order(kinds: &[ProductKind], price: i64) -> Order {
    let mut products = HashMap::new();
    let lines = kinds.iter().map(|kind| {
        let product_id = ProductId::new();
        let price = Money::new(price, Currency::USD);
        products.insert(
            product_id,
            Sellable {
                name: "Thing".into(),
                kind: *kind,
                price,
                active: true,
            },
        );
        Line {
            product_id,
            quantity: 2,
        }
    });
    let draft = Draft {
        lines: lines.collect(),
        details: Details {
            title: Some("T".into()),
            ..Details::default()
        },
    };
    let customer = Customer {
        id: UserId::new(),
        name: "Ada".into(),
        email: "a@b.c".into(),
    };
    let changes = draft
        .place(
            customer,
            false,
            &products,
            &ShopSettings::initial(Currency::USD, EXPIRY),
            NOW,
        )
        .unwrap();
    changes.last().unwrap().order.clone()
}

fn pay(order: &Order) -> Changed {
    match order.paid(PaymentId::new(), order.total(), NOW) {
        Outcome::Changed(changed) => *changed,
        other => panic!("{other:?}"),
    }
}

fn claim(order: &Order) -> Order {
    assert!(order.is_available());
    let worker = Assignee {
        id: UserId::new(),
        name: "Will".into(),
    };
    Order {
        status: InProgress,
        assignee_id: Some(worker.id),
        assignee_name: Some(worker.name),
        available_since: None,
        version: order.version + 1,
        ..order.clone()
    }
}

#[test]
fn payment_sells_the_goods_and_opens_the_pool() {
    let goods = pay(&order(&[ProductKind::Goods], 5));
    assert_eq!(
        (goods.stock, goods.order.holding),
        (StockEffect::Sell, StockState::Sold)
    );
    assert_eq!(
        (goods.order.expires_at, goods.order.available_since),
        (None, None)
    );
    assert_eq!(goods.sides(), (Some("UNPAID"), "PAID"));
    let service = pay(&order(&[ProductKind::Service], 5)).order;
    assert_eq!(service.available_since, Some(NOW));
    let mixed = pay(&order(&[ProductKind::Service, ProductKind::Goods], 5));
    assert_eq!(
        (mixed.order.kind, mixed.stock),
        (OrderKind::Mixed, StockEffect::Sell)
    );
}

#[test]
fn money_for_cancelled_paid_or_otherwise_priced_orders_is_rejected() {
    let unpaid = order(&[ProductKind::Goods], 5);
    let late = NOW.plus(EXPIRY);
    assert_eq!(unpaid.expired(NOW), None);
    let expired = unpaid.expired(late).unwrap();
    assert_eq!(
        (expired.stock, expired.order.status),
        (StockEffect::Release, Cancelled)
    );
    let paid = pay(&unpaid).order;
    let too_little = Money::new(1, Currency::USD);
    for (order, amount) in [
        (&expired.order, unpaid.total()),
        (&paid, unpaid.total()),
        (&unpaid, too_little),
    ] {
        let Outcome::Rejected(changed, reason) = order.paid(PaymentId::new(), amount, late) else {
            panic!("taken: {order:?}");
        };
        assert!(!reason.is_empty());
        assert_eq!(changed.stock, StockEffect::Nothing);
        assert_eq!(changed.order.payment_status, order.payment_status);
        assert_eq!(changed.order.version, order.version + 1);
    }
    assert_eq!(
        paid.paid(paid.payment_id.unwrap(), paid.total(), late),
        Outcome::Nothing
    );
    assert_eq!(paid.expired(late), None);
}

#[test]
fn a_failed_payment_can_be_tried_again_and_still_expires() {
    let unpaid = order(&[ProductKind::Goods], 5);
    let Outcome::Changed(failed) = unpaid.payment_failed(PaymentId::new(), NOW) else {
        panic!("ignored");
    };
    assert_eq!(failed.order.payment_status, PaymentStatus::Failed);
    assert_eq!(failed.order.expires_at, unpaid.expires_at);
    assert_eq!(
        failed.order.payment_failed(PaymentId::new(), NOW),
        Outcome::Nothing
    );
    assert!(failed.order.expired(NOW.plus(EXPIRY)).is_some());
    assert_eq!(pay(&failed.order).order.payment_status, PaymentStatus::Paid);
}

#[test]
fn cancelling_a_paid_order_returns_goods_and_waits_for_the_refund() {
    let paid = pay(&order(&[ProductKind::Goods], 5)).order;
    let cancelled = paid
        .change_status(Cancelled, &[Party::Owner], NOW, EXPIRY)
        .unwrap();
    assert_eq!(
        (cancelled.stock, cancelled.event),
        (StockEffect::Return, OrderEvent::Cancelled)
    );
    assert_eq!(cancelled.order.payment_status, PaymentStatus::Paid);
    let payment = paid.payment_id.unwrap();
    let Outcome::Changed(refunded) = cancelled.order.refunded(payment, &Refund::default(), NOW)
    else {
        panic!("ignored");
    };
    assert_eq!(refunded.order.payment_status, PaymentStatus::Refunded);
    assert_eq!(refunded.stock, StockEffect::Nothing);
    assert_eq!(
        refunded.order.refunded(payment, &Refund::default(), NOW),
        Outcome::Nothing
    );
    assert_eq!(
        cancelled
            .order
            .refunded(PaymentId::new(), &Refund::default(), NOW),
        Outcome::Nothing
    );
}

#[test]
fn a_released_order_is_in_the_pool_again() {
    let claimed = claim(&pay(&order(&[ProductKind::Service], 5)).order);
    let held = claimed
        .change_status(OnHold, &[Party::Assignee], NOW, EXPIRY)
        .unwrap()
        .order;
    for order in [&claimed, &held] {
        let released = order.released(NOW, EXPIRY).unwrap();
        assert_eq!(released.previous, claimed.assignee());
        assert!(released.order.is_available());
        assert!(released.order.released(NOW, EXPIRY).is_err());
    }
}

#[test]
fn holding_stops_the_expiry_and_returning_restarts_it() {
    let unpaid = order(&[ProductKind::Goods], 5);
    let held = unpaid
        .change_status(OnHold, &[Party::Admin], NOW, EXPIRY)
        .unwrap()
        .order;
    assert_eq!((held.expires_at, held.held_from), (None, Some(Pending)));
    let later = NOW.plus(EXPIRY * 3);
    assert_eq!(held.expired(later), None);
    let back = held
        .change_status(Pending, &[Party::Admin], later, EXPIRY)
        .unwrap()
        .order;
    assert_eq!(
        (back.expires_at, back.held_from),
        (Some(later.plus(EXPIRY)), None)
    );
}

#[test]
fn completing_an_order_of_unpaid_goods_takes_them_from_the_stock() {
    let started = order(&[ProductKind::Goods], 5)
        .change_status(InProgress, &[Party::Admin], NOW, EXPIRY)
        .unwrap()
        .order;
    assert_eq!(started.expires_at, None);
    let done = started
        .change_status(Completed, &[Party::Admin], NOW, EXPIRY)
        .unwrap();
    assert_eq!(
        (done.stock, done.event),
        (StockEffect::Sell, OrderEvent::Completed)
    );
    assert_eq!(done.order.completed_at, Some(NOW));
    assert_eq!(pay(&done.order).stock, StockEffect::Nothing);
}

#[test]
fn a_refusal_lists_what_is_allowed() {
    let unpaid = order(&[ProductKind::Goods], 5);
    let refused = unpaid
        .change_status(Completed, &[Party::Owner], NOW, EXPIRY)
        .unwrap_err();
    assert_eq!((refused.from, refused.to), (Pending, Completed));
    assert_eq!(refused.allowed, [Cancelled]);
}

/// An administrator's offer, if the order is open for one.
fn quote(order: &Order, amount: i64, now: Timestamp) -> Option<Changed> {
    let admin = Person::new(UserId::new(), "Anna", Role::Admin);
    let draft = OfferDraft {
        amount: Some(Money::new(amount, Currency::USD)),
        valid_until: Some(now.plus(EXPIRY)),
        ..OfferDraft::default()
    };
    let offer = draft.check(order, &admin, 100, now).unwrap();
    order.quoted(offer, None, now).ok().flatten()
}

/// Invariants of every order.
fn check_invariants(order: &Order) {
    let due = order.payment_status.is_due();
    let goods = !order.goods().is_empty();
    let expected = match order.status {
        _ if !goods || order.is_unpriced() => StockState::Nothing,
        Cancelled => StockState::Nothing,
        // Refunded before it was completed, its goods went back; afterwards, the customer has them.
        Completed if order.payment_status == PaymentStatus::Refunded => order.holding,
        _ if order.payment_status == PaymentStatus::Refunded => StockState::Nothing,
        Completed => StockState::Sold,
        _ if due => StockState::Reserved,
        _ => StockState::Sold,
    };
    assert_eq!(order.holding, expected, "{order:?}");
    assert_eq!(
        order.expires_at.is_some(),
        order.status == Pending
            && due
            && !matches!(
                order.quote_state,
                Some(QuoteState::Requested | QuoteState::Expired)
            ),
        "{order:?}"
    );
    assert_eq!(
        order.available_since.is_some(),
        order.is_available(),
        "{order:?}"
    );
    assert_eq!(
        order.held_from.is_some(),
        order.status == OnHold,
        "{order:?}"
    );
    assert_eq!(
        order.completed_at.is_some(),
        order.status == Completed,
        "{order:?}"
    );
    // A PENDING order has no worker; otherwise nobody could claim it.
    let waits = order.status == Pending || order.held_from == Some(Pending);
    assert!(!(waits && order.assignee_id.is_some()), "{order:?}");
    let total: i64 = order.items.iter().map(|item| item.line_total).sum();
    assert_eq!(order.total, total, "{order:?}");
    // Nobody works on, or has paid for, what has no price.
    if order.is_unpriced() {
        assert!(due && order.total == 0, "{order:?}");
        assert!(!matches!(order.status, InProgress | Completed), "{order:?}");
        assert_eq!(order.assignee_id, None, "{order:?}");
    }
    // A replaced order has no payment.
    if order.replaced_by_id.is_some() {
        assert_eq!(
            (order.status, order.payment_status, order.payment_id),
            (Cancelled, PaymentStatus::Unpaid, None)
        );
    }
}

proptest! {
    /// For any sequence of steps, allowed or not: versions increase by one, stock effects sum to the holding, and the
    /// invariants hold after each.
    #[test]
    fn random_walks_keep_the_invariants(
        goods in any::<bool>(),
        free in any::<bool>(),
        steps in prop::collection::vec((0_u8..16, 0_usize..3), 0..40)
    ) {
        let kind = if goods { ProductKind::Goods } else { ProductKind::Service };
        let mut order = order(&[kind, kind], if free { 0 } else { 7 });
        // Per unit: (on hand, reserved), as the order has moved them.
        let mut moved = match order.holding {
            StockState::Nothing => (0, 0),
            StockState::Reserved => (0, 1),
            StockState::Sold => (-1, 0),
        };
        let crew = ["Ann", "Ben", "Cid"].map(|name| Assignee {
            id: UserId::new(),
            name: name.into(),
        });
        let mut now = NOW;
        for (step, party) in steps {
            now = now.plus(EXPIRY / 4);
            let changed = match step {
                0..=4 => order
                    .change_status(OrderStatus::ALL[step as usize], &[Party::ALL[party]], now, EXPIRY)
                    .ok(),
                5 => order.expired(now),
                6 => order.released(now, EXPIRY).ok(),
                7 if order.is_available() => Some(claim(&order).claimed()),
                8 => match order.paid(PaymentId::new(), order.total(), now) {
                    Outcome::Changed(changed) | Outcome::Rejected(changed, _) => Some(*changed),
                    Outcome::Nothing => None,
                },
                9 => match order.payment_failed(PaymentId::new(), now) {
                    Outcome::Changed(changed) => Some(*changed),
                    _ => None,
                },
                10 => match order.payment_id.map(|id| order.refunded(id, &Refund::default(), now)) {
                    Some(Outcome::Changed(changed)) => Some(*changed),
                    _ => None,
                },
                13 => quote(&order, i64::try_from(party).unwrap() * 100, now),
                14 => {
                    let version = order.quote_version();
                    let changes = order.quote_accepted(version, now, |_| EXPIRY);
                    let mut changes = changes.unwrap_or_default().into_iter();
                    let accepted = changes.next();
                    // What costs nothing is paid at once; that change is checked alone.
                    if let Some(paid) = changes.next() {
                        check_invariants(&paid.order);
                        prop_assert_eq!(paid.event, OrderEvent::Paid);
                        prop_assert!(changes.next().is_none());
                        moved = (0, 1);
                        order = accepted.unwrap().order;
                        if order.goods().is_empty() {
                            moved = (0, 0);
                        }
                        Some(paid)
                    } else {
                        accepted
                    }
                }
                15 => {
                    let admin = Person::new(UserId::new(), "Anna", Role::Admin);
                    order.quote_withdrawn(&admin, now).ok().flatten()
                }
                11 => order.assigned(&crew[party], now).ok().flatten(),
                12 => {
                    let to = crew.get(party).filter(|_| party > 0);
                    let Ok(replaced) = order.replaced(to, now, EXPIRY) else { continue };
                    // No stock moves, and the walk continues with the replacement.
                    check_invariants(&replaced.closed.order);
                    for (opened, version) in replaced.opened.iter().zip(1..) {
                        prop_assert_eq!(opened.order.version, version);
                        prop_assert_eq!(opened.stock, StockEffect::Nothing);
                    }
                    prop_assert_eq!(replaced.closed.stock, StockEffect::Nothing);
                    prop_assert_eq!(replaced.closed.order.version, order.version + 1);
                    let opened = replaced.opened.last().unwrap().order.clone();
                    prop_assert_eq!(
                        (&opened.items, opened.total, opened.holding),
                        (&order.items_for(opened.id), order.total, order.holding)
                    );
                    order = opened;
                    check_invariants(&order);
                    continue;
                }
                _ => None,
            };
            let Some(changed) = changed else { continue };
            prop_assert_eq!(changed.order.version, order.version + 1);
            moved = match changed.stock {
                StockEffect::Nothing => moved,
                StockEffect::Reserve => (moved.0, moved.1 + 1),
                StockEffect::Sell => (moved.0 - 1, moved.1 - 1),
                StockEffect::Release => (moved.0, moved.1 - 1),
                StockEffect::Return => (moved.0 + 1, moved.1),
            };
            let expected = match changed.order.holding {
                StockState::Nothing => (0, 0),
                StockState::Reserved => (0, 1),
                StockState::Sold => (-1, 0),
            };
            prop_assert_eq!(moved, expected);
            order = changed.order;
            check_invariants(&order);
        }
    }
}
