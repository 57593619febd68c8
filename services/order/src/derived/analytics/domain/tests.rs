//! An order's contribution depends only on its state and history.

use proptest::prelude::*;
use waybill_primitives::{OrderId, ProductId, UserId};

use super::*;
use crate::orders::domain::{
    Order,
    tests::{sample_item, sample_order},
};

const DAY: i64 = 86_400_000_000;

fn at(day: i64) -> Timestamp {
    Timestamp::from_micros(day * DAY + 1)
}

fn sold(total: i64) -> Order {
    let mut order = sample_order();
    order.items = vec![sample_item(ProductId::new(), 2, total)];
    order.total = total;
    order.created_at = at(10);
    order.updated_at = at(10);
    order
}

fn line(version: i64, event: &str, from: Option<&str>, to: &str, day: i64) -> HistoryEntry {
    HistoryEntry {
        order_id: OrderId::from_uuid(uuid::Uuid::nil()),
        version,
        at: at(day),
        event: event.parse().unwrap(),
        from_value: from.map(str::to_owned),
        to_value: to.to_owned(),
        actor_id: None,
        actor_name: None,
        actor_role: None,
        note: String::new(),
        internal_note: None,
    }
}

/// The figures as `METRIC day [product|worker]: quantity amount`, sorted.
fn contributions(order: &Order, history: &[HistoryEntry]) -> Vec<String> {
    let mut figures = Figures::new();
    Contribution::new(&order.into(), Times::of(history)).add_to(&mut figures, 1);
    let worker = order.assignee_id.map(|id| id.to_string());
    figures
        .into_iter()
        .map(|(cell, figure)| {
            let of = match cell.dimension {
                id if Some(&id) == worker.as_ref() => " worker".to_owned(),
                id if id.len() == 36 => " product".to_owned(),
                text if text.is_empty() => text,
                text => format!(" {text}"),
            };
            let (quantity, amount) = (figure.quantity, figure.amount);
            format!("{} {}{of}: {quantity} {amount}", cell.metric, cell.day)
        })
        .collect()
}

#[test]
fn each_stage_of_an_order_adds_what_it_should() {
    let mut order = sold(500);
    let placed = line(1, "PLACED", None, "PENDING", 10);
    assert_eq!(
        contributions(&order, std::slice::from_ref(&placed)),
        ["PLACED 10: 1 500", "STATUS 0 PENDING: 1 0"]
    );

    order.payment_status = PaymentStatus::Paid;
    let paid = line(2, "PAID", Some("UNPAID"), "PAID", 11);
    let claimed = line(3, "CLAIMED", Some("PENDING"), "IN_PROGRESS", 12);
    order.status = OrderStatus::Completed;
    order.completed_at = Some(at(13));
    order.assignee_id = Some(UserId::new());
    let history = [placed.clone(), paid.clone(), claimed];
    assert_eq!(
        contributions(&order, &history),
        [
            "COMPLETED 13: 1 500",
            "FINISHED 13 worker: 1 500",
            "PAID 11: 1 500",
            "PLACED 10: 1 500",
            "PRODUCT 11 product: 2 500",
            "STATUS 0 COMPLETED: 1 0",
            "TAKEN 12 worker: 1 500",
            "WORKED 13 worker: 1 86400",
        ]
    );

    let mut refunded = sold(500);
    refunded.payment_status = PaymentStatus::Refunded;
    refunded.status = OrderStatus::Cancelled;
    let history = [
        placed.clone(),
        paid.clone(),
        line(3, "CANCELLED", Some("PENDING"), "CANCELLED", 14),
        line(4, "REFUNDED", Some("PAID"), "REFUNDED", 15),
        // A late payment does not change this.
        line(5, "PAYMENT_REJECTED", Some("REFUNDED"), "REFUNDED", 16),
    ];
    assert_eq!(
        contributions(&refunded, &history),
        [
            "CANCELLED 14: 1 500",
            "PAID 11: 1 500",
            "PLACED 10: 1 500",
            "REFUNDED 15: 1 500",
            "STATUS 0 CANCELLED: 1 0",
        ]
    );

    let mut in_part = sold(500);
    in_part.payment_status = PaymentStatus::PartiallyRefunded;
    in_part.refunded = 120;
    let history = [
        placed.clone(),
        paid.clone(),
        line(3, "REFUNDED", Some("PAID"), "PARTIALLY_REFUNDED", 15),
        line(
            4,
            "REFUNDED",
            Some("PARTIALLY_REFUNDED"),
            "PARTIALLY_REFUNDED",
            17,
        ),
    ];
    assert_eq!(
        contributions(&in_part, &history),
        [
            "PAID 11: 1 500",
            "PLACED 10: 1 500",
            "PRODUCT 11 product: 2 500",
            "REFUNDED 17: 0 120",
            "STATUS 0 PENDING: 1 0",
        ]
    );

    let mut replaced = sold(500);
    replaced.payment_status = PaymentStatus::Paid;
    replaced.status = OrderStatus::Cancelled;
    replaced.replaced_by_id = Some(OrderId::new());
    let history = [
        placed,
        paid,
        line(3, "REPLACED", Some("IN_PROGRESS"), "CANCELLED", 14),
    ];
    assert_eq!(
        contributions(&replaced, &history),
        [
            "CANCELLED 14: 1 500",
            "PLACED 10: 1 500",
            "STATUS 0 CANCELLED: 1 0"
        ],
        "the payment belongs to the replacement"
    );
}

