//! Tests of carts: shown changes, and what may be ordered.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);

const CART: CartId = CartId::from_uuid(uuid::Uuid::nil());

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

fn cup(price: i64, available: i64) -> Offered {
    Offered {
        product: Sellable {
            name: "Cup".into(),
            kind: ProductKind::Goods,
            price: usd(price),
            active: true,
        },
        available: Some(available),
    }
}

fn cart(items: Vec<Item>) -> Cart {
    Cart {
        id: CART,
        items,
        ..Cart::new(&Owner::Guest(String::new()), NOW)
    }
}

fn codes(view: &View) -> Vec<ChangeCode> {
    let changes = view.items.iter().flat_map(|item| &item.changes);
    changes.map(|change| change.code).collect()
}

/// A read stores what it shows, as the store does.
fn read(cart: &mut Cart, offers: &Offers) -> View {
    let view = cart.view(&[], offers, Currency::USD);
    for item in &mut cart.items {
        let (price, quantity) = item.showing(offers, Currency::USD);
        *item = item.shown_as(price, quantity);
    }
    view
}

#[test]
fn a_change_is_shown_at_every_read_until_the_line_is_written_again() {
    let id = ProductId::new();
    let mut cart = cart(vec![Item::new(CART, id, 5, usd(10), NOW)]);
    let offers = Offers::from([(id, cup(12, 3))]);
    for _ in 0..2 {
        let view = read(&mut cart, &offers);
        assert_eq!(
            codes(&view),
            [ChangeCode::PriceChanged, ChangeCode::QuantityReduced]
        );
        assert_eq!(view.items[0].changes[0].previous_price, Some(usd(10)));
        assert_eq!(view.items[0].changes[1].previous_quantity, Some(5));
        assert_eq!((view.items[0].quantity, view.subtotal), (3, usd(36)));
    }
    let item = cart.items.remove(0).rewritten(2, usd(12));
    cart.items.push(item);
    assert!(!read(&mut cart, &offers).changed());
    // When the stock is back, the requested quantity is restored.
    let mut cart = self::cart(vec![Item::new(CART, id, 5, usd(12), NOW)]);
    read(&mut cart, &offers);
    let more = Offers::from([(id, cup(12, 9))]);
    assert_eq!(read(&mut cart, &more).items[0].quantity, 5);
}

#[test]
fn a_price_that_was_never_shown_is_shown_after_a_write_too() {
    let id = ProductId::new();
    let item = Item::new(CART, id, 1, usd(10), NOW).rewritten(2, usd(12));
    let cart = cart(vec![item]);
    let offers = Offers::from([(id, cup(12, 9))]);
    let view = cart.view(&[], &offers, Currency::USD);
    assert_eq!(codes(&view), [ChangeCode::PriceChanged]);
}

#[test]
fn a_product_no_longer_sold_stays_in_the_cart_as_unavailable() {
    let (archived, gone, euro, empty) = (
        ProductId::new(),
        ProductId::new(),
        ProductId::new(),
        ProductId::new(),
    );
    let mut offers = Offers::from([
        (archived, cup(10, 5)),
        (euro, cup(10, 5)),
        (empty, cup(10, 0)),
    ]);
    offers.get_mut(&archived).unwrap().product.active = false;
    offers.get_mut(&euro).unwrap().product.price = Money::new(10, Currency::EUR);
    let items = [archived, gone, euro, empty].map(|id| Item::new(CART, id, 1, usd(10), NOW));
    let mut cart = cart(items.to_vec());
    let view = read(&mut cart, &offers);
    assert_eq!(
        codes(&view),
        [
            ChangeCode::Unavailable,
            ChangeCode::Unavailable,
            ChangeCode::Unavailable,
            ChangeCode::OutOfStock
        ]
    );
    assert_eq!(view.subtotal, usd(0));
    assert_eq!(cart.order(&offers, Currency::USD), Err(NotOrdered::Empty));
}

