//! Ordering without being signed in: as a guest, with a new account, with an existing account.

use reqwest::Method;
use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape};

use crate::support::bin;

const KEY: &str = "0198f5c2-8a1b-7c3d-9e4f-000000000001";

async fn place(api: &Api, body: &Value, key: &str) -> Answer {
    let headers = [("Idempotency-Key", key)];
    let sent = api
        .send(Method::POST, "/orders", Some(body), &headers)
        .await;
    sent.unwrap()
}

fn token(placed: &Value) -> &str {
    placed["auth"]["accessToken"].as_str().expect("a token")
}

fn order_of(product: &str, contact: Value) -> Value {
    json!({"items": [{"productId": product, "quantity": 1}], "contact": contact})
}

fn grace(password: Option<&str>) -> Value {
    let mut contact =
        json!({"email": "grace@example.com", "firstName": "Grace", "lastName": "Hopper"});
    if let Some(password) = password {
        contact["password"] = json!(password);
    }
    contact
}

#[tokio::test]
async fn guests_embedded() {
    guests(Shape::Embedded).await;
}

#[tokio::test]
async fn guests_distributed() {
    guests(Shape::Distributed).await;
}

async fn guests(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let cup = admin.product("CUP", "GOODS", 1_000, 100).await;
    guest_order(&anyone, &admin, &cup).await;
    guest_cart(&anyone, &cup).await;
    account_in_the_same_step(&anyone, &cup).await;
    refusals(&anyone, &cup).await;
    platform.verify().await.unwrap();
}

/// A guest can read, pay, chat about and cancel only their own order, and a lost answer can be repeated.
async fn guest_order(anyone: &Api, admin: &Api, cup: &str) {
    let body = order_of(cup, grace(None));
    let placed = place(anyone, &body, KEY).await;
    assert!(!placed.headers.contains_key("idempotency-replayed"));
    let placed = placed.expect(201);
    assert_eq!(placed["guest"], json!(true));
    assert_eq!(placed["customer"]["email"], "grace@example.com");
    assert_eq!(placed["customer"]["name"], "Grace Hopper");
    let auth = &placed["auth"];
    assert_eq!(
        (&auth["guest"], &auth["expiresIn"]),
        (&json!(true), &json!(14 * 86_400))
    );
    assert!(auth.get("refreshToken").is_none() && auth.get("user").is_none());

    let again = place(anyone, &body, KEY).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let again = again.expect(201);
    assert_eq!(again["id"], placed["id"]);

    let guest = anyone.with_token(token(&again));
    let path = format!("/orders/{}", placed["id"].as_str().unwrap());
    assert_eq!(guest.get(&path).await.expect(200)["id"], placed["id"]);
    let listed = guest.get("/orders").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    guest.pay(placed["id"].as_str().unwrap()).await;
    guest
        .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
        .await;
    let messages = format!("{path}/chat/messages");
    guest
        .post(&messages, json!({"body": "Hello"}))
        .await
        .expect(201);
    guest.get("/notifications").await.expect(200);
    // Calls that need an account are refused.
    for (method, path, body) in [
        (Method::GET, "/users/profile", None),
        (
            Method::PUT,
            "/users/profile",
            Some(json!({"firstName": "G"})),
        ),
        (
            Method::POST,
            "/users/change-password",
            Some(json!({"currentPassword": "a good password", "newPassword": "another password"})),
        ),
        (Method::GET, "/admin/users", None),
        (Method::GET, "/orders/available", None),
    ] {
        let answer = guest.send(method, path, body.as_ref(), &[]).await.unwrap();
        assert_eq!(answer.refused(403), "FORBIDDEN", "{path}");
    }
    guest
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .expect(200);
    guest
        .until(&path, "the refund", |o| o["paymentStatus"] == "REFUNDED")
        .await;
    // Nobody else may read it, including other guests.
    let other = json!({"email": "eve@example.com", "firstName": "Eve"});
    let other = place(anyone, &order_of(cup, other), KEY).await.expect(201);
    assert_ne!(other["id"], placed["id"]);
    let other = anyone.with_token(token(&other));
    other.get(&path).await.refused(404);
    other.get(&messages).await.refused(404);
    assert_eq!(admin.get(&path).await.expect(200)["guest"], json!(true));
}

/// A guest's cart becomes a guest's order.
async fn guest_cart(anyone: &Api, cup: &str) {
    let item = format!("/cart/items/{cup}");
    let put = anyone
        .send(Method::PUT, &item, Some(&json!({"quantity": 4})), &[])
        .await
        .unwrap();
    let cart = put.headers["x-cart-token"].to_str().unwrap().to_owned();
    let headers = [("X-Cart-Token", cart.as_str())];
    let body = json!({"fromCart": true, "contact": grace(None)});
    let placed = anyone
        .send(Method::POST, "/orders", Some(&body), &headers)
        .await
        .unwrap()
        .expect(201);
    assert_eq!(placed["items"][0]["quantity"], json!(4));
    // With the guest's access token, the cart of the cart token still works.
    let guest = anyone.with_token(token(&placed));
    let left = guest.send(Method::GET, "/cart", None, &headers).await;
    assert_eq!(left.unwrap().expect(200)["items"], json!([]));
    guest
        .send(Method::PUT, &item, Some(&json!({"quantity": 1})), &headers)
        .await
        .unwrap()
        .expect(200);
    let second = guest
        .send(
            Method::POST,
            "/orders",
            Some(&json!({"fromCart": true})),
            &headers,
        )
        .await
        .unwrap()
        .expect(201);
    assert_eq!(second["customer"]["id"], placed["customer"]["id"]);
    assert!(second.get("auth").is_none());
}

