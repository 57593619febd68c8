//! Converts order events to changes of orders.

use waybill_primitives::FieldError;
use waybill_proto::order::{self as pb, OrderEvent};

use super::{
    app::ProjectionInput,
    domain::{Counted, Milestone},
};
use crate::orders::domain::{
    OrderKind, OrderStatus, PaymentStatus, SearchTerms, kept_total, labels,
};

pub fn read(event: &pb::OrderChanged) -> Result<ProjectionInput, FieldError> {
    let order = event
        .order
        .as_ref()
        .ok_or_else(|| FieldError::missing("order"))?;
    let status = OrderStatus::from_proto(order.status);
    let payment = PaymentStatus::from_proto(order.payment_status);
    let total = order
        .total
        .ok_or_else(|| FieldError::missing("order.total"))?;
    let line = |(item, product): (&pb::OrderItem, &String)| {
        let product = product.parse().ok()?;
        let (total, refunded) = (item.line_total.as_ref()?.amount, item.refunded_quantity);
        let kept = kept_total(total, item.quantity, refunded);
        Some((product, item.quantity - refunded, kept))
    };
    // Lines of a quote have no product.
    let of_products = order.items.iter();
    let of_products = of_products.filter_map(|item| Some((item, item.product_id.as_ref()?)));
    let lines: Option<Vec<_>> = of_products.map(line).collect();
    let worker = order.assignee.as_ref().map(|worker| worker.id.parse());
    let customer = order
        .customer
        .as_ref()
        .map_or("", |person| person.name.as_str());
    let address = order.customer.as_ref();
    let address = address.map_or("", |person| person.email());
    let kind = OrderKind::from_proto(order.kind).ok().flatten();
    let kind = kind.ok_or_else(|| FieldError::missing("order.kind"))?;
    let items = order.items.iter().map(|item| item.name.as_str());
    let order = Counted {
        id: order
            .id
            .parse()
            .map_err(|error| FieldError::new("order.id", format!("{error}")))?,
        version: order.version,
        status: status
            .ok()
            .flatten()
            .ok_or_else(|| FieldError::missing("order.status"))?,
        payment_status: payment
            .ok()
            .flatten()
            .ok_or_else(|| FieldError::missing("order.payment_status"))?,
        total: total.amount,
        refunded: match (payment, order.refunded) {
            (_, Some(refunded)) => refunded.amount,
            // Version 0.1 does not say it.
            (Ok(Some(PaymentStatus::Refunded)), None) => total.amount,
            (_, None) => 0,
        },
        currency: total.currency,
        lines: lines.ok_or_else(|| FieldError::missing("order.items"))?,
        worker: worker
            .transpose()
            .map_err(|error| FieldError::new("order.assignee.id", format!("{error}")))?,
        replaced: order.replaced_by_id.is_some(),
        created_at: order
            .created_at
            .ok_or_else(|| FieldError::missing("order.created_at"))?,
        completed_at: order.completed_at,
        updated_at: order
            .updated_at
            .ok_or_else(|| FieldError::missing("order.updated_at"))?,
        words: SearchTerms::of_order(order.title(), customer, items, order.description()),
        labels: labels(address, &order.order_number, kind),
    };
    Ok(ProjectionInput {
        step: step(&order, event),
        kind_may_differ: matches!(event.kind(), OrderEvent::Edited | OrderEvent::QuoteAccepted),
        order,
    })
}

/// The same milestone as from the history entry.
fn step(order: &Counted, event: &pb::OrderChanged) -> Milestone {
    let refunded = PaymentStatus::Refunded;
    if order.status == OrderStatus::Cancelled && event.from() != pb::OrderStatus::Cancelled {
        Milestone::Cancelled
    } else if order.payment_status == refunded && event.payment_from() != refunded.into() {
        Milestone::Refunded
    } else {
        match event.kind() {
            OrderEvent::Refunded => Milestone::PartlyRefunded,
            OrderEvent::Paid => Milestone::Paid,
            OrderEvent::Claimed | OrderEvent::Assigned => Milestone::Assigned,
            _ => Milestone::Other,
        }
    }
}
