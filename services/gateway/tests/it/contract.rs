//! The contract: shapes, spellings and headers.

use std::sync::Arc;

use http::Method;
use parking_lot::Mutex;
use serde_json::{Value, json};
use waybill_primitives::Role;
use waybill_proto::{auth, order as pb, payment};
use waybill_service_kit::{AppError, ErrorCode};

use crate::support::{Gateway, guest_token, record, request};

/// A cart token.
const CART: &str = "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcde";
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const PLACE: &str = "waybill.order.v1.OrderService/PlaceOrder";

fn order() -> pb::Order {
    pb::Order {
        id: ID.to_owned(),
        version: 3,
        ..Default::default()
    }
}

fn places(gateway: &Gateway) -> Arc<Mutex<Vec<pb::PlaceOrderRequest>>> {
    let answer = pb::PlaceOrderResponse {
        order: Some(order()),
        replayed: false,
    };
    record(gateway, PLACE, answer)
}

#[tokio::test]
async fn a_signed_in_customer_needs_no_contact_and_may_send_one() {
    let gateway = Gateway::start().await;
    let placed = places(&gateway);
    for contact in [
        r#"{"contact": {"email": "a@example.com", "firstName": "Ada", "password": "correct horse"}}"#,
        r#"{"contact": {"email": "", "firstName": ""}}"#,
    ] {
        let path = "/api/v1/orders";
        let answer = gateway
            .send_as(Role::Customer, Method::POST, path, contact)
            .await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        assert!(answer.json().get("auth").is_none() && answer.json().get("accessToken").is_none());
        let guest = request(Method::POST, path)
            .header("content-type", "application/json")
            .header("x-cart-token", CART)
            .header("authorization", format!("Bearer {}", guest_token()))
            .body(axum::body::Body::from(contact));
        assert_eq!(gateway.call(guest.unwrap()).await.status, 201);
    }
    assert_eq!(placed.lock().last().unwrap().cart_token, CART);
    // Without a password, no account is created.
    assert!(
        gateway
            .fake
            .calls("waybill.auth.v1.AuthService/Register")
            .is_empty()
    );
}

#[tokio::test]
async fn the_tokens_of_a_new_account_stand_beside_the_order() {
    let gateway = Gateway::start().await;
    places(&gateway);
    let session = auth::Session {
        user: Some(auth::User::default()),
        access_token: guest_token(),
        expires_in: 900,
        refresh_token: "refresh".to_owned(),
        ..Default::default()
    };
    let session = auth::RegisterResponse {
        session: Some(session),
    };
    record::<auth::RegisterRequest, _>(&gateway, "waybill.auth.v1.AuthService/Register", session);
    let body = r#"{"contact": {"email": "a@example.com", "firstName": "Ada", "password": "correct horse"}}"#;
    let answer = gateway.send(Method::POST, "/api/v1/orders", body).await;
    let json = answer.json();
    assert_eq!(json["id"], ID);
    assert_eq!(json["auth"]["refreshToken"], "refresh");
    for field in ["accessToken", "expiresIn", "refreshToken"] {
        assert!(!json["auth"][field].is_null());
        assert!(json.get(field).is_none(), "{field} is in one place");
    }
}

#[tokio::test]
async fn the_session_of_an_order_can_be_a_cookie() {
    let gateway = Gateway::start().await;
    places(&gateway);
    let session = auth::Session {
        user: Some(auth::User::default()),
        access_token: guest_token(),
        expires_in: 900,
        refresh_token: "refresh".to_owned(),
        refresh_expires_in: 3600,
        ..Default::default()
    };
    let session = auth::RegisterResponse {
        session: Some(session),
    };
    record::<auth::RegisterRequest, _>(&gateway, "waybill.auth.v1.AuthService/Register", session);
    let order = |session: &str| {
        let contact = json!({
            "email": "a@example.com", "firstName": "Ada", "password": "correct horse", "session": session
        });
        json!({ "contact": contact }).to_string()
    };
    let path = "/api/v1/orders";
    let answer = gateway.send(Method::POST, path, &order("cookie")).await;
    assert_eq!(answer.status, 201);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("waybill_session=refresh;"), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let auth = &answer.json()["auth"];
    assert!(auth["accessToken"].is_string() && auth.get("refreshToken").is_none());
    let answer = gateway.send(Method::POST, path, &order("token")).await;
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.json()["auth"]["refreshToken"], "refresh");
    let answer = gateway.send(Method::POST, path, &order("jar")).await;
    answer.names("contact.session");
}

