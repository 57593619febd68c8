//! Concurrent requests through the gateway, in both shapes: no overselling, one winner per claim, repeats act once.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use uuid::Uuid;
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape};

use crate::support::bin;

#[tokio::test]
async fn races_embedded() {
    races(Shape::Embedded).await;
}

#[tokio::test]
async fn races_distributed() {
    races(Shape::Distributed).await;
}

async fn races(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone
        .register("carla@example.com", "Carla", "Customer")
        .await;
    buyers(&admin, &customer).await;
    repeats(&admin, &customer).await;
    workers(&anyone, &admin, &customer).await;
    platform.verify().await.unwrap();
}

/// Sends a request, and repeats it as a client should while the platform is overloaded.
async fn send_until_answered(api: &Api, path: &str, body: &Value, key: &str) -> Answer {
    let end = Instant::now() + Duration::from_mins(2);
    loop {
        let key = [("Idempotency-Key", key)];
        let answer = api.send(Method::POST, path, Some(body), &key).await;
        let answer = answer.unwrap();
        if answer.status != 503 || Instant::now() > end {
            return answer;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// 64 buyers, 10 in stock.
async fn buyers(admin: &Api, customer: &Api) {
    let scarce = admin.product("SCARCE", "GOODS", 1_000, 10).await;
    let mut buyers = JoinSet::new();
    for _ in 0..64 {
        let (customer, scarce) = (customer.clone(), scarce.clone());
        buyers.spawn(async move {
            let request = json!({"items": [{"productId": scarce, "quantity": 1}]});
            send_until_answered(&customer, "/orders", &request, &Uuid::new_v4().to_string()).await
        });
    }
    let answers = buyers.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (10, 54));
    for answer in lost {
        assert_eq!(answer.refused(409), "OUT_OF_STOCK");
    }
    let product = admin.get(&format!("/products/{scarce}")).await.expect(200);
    assert_eq!(
        (&product["available"], &product["reserved"]),
        (&json!(0), &json!(10))
    );
}

/// 100 concurrent repeats of one idempotency key create one order.
async fn repeats(admin: &Api, customer: &Api) {
    let product = admin.product("PLENTY", "GOODS", 1_000, 1_000).await;
    let mut repeats = JoinSet::new();
    for _ in 0..100 {
        let (customer, product) = (customer.clone(), product.clone());
        repeats.spawn(async move {
            let request = json!({"items": [{"productId": product, "quantity": 1}]});
            let answer =
                send_until_answered(&customer, "/orders", &request, "again-and-again").await;
            answer.expect(201)["id"].clone()
        });
    }
    let ids = repeats.join_all().await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    let product = admin.get(&format!("/products/{product}")).await.expect(200);
    assert_eq!(product["reserved"], json!(1));
}

/// 16 workers claim one order.
async fn workers(anyone: &Api, admin: &Api, customer: &Api) {
    let service = admin.product("SERVICE", "SERVICE", 5_000, 0).await;
    let request = json!({"items": [{"productId": service, "quantity": 1}]});
    let order = customer.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().unwrap().to_owned();
    customer.pay(&order).await;
    let path = format!("/orders/{order}");
    customer
        .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
        .await;
    let mut staff = Vec::new();
    for number in 0..16 {
        let email = format!("worker{number}@example.com");
        staff.push(
            anyone
                .enrol(admin, &email, "Worker", &number.to_string())
                .await,
        );
    }
    let mut race = JoinSet::new();
    for worker in staff {
        let path = format!("/orders/{order}/claim");
        race.spawn(async move { worker.post(&path, json!({})).await });
    }
    let answers = race.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 15));
    for answer in lost {
        assert_eq!(answer.refused(409), "ALREADY_CLAIMED");
    }
}
