//! What may be shipped when, and changes of shipments.

use super::*;
use crate::orders::domain::{
    Item,
    tests::{sample_item, sample_order},
};

fn goods(product_id: ProductId, quantity: i64) -> Item {
    sample_item(product_id, quantity, quantity)
}

/// Paid, two products: five and three units, the five in two lines.
fn order() -> (Order, ProductId, ProductId) {
    let (cup, pot) = (ProductId::new(), ProductId::new());
    let mut order = sample_order();
    order.kind = OrderKind::Goods;
    order.payment_status = PaymentStatus::Paid;
    order.items = vec![goods(cup, 2), goods(pot, 3), goods(cup, 3)];
    (order, cup, pot)
}

const NOW: Timestamp = Timestamp::from_micros(7);

fn of(lines: &[(ProductId, i64)]) -> NewShipment {
    NewShipment {
        lines: lines.to_vec(),
        ..NewShipment::default()
    }
}

fn units(shipment: &Shipment) -> Vec<(ProductId, i64)> {
    let lines = shipment.lines.iter();
    lines.map(|line| (line.product_id, line.quantity)).collect()
}

#[test]
fn a_shipment_takes_what_is_in_no_other() {
    let (order, cup, pot) = order();
    let first = of(&[(cup, 4)]).build(&order, &[], NOW).unwrap();
    assert_eq!(units(&first), [(cup, 4)]);
    let rest = of(&[])
        .build(&order, std::slice::from_ref(&first), NOW)
        .unwrap();
    let mut expected = [(cup, 1), (pot, 3)];
    expected.sort_unstable();
    assert_eq!(units(&rest), expected);
    let all = [first.clone(), rest];
    assert_eq!(
        of(&[]).build(&order, &all, NOW),
        Err(ShipmentRefused::NothingLeft)
    );
    let error = of(&[(cup, 2)]).build(&order, std::slice::from_ref(&first), NOW);
    let Err(ShipmentRefused::Invalid(errors)) = error else {
        panic!("{error:?}")
    };
    assert_eq!(errors.0[0].field, "lines[0].quantity");
    // The units of a cancelled shipment can be shipped again.
    let again = of(&[(cup, 5)]).build(&order, &[first.given_up(NOW)], NOW);
    assert_eq!(units(&again.unwrap()), [(cup, 5)]);
}

#[test]
fn all_errors_of_the_lines_are_reported_at_once() {
    let (order, cup, pot) = order();
    let new = of(&[
        (cup, 0),
        (cup, 1),
        (pot, 4),
        (pot, -1),
        (ProductId::new(), 1),
    ]);
    let Err(ShipmentRefused::Invalid(errors)) = new.build(&order, &[], NOW) else {
        panic!("it is refused")
    };
    let fields: Vec<_> = errors.0.iter().map(|error| error.field.as_str()).collect();
    let expected = [
        "lines[0].quantity",
        "lines[1].productId",
        "lines[2].quantity",
        "lines[3].productId",
        "lines[4].productId",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn goods_are_shipped_only_for_open_paid_orders() {
    for status in OrderStatus::ALL {
        for payment in PaymentStatus::ALL {
            let (mut order, ..) = order();
            (order.status, order.payment_status) = (status, payment);
            let allowed = !matches!(status, OrderStatus::OnHold | OrderStatus::Cancelled)
                && matches!(
                    payment,
                    PaymentStatus::Paid | PaymentStatus::PartiallyRefunded
                );
            let outcome = of(&[]).build(&order, &[], NOW);
            assert_eq!(outcome.is_ok(), allowed, "{status} {payment}: {outcome:?}");
        }
    }
    let mut service = sample_order();
    service.payment_status = PaymentStatus::Paid;
    assert_eq!(
        of(&[]).build(&service, &[], NOW),
        Err(ShipmentRefused::NoGoods)
    );
}

#[test]
fn every_transition_of_states_is_allowed_or_refused() {
    use ShipmentState::{Cancelled, Delivered, Preparing, Shipped};
    let steps = [
        (Preparing, Shipped),
        (Preparing, Cancelled),
        (Shipped, Delivered),
        (Shipped, Cancelled),
    ];
    let (order, ..) = order();
    let shipment = of(&[]).build(&order, &[], NOW).unwrap();
    for from in ShipmentState::ALL {
        for to in ShipmentState::ALL {
            let before = Shipment {
                state: from,
                ..shipment.clone()
            };
            let patch = ShipmentPatch {
                state: Some(to),
                ..ShipmentPatch::default()
            };
            let outcome = before.patched(&patch, &order, NOW);
            if from == to {
                assert_eq!(outcome, Ok(None));
            } else if steps.contains(&(from, to)) {
                let after = outcome.unwrap().unwrap();
                assert_eq!((after.state, after.version), (to, 2));
            } else {
                assert_eq!(outcome, Err(ShipmentRefused::WrongState { from, to }));
            }
        }
    }
}

#[test]
fn a_generated_url_follows_the_number_and_a_given_one_stays() {
    let (order, ..) = order();
    let new = NewShipment {
        carrier: "DHL".into(),
        tracking_number: "1".into(),
        ..NewShipment::default()
    };
    let shipment = new.build(&order, &[], NOW).unwrap();
    assert!(shipment.tracking_url.ends_with("tracking-id=1"));
    assert_eq!(shipment.summary(), "shipped by DHL, tracking number 1");
    let number = |number: &str| ShipmentPatch {
        tracking_number: Some(number.into()),
        ..ShipmentPatch::default()
    };
    let moved = shipment
        .patched(&number("2"), &order, NOW)
        .unwrap()
        .unwrap();
    assert!(moved.tracking_url.ends_with("tracking-id=2"));
    let own = ShipmentPatch {
        tracking_url: Some("https://carrier.example/2".into()),
        ..ShipmentPatch::default()
    };
    let own = moved.patched(&own, &order, NOW).unwrap().unwrap();
    let kept = own.patched(&number("3"), &order, NOW).unwrap().unwrap();
    assert_eq!(kept.tracking_url, "https://carrier.example/2");
}

#[test]
fn an_order_is_delivered_when_the_customer_has_every_unit() {
    let (order, cup, _) = order();
    let delivered = |shipment: Shipment| Shipment {
        state: ShipmentState::Delivered,
        ..shipment
    };
    let first = delivered(of(&[(cup, 5)]).build(&order, &[], NOW).unwrap());
    let rest = of(&[])
        .build(&order, std::slice::from_ref(&first), NOW)
        .unwrap();
    assert!(!all_delivered(&order, &[first.clone(), rest.clone()]));
    assert!(all_delivered(&order, &[first, delivered(rest)]));
}
