//! What documents say, their series, and how much a credit note takes back.

use std::time::Duration;

use waybill_primitives::{Currency, ProductId};

use super::*;
use crate::orders::domain::tests::{sample_item, sample_order};

/// 2026-12-31, 23:59:59 UTC.
const NOW: Timestamp = Timestamp::from_secs(1_798_761_599);

fn shop() -> ShopSettings {
    let mut shop = ShopSettings::initial(Currency::USD, Duration::from_mins(30));
    shop.address = "1 Market Square\r\n\n London ".into();
    shop
}

fn invoice() -> Invoice {
    let mut order = sample_order();
    order.items = vec![sample_item(ProductId::new(), 2, 1_000)];
    order.total = 1_000;
    let paid = Paid {
        provider: None,
        at: NOW,
    };
    Draft::invoice(&order, order.id, &shop(), paid, NOW).numbered(7)
}

#[test]
fn an_invoice_says_what_was_ordered_and_who_sells() {
    let invoice = invoice();
    assert_eq!(invoice.label, "INV-2026-000007");
    assert_eq!((invoice.total, invoice.snapshot.subtotal), (1_000, 1_000));
    assert_eq!(invoice.snapshot.lines[0].unit_price, 500);
    let seller = &invoice.snapshot.seller;
    assert_eq!(seller.name, "Waybill", "it has no legal name");
    assert_eq!(seller.address, ["1 Market Square", "London"]);
    let mut named = shop();
    named.legal_name = "Waybill Ltd".into();
    assert_eq!(super::seller(&named).name, "Waybill Ltd");
}

#[test]
fn a_year_of_utc_begins_a_series() {
    let next = Timestamp::from_secs(NOW.secs() + 1);
    assert_eq!(InvoiceKind::Invoice.series(NOW), "INV-2026");
    assert_eq!(InvoiceKind::CreditNote.series(next), "CN-2027");
}

const fn of_amount(amount: i64) -> Credited {
    let units = Vec::new();
    Credited { amount, units }
}

#[test]
fn a_credit_note_has_the_units_that_were_refunded_since_the_one_before() {
    let invoice = invoice();
    let lines = |(amount, units): (i64, i64), (so_far, refunded): (i64, i64)| {
        let units = vec![units];
        let before = Credited { amount, units };
        let so_far = Credited {
            amount: so_far,
            units: vec![refunded],
        };
        let note = Draft::credit_note(&invoice, &before, &so_far, "", &shop(), NOW);
        let note = note.expect("a note").numbered(1);
        assert_eq!(note.snapshot.credited_units, [refunded]);
        let lines = note.snapshot.lines.iter();
        let lines = lines.map(|it| (it.name.starts_with("Cup"), it.quantity, it.total));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(lines((0, 0), (500, 1)), [(true, 1, 500)]);
    assert_eq!(lines((500, 1), (1_000, 2)), [(true, 1, 500)]);
    let with_more = [(true, 1, 500), (false, 1, 100)];
    assert_eq!(lines((0, 0), (600, 1)), with_more);
    assert_eq!(
        lines((0, 0), (450, 1)),
        [(false, 1, 450)],
        "less is kept back"
    );
    assert_eq!(lines((450, 1), (500, 1)), [(false, 1, 50)]);
}

#[test]
fn credit_notes_take_back_what_was_refunded_and_never_more_than_the_invoice() {
    let invoice = invoice();
    let amount = |credited, refunded| {
        let [before, so_far] = [credited, refunded].map(of_amount);
        let draft = Draft::credit_note(&invoice, &before, &so_far, "broken", &shop(), NOW);
        draft.map(|draft| draft.numbered(1).total)
    };
    for (credited, refunded, expected) in [
        (0, 300, Some(300)),
        (300, 1_000, Some(700)),
        (0, 2_000, Some(1_000)),
        (300, 300, None),
        (1_000, 2_000, None),
        // An older event that comes late.
        (300, 100, None),
        (0, 0, None),
        (0, -5, None),
    ] {
        assert_eq!(
            amount(credited, refunded),
            expected,
            "{credited} {refunded}"
        );
    }
    let [before, so_far] = [300, 500].map(of_amount);
    let note = Draft::credit_note(&invoice, &before, &so_far, "broken", &shop(), NOW);
    let note = note.expect("a note").numbered(2);
    assert_eq!(note.label, "CN-2026-000002");
    assert_eq!(note.refers_to, Some(invoice.id));
    assert_eq!(note.order_id, invoice.order_id);
    let snapshot = &*note.snapshot;
    assert_eq!(snapshot.refers_to.as_deref(), Some("INV-2026-000007"));
    assert_eq!(
        (snapshot.reason.as_str(), &snapshot.payment),
        ("broken", &None)
    );
    assert_eq!(snapshot.customer, invoice.snapshot.customer);
    assert_ne!(note.source, invoice.source);
}
