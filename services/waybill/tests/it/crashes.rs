//! SIGKILL under load, of the embedded process and of each of the six: what was acknowledged is there, once, in all databases.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};
use waybill_testkit::{ADMIN, Api, Platform, Shape};

use crate::support::bin;

const SHOPPERS: usize = 6;
const STOCK: i64 = 100_000;

/// What clients were told: their own account of what must be there.
#[derive(Default)]
struct Account {
    orders: Mutex<HashSet<String>>,
    /// Orders whose payment was answered with success.
    paid: Mutex<HashSet<String>>,
    ended: AtomicBool,
}

#[tokio::test]
async fn killed_under_load_embedded() {
    killed_under_load(Shape::Embedded, 5).await;
}

#[tokio::test]
async fn killed_under_load_distributed() {
    killed_under_load(Shape::Distributed, 3).await;
}

async fn killed_under_load(shape: Shape, rounds: usize) {
    let Some(mut platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone
        .register("carla@example.com", "Carla", "Customer")
        .await;
    let product = admin.product("PLENTY", "GOODS", 1_000, STOCK).await;

    let account = Arc::new(Account::default());
    let mut shoppers = JoinSet::new();
    for number in 0..SHOPPERS {
        let shopper = shop(
            customer.clone(),
            product.clone(),
            Arc::clone(&account),
            number,
        );
        shoppers.spawn(shopper);
    }
    for _ in 0..rounds {
        for process in platform.process_names() {
            progress(&account).await;
            platform.kill(process);
            platform.start_process(process);
            platform.ready().await;
        }
    }
    progress(&account).await;
    account.ended.store(true, Ordering::SeqCst);
    shoppers.join_all().await;

    let orders = account.orders.lock().unwrap().clone();
    let paid = account.paid.lock().unwrap().clone();
    assert!(!orders.is_empty() && !paid.is_empty());
    for order in &orders {
        let order = customer.get(&format!("/orders/{order}")).await.expect(200);
        assert!(order["orderNumber"].is_string());
    }
    for order in &paid {
        let path = format!("/orders/{order}");
        customer
            .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
            .await;
        let payments = customer.get(&format!("{path}/payments")).await.expect(200);
        let succeeded = payments["items"].as_array().unwrap().iter();
        assert_eq!(
            succeeded.filter(|p| p["state"] == "SUCCEEDED").count(),
            1,
            "{payments:#}"
        );
    }
    platform.verify().await.unwrap();
    stock_adds_up(&admin, &customer, &product).await;
}

/// Waits until the load has got something done since now.
async fn progress(account: &Account) {
    let count = || account.paid.lock().unwrap().len();
    let before = count();
    let start = tokio::time::Instant::now();
    while count() < before + 5 {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "the load does not get anything done"
        );
        sleep(Duration::from_millis(10)).await;
    }
}

/// Places and pays, and repeats whatever got no answer with the same key, as a good client does.
async fn shop(customer: Api, product: String, account: Arc<Account>, number: usize) {
    let mut count = 0;
    while !account.ended.load(Ordering::SeqCst) {
        count += 1;
        let wish = json!({"items": [{"productId": product, "quantity": 1}]});
        let key = format!("shopper-{number}-{count}");
        let order = insist(&customer, "/orders", &wish, &key).await;
        let id = order["id"].as_str().expect("an id").to_owned();
        account.orders.lock().unwrap().insert(id.clone());
        // Every third order is left unpaid.
        if count % 3 == 0 {
            continue;
        }
        let wish = json!({"provider": "SANDBOX"});
        let payment = insist(&customer, &format!("/orders/{id}/payments"), &wish, &key).await;
        let payment = payment["payment"]["id"].as_str().expect("an id");
        let checkout = format!("/sandbox/checkout/{payment}");
        insist(&customer, &checkout, &json!({"outcome": "SUCCEED"}), &key).await;
        account.paid.lock().unwrap().insert(id);
    }
}

/// Repeats until there is an answer other than "not now"; 503 and broken connections are what a kill looks like.
async fn insist(api: &Api, path: &str, body: &serde_json::Value, key: &str) -> serde_json::Value {
    let start = tokio::time::Instant::now();
    loop {
        match api
            .send(Method::POST, path, Some(body), &[("Idempotency-Key", key)])
            .await
        {
            Ok(answer) if answer.status < 300 => return answer.body,
            Ok(answer) if matches!(answer.status, 502..=504) => {}
            Ok(answer) => panic!("POST {path}: {} {:#}", answer.status, answer.body),
            Err(_) => {}
        }
        assert!(
            start.elapsed() < Duration::from_mins(3),
            "POST {path} was never answered"
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// The stock of the product against the orders that clients can see: nothing was reserved or sold for an order that is not there.
async fn stock_adds_up(admin: &Api, customer: &Api, product: &str) {
    let (mut reserved, mut sold) = (0, 0);
    let mut cursor = String::new();
    loop {
        let page = customer
            .get(&format!("/orders?limit=100{cursor}"))
            .await
            .expect(200);
        for order in page["items"].as_array().unwrap() {
            match order["paymentStatus"].as_str().unwrap() {
                "PAID" => sold += 1,
                "UNPAID" => reserved += 1,
                other => panic!("no order should be {other}"),
            }
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let product = admin.get(&format!("/products/{product}")).await.expect(200);
    assert_eq!(product["reserved"], json!(reserved));
    assert_eq!(product["onHand"], json!(STOCK - sold));
}