#[tokio::test]
async fn a_refused_order_says_that_it_created_an_account() {
    let gateway = Gateway::start().await;
    gateway.fake.on(PLACE, |request: pb::PlaceOrderRequest| {
        if request.check_only {
            return Ok(pb::PlaceOrderResponse::default());
        }
        Err(AppError::conflict(ErrorCode::OutOfStock, "only 3 left").with_meta("available", "3"))
    });
    let session = || auth::Session {
        user: Some(auth::User::default()),
        access_token: guest_token(),
        ..Default::default()
    };
    gateway.fake.on(
        "waybill.auth.v1.AuthService/Register",
        move |request: auth::RegisterRequest| {
            if request.email == "known@example.com" {
                return Err(AppError::conflict(
                    ErrorCode::EmailTaken,
                    "this address has an account",
                ));
            }
            Ok(auth::RegisterResponse {
                session: Some(session()),
            })
        },
    );
    gateway.fake.on(
        "waybill.auth.v1.AuthService/Login",
        move |_: auth::LoginRequest| {
            Ok(auth::LoginResponse {
                session: Some(session()),
            })
        },
    );
    gateway.fake.on(
        "waybill.auth.v1.AuthService/IssueGuestToken",
        |_: auth::IssueGuestTokenRequest| {
            Ok(auth::IssueGuestTokenResponse {
                access_token: guest_token(),
                ..Default::default()
            })
        },
    );
    for (email, password, registered) in [
        ("new@example.com", json!("correct horse"), true),
        ("known@example.com", json!("correct horse"), false),
        ("guest@example.com", Value::Null, false),
    ] {
        for path in ["/api/v1/orders", "/api/orders/"] {
            let contact = json!({"email": email, "firstName": "Ada", "password": password});
            let body = json!({"title": "A mug", "contact": contact}).to_string();
            let answer = gateway.send(Method::POST, path, &body).await;
            let error = answer.error(409, "OUT_OF_STOCK");
            assert_eq!(error["context"]["available"], 3, "{error}");
            let reported = error["context"].get("registered");
            assert_eq!(
                reported == Some(&json!(true)),
                registered,
                "{email}: {error}"
            );
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with("only 3 left"), "{message}");
            assert_eq!(message.contains("the account was created"), registered);
        }
    }
}

#[tokio::test]
async fn answers_with_new_resources_have_location_and_etag() {
    let gateway = Gateway::start().await;
    places(&gateway);
    let product = pb::Product {
        id: ID.to_owned(),
        version: 1,
        ..Default::default()
    };
    let created = pb::CreateProductResponse {
        product: Some(product),
    };
    record::<pb::CreateProductRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/CreateProduct",
        created,
    );
    let paid = payment::CreatePaymentResponse {
        payment: Some(payment::Payment {
            id: ID.to_owned(),
            version: 2,
            ..Default::default()
        }),
        replayed: false,
    };
    record::<payment::CreatePaymentRequest, _>(
        &gateway,
        "waybill.payment.v1.PaymentService/CreatePayment",
        paid,
    );
    let shipped = pb::CreateShipmentResponse {
        shipment: Some(pb::Shipment {
            version: 1,
            ..Default::default()
        }),
        replayed: false,
    };
    record::<pb::CreateShipmentRequest, _>(
        &gateway,
        "waybill.order.v1.ShipmentService/CreateShipment",
        shipped,
    );
    let category = pb::CreateCategoryResponse {
        category: Some(pb::Category {
            id: ID.to_owned(),
            version: 1,
            ..Default::default()
        }),
    };
    record::<pb::CreateCategoryRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/CreateCategory",
        category,
    );
    let mug = r#"{"name": "Mug", "kind": "GOODS", "price": {"amount": 1, "currency": "USD"}}"#;
    for (path, body, location, tag) in [
        (
            "orders",
            r#"{"title": "A mug"}"#.to_owned(),
            format!("/api/v1/orders/{ID}"),
            "\"3\"",
        ),
        (
            "products",
            mug.to_owned(),
            format!("/api/v1/products/{ID}"),
            "\"1\"",
        ),
        (
            "categories",
            r#"{"name": "Mugs"}"#.to_owned(),
            format!("/api/v1/categories/{ID}"),
            "\"1\"",
        ),
        (
            &format!("orders/{ID}/payments"),
            r#"{"provider": "SANDBOX"}"#.to_owned(),
            format!("/api/v1/payments/{ID}"),
            "\"2\"",
        ),
        (
            &format!("orders/{ID}/shipments"),
            "{}".to_owned(),
            String::new(),
            "\"1\"",
        ),
    ] {
        let path = format!("/api/v1/{path}");
        let answer = gateway
            .send_as(Role::Admin, Method::POST, &path, &body)
            .await;
        assert_eq!(answer.status, 201, "{path}: {:?}", answer.body);
        assert_eq!(
            (answer.header("location"), answer.header("etag")),
            (location.as_str(), tag),
            "{path}"
        );
    }
}

