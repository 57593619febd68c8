//! Tests of quotes: who may offer what, what each step does in each state, and what is never charged.

use std::collections::HashMap;

use waybill_primitives::{PaymentId, ProductId, Role, UserId};

use super::*;
use crate::{
    orders::domain::{
        Customer, Details, Draft, OrderStatus,
        OrderStatus::{Cancelled, InProgress, OnHold},
        Outcome, Party,
    },
    shop::{
        products::domain::{Line, Sellable},
        settings::domain::ShopSettings,
    },
};

const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);
const EXPIRY: Duration = Duration::from_mins(30);
const DAY: Duration = Duration::from_hours(24);

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

fn staff() -> Person {
    Person::new(UserId::new(), "Wendy", Role::Staff)
}

fn admin() -> Person {
    Person::new(UserId::new(), "Anna", Role::Admin)
}

/// A request with so many free mugs.
fn request_of(mugs: i64) -> Order {
    let mug = ProductId::new();
    let sellable = Sellable {
        name: "Mug".into(),
        kind: ProductKind::Goods,
        price: usd(0),
        active: true,
    };
    let line = Line {
        product_id: mug,
        quantity: mugs,
    };
    let draft = Draft {
        lines: (mugs > 0).then_some(line).into_iter().collect(),
        details: Details {
            title: Some("Paint my fence".into()),
            ..Details::default()
        },
    };
    let customer = Customer {
        id: UserId::new(),
        name: "Ada".into(),
        email: "ada@example.com".into(),
    };
    let shop = ShopSettings::initial(Currency::USD, EXPIRY);
    let products = HashMap::from([(mug, sellable)]);
    let changes = draft.place(customer, true, &products, &shop, NOW).unwrap();
    let [placed] = changes.as_slice() else {
        panic!("one change: {changes:?}")
    };
    placed.order.clone()
}

fn request() -> Order {
    request_of(0)
}

fn draft(amount: i64) -> OfferDraft {
    OfferDraft {
        amount: Some(usd(amount)),
        valid_until: Some(NOW.plus(DAY)),
        ..OfferDraft::default()
    }
}

fn offer(order: &Order, by: &Person, amount: i64) -> Offer {
    draft(amount).check(order, by, 100, NOW).unwrap()
}

fn offered(order: &Order, amount: i64) -> Order {
    let offer = offer(order, &staff(), amount);
    order.quoted(offer, None, NOW).unwrap().unwrap().order
}

fn accept(order: &Order, version: i64, now: Timestamp) -> Result<Vec<Changed>, NotQuoted> {
    order.quote_accepted(version, now, |_| EXPIRY)
}

fn fields<T: std::fmt::Debug>(result: Result<T, FieldErrors>) -> Vec<String> {
    let errors = result.unwrap_err().0;
    errors.into_iter().map(|error| error.field).collect()
}

#[test]
fn an_order_without_a_price_waits_unpaid_outside_the_pool_and_reserves_nothing() {
    for mugs in [0, 3] {
        let order = request_of(mugs);
        assert_eq!(order.quote_state, Some(QuoteState::Requested));
        assert_eq!(
            (order.status, order.payment_status, order.total),
            (Pending, PaymentStatus::Unpaid, 0)
        );
        assert_eq!(
            (order.expires_at, order.holding),
            (None, StockState::Nothing)
        );
        assert!(order.is_unpriced() && !order.is_available());
        assert_eq!(order.expired(NOW.plus(DAY * 10_000)), None);
        // Money that arrives nevertheless goes back.
        assert!(matches!(
            order.paid(PaymentId::new(), usd(0), NOW),
            Outcome::Rejected(..)
        ));
    }
}

