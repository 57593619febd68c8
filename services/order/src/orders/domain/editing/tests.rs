//! Tests of editing: what may change, the effects, and what is refused.

use std::time::Duration;

use waybill_primitives::{Currency, Money};

use super::*;
use crate::orders::domain::{Address, OrderKind, StockEffect, tests::sample_order};

const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);

fn shop() -> ShopSettings {
    ShopSettings::initial(Currency::USD, Duration::from_mins(30))
}

fn product(kind: ProductKind, price: i64) -> Sellable {
    Sellable {
        name: "Cup".into(),
        kind,
        price: Money::new(price, Currency::USD),
        active: true,
    }
}

fn waiting() -> Order {
    Order {
        expires_at: Some(NOW.plus(Duration::from_mins(5))),
        total: 50,
        ..sample_order()
    }
}

fn lines(ids: &[(ProductId, i64)]) -> Vec<Line> {
    let line = |(product_id, quantity): &(ProductId, i64)| Line {
        product_id: *product_id,
        quantity: *quantity,
    };
    ids.iter().map(line).collect()
}

fn edit_of(details: Details) -> Edit {
    Edit {
        lines: None,
        details,
    }
}

#[test]
fn new_lines_change_kind_total_and_holding_but_not_the_expiry() {
    let (cup, advice) = (ProductId::new(), ProductId::new());
    let products = HashMap::from([
        (cup, product(ProductKind::Goods, 10)),
        (advice, product(ProductKind::Service, 5)),
    ]);
    let before = waiting();
    let edit = Edit {
        lines: Some(lines(&[(cup, 3), (advice, 1)])),
        ..Edit::default()
    };
    let changes = before.edited(edit, &products, &shop(), NOW).unwrap();
    let [edited] = changes.as_slice() else {
        panic!("one change: {changes:?}")
    };
    let order = &edited.order;
    assert_eq!((edited.event, order.version), (OrderEvent::Edited, 2));
    assert_eq!(order.total, 35);
    assert_eq!(
        (order.kind, order.holding),
        (OrderKind::Mixed, StockState::Reserved)
    );
    assert_eq!(order.expires_at, before.expires_at);
    assert_eq!(
        order.difference(&before),
        "changed: items; total 0.50 USD → 0.35 USD"
    );
    let edit = Edit {
        lines: Some(lines(&[(advice, 2)])),
        ..Edit::default()
    };
    let changes = order.edited(edit, &products, &shop(), NOW).unwrap();
    let order = &changes[0].order;
    assert_eq!(
        (order.kind, order.holding),
        (OrderKind::Service, StockState::Nothing)
    );
}

#[test]
fn nothing_due_after_an_edit_is_paid_with_it() {
    let gift = ProductId::new();
    let products = HashMap::from([(gift, product(ProductKind::Goods, 0))]);
    let edit = Edit {
        lines: Some(lines(&[(gift, 1)])),
        ..Edit::default()
    };
    let changes = waiting().edited(edit, &products, &shop(), NOW).unwrap();
    let events: Vec<_> = changes.iter().map(|c| (c.event, c.stock)).collect();
    assert_eq!(
        events,
        [
            (OrderEvent::Edited, StockEffect::Nothing),
            (OrderEvent::Paid, StockEffect::Sell)
        ]
    );
    assert_eq!(changes[1].order.holding, StockState::Sold);
    assert_eq!(changes[1].order.expires_at, None);
}

#[test]
fn fields_not_given_stay_and_equal_values_are_no_change() {
    let before = waiting();
    let none = before.edited(Edit::default(), &HashMap::new(), &shop(), NOW);
    assert_eq!(none, Ok(Vec::new()));
    let edit = edit_of(Details {
        title: Some("Gate".into()),
        estimated_completion: Some(Some(NOW)),
        ..Details::default()
    });
    let changes = before.edited(edit, &HashMap::new(), &shop(), NOW).unwrap();
    let order = changes[0].order.clone();
    assert_eq!(
        (order.title.as_str(), order.estimated_completion),
        ("Gate", Some(NOW))
    );
    assert_eq!(order.total, before.total);
    let edit = edit_of(Details {
        estimated_completion: Some(None),
        ..Details::default()
    });
    let changes = order.edited(edit, &HashMap::new(), &shop(), NOW).unwrap();
    assert_eq!(changes[0].order.estimated_completion, None);
    assert_eq!(changes[0].order.difference(&order), "changed: wanted date");
}

#[test]
fn an_order_never_becomes_empty() {
    let edit = edit_of(Details {
        title: Some(String::new()),
        ..Details::default()
    });
    let refused = waiting().edited(edit, &HashMap::new(), &shop(), NOW);
    let Err(NotEdited::FieldErrors(errors)) = refused else {
        panic!("it must be refused: {refused:?}")
    };
    assert_eq!(errors.0[0].field, "items");
}

#[test]
fn only_a_pending_order_is_edited_and_its_lines_until_it_is_paid() {
    for status in OrderStatus::ALL {
        for payment in PaymentStatus::ALL {
            let order = Order {
                status,
                payment_status: payment,
                ..waiting()
            };
            let edit = edit_of(Details {
                title: Some("Gate".into()),
                ..Details::default()
            });
            let cup = ProductId::new();
            let lines = Edit {
                lines: Some(lines(&[(cup, 1)])),
                ..edit.clone()
            };
            let products = HashMap::from([(cup, product(ProductKind::Goods, 10))]);
            let waits = status == OrderStatus::Pending;
            for (edit, may) in [(edit, waits), (lines, waits && payment.is_due())] {
                let outcome = order.edited(edit, &products, &shop(), NOW);
                assert_eq!(outcome.is_ok(), may, "{status} {payment}");
                if !may {
                    assert_eq!(outcome, Err(NotEdited::State(status, payment)));
                }
            }
        }
    }
}

#[test]
fn every_given_field_is_checked_and_no_other() {
    let fields = |edit: Edit| match edit.check(&waiting(), NOW, 2) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.into_iter().map(|error| error.field).collect(),
    };
    assert_eq!(fields(Edit::default()), [""; 0]);
    let id = ProductId::new();
    let bad = Edit {
        lines: Some(lines(&[(id, 1), (id, 0), (id, 1)])),
        details: Details {
            title: Some("x".repeat(201)),
            description: Some("a\0".into()),
            special_instructions: Some("x".repeat(5_001)),
            estimated_completion: Some(Some(Timestamp::UNIX_EPOCH)),
            shipping_address: Some(Some(Address::default())),
        },
    };
    let found: Vec<String> = fields(bad);
    for field in [
        "items",
        "items[1].quantity",
        "title",
        "description",
        "specialInstructions",
        "estimatedCompletion",
        "shippingAddress.city",
    ] {
        assert!(found.iter().any(|f| f == field), "{field}: {found:?}");
    }
}
