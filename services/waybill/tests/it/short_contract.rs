//! The short contract: the examples of its documents work as they are written, under both base paths.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use waybill_primitives::Timestamp;
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape};

use crate::{media::PNG, support::bin};

async fn send(api: &Api, method: Method, path: &str, body: &str) -> Answer {
    let json = [("content-type", "application/json")];
    let body = (!body.is_empty()).then(|| body.as_bytes().to_vec());
    let sent = api.raw(method.clone(), path, &json, body).await;
    sent.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
}

#[tokio::test]
async fn the_short_contract_works_verbatim_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    for base in ["/api", "/api/v1"] {
        verbatim(&platform.api(), &admin, base).await;
    }
}

async fn verbatim(anyone: &Api, admin: &Api, base: &str) {
    let email = format!("john{}@example.com", base.len());
    let register =
        format!(r#"{{"name": "John Doe", "email": "{email}", "password": "securePassword123"}}"#);
    let path = format!("{base}/users/register");
    let registered = send(anyone, Method::POST, &path, &register)
        .await
        .expect(201);
    assert_eq!(registered["user"]["firstName"], "John");
    let login = format!(r#"{{"email": "{email}", "password": "securePassword123"}}"#);
    let path = format!("{base}/users/login");
    let session = send(anyone, Method::POST, &path, &login).await.expect(200);
    let john = anyone.with_token(session["accessToken"].as_str().unwrap());

    // A decimal price in the shop's currency; goods unless something else is said.
    let path = format!("{base}/products/");
    let product = r#"{"name": "Laptop", "stock": 10, "price": 19.99}"#;
    let product = send(admin, Method::POST, &path, product).await.expect(201);
    assert_eq!(product["price"], json!({"amount": 1999, "currency": "USD"}));
    assert_eq!(
        (&product["kind"], &product["available"]),
        (&json!("GOODS"), &json!(10))
    );
    let list = send(anyone, Method::GET, &path, "").await.expect(200);
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .contains(&public(&product)),
        "{list:#}"
    );

    let id = product["id"].as_str().unwrap();
    // A day, where a time is meant.
    let soon = Timestamp::now()
        .plus(Duration::from_hours(30 * 24))
        .to_string();
    let soon = &soon[..10];
    let order = format!(
        r#"{{"title": "Laptop", "description": "With a sleeve", "special_instructions": "Ring twice",
            "estimated_completion": "{soon}", "items": [{{"product_id": "{id}", "quantity": 2}}]}}"#
    );
    let path = format!("{base}/orders/");
    let order = send(&john, Method::POST, &path, &order).await.expect(201);
    assert_eq!(order["specialInstructions"], "Ring twice");
    assert_eq!(order["total"]["amount"], 3998);
    assert_eq!(order["paymentReceived"], false);

    let path = format!("{base}/orders/{}", order["id"].as_str().unwrap());
    let read = send(&john, Method::GET, &path, "").await.expect(200);
    assert_eq!(read["id"], order["id"]);
    let all = format!("{base}/orders/admin");
    let listed = send(admin, Method::GET, &all, "").await.expect(200);
    assert_eq!(listed["items"][0]["id"], order["id"]);
    assert_eq!(
        send(&john, Method::GET, &all, "").await.refused(403),
        "FORBIDDEN"
    );
    let status = format!("{path}/status");
    let held = send(admin, Method::PATCH, &status, r#"{"status": "ON_HOLD"}"#).await;
    assert_eq!(held.expect(200)["status"], "ON_HOLD");

    // Files without a purpose: progress by staff, a reference by the customer.
    for (api, folder, purpose) in [
        (admin, "media", "PROGRESS"),
        (&john, "customer-media", "REFERENCE"),
    ] {
        let path = format!("/orders/{}/{folder}", order["id"].as_str().unwrap());
        let file = api.upload(&path, &[], ("photo.png", PNG)).await.expect(201);
        assert_eq!(file["purpose"], purpose);
    }
}

/// A product as everybody sees it.
fn public(product: &Value) -> Value {
    let mut product = product.clone();
    let fields = product.as_object_mut().unwrap();
    fields.retain(|name, _| !["onHand", "reserved", "lowStockThreshold"].contains(&name.as_str()));
    product
}
