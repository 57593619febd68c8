//! Resources can be sent back as they were read, and nothing changes. Read-only fields that differ are refused.

use std::sync::Arc;

use http::Method;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use waybill_primitives::{Currency, Money, Role, Timestamp};
use waybill_proto::{auth, common, order as pb};

use crate::support::{Gateway, record};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const CATEGORY: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8059";

const fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

/// Reads what is at `path` and sends it back by each of the methods.
async fn send_back(gateway: &Gateway, role: Role, path: &str, methods: &[Method]) -> Value {
    let read = gateway.get_as(role, path).await;
    assert_eq!(read.status, 200, "{path}: {:?}", read.body);
    let read = read.json();
    for method in methods {
        let mut body = read.clone();
        if let Some(time) = body.get_mut("updatedAt") {
            // Something has changed since, such as the stock.
            *time = json!("2001-01-01T00:00:00Z");
        }
        let body = body.to_string();
        let answer = gateway.send_as(role, method.clone(), path, &body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {:?}", answer.body);
        let mut typo = read.clone();
        typo["craetedAt"] = json!("2026-11-21T09:30:00Z");
        gateway
            .send_as(role, method.clone(), path, &typo.to_string())
            .await
            .names("craetedAt");
        for field in ["id", "createdAt"] {
            if read.get(field).is_none() {
                continue;
            }
            let mut other = read.clone();
            other[field] = json!("2001-01-01T00:00:00Z");
            let other = other.to_string();
            gateway
                .send_as(role, method.clone(), path, &other)
                .await
                .names(field);
        }
    }
    read
}

const PRODUCT: &str = "/api/v1/products/01890a5d-ac96-774b-bcce-b302099a8057";

fn mug() -> pb::Product {
    pb::Product {
        id: ID.to_owned(),
        sku: "MUG-01".to_owned(),
        name: "Enamel mug".to_owned(),
        description: "Holds 350 ml.".to_owned(),
        kind: pb::ProductKind::Goods as i32,
        price: Some(usd(1250)),
        category: Some("Kitchen".to_owned()),
        category_id: Some(CATEGORY.to_owned()),
        active: true,
        version: 7,
        available: Some(35),
        on_hand: Some(40),
        reserved: Some(5),
        low_stock_threshold: Some(3),
        images: vec![pb::ProductImage {
            id: OTHER.to_owned(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

type Asked<T> = Arc<Mutex<Vec<T>>>;

async fn shop_with(product: pb::Product) -> (Gateway, Asked<pb::UpdateProductRequest>) {
    let gateway = Gateway::start().await;
    record::<pb::GetProductRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/GetProduct",
        pb::GetProductResponse {
            product: Some(product.clone()),
        },
    );
    let asked = record(
        &gateway,
        "waybill.order.v1.CatalogueService/UpdateProduct",
        pb::UpdateProductResponse {
            product: Some(product),
        },
    );
    (gateway, asked)
}

#[tokio::test]
async fn a_product_sent_back_stays_as_it_is() {
    let (gateway, asked) = shop_with(mug()).await;
    send_back(
        &gateway,
        Role::Admin,
        PRODUCT,
        &[Method::PUT, Method::PATCH],
    )
    .await;
    let same = pb::UpdateProductRequest {
        id: ID.to_owned(),
        sku: Some("MUG-01".to_owned()),
        name: Some("Enamel mug".to_owned()),
        description: Some("Holds 350 ml.".to_owned()),
        price: None,
        asked_price: Some(common::Price {
            money: Some(usd(1250)),
            decimal: String::new(),
        }),
        category: Some("Kitchen".to_owned()),
        category_id: Some(CATEGORY.to_owned()),
        active: Some(true),
        version: Some(7),
        low_stock_threshold: Some(3),
        kind: pb::ProductKind::Goods as i32,
        stock: None,
    };
    assert_eq!(*asked.lock(), [same.clone(), same]);

    // A product without category and threshold; for the service, -1 means no threshold.
    let plain = pb::Product {
        category: None,
        category_id: None,
        low_stock_threshold: None,
        ..mug()
    };
    let (gateway, asked) = shop_with(plain).await;
    send_back(&gateway, Role::Admin, PRODUCT, &[Method::PUT]).await;
    let asked = asked.lock().remove(0);
    assert_eq!(asked.category.as_deref(), Some(""));
    assert_eq!(asked.category_id.as_deref(), Some(""));
    assert_eq!(asked.low_stock_threshold, Some(-1));
}

#[tokio::test]
async fn an_order_sent_back_stays_as_it_is() {
    let gateway = Gateway::start().await;
    let address = pb::Address {
        line1: "12 St James's Square".to_owned(),
        city: "London".to_owned(),
        country: "GB".to_owned(),
        ..Default::default()
    };
    let completion = Timestamp::from_secs(1_795_132_800);
    let order = pb::Order {
        id: ID.to_owned(),
        order_number: "W261121-7K3M9QX".to_owned(),
        status: pb::OrderStatus::Pending as i32,
        payment_status: pb::PaymentStatus::Unpaid as i32,
        kind: pb::OrderKind::Goods as i32,
        customer: Some(pb::Customer::default()),
        assignee: Some(pb::Assignee::default()),
        title: Some("Two mugs".to_owned()),
        estimated_completion: Some(completion),
        items: vec![pb::OrderItem {
            product_id: Some(OTHER.to_owned()),
            name: "Enamel mug".to_owned(),
            kind: pb::ProductKind::Goods as i32,
            unit_price: Some(usd(1250)),
            quantity: 2,
            line_total: Some(usd(2500)),
            refunded_quantity: 1,
        }],
        subtotal: Some(usd(2500)),
        total: Some(usd(2500)),
        shipping_address: Some(address.clone()),
        expires_at: Some(completion),
        version: 3,
        ..Default::default()
    };
    record::<pb::GetOrderRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/GetOrder",
        pb::GetOrderResponse {
            order: Some(order.clone()),
        },
    );
    let asked = record::<pb::EditOrderRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/EditOrder",
        pb::EditOrderResponse { order: Some(order) },
    );
    let path = format!("/api/v1/orders/{ID}");
    let methods = [Method::PUT, Method::PATCH];
    let mut read = send_back(&gateway, Role::Customer, &path, &methods).await;
    let same = pb::EditOrderRequest {
        id: ID.to_owned(),
        items: Some(pb::EditedLines {
            lines: vec![pb::EditedLine {
                product_id: Some(OTHER.to_owned()),
                quantity: 2,
            }],
        }),
        title: Some("Two mugs".to_owned()),
        description: Some(String::new()),
        special_instructions: Some(String::new()),
        estimated_completion: Some(pb::TimeChange {
            to: Some(completion),
        }),
        shipping_address: Some(pb::AddressChange { to: Some(address) }),
        version: Some(3),
    };
    assert_eq!(*asked.lock(), [same.clone(), same]);

    read["items"][0]["unitprice"] = json!(1);
    gateway
        .send_as(Role::Customer, Method::PUT, &path, &read.to_string())
        .await
        .names("items[0].unitprice");
    // New lines were not read before.
    let new = json!({"items": [{"productId": OTHER, "quantity": 1, "name": "Enamel mug"}]});
    gateway
        .send_as(
            Role::Customer,
            Method::POST,
            "/api/v1/orders",
            &new.to_string(),
        )
        .await
        .names("items[0].name");
}

#[tokio::test]
async fn settings_sent_back_stay_as_they_are() {
    let gateway = Gateway::start().await;
    let settings = pb::ShopSettings {
        shop_name: "Corner Shop".to_owned(),
        currency: "USD".to_owned(),
        goods_expiry_seconds: 3600,
        service_expiry_seconds: 7200,
        mixed_expiry_seconds: 5400,
        payment_window_seconds: 1800,
        manual_payment_window_seconds: 604_800,
        commission_basis_points: 1500,
        max_open_orders_per_worker: 5,
        max_order_lines: 100,
        max_file_bytes: 5_242_880,
        max_files_per_order: 50,
        cart_lifetime_seconds: 2_592_000,
        low_stock_threshold: 5,
        version: 2,
        allowed_file_types: vec![pb::FileType::Jpeg.into(), pb::FileType::Pdf.into()],
        legal_name: Some("Corner Shop Ltd".to_owned()),
        tax_id: Some("GB123456789".to_owned()),
        ..Default::default()
    };
    record::<pb::GetSettingsRequest, _>(
        &gateway,
        "waybill.order.v1.ShopService/GetSettings",
        pb::GetSettingsResponse {
            settings: Some(settings.clone()),
        },
    );
    let asked = record::<pb::UpdateSettingsRequest, _>(
        &gateway,
        "waybill.order.v1.ShopService/UpdateSettings",
        pb::UpdateSettingsResponse {
            settings: Some(settings),
        },
    );
    let methods = [Method::PUT, Method::PATCH];
    send_back(&gateway, Role::Admin, "/api/v1/admin/settings", &methods).await;
    let same = pb::UpdateSettingsRequest {
        shop_name: Some("Corner Shop".to_owned()),
        currency: Some("USD".to_owned()),
        goods_expiry_seconds: Some(3600),
        service_expiry_seconds: Some(7200),
        mixed_expiry_seconds: Some(5400),
        payment_window_seconds: Some(1800),
        manual_payment_window_seconds: Some(604_800),
        commission_basis_points: Some(1500),
        max_open_orders_per_worker: Some(5),
        max_order_lines: Some(100),
        max_file_bytes: Some(5_242_880),
        max_files_per_order: Some(50),
        cart_lifetime_seconds: Some(2_592_000),
        low_stock_threshold: Some(5),
        free_orders: Some(false),
        completion_without_approval: Some(false),
        legal_name: Some("Corner Shop Ltd".to_owned()),
        address: Some(String::new()),
        tax_id: Some("GB123456789".to_owned()),
        billing_email: Some(String::new()),
        invoice_note: Some(String::new()),
        version: Some(2),
        allowed_file_types: Some(pb::FileTypes {
            types: vec![pb::FileType::Jpeg.into(), pb::FileType::Pdf.into()],
        }),
    };
    assert_eq!(*asked.lock(), [same.clone(), same]);
}

#[tokio::test]
async fn a_category_and_an_account_sent_back_stay_as_they_are() {
    let gateway = Gateway::start().await;
    let category = pb::Category {
        id: CATEGORY.to_owned(),
        slug: "kitchen".to_owned(),
        name: "Kitchen".to_owned(),
        position: 1,
        active: true,
        products: 12,
        version: 4,
        ..Default::default()
    };
    record::<pb::ListCategoriesRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/ListCategories",
        pb::ListCategoriesResponse {
            categories: vec![category.clone()],
        },
    );
    let asked = record::<pb::UpdateCategoryRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/UpdateCategory",
        pb::UpdateCategoryResponse {
            category: Some(category),
        },
    );
    let path = format!("/api/v1/categories/{CATEGORY}");
    let methods = [Method::PUT, Method::PATCH];
    send_back(&gateway, Role::Admin, &path, &methods).await;
    let same = pb::UpdateCategoryRequest {
        id: CATEGORY.to_owned(),
        name: Some("Kitchen".to_owned()),
        slug: Some("kitchen".to_owned()),
        description: Some(String::new()),
        parent_id: Some(String::new()),
        position: Some(1),
        active: Some(true),
        version: Some(4),
    };
    assert_eq!(*asked.lock(), [same.clone(), same]);

    let user = auth::User {
        id: ID.to_owned(),
        email: "ada@example.com".to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        role: common::Role::Customer as i32,
        version: 9,
        ..Default::default()
    };
    record::<auth::GetProfileRequest, _>(
        &gateway,
        "waybill.auth.v1.AuthService/GetProfile",
        auth::GetProfileResponse {
            user: Some(user.clone()),
        },
    );
    let asked = record::<auth::UpdateProfileRequest, _>(
        &gateway,
        "waybill.auth.v1.AuthService/UpdateProfile",
        auth::UpdateProfileResponse { user: Some(user) },
    );
    let path = "/api/v1/users/profile";
    let read = send_back(&gateway, Role::Customer, path, &methods).await;
    let same = auth::UpdateProfileRequest {
        first_name: Some("Ada".to_owned()),
        last_name: Some("Lovelace".to_owned()),
        version: Some(9),
    };
    assert_eq!(*asked.lock(), [same.clone(), same]);
    // Not the way to become an administrator, nor an error for the role that one has.
    for (role, version, accepted) in [
        ("customer", 9, true),
        ("ADMIN", 9, false),
        ("ADMIN", 8, true),
    ] {
        let mut body = read.clone();
        (body["role"], body["version"]) = (json!(role), json!(version));
        let body = body.to_string();
        let answer = gateway
            .send_as(Role::Customer, Method::PATCH, path, &body)
            .await;
        if accepted {
            // With a stale version, the service answers.
            assert_eq!(answer.status, 200, "{role}: {:?}", answer.body);
        } else {
            answer.names("role");
        }
    }
}

/// PUT replaces: what is left out is cleared, or required. PATCH leaves it as it is.
#[tokio::test]
async fn put_replaces_and_patch_merges() {
    let (gateway, asked) = shop_with(mug()).await;
    let mug = r#"{"name": "Cup", "price": {"amount": 1, "currency": "USD"}}"#;
    for method in [Method::PUT, Method::PATCH] {
        let answer = gateway.send_as(Role::Admin, method, PRODUCT, mug).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
    let [put, patch] = asked.lock().clone().try_into().expect("two calls");
    assert_eq!((put.sku, put.active, put.stock), (None, Some(true), None));
    assert_eq!(
        (put.description.as_deref(), put.category.as_deref()),
        (Some(""), Some(""))
    );
    assert_eq!((put.category_id, put.low_stock_threshold), (None, Some(-1)));
    assert_eq!(
        (patch.description, patch.category, patch.active),
        (None, None, None)
    );
    let order = format!("/api/v1/orders/{ID}");
    for (role, path, required) in [
        (Role::Admin, PRODUCT, &["name", "price"][..]),
        (
            Role::Admin,
            &format!("/api/v1/categories/{CATEGORY}"),
            &["name"],
        ),
        (Role::Customer, "/api/v1/users/profile", &["firstName"]),
        // An order is not emptied by a body that says nothing of its lines.
        (Role::Customer, &order, &["items"]),
        (
            Role::Admin,
            "/api/v1/admin/settings",
            &["shopName", "currency", "lowStockThreshold"],
        ),
    ] {
        let nulls: Map<_, _> = required
            .iter()
            .map(|field| ((*field).to_owned(), Value::Null))
            .collect();
        for body in ["{}", &Value::Object(nulls).to_string()] {
            let answer = gateway.send_as(role, Method::PUT, path, body).await;
            for field in required {
                answer.names(field);
            }
        }
    }
    let asked = record::<pb::EditOrderRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/EditOrder",
        pb::EditOrderResponse {
            order: Some(pb::Order::default()),
        },
    );
    for (method, body) in [
        (Method::PUT, r#"{"description": "Blue", "items": []}"#),
        (Method::PATCH, r#"{"description": "Blue"}"#),
    ] {
        let answer = gateway.send_as(Role::Customer, method, &order, body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
    let [put, patch] = asked.lock().clone().try_into().expect("two calls");
    assert_eq!(put.items, Some(pb::EditedLines::default()));
    assert_eq!(put.title.as_deref(), Some(""));
    assert_eq!(put.shipping_address, Some(pb::AddressChange::default()));
    assert_eq!(
        (patch.items, patch.title, patch.shipping_address),
        (None, None, None)
    );
}
