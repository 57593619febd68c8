//! A guest fills a cart, registers at the checkout, pays, and tracks the shipment until it is delivered.

use reqwest::Method;
use serde_json::{Value, json};
use waybill_testkit::Api;

use crate::media::PNG;

const CONTACT: &str = "greta@example.com";
const PASSWORD: &str = "a good password";

pub async fn sold_and_shipped(anyone: &Api, admin: &Api) {
    let category = json!({"name": "Kitchen ware", "description": "To cook and to eat with"});
    let category = admin.post("/categories", category).await.expect(201);
    let bowl = bowl(admin, &category).await;

    let cart = fill_a_cart(anyone, admin, &bowl).await;
    let (customer, order) = check_out(anyone, &cart, &bowl).await;

    // The address of an unpaid order can change; a stale version is refused.
    let path = format!("/orders/{order}");
    let seen = customer.get(&path).await.expect(200);
    let address = json!({"name": "Greta Guest", "line1": "1 Mill Lane", "city": "Bath", "postalCode": "BA1 1AA", "country": "GB"});
    let edit = json!({"shippingAddress": address, "version": seen["version"]});
    let edited = customer.patch(&path, edit.clone()).await.expect(200);
    assert_eq!(edited["shippingAddress"]["city"], "Bath");
    assert_eq!(
        customer.patch(&path, edit).await.refused(409),
        "VERSION_CONFLICT"
    );

    customer.pay(&order).await;
    customer
        .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
        .await;
    ship(&customer, admin, &order).await;
}

/// A product with a category and a picture; returns its id.
async fn bowl(admin: &Api, category: &Value) -> String {
    let product = json!({
        "name": "Bowl", "description": "Deep", "kind": "GOODS", "sku": "BOWL",
        "price": {"amount": 2_000, "currency": "USD"}, "category": category["id"], "stock": 3, "lowStockThreshold": 2,
    });
    let product = admin.post("/products", product).await.expect(201);
    assert_eq!(product["categoryId"], category["id"]);
    assert_eq!(product["category"], "Kitchen ware");
    let id = product["id"].as_str().unwrap();
    admin
        .upload(
            &format!("/products/{id}/images"),
            &[("alt", "A bowl")],
            ("bowl.png", PNG),
        )
        .await
        .expect(201);
    id.to_owned()
}

/// The token of a guest's cart with two bowls, whose price has changed and was accepted.
async fn fill_a_cart(anyone: &Api, admin: &Api, bowl: &str) -> String {
    let item = format!("/cart/items/{bowl}");
    let put = async |quantity: i64, headers: &[(&str, &str)]| {
        let body = json!({"quantity": quantity});
        anyone
            .send(Method::PUT, &item, Some(&body), headers)
            .await
            .unwrap()
    };
    let first = put(1, &[]).await;
    let token = first.headers["x-cart-token"].to_str().unwrap().to_owned();
    let of_cart = [("x-cart-token", token.as_str())];
    assert_eq!(put(4, &of_cart).await.refused(409), "OUT_OF_STOCK");
    put(2, &of_cart).await.expect(200);

    let dearer = json!({"price": {"amount": 2_100, "currency": "USD"}});
    admin
        .patch(&format!("/products/{bowl}"), dearer)
        .await
        .expect(200);
    let cart = anyone
        .send(Method::GET, "/cart", None, &of_cart)
        .await
        .unwrap()
        .expect(200);
    assert_eq!(
        cart["items"][0]["changes"][0]["code"], "PRICE_CHANGED",
        "{cart:#}"
    );
    assert_eq!(cart["subtotal"]["amount"], 4_200);
    // The customer accepts the price by writing the line again.
    let agreed = put(2, &of_cart).await.expect(200);
    assert_eq!(agreed["changed"], false, "{agreed:#}");
    token
}

/// A customer without an account orders the cart and is registered.
async fn check_out(anyone: &Api, cart: &str, bowl: &str) -> (Api, String) {
    let request = json!({
        "fromCart": true,
        "contact": {"email": CONTACT, "firstName": "Greta", "lastName": "Guest", "password": PASSWORD},
    });
    let headers = [
        ("x-cart-token", cart),
        ("idempotency-key", "a-checkout-nobody-guesses"),
    ];
    let order = async || {
        anyone
            .send(Method::POST, "/orders", Some(&request), &headers)
            .await
            .unwrap()
    };
    let placed = order().await.expect(201);
    assert_eq!(placed["total"]["amount"], 4_200);
    assert_eq!(placed["items"][0]["productId"], json!(bowl));
    // The answer was lost and the cart is empty by now; the repeat returns the same order.
    let again = order().await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(201)["id"], placed["id"]);
    let left = anyone
        .send(Method::GET, "/cart", None, &[("x-cart-token", cart)])
        .await
        .unwrap()
        .expect(200);
    assert_eq!(left["items"], json!([]));

    let token = placed["auth"]["accessToken"].as_str().unwrap();
    let customer = anyone.with_token(token);
    let profile = customer.get("/users/profile").await.expect(200);
    assert_eq!(profile["email"], CONTACT);
    (customer, placed["id"].as_str().unwrap().to_owned())
}

/// One shipment with everything; its delivery completes the order.
async fn ship(customer: &Api, admin: &Api, order: &str) {
    let shipments = format!("/orders/{order}/shipments");
    let shipment =
        json!({"carrier": "DHL", "trackingNumber": "00340434161094042557", "state": "SHIPPED"});
    assert_eq!(
        customer
            .post(&shipments, shipment.clone())
            .await
            .refused(403),
        "FORBIDDEN"
    );
    let shipment = admin.post(&shipments, shipment).await.expect(201);
    let seen = customer.get(&shipments).await.expect(200);
    assert_eq!(seen["items"][0]["state"], "SHIPPED");
    assert!(
        seen["items"][0]["trackingUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let status = customer.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(status["status"], "IN_PROGRESS");

    let path = format!("{shipments}/{}", shipment["id"].as_str().unwrap());
    admin
        .patch(&path, json!({"state": "DELIVERED"}))
        .await
        .expect(200);
    let done = customer.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(done["status"], "COMPLETED");
}