#[tokio::test]
async fn null_clears_a_text_of_an_order() {
    let gateway = Gateway::start().await;
    let answer = pb::EditOrderResponse {
        order: Some(order()),
    };
    let asked = record::<pb::EditOrderRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/EditOrder",
        answer,
    );
    let path = format!("/api/v1/orders/{ID}");
    for body in [
        r#"{"title": null, "description": null, "specialInstructions": null}"#,
        r#"{"title": "T"}"#,
    ] {
        let answer = gateway
            .send_as(Role::Customer, Method::PATCH, &path, body)
            .await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
    let asked = asked.lock().clone();
    let texts = |edit: &pb::EditOrderRequest| {
        [
            edit.title.clone(),
            edit.description.clone(),
            edit.special_instructions.clone(),
        ]
    };
    assert_eq!(texts(&asked[0]), [const { Some(String::new()) }; 3]);
    assert_eq!(texts(&asked[1]), [Some("T".to_owned()), None, None]);
}

#[tokio::test]
async fn optional_fields_that_are_left_out_are_empty_for_the_service() {
    let gateway = Gateway::start().await;
    let placed = places(&gateway);
    let answer = pb::AdjustStockResponse {
        product: Some(pb::Product::default()),
        ..Default::default()
    };
    let moved = record::<pb::AdjustStockRequest, _>(
        &gateway,
        "waybill.order.v1.StockService/AdjustStock",
        answer,
    );
    let stock = format!("/api/v1/products/{ID}/stock");
    let without = gateway
        .send_as(Role::Admin, Method::POST, &stock, r#"{"delta": 1}"#)
        .await;
    assert_eq!(without.status, 200);
    assert_eq!(moved.lock().last().unwrap().reason, "");

    // So are the optional fields of an address.
    let body = r#"{"title": "T", "shippingAddress": {"line1": "12 St James's Square", "city": "London", "country": "GB"}}"#;
    let answer = gateway
        .send_as(Role::Customer, Method::POST, "/api/v1/orders", body)
        .await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let address = placed
        .lock()
        .last()
        .unwrap()
        .shipping_address
        .clone()
        .unwrap();
    assert_eq!((address.name(), address.city.as_str()), ("", "London"));
    let phone = r#"{"title": "T", "shippingAddress": {"line1": "12", "city": "London", "country": "GB", "phone": "1"}}"#;
    let answer = gateway
        .send_as(Role::Customer, Method::POST, "/api/v1/orders", phone)
        .await;
    answer.names("shippingAddress.phone");
}

#[tokio::test]
async fn other_spellings_are_accepted() {
    let gateway = Gateway::start().await;
    let placed = places(&gateway);
    let body = r#"{"title": "T", "special_instructions": "Ring twice", "estimated_completion": "2026-12-24",
        "shipping_address": {"line1": "12", "city": "London", "country": "GB", "postal_code": "SW1Y 4JH"}}"#;
    let answer = gateway
        .send_as(Role::Customer, Method::POST, "/api/v1/orders", body)
        .await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let placed = placed.lock().pop().unwrap();
    assert_eq!(placed.special_instructions(), "Ring twice");
    // A day is accepted as a time.
    let day = placed.estimated_completion.unwrap().to_string();
    assert_eq!(day, "2026-12-24T00:00:00.000000Z");
    let address = placed.shipping_address.unwrap();
    assert_eq!(address.postal_code(), "SW1Y 4JH");
    let twice = r#"{"special_instructions": "A", "specialInstructions": "B"}"#;
    let answer = gateway
        .send_as(Role::Customer, Method::POST, "/api/v1/orders", twice)
        .await;
    answer.names("specialInstructions");

    let path = "waybill.order.v1.CatalogueService/CreateProduct";
    let answer = pb::CreateProductResponse {
        product: Some(pb::Product::default()),
    };
    let created = record::<pb::CreateProductRequest, _>(&gateway, path, answer);
    let body = r#"{"name": "Mug", "kind": "goods", "price": {"amount": 1, "currency": "USD"}, "categoryId": "kitchen"}"#;
    let answer = gateway
        .send_as(Role::Admin, Method::POST, "/api/v1/products", body)
        .await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    assert_eq!(created.lock().pop().unwrap().category, "kitchen");

    let path = "waybill.order.v1.OrderService/ListOrders";
    let asked =
        record::<pb::ListOrdersRequest, _>(&gateway, path, pb::ListOrdersResponse::default());
    let path = "/api/v1/orders?payment_status=PAID&min_total=5";
    assert_eq!(gateway.get_as(Role::Admin, path).await.status, 200);
    let asked = asked.lock().pop().unwrap();
    assert_eq!(asked.payment_statuses, [pb::PaymentStatus::Paid as i32]);
    assert_eq!(asked.min_total, Some(5));
    let unknown = gateway
        .get_as(Role::Admin, "/api/v1/orders?paid_by=me")
        .await;
    unknown.names("paidBy");
}
