//! End-to-end scenario: an order is placed, paid, claimed, discussed, handed in, approved, notified; then goods from the cart to the
//! delivery, work that is reassigned, and the day's figures. In both shapes, through the gateway, with REST and the official
//! Socket.IO client.

mod earnings;
mod goods;
mod office;
mod quote;
mod studio;

use serde_json::json;
use waybill_testkit::{ADMIN, Api, Platform, Shape, SocketClient};

use crate::support::bin;

#[tokio::test]
async fn the_main_job_embedded() {
    main_job(Shape::Embedded).await;
}

#[tokio::test]
async fn the_main_job_distributed() {
    main_job(Shape::Distributed).await;
}

async fn main_job(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let worker = anyone
        .enrol(&admin, "wendy@example.com", "Wendy", "Worker")
        .await;
    let rival = anyone
        .enrol(&admin, "walter@example.com", "Walter", "Worker")
        .await;
    let customer = anyone
        .register("carla@example.com", "Carla", "Customer")
        .await;
    let stranger = anyone
        .register("carl@example.com", "Carl", "Stranger")
        .await;
    let service = admin.product("LOGO", "SERVICE", 45_000, 0).await;
    let goods = admin.product("MUG", "GOODS", 1_500, 5).await;
    anyone
        .until("/products?q=logo", "the new product in the list", |page| {
            page["items"]
                .as_array()
                .is_some_and(|items| items.len() == 1)
        })
        .await;

    let Some(mut customer_live) = SocketClient::connect(&platform.base, customer.token()).await
    else {
        return;
    };
    let mut worker_live = SocketClient::connect(&platform.base, worker.token())
        .await
        .unwrap();
    let mut stranger_live = SocketClient::connect(&platform.base, stranger.token())
        .await
        .unwrap();

    let order = place(&customer, &service, &goods).await;
    customer_live
        .wait("order:created", |data| {
            data["orderId"] == json!(order) || data["id"] == json!(order)
        })
        .await;
    assert_eq!(
        available(&anyone, &goods).await,
        3,
        "two of five are reserved"
    );

    // Only its participants can read it, and nobody can claim it before it is paid.
    assert_eq!(
        stranger.get(&format!("/orders/{order}")).await.refused(404),
        "NOT_FOUND"
    );
    assert_eq!(
        anyone.get(&format!("/orders/{order}")).await.refused(401),
        "UNAUTHENTICATED"
    );
    assert!(pool(&worker).await.is_empty());

    customer.pay(&order).await;
    customer
        .until(&format!("/orders/{order}"), "the payment", |o| {
            o["paymentStatus"] == "PAID"
        })
        .await;
    customer_live.wait("payment:updated", |_| true).await;
    worker_live
        .wait("order:available", |data| {
            data["orderId"] == json!(order) || data["id"] == json!(order)
        })
        .await;
    assert_eq!(pool(&worker).await, std::slice::from_ref(&order));

    claimed(&worker, &rival, &order).await;
    customer_live.wait("order:claimed", |_| true).await;

    talk(
        &customer,
        &worker,
        &rival,
        &order,
        &mut customer_live,
        &mut worker_live,
    )
    .await;

    hand_in(&worker, &admin, &customer, &order).await;
    customer_live
        .wait("order:status", |data| data["to"] == "COMPLETED")
        .await;
    customer_live.wait("notification:new", |_| true).await;

    records(&customer, &admin, &order).await;
    earnings::paid(&worker, &admin, &mut worker_live).await;
    // The stranger got none of these events.
    let echo = stranger_live
        .emit("order:watch", json!({"orderId": order}))
        .await;
    assert_eq!(echo["ok"], json!(false), "{echo}");
    let foreign: Vec<_> = stranger_live
        .arrived()
        .into_iter()
        .filter(|line| {
            let name = line["event"].as_str().unwrap_or_default();
            name.starts_with("order:") || name.starts_with("chat:") || name.starts_with("payment:")
        })
        .cloned()
        .collect();
    assert!(foreign.is_empty(), "{foreign:#?}");

    goods::sold_and_shipped(&anyone, &admin).await;
    studio::handed_over(&admin, (&worker, &rival), &customer, &service).await;
    quote::agreed(&worker, &admin, &customer, &mut customer_live).await;
    office::looked_at(&admin, &customer).await;
    platform.verify().await.unwrap();
}

async fn place(customer: &Api, service: &str, goods: &str) -> String {
    let request = json!({
        "items": [{"productId": service, "quantity": 1}, {"productId": goods, "quantity": 2}],
        "title": "Logo for a bakery",
        "description": "Warm and round",
    });
    let key = [("Idempotency-Key", "scenario-1")];
    let send = async |request: &serde_json::Value| {
        customer
            .send(reqwest::Method::POST, "/orders", Some(request), &key)
            .await
            .unwrap()
    };
    let placed = send(&request).await.expect(201);
    assert_eq!(placed["status"], "PENDING");
    assert_eq!(placed["paymentStatus"], "UNPAID");
    assert_eq!(
        placed["total"],
        json!({"amount": 48_000, "currency": "USD"})
    );
    // A repeat after a lost answer returns the same order. Another request with the same key is refused.
    let again = send(&request).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(201)["id"], placed["id"]);
    let other = json!({"items": [{"productId": goods, "quantity": 1}]});
    assert_eq!(send(&other).await.refused(422), "IDEMPOTENCY_KEY_REUSED");
    placed["id"].as_str().unwrap().to_owned()
}

async fn available(api: &Api, product: &str) -> i64 {
    let product = api.get(&format!("/products/{product}")).await.expect(200);
    product["available"].as_i64().unwrap()
}

