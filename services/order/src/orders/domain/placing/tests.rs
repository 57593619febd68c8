//! Tests of placing: every field, every limit, totals for any input.

use std::time::Duration;

use proptest::prelude::*;
use waybill_primitives::{Currency, Money, UserId};

use super::*;
use crate::orders::domain::{Address, OrderEvent, StockEffect};

const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);
const MAX_LINES: usize = 100;
const EXPIRY: Duration = Duration::from_mins(30);

fn customer() -> Customer {
    Customer {
        id: UserId::new(),
        name: "Ada Buyer".into(),
        email: "ada@example.com".into(),
    }
}

fn sellable(kind: ProductKind, amount: i64) -> Sellable {
    Sellable {
        name: "Cup".into(),
        kind,
        price: Money::new(amount, Currency::USD),
        active: true,
    }
}

fn place(lines: &[(i64, ProductKind, i64)], title: &str) -> Result<Vec<Changed>, FieldErrors> {
    place_in(&open_shop(), lines, title)
}

fn place_in(
    shop: &ShopSettings,
    lines: &[(i64, ProductKind, i64)],
    title: &str,
) -> Result<Vec<Changed>, FieldErrors> {
    let mut products = HashMap::new();
    let mut draft = Draft::default();
    draft.details.title = Some(title.into());
    for (quantity, kind, price) in lines {
        let id = ProductId::new();
        products.insert(id, sellable(*kind, *price));
        draft.lines.push(Line {
            product_id: id,
            quantity: *quantity,
        });
    }
    draft
        .check(NOW, MAX_LINES)?
        .place(customer(), false, &products, shop, NOW)
}

/// A shop with the settings that it opens with.
fn open_shop() -> ShopSettings {
    ShopSettings::initial(Currency::USD, EXPIRY)
}

fn fields<T>(result: Result<T, FieldErrors>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.into_iter().map(|error| error.field).collect(),
    }
}

#[test]
fn an_order_of_goods_is_priced_reserved_and_expires() {
    let changes = place(
        &[(2, ProductKind::Goods, 1999), (1, ProductKind::Goods, 1)],
        "",
    )
    .unwrap();
    let [placed] = changes.as_slice() else {
        panic!("one change: {changes:?}")
    };
    let order = &placed.order;
    assert_eq!(order.total, 3999);
    assert_eq!(
        (order.kind, order.holding),
        (OrderKind::Goods, StockState::Reserved)
    );
    assert_eq!(
        (placed.event, placed.stock),
        (OrderEvent::Placed, StockEffect::Reserve)
    );
    assert_eq!(order.expires_at, Some(NOW.plus(EXPIRY)));
    assert_eq!(order.version, 1);
}

#[test]
fn where_orders_may_be_free_nothing_due_is_paid_at_once_and_waits_for_a_worker() {
    let shop = ShopSettings {
        free_orders: true,
        ..open_shop()
    };
    let changes = place_in(&shop, &[], "Paint my fence").unwrap();
    let events: Vec<_> = changes.iter().map(|c| (c.event, c.order.version)).collect();
    assert_eq!(events, [(OrderEvent::Placed, 1), (OrderEvent::Paid, 2)]);
    let order = &changes[1].order;
    assert_eq!(order.payment_status, PaymentStatus::Paid);
    assert_eq!(order.kind, OrderKind::Service);
    assert!(order.is_available() && order.available_since == Some(NOW));
    assert_eq!(order.expires_at, None);

    let free_goods = place_in(&shop, &[(3, ProductKind::Goods, 0)], "").unwrap();
    let effects: Vec<_> = free_goods.iter().map(|c| c.stock).collect();
    assert_eq!(effects, [StockEffect::Reserve, StockEffect::Sell]);
}

#[test]
fn the_kind_follows_the_items() {
    let kind =
        |lines: &[(i64, ProductKind, i64)], title: &str| place(lines, title).unwrap()[0].order.kind;
    let (goods, service) = ((1, ProductKind::Goods, 5), (1, ProductKind::Service, 5));
    assert_eq!(kind(&[goods], ""), OrderKind::Goods);
    assert_eq!(kind(&[goods], "with a note"), OrderKind::Goods);
    assert_eq!(kind(&[service], ""), OrderKind::Service);
    assert_eq!(kind(&[goods, service], ""), OrderKind::Mixed);
}

