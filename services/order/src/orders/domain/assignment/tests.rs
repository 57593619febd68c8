//! Assignment and replacement for every state, payment status and kind of order.

use std::time::Duration;

use waybill_primitives::{PaymentId, ProductId, UserId};

use super::*;
use crate::orders::domain::tests::{sample_item, sample_order};

const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);
const EXPIRY: Duration = Duration::from_mins(30);

fn worker(name: &str) -> Assignee {
    Assignee {
        id: UserId::new(),
        name: name.into(),
    }
}

/// An order with these states and consistent columns.
fn order(status: OrderStatus, payment: PaymentStatus, kind: OrderKind) -> Order {
    let goods = kind != OrderKind::Service;
    let ended = matches!(status, Completed | Cancelled);
    Order {
        status,
        payment_status: payment,
        kind,
        items: vec![sample_item(ProductId::new(), 1, 700)],
        total: 700,
        holding: match payment {
            _ if !goods || status == Cancelled => StockState::Nothing,
            _ if payment.is_due() && !ended => StockState::Reserved,
            _ => StockState::Sold,
        },
        payment_id: (!payment.is_due()).then(PaymentId::new),
        held_from: (status == OnHold).then_some(Pending),
        expires_at: (status == Pending && payment.is_due()).then(|| NOW.plus(EXPIRY)),
        ..sample_order()
    }
}

fn each(mut check: impl FnMut(Order)) {
    for status in OrderStatus::ALL {
        for payment in PaymentStatus::ALL {
            for kind in OrderKind::ALL {
                check(order(status, payment, kind));
            }
        }
    }
}

#[test]
fn which_orders_can_be_assigned() {
    each(|order| {
        let given = order.assigned(&worker("Wanda"), NOW);
        let expected = if matches!(order.status, Completed | Cancelled) {
            Some(NotAssignable::Ended(order.status))
        } else if order.kind == OrderKind::Goods {
            Some(NotAssignable::NoWork)
        } else if order.status == Pending && order.payment_status != PaymentStatus::Paid {
            Some(NotAssignable::Unpaid)
        } else {
            None
        };
        assert_eq!(given.err(), expected, "{order:?}");
    });
}

#[test]
fn an_assigned_order_is_in_progress() {
    each(|order| {
        let (first, second) = (worker("Will"), worker("Wanda"));
        if order.payment_status == PaymentStatus::Refunded {
            // After a refund the goods are returned; this sample still has them.
            return;
        }
        let Ok(Some(given)) = order.assigned(&first, NOW) else {
            return;
        };
        let after = &given.order;
        assert_eq!(after.assignee().as_ref(), Some(&first));
        assert_eq!(after.version, order.version + 1);
        assert_eq!(after.available_since, None);
        assert_eq!(given.stock, StockEffect::Nothing);
        assert_eq!(given.previous, None);
        let (status, held_from) = match order.status {
            // After the hold, it is in progress again and not in the pool.
            OnHold => (OnHold, Some(InProgress)),
            _ => (InProgress, None),
        };
        assert_eq!((after.status, after.held_from), (status, held_from));
        assert_eq!(after.payment_status, order.payment_status);
        // Repeated: no change. To another worker: the first one loses it.
        assert_eq!(after.assigned(&first, NOW), Ok(None));
        let moved = after.assigned(&second, NOW).unwrap().unwrap();
        assert_eq!(moved.previous, Some(first));
        assert_eq!(moved.order.status, after.status);
    });
}

#[test]
fn which_orders_can_be_replaced() {
    each(|order| {
        let expected = if !matches!(order.status, InProgress | OnHold) {
            Some(NotReplaceable::Status(order.status))
        } else if order.payment_status == PaymentStatus::Paid || order.payment_status.is_due() {
            None
        } else {
            Some(NotReplaceable::Payment(order.payment_status))
        };
        assert_eq!(order.replaced(None, NOW, EXPIRY).err(), expected);
    });
}

#[test]
fn a_replacement_takes_over_everything_and_nothing_twice() {
    each(|order| {
        for wanda in [None, Some(worker("Wanda"))] {
            let will = worker("Will");
            let order = Order {
                assignee_id: Some(will.id),
                assignee_name: Some(will.name.clone()),
                ..order.clone()
            };
            let Ok(Replacement { closed, opened }) = order.replaced(wanda.as_ref(), NOW, EXPIRY)
            else {
                return;
            };
            let paid = order.payment_status == PaymentStatus::Paid;
            let events: Vec<_> = opened.iter().map(|changed| changed.event).collect();
            let expected = match (&wanda, paid) {
                (None, true) => vec![OrderEvent::Placed, OrderEvent::Paid],
                (None, false) => vec![OrderEvent::Placed],
                (Some(_), true) => vec![OrderEvent::Placed, OrderEvent::Assigned, OrderEvent::Paid],
                (Some(_), false) => vec![OrderEvent::Placed, OrderEvent::Assigned],
            };
            assert_eq!(events, expected);
            for (changed, version) in opened.iter().zip(1..) {
                assert_eq!(changed.order.version, version);
                assert_eq!(
                    (changed.stock, changed.payment_id),
                    (StockEffect::Nothing, None)
                );
            }
            let new = &opened.last().unwrap().order;
            assert_eq!(
                (new.replaces_id, closed.order.replaced_by_id),
                (Some(order.id), Some(new.id))
            );
            assert_ne!((new.id, &new.number), (order.id, &order.number));
            assert_eq!(new.customer_id, order.customer_id);
            assert_eq!(new.items, order.items_for(new.id));
            assert_eq!((new.total, new.kind), (order.total, order.kind));
            assert_eq!(new.assignee(), wanda);
            assert_eq!(
                new.status,
                if wanda.is_some() { InProgress } else { Pending }
            );
            // Exactly one of the two has the money and the goods.
            assert_eq!(
                (new.payment_id, new.holding),
                (order.payment_id, order.holding)
            );
            assert_eq!(new.payment_status == PaymentStatus::Paid, paid);
            assert_eq!(
                (closed.order.payment_id, closed.order.holding, closed.stock),
                (None, StockState::Nothing, StockEffect::Nothing)
            );
            assert_eq!(closed.order.payment_status, PaymentStatus::Unpaid);
            assert_eq!(closed.order.status, Cancelled);
            assert_eq!(
                (closed.event, closed.previous),
                (OrderEvent::Replaced, Some(will))
            );
            assert_eq!(closed.replacement.as_deref(), Some(new));
            // Derived as for every order.
            assert_eq!(new.available_since.is_some(), new.is_available());
            let waits = new.status == Pending && new.payment_status.is_due();
            assert_eq!(new.expires_at, waits.then(|| NOW.plus(EXPIRY)));
            assert_eq!(
                (closed.order.expires_at, closed.order.held_from),
                (None, None)
            );
        }
    });
}
