//! Carts and edits through the gateway, as a browser uses them.

use reqwest::Method;
use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape, until};

use crate::support::bin;

/// Calls of a user with their cart token.
struct Browser {
    api: Api,
    cart: String,
}

impl Browser {
    fn new(api: &Api) -> Self {
        Self {
            api: api.clone(),
            cart: String::new(),
        }
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let headers = [("X-Cart-Token", self.cart.as_str())];
        let headers = if self.cart.is_empty() {
            &[][..]
        } else {
            &headers
        };
        let sent = self.api.send(method, path, body.as_ref(), headers).await;
        let answer = sent.unwrap();
        if let Some(token) = answer.headers.get("x-cart-token") {
            token.to_str().unwrap().clone_into(&mut self.cart);
        }
        answer
    }

    async fn put(&mut self, product: &str, quantity: i64) -> Value {
        let path = format!("/cart/items/{product}");
        let body = json!({"quantity": quantity});
        self.send(Method::PUT, &path, Some(body)).await.expect(200)
    }

    async fn get(&mut self) -> Value {
        self.send(Method::GET, "/cart", None).await.expect(200)
    }
}

#[tokio::test]
async fn a_cart_is_filled_merged_and_ordered_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let cup = admin.product("CUP", "GOODS", 1_000, 10).await;
    let pot = admin.product("POT", "GOODS", 2_000, 3).await;

    let mut guest = Browser::new(&anyone);
    assert_eq!(guest.get().await["items"], json!([]));
    guest.put(&cup, 2).await;
    assert!(!guest.cart.is_empty());
    let cart = guest.put(&pot, 3).await;
    assert_eq!(
        cart["subtotal"],
        json!({"amount": 8_000, "currency": "USD"})
    );
    assert_eq!(cart["items"][1]["available"], json!(3));
    let path = format!("/cart/items/{pot}");
    let answer = guest
        .send(Method::PUT, &path, Some(json!({"quantity": 4})))
        .await;
    assert_eq!(answer.refused(409), "OUT_OF_STOCK");
    assert_eq!(answer.body["error"]["context"]["available"], json!(3));

    // After signing in, the guest's items are merged into the account's cart.
    let carla = anyone.register("carla@example.com", "Carla", "C").await;
    let mut customer = Browser::new(&carla);
    customer.put(&cup, 1).await;
    assert!(customer.cart.is_empty(), "an account needs no token");
    customer.cart.clone_from(&guest.cart);
    for _ in 0..2 {
        let merged = customer.send(Method::POST, "/cart/merge", None).await;
        let items = merged.expect(200)["items"].clone();
        let quantities: Vec<_> = items
            .as_array()
            .unwrap()
            .iter()
            .map(|i| &i["quantity"])
            .collect();
        assert_eq!(quantities, [&json!(3), &json!(3)]);
    }
    assert_eq!(guest.get().await["items"], json!([]));
    let nothing = Browser::new(&carla)
        .send(Method::POST, "/cart/merge", None)
        .await;
    assert_eq!(nothing.refused(422), "VALIDATION_ERROR");
    guest.cart = "A".repeat(43);
    customer.cart.clone_from(&guest.cart);
    let unknown = customer.send(Method::POST, "/cart/merge", None).await;
    assert_eq!(unknown.refused(404), "CART_NOT_FOUND");

    // A new price must be shown before it is ordered.
    let cart = customer.get().await;
    let at = |cart: &Value| {
        let items = cart["items"].as_array().unwrap();
        let cup = items
            .iter()
            .position(|item| item["productId"] == json!(cup));
        cup.expect("the cup")
    };
    let line = at(&cart);
    let price = json!({"price": {"amount": 1_100, "currency": "USD"}});
    admin
        .patch(&format!("/products/{cup}"), price)
        .await
        .expect(200);
    let order = json!({"fromCart": true, "title": "For the kitchen"});
    let refused = carla.post("/orders", order.clone()).await;
    assert_eq!(refused.refused(409), "CART_CHANGED");
    let details = refused.body["error"]["details"].as_array().unwrap();
    let field = format!("cart.items[{line}].unitPrice");
    assert_eq!(details[0]["field"], json!(field));
    let cart = customer.get().await;
    assert_eq!((&cart["changed"], at(&cart)), (&json!(true), line));
    let change = &cart["items"][line]["changes"][0];
    assert_eq!(
        (&change["code"], &change["previousPrice"]["amount"]),
        (&json!("PRICE_CHANGED"), &json!(1_000))
    );
    let placed = carla.post("/orders", order).await.expect(201);
    assert_eq!(placed["total"], cart["subtotal"]);
    assert!(placed.get("auth").is_none());
    assert_eq!(customer.get().await["items"], json!([]));
    let cup = admin.get(&format!("/products/{cup}")).await.expect(200);
    assert_eq!(cup["reserved"], json!(3));
    platform.verify().await.unwrap();
}

