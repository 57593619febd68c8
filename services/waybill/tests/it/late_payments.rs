//! Orders that are not paid in time, and payments that are too late: stock and money are returned automatically.
//!
//! Only orders that must expire have a short expiry, and checks of races accept both outcomes: the machine may be slow.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};
use waybill_primitives::Timestamp;
use waybill_testkit::{ADMIN, Api, Platform, Shape};

use crate::support::bin;

/// Number of orders that end during their payment.
const RACES: u8 = 12;

#[tokio::test]
async fn late_payments_embedded() {
    late_payments(Shape::Embedded).await;
}

#[tokio::test]
async fn late_payments_distributed() {
    late_payments(Shape::Distributed).await;
}

async fn late_payments(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone.register("carla@example.com", "Carla", "C").await;
    let product = admin.product("MUG", "GOODS", 1_000, 10).await;

    let (kept, kept_payment) = begun(&customer, &product, 4).await;
    let (cancelled, other_payment) = begun(&customer, &product, 2).await;
    stock_becomes(&admin, &product, (10, 6)).await;
    succeed(&anyone, &kept_payment).await;
    let kept = format!("/orders/{kept}");
    customer
        .until(&kept, "the money", |order| order["paymentStatus"] == "PAID")
        .await;
    stock_becomes(&admin, &product, (6, 2)).await;
    customer
        .post(
            &format!("/orders/{cancelled}/cancel"),
            json!({"reason": "Changed my mind"}),
        )
        .await
        .expect(200);
    succeed(&anyone, &other_payment).await;
    refunded(&customer, &cancelled, &other_payment).await;
    stock_becomes(&admin, &product, (6, 0)).await;

    hurry(&admin).await;
    let (expired, its_payment) = begun(&customer, &product, 1).await;
    let (forgotten, _) = begun(&customer, &product, 3).await;
    for order in [&expired, &forgotten] {
        let path = format!("/orders/{order}");
        customer
            .until(&path, "the expiry", |o| o["status"] == "CANCELLED")
            .await;
        let history = customer.get(&format!("{path}/history")).await.expect(200);
        let last = history["items"].as_array().unwrap().last().unwrap();
        assert_eq!(last["event"], "EXPIRED", "{history:#}");
        assert!(last["actor"].is_null(), "{history:#}");
    }
    succeed(&anyone, &its_payment).await;
    refunded(&customer, &expired, &its_payment).await;
    // An ended order cannot be paid.
    let again = customer
        .post(
            &format!("/orders/{expired}/payments"),
            json!({"provider": "SANDBOX"}),
        )
        .await;
    again.refused(409);

    let kept = customer.get(&kept).await.expect(200);
    assert_eq!(
        (&kept["status"], &kept["paymentStatus"]),
        (&json!("PENDING"), &json!("PAID"))
    );
    // Four are sold, the other six are available again.
    stock_becomes(&admin, &product, (6, 0)).await;
    let ledger = admin.get("/admin/ledger?limit=100").await.expect(200);
    let sum: i64 = ledger["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["amount"]["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 0, "{ledger:#}");
    platform.verify().await.unwrap();
}

#[tokio::test]
async fn payments_race_with_the_end_embedded() {
    payments_race_with_the_end(Shape::Embedded).await;
}

#[tokio::test]
async fn payments_race_with_the_end_distributed() {
    payments_race_with_the_end(Shape::Distributed).await;
}

