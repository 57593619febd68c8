//! Changes of the settings and their bounds.

use super::*;

fn shop() -> ShopSettings {
    ShopSettings::initial(Currency::USD, Duration::from_mins(30))
}

#[test]
fn a_change_is_the_next_version_and_the_same_again_is_none() {
    let now = Timestamp::from_micros(5);
    let patch = SettingsPatch {
        shop_name: Some(" Tea & Co ".into()),
        goods_expiry: Some(60),
        commission_basis_points: Some(1_500),
        ..SettingsPatch::default()
    };
    let next = shop().patched(&patch, now).unwrap().unwrap();
    assert_eq!((next.version, next.updated_at), (2, now));
    assert_eq!(next.shop_name, "Tea & Co");
    assert_eq!(next.goods_expiry, 60);
    assert_eq!(next.service_expiry, shop().service_expiry);
    let (before, after) = shop().differences(&next);
    assert_eq!(
        before,
        json!({"shopName": "Waybill", "goodsExpirySeconds": 1800, "commissionBasisPoints": 2000})
    );
    assert_eq!(
        after,
        json!({"shopName": "Tea & Co", "goodsExpirySeconds": 60, "commissionBasisPoints": 1500})
    );
    assert_eq!(next.patched(&patch, now), Ok(None));
    assert_eq!(next.patched(&SettingsPatch::default(), now), Ok(None));
}

#[test]
fn every_field_has_bounds_and_all_errors_are_reported_at_once() {
    let below = SettingsPatch {
        shop_name: Some(" ".into()),
        currency: Some("dollars".into()),
        goods_expiry: Some(0),
        service_expiry: Some(-1),
        mixed_expiry: Some(i64::MIN),
        payment_window: Some(-1),
        manual_payment_window: Some(3_599),
        commission_basis_points: Some(-1),
        max_open_orders_per_worker: Some(-1),
        max_order_lines: Some(0),
        max_file_bytes: Some(1023),
        max_files_per_order: Some(0),
        cart_lifetime: Some(59),
        low_stock_threshold: Some(-1),
        allowed_file_types: Some(FileTypes::new(Vec::new())),
        legal_name: Some("a\u{1}b".into()),
        address: Some("a\u{1}b".into()),
        tax_id: Some("a\nb".into()),
        billing_email: Some("a\nb".into()),
        invoice_note: Some("a\u{1}b".into()),
        ..SettingsPatch::default()
    };
    let above = SettingsPatch {
        shop_name: Some("x".repeat(101)),
        currency: Some("US".into()),
        goods_expiry: Some(i64::MAX),
        service_expiry: Some(90 * DAY + 1),
        mixed_expiry: Some(90 * DAY + 1),
        payment_window: Some(DAY + 1),
        manual_payment_window: Some(90 * DAY + 1),
        commission_basis_points: Some(10_001),
        max_open_orders_per_worker: Some(10_001),
        max_order_lines: Some(101),
        max_file_bytes: Some(i64::MAX),
        max_files_per_order: Some(1_001),
        cart_lifetime: Some(365 * DAY + 1),
        low_stock_threshold: Some(pb::ShopSettings::MAX_LOW_STOCK_THRESHOLD + 1),
        allowed_file_types: Some(FileTypes::new(Vec::new())),
        legal_name: Some("x".repeat(201)),
        address: Some("x".repeat(501)),
        tax_id: Some("x".repeat(51)),
        billing_email: Some("x".repeat(255)),
        invoice_note: Some("x".repeat(1_001)),
        ..SettingsPatch::default()
    };
    for patch in [below, above] {
        let errors = shop().patched(&patch, Timestamp::UNIX_EPOCH).unwrap_err();
        let mut fields: Vec<_> = errors.0.iter().map(|f| f.field.as_str()).collect();
        let named = shop().named();
        // A switch has no bounds.
        let bounded = named.iter().filter(|(_, value)| !value.is_boolean());
        let mut all: Vec<_> = bounded.map(|(name, _)| *name).collect();
        fields.sort_unstable();
        all.sort_unstable();
        assert_eq!(fields, all);
    }
}
