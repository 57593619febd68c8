//! Tests of editing: what may change, the effects, and what is refused.

use std::time::Duration;

use waybill_primitives::{Currency, Money, Role, UserId};

use super::*;
use crate::{
    orders::domain::{
        Address, NotQuoted, Offer, OfferDraft, OrderKind, Person, QuoteState, StockEffect,
        tests::sample_order,
    },
    shop::products::domain::ProductKind,
};

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
        created_at: NOW,
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

fn address(line1: &str, city: &str) -> Address {
    Address {
        line1: line1.into(),
        city: city.into(),
        country: "US".into(),
        ..Address::default()
    }
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
fn where_orders_may_be_free_nothing_due_after_an_edit_is_paid_with_it() {
    let shop = ShopSettings {
        free_orders: true,
        ..shop()
    };
    let gift = ProductId::new();
    let products = HashMap::from([(gift, product(ProductKind::Goods, 0))]);
    let edit = Edit {
        lines: Some(lines(&[(gift, 1)])),
        ..Edit::default()
    };
    let changes = waiting().edited(edit, &products, &shop, NOW).unwrap();
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
fn an_emptied_order_is_a_request_for_a_quote_and_a_filled_one_has_a_price_again() {
    let (cup, gift) = (ProductId::new(), ProductId::new());
    let products = HashMap::from([
        (cup, product(ProductKind::Goods, 10)),
        (gift, product(ProductKind::Goods, 0)),
    ]);
    let with = |order: &Order, units: &[(ProductId, i64)]| {
        let edit = Edit {
            lines: Some(lines(units)),
            ..Edit::default()
        };
        let changes = order.edited(edit, &products, &shop(), NOW).unwrap();
        let [edited] = changes.as_slice() else {
            panic!("one change: {changes:?}")
        };
        edited.order.clone()
    };
    let full = with(&waiting(), &[(cup, 3)]);
    assert_eq!(full.reserved(), [(cup, 3)]);
    for nothing in [&[][..], &[(gift, 1)]] {
        let request = with(&full, nothing);
        assert_eq!(request.quote_state, Some(QuoteState::Requested));
        assert_eq!(
            (request.payment_status, request.total, request.expires_at),
            (PaymentStatus::Unpaid, 0, None)
        );
        assert!(request.reserved().is_empty());
        assert_eq!(
            request.difference(&full),
            "changed: items, quote; total 0.30 USD → 0.00 USD"
        );
        let again = with(&request, &[(cup, 2)]);
        assert_eq!((again.quote_state, again.offer()), (None, None));
        assert_eq!(again.expires_at, Some(NOW.plus(Duration::from_mins(30))));
        assert_eq!(again.reserved(), [(cup, 2)]);
    }
}

#[test]
fn an_order_that_is_emptied_and_filled_again_is_not_reserved_for_ever() {
    let cup = ProductId::new();
    let products = HashMap::from([(cup, product(ProductKind::Goods, 10))]);
    let fill = |order: &Order, units: &[(ProductId, i64)], now: Timestamp| {
        let edit = Edit {
            lines: Some(lines(units)),
            ..Edit::default()
        };
        let changes = order.edited(edit, &products, &shop(), now);
        changes.map(|mut changes| changes.remove(0).order)
    };
    // One that was placed with a price, and one that had none for a year.
    let priced = waiting();
    let year = NOW.minus(Duration::from_hours(365 * 24));
    let mut request = Order {
        created_at: year,
        ..sample_order()
    };
    request.request_quote();
    let filled = fill(&request, &[(cup, 1)], NOW).unwrap();
    assert_eq!(filled.expires_at, Some(NOW.plus(Duration::from_mins(30))));
    for order in [priced, filled] {
        let (mut order, mut now, mut last) = (order, NOW, NOW);
        let refused = loop {
            assert!(now < NOW.plus(MAX_LIFETIME * 2));
            let empty = fill(&order, &[], now).unwrap();
            assert!(empty.reserved().is_empty());
            match fill(&empty, &[(cup, 1)], now) {
                Ok(full) => order = full,
                Err(refused) => break refused,
            }
            last = order.expires_at.unwrap();
            now = now.plus(Duration::from_mins(20));
        };
        assert_eq!(refused, NotEdited::TooLate);
        assert_eq!(last, NOW.plus(MAX_LIFETIME));
    }
}

#[test]
fn a_request_stays_a_request_when_orders_may_be_free() {
    let free = ShopSettings {
        free_orders: true,
        ..shop()
    };
    let by = Person::new(UserId::new(), "Anna", Role::Admin);
    let accepted = accepted(&by);
    let edit = edit_of(Details {
        description: Some("And the house".to_owned()),
        ..Details::default()
    });
    // Also by way of a cheap product.
    let cup = ProductId::new();
    let products = HashMap::from([(cup, product(ProductKind::Goods, 10))]);
    let fill = |units: &[(ProductId, i64)]| Edit {
        lines: Some(lines(units)),
        ..Edit::default()
    };
    let filled = accepted
        .edited(fill(&[(cup, 1)]), &products, &free, NOW)
        .unwrap();
    for (order, edit) in [(&accepted, edit), (&filled[0].order, fill(&[]))] {
        let changes = order.edited(edit, &products, &free, NOW).unwrap();
        let [edited] = changes.as_slice() else {
            panic!("one change: {changes:?}")
        };
        assert_eq!(
            (edited.order.quote_state, edited.order.payment_status),
            (Some(QuoteState::Requested), PaymentStatus::Unpaid)
        );
    }
}

#[test]
fn an_order_that_is_filled_again_can_be_paid_as_long_as_if_it_had_never_been_empty() {
    let cup = ProductId::new();
    let products = HashMap::from([(cup, product(ProductKind::Goods, 10))]);
    let week = Duration::from_hours(7 * 24);
    let patient = ShopSettings {
        goods_expiry: i64::try_from(week.as_secs()).unwrap(),
        ..shop()
    };
    let edit = |order: &Order, units: &[(ProductId, i64)], now: Timestamp| {
        let edit = Edit {
            lines: Some(lines(units)),
            ..Edit::default()
        };
        let changes = order.edited(edit, &products, &patient, now).unwrap();
        changes[0].order.clone()
    };
    let later = NOW.plus(Duration::from_hours(48));
    let full = edit(&edit(&waiting(), &[], later), &[(cup, 1)], later);
    assert_eq!(full.expires_at, Some(NOW.plus(week)));
    // After an acceptance, its time counts.
    let accepted = Order {
        created_at: NOW.minus(week),
        ..accepted(&Person::new(UserId::new(), "Anna", Role::Admin))
    };
    let filled = edit(&accepted, &[(cup, 1)], NOW);
    assert_eq!(filled.payable_since(), NOW);
}

#[test]
fn the_version_of_a_quote_never_starts_again() {
    let cup = ProductId::new();
    let products = HashMap::from([(cup, product(ProductKind::Goods, 10))]);
    let by = Person::new(UserId::new(), "Anna", Role::Admin);
    let accepted = accepted(&by);
    let mut order = accepted;
    let mut seen = vec![order.quote_version()];
    for units in [&[(cup, 1)][..], &[], &[(cup, 2)], &[]] {
        let edit = Edit {
            lines: Some(lines(units)),
            ..Edit::default()
        };
        let changes = order.edited(edit, &products, &shop(), NOW).unwrap();
        order = changes[0].order.clone();
        seen.push(order.quote_version());
    }
    assert_eq!(seen, [1, 2, 2, 3, 3]);
    let offered = order.quoted(offer(&order, &by), None, NOW).unwrap();
    assert_eq!(offered.unwrap().order.quote_version(), 4);
    // Staff price what they have read: an edit of it makes their version stale.
    let edit = edit_of(Details {
        description: Some("And the house".to_owned()),
        ..Details::default()
    });
    let edited = order.edited(edit, &products, &shop(), NOW).unwrap();
    let edited = &edited[0].order;
    assert_eq!(
        edited.quoted(offer(edited, &by), Some(3), NOW),
        Err(NotQuoted::Version(4))
    );
}

/// An offer for a request, for an hour.
fn offer(request: &Order, by: &Person) -> Offer {
    let offer = OfferDraft {
        amount: Some(Money::new(900, Currency::USD)),
        valid_until: Some(NOW.plus(Duration::from_hours(1))),
        ..OfferDraft::default()
    };
    offer.check(request, by, 9, NOW).unwrap()
}

/// An order whose customer has accepted an offer of `by`.
fn accepted(by: &Person) -> Order {
    let mut request = Order {
        shipping_address: Some(address("Harbour Street", "Springfield").into()),
        ..sample_order()
    };
    request.request_quote();
    let offered = request.quoted(offer(&request, by), None, NOW);
    let offered = offered.unwrap().unwrap().order;
    let accepted = offered.quote_accepted(1, NOW, |_| Duration::from_mins(30));
    accepted.unwrap().remove(0).order
}

#[test]
fn an_edit_of_what_a_quote_is_for_ends_the_offer() {
    let nothing = HashMap::new();
    let by = Person::new(UserId::new(), "Anna", Role::Admin);
    let mut request = Order {
        shipping_address: Some(address("Harbour Street", "Springfield").into()),
        ..sample_order()
    };
    request.request_quote();
    let offered = request.quoted(offer(&request, &by), None, NOW);
    let offered = offered.unwrap().unwrap().order;
    for order in [&offered, &accepted(&by)] {
        let text = |text: &str| Some(text.to_owned());
        for details in [
            Details {
                title: text("A wall"),
                ..Details::default()
            },
            Details {
                description: text("High"),
                ..Details::default()
            },
            Details {
                special_instructions: text("Soon"),
                ..Details::default()
            },
            Details {
                estimated_completion: Some(Some(NOW)),
                ..Details::default()
            },
            // Work and delivery cost more elsewhere.
            Details {
                shipping_address: Some(Some(address("Harbour Street", "Shelbyville"))),
                ..Details::default()
            },
        ] {
            let changes = order
                .edited(edit_of(details), &nothing, &shop(), NOW)
                .unwrap();
            let [edited] = changes.as_slice() else {
                panic!("one change: {changes:?}")
            };
            let edited = &edited.order;
            assert_eq!(edited.quote_state, Some(QuoteState::Requested));
            assert_eq!(
                (edited.total, edited.items.len(), edited.expires_at),
                (0, 0, None)
            );
            // A price that was read before is not accepted any more.
            assert_eq!(
                edited.quote_accepted(1, NOW, |_| Duration::ZERO),
                Err(NotQuoted::Version(2))
            );
        }
        // A corrected street costs the same.
        let street = Details {
            shipping_address: Some(Some(address("Harbour Street 7", "Springfield"))),
            ..Details::default()
        };
        let edited = order
            .edited(edit_of(street), &nothing, &shop(), NOW)
            .unwrap();
        let edited = &edited[0].order;
        assert_eq!(
            (edited.quote_state, &edited.quote, edited.total),
            (order.quote_state, &order.quote, order.total)
        );
        // Sent back as it was read, its lines of the quote do not count.
        let same = Edit {
            lines: Some(Vec::new()),
            ..Edit::default()
        };
        assert_eq!(order.edited(same, &nothing, &shop(), NOW), Ok(Vec::new()));
    }
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
