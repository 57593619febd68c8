//! Products, their words and their changes.

use super::*;

fn cup() -> NewProduct {
    NewProduct {
        sku: "CUP-1".into(),
        name: " Cup ".into(),
        description: "Holds tea".into(),
        kind: Some(ProductKind::Goods),
        price: Some(Price::Exact {
            amount: 1999,
            currency: "USD".into(),
        }),
        category: "Kitchen".into(),
        stock: 10,
        low_stock_threshold: None,
        active: true,
    }
}

fn errors(change: impl FnOnce(&mut NewProduct)) -> Vec<String> {
    let mut product = cup();
    change(&mut product);
    match product.build(Currency::USD, Timestamp::UNIX_EPOCH) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.into_iter().map(|error| error.field).collect(),
    }
}

#[test]
fn a_complete_product_is_accepted() {
    let (product, stock) = cup().build(Currency::USD, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(
        (product.name.as_str(), product.version, stock),
        ("Cup", 1, 10)
    );
    let words: Vec<_> = product.words().into_iter().collect();
    assert_eq!(words, ["1", "cup", "cup-1", "holds", "tea"]);
    let (product, _) = NewProduct {
        sku: String::new(),
        ..cup()
    }
    .build(Currency::USD, Timestamp::UNIX_EPOCH)
    .unwrap();
    assert!(product.sku.starts_with("P-"));
}

#[test]
fn a_decimal_price_is_in_the_shops_currency_and_the_kind_is_goods_unless_given() {
    let price = |text: &str, shop: Currency| {
        let new = NewProduct {
            kind: None,
            price: Some(Price::Decimal(text.into())),
            ..cup()
        };
        let (product, _) = new.build(shop, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(product.kind, ProductKind::Goods);
        product.price()
    };
    let yen: Currency = "JPY".parse().unwrap();
    for (text, shop, amount) in [
        ("19.99", Currency::USD, 1999),
        ("20", Currency::USD, 2000),
        ("0.5", Currency::EUR, 50),
        ("1500", yen, 1500),
    ] {
        assert_eq!(price(text, shop), Money::new(amount, shop), "{text}");
    }
}

#[test]
fn each_bad_field_is_named() {
    assert_eq!(errors(|p| p.sku = "a b".into()), ["sku"]);
    assert_eq!(errors(|p| p.sku = "x".repeat(65)), ["sku"]);
    assert_eq!(errors(|p| p.name = "  ".into()), ["name"]);
    assert_eq!(errors(|p| p.name = "x".repeat(201)), ["name"]);
    assert_eq!(errors(|p| p.description = "\0".into()), ["description"]);
    assert_eq!(errors(|p| p.category = "x".repeat(101)), ["category"]);
    assert_eq!(errors(|p| p.price = None), ["price"]);
    let price = |amount, currency: &str| {
        Some(Price::Exact {
            amount,
            currency: currency.into(),
        })
    };
    assert_eq!(errors(|p| p.price = price(-1, "USD")), ["price.amount"]);
    assert_eq!(
        errors(|p| p.price = price(i64::MAX, "USD")),
        ["price.amount"]
    );
    assert_eq!(errors(|p| p.price = price(1, "EUR")), ["price.currency"]);
    assert_eq!(errors(|p| p.price = price(1, "usd")), ["price.currency"]);
    for bad in ["19.999", "-1", "1e3", "10000000000.01"] {
        let price = Some(Price::Decimal(bad.into()));
        assert_eq!(errors(|p| p.price = price), ["price"], "{bad}");
    }
    assert_eq!(errors(|p| p.stock = -1), ["stock"]);
    assert_eq!(errors(|p| p.stock = i64::MAX), ["stock"]);
    assert_eq!(errors(|p| p.kind = Some(ProductKind::Service)), ["stock"]);
    assert_eq!(
        errors(|p| p.low_stock_threshold = Some(-1)),
        ["lowStockThreshold"]
    );
}

#[test]
fn words_are_found_without_surrounding_punctuation() {
    let words = |text| index_words(&[text]).into_iter().collect::<Vec<_>>();
    assert_eq!(words("(Blue), 100% Z_9"), ["100", "9", "blue", "z", "z_9"]);
    assert_eq!(search_word("%"), None);
    assert_eq!(search_word("\"ÄPFEL\""), Some("äpfel".into()));
    let many: Vec<_> = (0..500).map(|n| format!("w{n}")).collect();
    let many = many.join(" ");
    assert_eq!(index_words(&[&many]).len(), MAX_WORDS);
    assert_eq!(words(&"x".repeat(90)), ["x".repeat(MAX_WORD)]);
}

#[test]
fn a_patch_changes_what_it_names_and_counts_only_real_changes() {
    let now = Timestamp::from_secs(5);
    let (product, _) = cup().build(Currency::USD, Timestamp::UNIX_EPOCH).unwrap();
    let patch = ProductPatch {
        name: Some("Mug".into()),
        ..Default::default()
    };
    let next = product
        .patched(&patch, None, Currency::USD, now)
        .unwrap()
        .unwrap();
    assert_eq!(
        (next.name.as_str(), next.version, next.updated_at),
        ("Mug", 2, now)
    );
    assert_eq!(next.patched(&patch, None, Currency::USD, now), Ok(None));
    let archived = next.archived(now).unwrap();
    assert!(!archived.active && archived.version == 3);
    assert_eq!(archived.archived(now), None);
    let bad = ProductPatch {
        sku: Some(String::new()),
        ..Default::default()
    };
    assert!(product.patched(&bad, None, Currency::USD, now).is_err());
}

#[test]
fn of_two_names_of_a_category_the_changed_one_counts() {
    let (mut product, _) = cup().build(Currency::USD, Timestamp::UNIX_EPOCH).unwrap();
    let kitchen = CategoryId::new();
    product.set_category(Some(InCategory {
        id: kitchen,
        name: "Kitchen".into(),
    }));
    let (kitchen, other) = (kitchen.to_string(), CategoryId::new().to_string());
    for (name, id, asked) in [
        (None, None, None),
        (Some("Garden"), None, Some("Garden")),
        (None, Some(other.as_str()), Some(other.as_str())),
        (Some("Kitchen"), Some(&kitchen), Some(kitchen.as_str())),
        (Some("Garden"), Some(&kitchen), Some("Garden")),
        (Some("Kitchen"), Some(&other), Some(&other)),
        (Some("Garden"), Some(&other), Some(&other)),
        (Some(""), Some(&kitchen), Some("")),
        (Some("Kitchen"), Some(""), Some("")),
    ] {
        let patch = ProductPatch {
            category: name.map(str::to_owned),
            category_id: id.map(str::to_owned),
            ..ProductPatch::default()
        };
        assert_eq!(product.asked_category(&patch), asked, "{name:?} {id:?}");
    }
}