#[test]
fn only_what_was_shown_is_ordered() {
    let (a, b) = (ProductId::new(), ProductId::new());
    let mut cart = cart(vec![
        Item::new(CART, a, 2, usd(10), NOW),
        Item::new(CART, b, 4, usd(20), NOW),
    ]);
    let offers = Offers::from([(a, cup(11, 9)), (b, cup(20, 3))]);
    let Err(NotOrdered::Changed(errors)) = cart.order(&offers, Currency::USD) else {
        panic!("it must be refused");
    };
    let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        ["cart.items[0].unitPrice", "cart.items[1].quantity"]
    );
    read(&mut cart, &offers);
    let lines = cart.order(&offers, Currency::USD).unwrap();
    let quantities: Vec<_> = lines.iter().map(|line| line.quantity).collect();
    assert_eq!(quantities, [2, 3]);
    // A larger quantity than shown is refused, too.
    let back = Offers::from([(a, cup(11, 9)), (b, cup(20, 9))]);
    assert!(cart.order(&back, Currency::USD).is_err());
}

#[test]
fn a_merge_adds_up_and_returns_lines_that_do_not_fit() {
    let [a, b, c] = [ProductId::new(), ProductId::new(), ProductId::new()];
    let item = |id, quantity| Item::new(CART, id, quantity, usd(10), NOW);
    let user = cart(vec![item(a, 1), item(b, 1)]);
    let (items, left_out) = merged(&user, vec![item(b, 2), item(c, 3)], 2);
    let quantities: Vec<_> = items.iter().map(|item| item.quantity).collect();
    assert_eq!(quantities, [1, 3]);
    assert_eq!(left_out, [item(c, 3)]);
    let view = cart(items).view(&left_out, &Offers::from([(c, cup(10, 9))]), Currency::USD);
    assert_eq!(view.left_out[0].changes[0].code, ChangeCode::CartFull);
    assert!(view.changed());
}

#[test]
fn quantities_and_totals_have_limits() {
    let field = |quantity, price| {
        let errors = check_quantity(quantity, usd(price)).unwrap_err();
        errors.0[0].field.clone()
    };
    assert_eq!(field(0, 1), "quantity");
    assert_eq!(field(MAX_QUANTITY + 1, 1), "quantity");
    assert_eq!(field(MAX_QUANTITY, MAX_AMOUNT), "quantity");
    assert_eq!(check_quantity(1, usd(MAX_AMOUNT)), Ok(()));
}

proptest! {
    /// Whatever prices and stock do, an order after a read is exactly what the read showed.
    #[test]
    fn an_order_after_a_read_is_what_was_read(
        lines in prop::collection::vec(
            (1..=MAX_QUANTITY, 0..1_000_i64, 0..1_000_i64, -5..2_000_000_i64, any::<bool>()), 0..6
        )
    ) {
        let mut offers = Offers::new();
        let items = lines.iter().map(|(quantity, before, now, available, active)| {
            let id = ProductId::new();
            let mut offer = cup(*now, *available);
            offer.product.active = *active;
            offers.insert(id, offer);
            Item::new(CART, id, *quantity, usd(*before), NOW)
        });
        let mut cart = cart(items.collect());
        let view = read(&mut cart, &offers);
        let shown: Vec<_> = view.items.iter().filter(|item| item.quantity > 0).collect();
        match cart.order(&offers, Currency::USD) {
            Ok(lines) => {
                let ordered: Vec<_> = lines.iter().map(|l| (l.product_id, l.quantity)).collect();
                let shown: Vec<_> = shown.iter().map(|i| (i.product_id, i.quantity)).collect();
                prop_assert_eq!(ordered, shown);
            }
            Err(refused) => {
                prop_assert_eq!(refused, NotOrdered::Empty);
                prop_assert!(shown.is_empty());
            }
        }
    }
}
