//! Events as services publish them.

use waybill_proto::{
    auth::{User, UserChanged, UserEvent},
    order::{Order, OrderChanged, OrderEvent, OrderStatus},
    payment::{Payment, PaymentChanged, PaymentEvent},
};

/// A change of an order that leaves its statuses as they are.
pub fn order_changed(kind: OrderEvent, order: &Order) -> OrderChanged {
    OrderChanged {
        kind: kind.into(),
        from: order.status,
        payment_from: order.payment_status,
        order: Some(order.clone()),
        ..OrderChanged::default()
    }
}

/// A change of an order's status.
pub fn order_moved(
    kind: OrderEvent,
    order: &Order,
    from: OrderStatus,
    to: OrderStatus,
) -> OrderChanged {
    let order = Order {
        status: to.into(),
        ..order.clone()
    };
    OrderChanged {
        from: from.into(),
        ..order_changed(kind, &order)
    }
}

/// A change of an account.
pub fn user_changed(kind: UserEvent, user: &User) -> UserChanged {
    UserChanged {
        kind: kind.into(),
        user: Some(user.clone()),
        ..UserChanged::default()
    }
}

/// A change of a payment.
pub fn payment_changed(kind: PaymentEvent, payment: &Payment) -> PaymentChanged {
    PaymentChanged {
        kind: kind.into(),
        payment: Some(payment.clone()),
        ..PaymentChanged::default()
    }
}