#[test]
fn an_accepted_offer_is_what_the_order_costs() {
    let order = offered(&request(), 45_000);
    assert_eq!(
        (order.quote_state, order.quote_version()),
        (Some(QuoteState::Offered), 1)
    );
    assert_eq!((order.total, order.expires_at), (0, Some(NOW.plus(DAY))));
    assert!(matches!(
        order.paid(PaymentId::new(), usd(45_000), NOW),
        Outcome::Rejected(..)
    ));

    let later = NOW.plus(DAY / 2);
    let changes = accept(&order, 1, later).unwrap();
    let [accepted] = changes.as_slice() else {
        panic!("one change: {changes:?}")
    };
    assert_eq!(accepted.event, OrderEvent::QuoteAccepted);
    assert_eq!(accepted.sides(), (Some("OFFERED"), "ACCEPTED"));
    let order = &accepted.order;
    assert_eq!(order.total(), usd(45_000));
    assert_eq!(order.kind, OrderKind::Service);
    assert_eq!((order.items.len(), order.items[0].product()), (1, None));
    assert_eq!(order.items[0].name, "As agreed");
    assert_eq!(order.expires_at, Some(later.plus(EXPIRY)));
    assert!(!order.is_unpriced() && !order.is_available());
    // A payment may extend its expiry, however old the request is.
    let window = Duration::from_hours(2);
    let extended = order.payment_started(PaymentId::new(), 0, window, later.plus(EXPIRY / 2));
    assert!(extended.is_some());
    // Repeated, it changes nothing.
    assert_eq!(accept(order, 1, later), Ok(Vec::new()));

    let Outcome::Changed(paid) = order.paid(PaymentId::new(), usd(45_000), later) else {
        panic!("not paid")
    };
    assert!(paid.order.is_available());
    assert_eq!(accept(&paid.order, 1, later), Ok(Vec::new()));
    // Never paid, it follows the rules of all orders.
    let expired = order.expired(later.plus(EXPIRY)).unwrap();
    assert_eq!(
        (expired.event, expired.order.status),
        (OrderEvent::Expired, Cancelled)
    );
}