/// Payments concurrent with a cancellation or an expiry: either the order is paid, or the payment is refunded.
async fn payments_race_with_the_end(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone.register("carla@example.com", "Carla", "C").await;
    let product = admin.product("MUG", "GOODS", 1_000, 100).await;

    let mut races = JoinSet::new();
    for _ in 0..RACES {
        let (anyone, customer) = (anyone.clone(), customer.clone());
        let (order, payment) = begun(&customer, &product, 1).await;
        races.spawn(async move {
            let cancel = format!("/orders/{order}/cancel");
            let cancel = customer.post(&cancel, json!({}));
            let (cancelled, ()) = tokio::join!(cancel, succeed(&anyone, &payment));
            cancelled.expect(200);
            refunded(&customer, &order, &payment).await;
        });
    }
    races.join_all().await;
    stock_becomes(&admin, &product, (100, 0)).await;

    hurry(&admin).await;
    let mut races = JoinSet::new();
    for number in 0..RACES {
        let (anyone, customer) = (anyone.clone(), customer.clone());
        let (order, payment) = begun(&customer, &product, 1).await;
        races.spawn(async move {
            let path = format!("/orders/{order}");
            let before = customer.get(&path).await.expect(200);
            let expiry: Option<Timestamp> =
                serde_json::from_value(before["expiresAt"].clone()).unwrap();
            // Some a little before, some a little after; on a slow machine some long after.
            if let Some(expiry) = expiry {
                let moment = expiry.micros() - 40_000 + i64::from(number) * 8_000;
                let pause = moment - Timestamp::now().micros();
                sleep(Duration::from_micros(pause.try_into().unwrap_or(0))).await;
            }
            succeed(&anyone, &payment).await;
            outcome(&customer, &order, &payment).await
        });
    }
    let sold: i64 = races.join_all().await.into_iter().map(i64::from).sum();
    stock_becomes(&admin, &product, (100 - sold, 0)).await;
    platform.verify().await.unwrap();
}

/// Waits until the order is paid (true), or cancelled and refunded (false).
async fn outcome(customer: &Api, order: &str, payment: &str) -> bool {
    let path = format!("/orders/{order}");
    let ended = customer
        .until(&path, "the end", |o| {
            o["status"] == "CANCELLED" || o["paymentStatus"] == "PAID"
        })
        .await;
    if ended["status"] == "CANCELLED" {
        refunded(customer, order, payment).await;
        return false;
    }
    let payment = customer.get(&format!("/payments/{payment}")).await;
    assert_eq!(payment.expect(200)["state"], "SUCCEEDED");
    true
}

/// Makes new orders expire soon, even if a payment was started.
async fn hurry(admin: &Api) {
    let patch = json!({"goodsExpirySeconds": 3, "paymentWindowSeconds": 0});
    admin.patch("/admin/settings", patch).await.expect(200);
}

/// An order with a pending payment; returns their ids. If an order expires before its payment starts, another one is placed.
async fn begun(customer: &Api, product: &str, quantity: i64) -> (String, String) {
    loop {
        let request = json!({"items": [{"productId": product, "quantity": quantity}]});
        let order = customer.post("/orders", request).await.expect(201);
        let order = order["id"].as_str().unwrap().to_owned();
        let path = format!("/orders/{order}/payments");
        let begun = customer.post(&path, json!({"provider": "SANDBOX"})).await;
        if begun.status == 201 {
            let payment = begun.expect(201);
            return (order, payment["payment"]["id"].as_str().unwrap().to_owned());
        }
        begun.refused(409);
    }
}

/// Completes the payment at the sandbox.
async fn succeed(anyone: &Api, payment: &str) {
    let path = format!("/sandbox/checkout/{payment}");
    let body = json!({"outcome": "SUCCEED"});
    let answer = anyone.send(Method::POST, &path, Some(&body), &[]).await;
    answer.unwrap().expect(200);
}

/// Waits until the payment is refunded and the order, which stays cancelled, is updated.
async fn refunded(customer: &Api, order: &str, payment: &str) {
    customer
        .until(&format!("/payments/{payment}"), "the refund", |payment| {
            payment["state"] == "REFUNDED"
        })
        .await;
    let order = customer
        .until(&format!("/orders/{order}"), "its news", |order| {
            order["paymentStatus"] != "PAID"
        })
        .await;
    assert_eq!(order["status"], "CANCELLED", "{order:#}");
}

/// On hand, reserved.
fn level(product: &Value) -> (i64, i64) {
    (
        product["onHand"].as_i64().unwrap(),
        product["reserved"].as_i64().unwrap(),
    )
}

/// Waits for the expected stock (on hand, reserved) once every order has ended.
async fn stock_becomes(admin: &Api, product: &str, expected: (i64, i64)) {
    let path = format!("/products/{product}");
    admin
        .until(&path, &format!("a stock of {expected:?}"), |product| {
            level(product) == expected
        })
        .await;
}