#[tokio::test]
async fn an_order_is_edited_until_it_is_paid_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let carla = anyone.register("carla@example.com", "Carla", "C").await;
    let cup = admin.product("CUP", "GOODS", 1_000, 10).await;
    let pot = admin.product("POT", "GOODS", 1_000, 10).await;
    let request = json!({
        "items": [{"productId": cup, "quantity": 2}],
        "shippingAddress": {"name": "Carla", "line1": "1 High Street", "city": "Leeds", "country": "GB"},
    });
    let order = carla.post("/orders", request).await.expect(201);
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let change = json!({"items": [{"productId": cup, "quantity": 5}], "shippingAddress": null});
    let edited = carla.patch(&path, change.clone()).await.expect(200);
    assert_eq!(edited["total"]["amount"], json!(5_000));
    assert_eq!(edited["shippingAddress"], Value::Null);
    assert_eq!(edited["version"], json!(2));
    assert_eq!(
        (&edited["guest"], &edited["replaces"], &edited["replacedBy"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    let stale = [("If-Match", "\"1\"")];
    let answer = carla.send(Method::PUT, &path, Some(&change), &stale).await;
    assert_eq!(answer.unwrap().refused(409), "VERSION_CONFLICT");
    let nonsense = carla.put(&path, json!({"colour": "red"})).await;
    assert_eq!(nonsense.refused(422), "VALIDATION_ERROR");
    // The order can be sent back as it was read, and read-only fields cannot be changed so.
    let whole = carla.get(&path).await.expect(200);
    let mut other = whole.clone();
    other["status"] = json!("COMPLETED");
    other["total"]["amount"] = json!(1);
    let refused = carla.put(&path, other).await;
    assert_eq!(refused.refused(422), "VALIDATION_ERROR");
    let fields = refused.body["error"]["details"].as_array().unwrap().iter();
    let fields: Vec<_> = fields.map(|detail| &detail["field"]).collect();
    assert_eq!(fields, ["status", "total"]);
    let same = carla.put(&path, whole).await.expect(200);
    assert_eq!(
        (&same["status"], &same["total"]["amount"], &same["version"]),
        (&json!("PENDING"), &json!(5_000), &json!(2))
    );

    // During a payment, the total cannot change.
    let payment = carla
        .post(&format!("{path}/payments"), json!({"provider": "SANDBOX"}))
        .await
        .expect(201);
    let attempt = async || {
        let others = json!({"items": [{"productId": pot, "quantity": 5}]});
        let answer = carla.put(&path, others).await;
        (answer.status == 409).then(|| answer.refused(409).to_owned())
    };
    // The order learns of the payment by an event; until then edits at the same price are possible.
    until("the order knows of the payment", async || {
        let code = attempt().await;
        if code.is_none() {
            carla.put(&path, change.clone()).await;
        }
        code.as_deref() == Some("PAYMENT_UNDER_WAY")
    })
    .await;
    let redirect = payment["redirectUrl"].as_str().unwrap();
    let page = &redirect[redirect.find("/api/").unwrap()..];
    anyone
        .post(page, json!({"outcome": "SUCCEED"}))
        .await
        .expect(200);
    carla
        .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
        .await;
    let late = json!({"items": [{"productId": cup, "quantity": 1}]});
    assert_eq!(
        carla.patch(&path, late).await.refused(409),
        "ORDER_NOT_EDITABLE"
    );
    let words = json!({"specialInstructions": "Ring twice"});
    carla.patch(&path, words).await.expect(200);
    platform.verify().await.unwrap();
}