#[test]
fn goods_of_a_request_are_reserved_with_the_acceptance() {
    let order = offered(&request_of(3), 500);
    assert_eq!(order.holding, StockState::Nothing);
    let accepted = accept(&order, 1, NOW).unwrap().remove(0);
    assert_eq!(
        (accepted.stock, accepted.order.holding, accepted.order.kind),
        (StockEffect::Reserve, StockState::Reserved, OrderKind::Mixed)
    );
    assert_eq!(accepted.order.goods().len(), 1);
    let positions = accepted.order.items.iter().map(|item| item.position);
    assert_eq!(positions.collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn an_offer_of_nothing_is_paid_with_its_acceptance() {
    let order = offered(&request_of(2), 0);
    let changes = accept(&order, 1, NOW).unwrap();
    let steps: Vec<_> = changes.iter().map(|c| (c.event, c.stock)).collect();
    assert_eq!(
        steps,
        [
            (OrderEvent::QuoteAccepted, StockEffect::Reserve),
            (OrderEvent::Paid, StockEffect::Sell)
        ]
    );
    assert!(changes[1].order.is_available());
}

#[test]
fn another_price_is_never_accepted() {
    let first = offered(&request(), 100);
    let second = offered(&first_by(&first), 900);
    assert_eq!(second.quote_version(), 2);
    assert_eq!(accept(&second, 1, NOW), Err(NotQuoted::Version(2)));
    assert_eq!(accept(&second, 3, NOW), Err(NotQuoted::Version(2)));
    assert_eq!(accept(&second, 2, NOW).unwrap()[0].order.total, 900);
}

/// As if an administrator had taken the offer back.
fn first_by(order: &Order) -> Order {
    let withdrawn = order.quote_withdrawn(&admin(), NOW).unwrap().unwrap();
    assert_eq!(withdrawn.sides(), (Some("OFFERED"), "REQUESTED"));
    let order = withdrawn.order;
    assert_eq!((order.offer(), order.expires_at), (None, None));
    // The version stays, so that the next offer has another one.
    assert_eq!(order.quote_version(), 1);
    assert_eq!(accept(&order, 1, NOW), Err(NotQuoted::NoOffer));
    assert_eq!(order.quote_withdrawn(&admin(), NOW), Ok(None));
    order
}

#[test]
fn an_offer_ends() {
    let order = offered(&request(), 100);
    let end = NOW.plus(DAY);
    assert_eq!(order.expired(NOW.plus(DAY / 2)), None);
    // Before the job has seen it, too.
    assert_eq!(accept(&order, 1, end), Err(NotQuoted::Expired(end)));
    let expired = order.expired(end).unwrap();
    assert_eq!(expired.event, OrderEvent::QuoteExpired);
    let order = expired.order;
    assert_eq!(
        (order.status, order.quote_state, order.expires_at),
        (Pending, Some(QuoteState::Expired), None)
    );
    assert_eq!(accept(&order, 1, end), Err(NotQuoted::Expired(end)));
    let again = OfferDraft {
        valid_until: Some(end.plus(DAY)),
        ..draft(120)
    };
    let again = again.check(&order, &staff(), 100, end).unwrap();
    let order = order.quoted(again, Some(1), end).unwrap().unwrap().order;
    assert_eq!(order.quote_version(), 2);
    assert!(accept(&order, 2, end).is_ok());
}

#[test]
fn the_same_offer_again_is_no_change_and_a_stale_one_is_refused() {
    let (order, by) = (request(), staff());
    let first = offer(&order, &by, 100);
    let order = order.quoted(first.clone(), Some(0), NOW).unwrap().unwrap();
    let order = order.order;
    let again = Offer {
        at: NOW.plus(DAY / 9),
        ..first
    };
    assert_eq!(order.quoted(again, Some(0), NOW), Ok(None));
    let other = offer(&order, &by, 200);
    assert_eq!(
        order.quoted(other.clone(), Some(0), NOW),
        Err(NotQuoted::Version(1))
    );
    assert!(order.quoted(other, Some(1), NOW).unwrap().is_some());
}

#[test]
fn while_an_offer_stands_others_leave_it_alone() {
    let order = offered(&request(), 100);
    let rival = staff();
    let theirs = offer(&order, &rival, 50);
    assert_eq!(order.quoted(theirs, None, NOW), Err(NotQuoted::NotYours));
    assert_eq!(order.quote_withdrawn(&rival, NOW), Err(NotQuoted::NotYours));
    let boss = admin();
    assert!(order.quoted(offer(&order, &boss, 50), None, NOW).is_ok());
    // Afterwards anybody can make the next one.
    let over = order.expired(NOW.plus(DAY)).unwrap().order;
    assert!(over.quote_withdrawn(&rival, NOW).is_ok());
}

/// Each step in each state of the quote and of the order.
#[test]
fn every_step_and_state_has_its_answer() {
    let by = staff();
    for state in [
        None,
        Some(QuoteState::Requested),
        Some(QuoteState::Offered),
        Some(QuoteState::Accepted),
        Some(QuoteState::Expired),
    ] {
        for status in OrderStatus::ALL {
            let mut order = request();
            (order.status, order.quote_state) = (status, state);
            if state.is_none() {
                order.quote = None;
            } else if state != Some(QuoteState::Requested) {
                let offer = offer(&order, &by, 100);
                let quote = Quote {
                    version: 0,
                    priced_at: None,
                    offer: Some(offer),
                    accepted_at: None,
                };
                order.quote = Some(quote.into());
            }
            let pending = status == Pending;
            let open = state.is_some_and(|state| state != QuoteState::Accepted);
            let why = |error: NotQuoted| match (state, error) {
                (None, NotQuoted::Priced) | (Some(QuoteState::Accepted), NotQuoted::Accepted) => {
                    true
                }
                (Some(_), NotQuoted::NotPending(is)) => open && is == status && !pending,
                _ => false,
            };
            let what = format!("{state:?} {status}");
            match order.quoted(offer(&order, &by, 200), None, NOW) {
                Ok(Some(_)) => assert!(open && pending, "{what}"),
                Ok(None) => panic!("{what}"),
                Err(error) => assert!(why(error), "{what}"),
            }
            match order.quote_withdrawn(&by, NOW) {
                Ok(changed) => {
                    assert!(open && pending, "{what}");
                    assert_eq!(
                        changed.is_some(),
                        state != Some(QuoteState::Requested),
                        "{what}"
                    );
                }
                Err(error) => assert!(why(error), "{what}"),
            }
            let expected = match (state, pending) {
                (None, _) => Err(NotQuoted::Priced),
                (Some(QuoteState::Accepted), _) => Ok(0),
                (_, false) => Err(NotQuoted::NotPending(status)),
                (Some(QuoteState::Requested), _) => Err(NotQuoted::NoOffer),
                (Some(QuoteState::Offered), _) => Ok(1),
                (Some(QuoteState::Expired), _) => Err(NotQuoted::Expired(NOW.plus(DAY))),
            };
            let accepted = accept(&order, 0, NOW).map(|changes| changes.len());
            assert_eq!(accepted, expected, "{what}");
        }
    }
}

#[test]
fn work_does_not_begin_without_a_price() {
    let order = offered(&request(), 100);
    let step = |order: &Order, to| order.change_status(to, &[Party::Admin], NOW, EXPIRY);
    let refused = step(&order, InProgress).unwrap_err();
    assert_eq!(refused.allowed, [OnHold, Cancelled]);
    // On hold it can neither be accepted nor expire; afterwards both.
    let held = step(&order, OnHold).unwrap().order;
    assert_eq!(held.expires_at, None);
    assert_eq!(accept(&held, 1, NOW), Err(NotQuoted::NotPending(OnHold)));
    assert!(step(&held, InProgress).is_err());
    let worker = crate::orders::domain::Assignee {
        id: UserId::new(),
        name: "Will".into(),
    };
    assert!(held.assigned(&worker, NOW).is_err());
    assert!(held.replaced(None, NOW, EXPIRY).is_err());
    let back = step(&held, Pending).unwrap().order;
    assert_eq!(back.expires_at, Some(NOW.plus(DAY)));
    assert!(accept(&back, 1, NOW).is_ok());
}

#[test]
fn every_bad_field_of_an_offer_is_named() {
    let (order, by) = (request(), admin());
    let check = |draft: OfferDraft| draft.check(&order, &by, 3, NOW);
    let item = DraftItem {
        name: "Paint".into(),
        kind: ProductKind::Goods,
        unit_price: Some(usd(700)),
        quantity: 2,
    };
    let of = |items: Vec<DraftItem>| OfferDraft {
        items,
        valid_until: Some(NOW.plus(DAY)),
        ..OfferDraft::default()
    };
    let offer = check(of(vec![
        item.clone(),
        DraftItem {
            unit_price: Some(usd(0)),
            ..item.clone()
        },
    ]));
    assert_eq!(offer.unwrap().total, 1_400);

    let bad = [
        DraftItem {
            name: " ".into(),
            ..item.clone()
        },
        DraftItem {
            quantity: 0,
            ..item.clone()
        },
        DraftItem {
            unit_price: Some(Money::new(1, Currency::EUR)),
            ..item.clone()
        },
    ];
    assert_eq!(
        fields(check(of(bad.to_vec()))),
        ["items[0].name", "items[1].quantity", "items[2].unitPrice"]
    );
    for price in [None, Some(usd(-1)), Some(usd(MAX_AMOUNT + 1))] {
        let bad = DraftItem {
            unit_price: price,
            quantity: 1,
            ..item.clone()
        };
        let found = fields(check(of(vec![bad])));
        assert_eq!(found[0], "items[0].unitPrice", "{price:?}");
    }
    let huge = DraftItem {
        unit_price: Some(usd(MAX_AMOUNT)),
        ..item.clone()
    };
    assert_eq!(fields(check(of(vec![huge]))), ["items"]);
    assert_eq!(fields(check(of(vec![item.clone(); 4]))), ["items"]);
    assert_eq!(fields(check(of(Vec::new()))), ["items"]);
    let both = OfferDraft {
        amount: Some(usd(1)),
        ..of(vec![item])
    };
    assert_eq!(fields(check(both)), ["amount"]);
    for until in [None, Some(NOW), Some(NOW.plus(MAX_VALIDITY + DAY))] {
        let draft = OfferDraft {
            valid_until: until,
            ..draft(1)
        };
        assert_eq!(fields(check(draft)), ["validUntil"], "{until:?}");
    }
    let long = OfferDraft {
        note: "x".repeat(2_001),
        ..draft(1)
    };
    assert_eq!(fields(check(long)), ["note"]);
}