/// The order registers or signs in the customer; a repeat returns the same order and working tokens.
async fn account_in_the_same_step(anyone: &Api, cup: &str) {
    let status = async |email: &str| {
        let path = format!("/auth/email-status?email={email}");
        anyone.get(&path).await.expect(200)["registered"].clone()
    };
    assert_eq!(
        status("grace@example.com").await,
        json!(false),
        "guests have no account"
    );
    let body = order_of(cup, grace(Some("a good password")));
    let placed = place(anyone, &body, KEY).await.expect(201);
    assert_eq!(placed["guest"], json!(false));
    assert_eq!(placed["auth"]["guest"], json!(false));
    assert_eq!(placed["auth"]["user"]["email"], "grace@example.com");
    assert_eq!(status("Grace@Example.com").await, json!(true));
    let again = place(anyone, &body, KEY).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let again = again.expect(201);
    assert_eq!(again["id"], placed["id"]);
    for placed in [&placed, &again] {
        let grace = anyone.with_token(token(placed));
        let profile = grace.get("/users/profile").await.expect(200);
        assert_eq!(profile["id"], placed["customer"]["id"]);
        assert!(placed["auth"]["refreshToken"].is_string());
    }
    // A later order with the right password belongs to the same customer.
    let later = place(anyone, &body, "0198f5c2-8a1b-7c3d-9e4f-000000000002").await;
    let later = later.expect(201);
    assert_ne!(later["id"], placed["id"]);
    assert_eq!(later["customer"]["id"], placed["customer"]["id"]);
    let wrong = order_of(cup, grace(Some("not her password")));
    let refused = place(anyone, &wrong, "0198f5c2-8a1b-7c3d-9e4f-000000000003").await;
    assert_eq!(refused.refused(409), "EMAIL_REGISTERED");
    // Also with the first idempotency key: the key alone gives no access.
    let refused = place(anyone, &wrong, KEY).await;
    assert_eq!(refused.refused(409), "EMAIL_REGISTERED");
}

async fn refusals(anyone: &Api, cup: &str) {
    let items = json!({"items": [{"productId": cup, "quantity": 1}]});
    let answer = anyone.post("/orders", items).await;
    assert_eq!(answer.refused(401), "UNAUTHENTICATED");
    let field = |answer: &Answer| {
        assert_eq!(answer.refused(422), "VALIDATION_ERROR");
        answer.body["error"]["details"][0]["field"].clone()
    };
    let short = place(anyone, &order_of(cup, grace(None)), "order-1").await;
    assert_eq!(field(&short), "Idempotency-Key");
    for (contact, expected) in [
        (
            json!({"email": "nobody", "firstName": "N"}),
            "contact.email",
        ),
        (json!({"email": "a@b", "firstName": "N"}), "contact.email"),
        (
            json!({"email": "n@example.com", "firstName": " "}),
            "contact.firstName",
        ),
        (
            json!({"email": "n@example.com", "firstName": "N", "password": "short"}),
            "contact.password",
        ),
    ] {
        let answer = anyone.post("/orders", order_of(cup, contact)).await;
        assert_eq!(field(&answer), expected);
    }
    let dora = anyone.register("dora@example.com", "Dora", "D").await;
    signed_in(&dora, cup).await;
    let answer = anyone.get("/auth/email-status?email=nobody").await;
    assert_eq!(field(&answer), "email");
}

/// A signed-in customer orders as themselves, whatever `contact` says; the address needs no name, and null clears a text.
async fn signed_in(dora: &Api, cup: &str) {
    let mut body = order_of(cup, grace(Some("not her password")));
    body["title"] = json!("A cup");
    body["description"] = json!("For the office");
    body["shippingAddress"] = json!({"line1": "1 High Street", "city": "Leeds", "country": "GB"});
    let answer = dora.post("/orders", body).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let placed = answer.expect(201);
    assert_eq!(placed["customer"]["email"], "dora@example.com");
    assert_eq!(placed["shippingAddress"]["name"], Value::Null);
    assert_eq!(placed.get("accessToken"), None);
    let path = location.strip_prefix("/api/v1").expect("a path of the API");
    let change = json!({"title": null, "description": null});
    let edited = dora.send(Method::PATCH, path, Some(&change), &[]).await;
    let edited = edited.unwrap().expect(200);
    for field in ["title", "description"] {
        assert_eq!(edited[field], Value::Null, "{field}");
    }
}