async fn pool(worker: &Api) -> Vec<String> {
    let page = worker.get("/orders/available").await.expect(200);
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|order| order["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn claimed(worker: &Api, rival: &Api, order: &str) {
    let claimed = worker
        .post(&format!("/orders/{order}/claim"), json!({}))
        .await
        .expect(200);
    assert_eq!(claimed["assignee"]["name"], "Wendy Worker");
    let late = rival
        .post(&format!("/orders/{order}/claim"), json!({}))
        .await;
    assert!(
        matches!(late.refused(409), "ALREADY_CLAIMED"),
        "{:#}",
        late.body
    );
    // The rival saw it in the pool, but can no longer read it.
    assert_eq!(
        rival.get(&format!("/orders/{order}")).await.refused(404),
        "NOT_FOUND"
    );
}

async fn talk(
    customer: &Api,
    worker: &Api,
    rival: &Api,
    order: &str,
    customer_live: &mut SocketClient,
    worker_live: &mut SocketClient,
) {
    let messages = format!("/orders/{order}/chat/messages");
    let said = customer
        .post(&messages, json!({"body": "Hello"}))
        .await
        .expect(201);
    worker_live
        .wait("chat:message", |m| m["body"] == "Hello")
        .await;

    let ack = worker_live
        .emit(
            "chat:send",
            json!({"orderId": order, "body": "On it", "clientId": "w-1"}),
        )
        .await;
    assert_eq!(ack["ok"], json!(true), "{ack}");
    customer_live
        .wait("chat:message", |m| m["body"] == "On it")
        .await;
    // A repeat after a lost acknowledgement is stored once.
    let again = worker_live
        .emit(
            "chat:send",
            json!({"orderId": order, "body": "On it", "clientId": "w-1"}),
        )
        .await;
    assert_eq!(again["message"]["id"], ack["message"]["id"], "{again}");

    // Messages sent while a client is away are in the answer when it is back.
    customer_live.disconnect().await;
    worker
        .post(&messages, json!({"body": "Done soon"}))
        .await
        .expect(201);
    customer_live.reconnect().await;
    let seen = &said["id"];
    let watched = customer_live
        .emit("order:watch", json!({"orderId": order, "since": seen}))
        .await;
    assert_eq!(watched["ok"], json!(true), "{watched}");
    let missed: Vec<_> = watched["messages"]
        .as_array()
        .unwrap()
        .iter()
        // The system message about the claim comes from an event, before or after the other messages.
        .filter(|m| !m["author"].is_null())
        .map(|m| &m["body"])
        .collect();
    assert_eq!(missed, ["On it", "Done soon"]);

    let history = customer
        .get(&format!("{messages}?limit=100"))
        .await
        .expect(200);
    let bodies: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| !message["author"].is_null())
        .map(|message| message["body"].as_str().unwrap())
        .collect();
    assert_eq!(
        bodies,
        ["Done soon", "On it", "Hello"],
        "newest first, each once"
    );
    assert_eq!(rival.get(&messages).await.refused(404), "NOT_FOUND");
    assert_eq!(
        rival
            .post(&messages, json!({"body": "Psst"}))
            .await
            .refused(404),
        "NOT_FOUND"
    );
}

async fn hand_in(worker: &Api, admin: &Api, customer: &Api, order: &str) {
    let requests = format!("/orders/{order}/change-requests");
    let body = json!({"kind": "COMPLETION", "reason": "All files are there"});
    let first = worker.post(&requests, body.clone()).await.expect(201);
    let reject = format!(
        "/admin/change-requests/{}/reject",
        first["id"].as_str().unwrap()
    );
    let note = json!({"note": "One colour is missing"});
    assert_eq!(
        worker.post(&reject, note.clone()).await.refused(403),
        "FORBIDDEN"
    );
    admin.post(&reject, note).await.expect(200);

    let second = worker.post(&requests, body).await.expect(201);
    let approve = format!(
        "/admin/change-requests/{}/approve",
        second["id"].as_str().unwrap()
    );
    admin.post(&approve, json!({})).await.expect(200);
    let order = customer.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(order["status"], "COMPLETED");
    assert!(order["completedAt"].is_string());
}

async fn records(customer: &Api, admin: &Api, order: &str) {
    let history = customer
        .get(&format!("/orders/{order}/history"))
        .await
        .expect(200);
    let text = history.to_string();
    for event in ["PLACED", "PAID", "CLAIMED", "COMPLETED"] {
        assert!(text.contains(event), "{event} is missing in {history:#}");
    }
    // Created from events, so they appear after a moment.
    customer
        .until("/notifications?limit=100", "the notifications", |page| {
            let text = page.to_string();
            ["ORDER_PLACED", "ORDER_PAID", "ORDER_CLAIMED"]
                .iter()
                .all(|kind| text.contains(kind))
        })
        .await;
    let unread = "/notifications/unread-count";
    customer
        .until(unread, "four notifications", |n| {
            n["count"].as_i64() >= Some(4)
        })
        .await;
    // A notification that arrives later stays unread, so repeat until there is none.
    let mut rounds = 0;
    while customer.get(unread).await.expect(200)["count"] != json!(0) {
        rounds += 1;
        assert!(rounds < 100, "unread notifications remain");
        customer.post("/notifications/read-all", json!({})).await;
    }

    let ledger = admin.get("/admin/ledger?limit=100").await.expect(200);
    let lines = ledger["items"].as_array().unwrap();
    let sum: i64 = lines
        .iter()
        .map(|line| line["amount"]["amount"].as_i64().unwrap())
        .sum();
    assert!(!lines.is_empty());
    assert_eq!(sum, 0, "{ledger:#}");
}