#[test]
fn each_bad_field_is_named() {
    let goods = ProductKind::Goods;
    for quantity in [0, -1, i64::MIN, i64::MAX, MAX_QUANTITY + 1] {
        assert_eq!(
            fields(place(&[(1, goods, 5), (quantity, goods, 5)], "")),
            ["items[1].quantity"]
        );
    }
    assert_eq!(fields(place(&[], "  ")), ["items"]);
    assert_eq!(
        fields(place(&[(1, goods, 1); MAX_LINES + 1], "")),
        ["items"]
    );
    let draft = |change: fn(&mut Details)| {
        let mut draft = Draft::default();
        draft.details.title = Some("x".into());
        change(&mut draft.details);
        fields(draft.check(NOW, MAX_LINES))
    };
    assert_eq!(draft(|d| d.title = Some("x".repeat(201))), ["title"]);
    assert_eq!(draft(|d| d.title = Some("a\0b".into())), ["title"]);
    assert_eq!(
        draft(|d| d.description = Some("x".repeat(10_001))),
        ["description"]
    );
    assert_eq!(
        draft(|d| d.special_instructions = Some("x".repeat(5_001))),
        ["specialInstructions"]
    );
    assert_eq!(
        draft(|d| d.estimated_completion = Some(Some(NOW.minus(Duration::from_hours(48))))),
        ["estimatedCompletion"]
    );
    assert_eq!(
        draft(|d| d.estimated_completion = Some(Some(Timestamp::from_micros(i64::MAX)))),
        ["estimatedCompletion"]
    );
    assert_eq!(draft(|d| d.estimated_completion = Some(Some(NOW))), [""; 0]);
    assert_eq!(
        draft(|d| d.shipping_address = Some(Some(Address::default()))),
        [
            "shippingAddress.country",
            "shippingAddress.line1",
            "shippingAddress.city"
        ]
    );
    assert_eq!(
        draft(|d| {
            d.shipping_address = Some(Some(Address {
                line1: "1 High Street".into(),
                city: "Leeds".into(),
                country: "g1".into(),
                ..Address::default()
            }));
        }),
        ["shippingAddress.country"]
    );
    let any_case = Draft {
        details: Details {
            title: Some("A fence".into()),
            shipping_address: Some(Some(Address {
                line1: "1 High Street".into(),
                city: "Leeds".into(),
                country: "gb".into(),
                ..Address::default()
            })),
            ..Details::default()
        },
        ..Draft::default()
    };
    let address = any_case.check(NOW, MAX_LINES).unwrap();
    let address = address.details.shipping_address.unwrap().unwrap();
    assert_eq!(address.country, "GB");
    assert_eq!(fields(note("note", &"x".repeat(2_001))), ["note"]);
}

#[test]
fn two_lines_of_a_product_are_summed_before_the_limit() {
    let id = ProductId::new();
    let line = Line {
        product_id: id,
        quantity: MAX_QUANTITY,
    };
    let draft = Draft {
        lines: vec![
            line,
            Line {
                quantity: 1,
                ..line
            },
        ],
        ..Draft::default()
    };
    assert_eq!(fields(draft.check(NOW, MAX_LINES)), ["items[1].quantity"]);
}

#[test]
fn unknown_and_archived_products_and_foreign_currencies_are_refused() {
    let (gone, archived, euro) = (ProductId::new(), ProductId::new(), ProductId::new());
    let mut products = HashMap::new();
    products.insert(
        archived,
        Sellable {
            active: false,
            ..sellable(ProductKind::Goods, 5)
        },
    );
    products.insert(
        euro,
        Sellable {
            price: Money::new(5, Currency::EUR),
            ..sellable(ProductKind::Goods, 5)
        },
    );
    let lines = [gone, archived, euro].map(|product_id| Line {
        product_id,
        quantity: 1,
    });
    let draft = Draft {
        lines: lines.to_vec(),
        ..Draft::default()
    };
    assert_eq!(
        fields(draft.place(customer(), false, &products, &open_shop(), NOW)),
        [
            "items[0].productId",
            "items[1].productId",
            "items[2].productId"
        ]
    );
}

#[test]
fn goods_are_summed_per_product_in_the_order_of_ids() {
    let (a, b) = (ProductId::new(), ProductId::new());
    let products = HashMap::from([
        (a, sellable(ProductKind::Goods, 5)),
        (b, sellable(ProductKind::Goods, 5)),
    ]);
    let lines = [(b, 1), (a, 2), (b, 3)].map(|(product_id, quantity)| Line {
        product_id,
        quantity,
    });
    let draft = Draft {
        lines: lines.to_vec(),
        ..Draft::default()
    };
    let changes = draft
        .place(customer(), false, &products, &open_shop(), NOW)
        .unwrap();
    assert_eq!(changes[0].order.goods(), [(a, 2), (b, 4)]);
}

proptest! {
    /// For any lines: either every amount adds up exactly, or the order is refused; never a wrap-around.
    #[test]
    fn totals_add_up_or_are_refused(
        lines in prop::collection::vec((any::<i64>(), any::<bool>(), 0..=i64::MAX), 0..6)
    ) {
        let lines: Vec<_> = lines
            .into_iter()
            .map(|(quantity, goods, price)| {
                let kind = if goods { ProductKind::Goods } else { ProductKind::Service };
                (quantity % 2_000_000, kind, price)
            })
            .collect();
        let exact: i128 = lines.iter().map(|(q, _, p)| i128::from(*q) * i128::from(*p)).sum();
        let quantities_fit = lines.iter().all(|(q, ..)| (1..=MAX_QUANTITY).contains(q));
        match place(&lines, "title") {
            Ok(changes) => {
                prop_assert!(quantities_fit);
                for changed in &changes {
                    let order = &changed.order;
                    let sum: i64 = order.items.iter().map(|i| i.line_total).sum();
                    prop_assert_eq!(order.total, sum);
                    prop_assert_eq!(i128::from(sum), exact);
                }
            }
            Err(_) => prop_assert!(!quantities_fit || exact > i128::from(MAX_AMOUNT)),
        }
    }

    /// No text makes the checks panic, and what passes is within its limits and free of control characters.
    #[test]
    fn any_text_is_checked(title in ".{0,300}", description in any::<String>()) {
        let details = Details {
            title: Some(title),
            description: Some(description),
            ..Details::default()
        };
        let mut errors = FieldErrors::default();
        let details = details.check(&mut errors, None, NOW);
        if errors.is_empty() {
            let title = details.title.unwrap();
            prop_assert!(title.chars().count() <= pb::Order::MAX_TITLE);
            prop_assert!(!title.contains(char::is_control));
            prop_assert!(!details.description.unwrap().contains('\0'));
        }
    }
}