#[test]
fn a_contribution_survives_being_stored() {
    let mut order = sold(500);
    order.payment_status = PaymentStatus::Paid;
    let history = [line(2, "PAID", Some("UNPAID"), "PAID", 11)];
    let contribution = Contribution::new(&(&order).into(), Times::of(&history));
    let text = serde_json::to_string(&contribution).unwrap();
    assert_eq!(
        serde_json::from_str::<Contribution>(&text).unwrap(),
        contribution
    );
}

fn any_line() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    prop_oneof![
        Just(("PAID", "UNPAID", "PAID")),
        Just(("REFUNDED", "PAID", "REFUNDED")),
        Just(("CLAIMED", "PENDING", "IN_PROGRESS")),
        Just(("ASSIGNED", "IN_PROGRESS", "IN_PROGRESS")),
        Just(("CANCELLED", "PENDING", "CANCELLED")),
        Just(("PAYMENT_REJECTED", "REFUNDED", "REFUNDED")),
        Just(("EDITED", "PENDING", "PENDING")),
    ]
}

proptest! {
    /// Differences from version to version add up to the count of the last version.
    #[test]
    fn adding_differences_equals_a_recount(
        lines in prop::collection::vec((any_line(), 0_i64..3), 1..12),
        states in prop::collection::vec((0_usize..5, 0_usize..6, any::<bool>(), 0_i64..900), 12),
    ) {
        let mut order = sold(700);
        let (mut sum, mut times, mut before) = (Figures::new(), Times::default(), Contribution::default());
        let (mut history, mut day, someone) = (Vec::new(), 10, UserId::new());
        for (((event, from, to), later), (status, payment, worker, total)) in lines.into_iter().zip(states) {
            day += later;
            let entry = line(order.version, event, Some(from), to, day);
            times.then(Milestone::of(&entry), entry.at);
            history.push(entry);
            order.version += 1;
            order.updated_at = at(day);
            order.status = OrderStatus::ALL[status];
            order.payment_status = PaymentStatus::ALL[payment];
            order.total = total;
            order.completed_at = (order.status == OrderStatus::Completed).then_some(at(day));
            order.assignee_id = worker.then_some(someone);
            let now = Contribution::new(&(&order).into(), times);
            now.add_to(&mut sum, 1);
            before.add_to(&mut sum, -1);
            before = now;
        }
        sum.retain(|_, figure| !figure.is_zero());
        let mut counted = Figures::new();
        Contribution::new(&(&order).into(), Times::of(&history)).add_to(&mut counted, 1);
        counted.retain(|_, figure| !figure.is_zero());
        prop_assert_eq!(sum, counted);
    }
}
