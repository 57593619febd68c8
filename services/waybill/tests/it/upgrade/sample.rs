//! A small shop with rows in each table, and checks that its data is complete.

use reqwest::Method;
use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Api, Platform};

use crate::media::PNG;

const CUSTOMER: &str = "carla@example.com";
const WORKER: &str = "wendy@example.com";
const PASSWORD: &str = "a good password";

pub async fn write(platform: &Platform) {
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let worker = anyone.enrol(&admin, WORKER, "Wendy", "Worker").await;
    let customer = anyone.register(CUSTOMER, "Carla", "Customer").await;
    admin
        .patch("/admin/settings", json!({"shopName": "The Studio"}))
        .await
        .expect(200);
    let category = admin
        .post("/categories", json!({"name": "Kitchen ware"}))
        .await
        .expect(201);
    let bowl = json!({
        "name": "Bowl", "description": "Deep", "kind": "GOODS", "sku": "BOWL", "stock": 5, "lowStockThreshold": 2,
        "price": {"amount": 2_000, "currency": "USD"}, "category": category["id"],
    });
    let bowl = id(&admin.post("/products", bowl).await.expect(201));
    admin
        .upload(
            &format!("/products/{bowl}/images"),
            &[("alt", "A bowl")],
            ("bowl.png", PNG),
        )
        .await
        .expect(201);
    let logo = admin.product("LOGO", "SERVICE", 45_000, 0).await;

    shipped(&admin, &customer, &bowl).await;
    worked_on(&admin, &worker, &customer, &logo).await;
    // And a cancelled order, and a cart with items.
    let order = place(&customer, &bowl, "Not yet").await;
    customer
        .post(&format!("/orders/{order}/cancel"), json!({}))
        .await
        .expect(200);
    customer
        .put(&format!("/cart/items/{bowl}"), json!({"quantity": 1}))
        .await
        .expect(200);
    customer
        .until(
            "/notifications?limit=100",
            "the last notification",
            |page| page.to_string().contains("ORDER_CANCELLED"),
        )
        .await;
    admin
        .until("/admin/dashboard", "the figures", |board| {
            board["pendingEvents"] == json!(0)
        })
        .await;
}

/// Goods, paid and delivered.
async fn shipped(admin: &Api, customer: &Api, bowl: &str) {
    let order = place(customer, bowl, "A bowl").await;
    paid(customer, &order).await;
    let shipments = format!("/orders/{order}/shipments");
    let shipment =
        json!({"carrier": "DHL", "trackingNumber": "00340434161094042557", "state": "SHIPPED"});
    let shipment = id(&admin.post(&shipments, shipment).await.expect(201));
    admin
        .patch(
            &format!("{shipments}/{shipment}"),
            json!({"state": "DELIVERED"}),
        )
        .await
        .expect(200);
}

/// A service order, paid, claimed, discussed and handed in; not yet approved.
async fn worked_on(admin: &Api, worker: &Api, customer: &Api, logo: &str) {
    let order = place(customer, logo, "A logo").await;
    paid(customer, &order).await;
    let path = |rest: &str| format!("/orders/{order}/{rest}");
    customer
        .upload(&path("customer-media"), &[], ("idea.png", PNG))
        .await
        .expect(201);
    worker.post(&path("claim"), json!({})).await.expect(200);
    for (who, text) in [(customer, "Hello"), (worker, "On it")] {
        who.post(&path("chat/messages"), json!({"body": text}))
            .await
            .expect(201);
    }
    let progress = json!({"step": "First sketch", "percent": 30, "note": "Two ideas"});
    worker.post(&path("progress"), progress).await.expect(201);
    let note = json!({"body": "Which one?", "visibility": "CUSTOMER"});
    worker.post(&path("notes"), note).await.expect(201);
    let request = json!({"kind": "COMPLETION", "reason": "All is there"});
    worker
        .post(&path("change-requests"), request)
        .await
        .expect(201);
    admin
        .until("/admin/change-requests", "the request", |page| {
            page["items"].as_array().is_some_and(|all| all.len() == 1)
        })
        .await;
}

async fn place(customer: &Api, product: &str, title: &str) -> String {
    let request = json!({"items": [{"productId": product, "quantity": 1}], "title": title});
    let key = title.replace(' ', "-");
    let headers = [("idempotency-key", key.as_str())];
    let placed = customer.send(Method::POST, "/orders", Some(&request), &headers);
    id(&placed.await.unwrap().expect(201))
}

async fn paid(customer: &Api, order: &str) {
    customer.pay(order).await;
    customer
        .until(&format!("/orders/{order}"), "the payment", |order| {
            order["paymentStatus"] == "PAID"
        })
        .await;
}

/// The data of [`write`] is complete, and the shop keeps working.
pub async fn check(platform: &Platform) {
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let worker = anyone.login(WORKER, PASSWORD).await;
    let customer = anyone.login(CUSTOMER, PASSWORD).await;
    let shop = anyone.get("/shop").await.expect(200);
    assert!(shop.to_string().contains("The Studio"), "{shop:#}");

    let bowl = only(&anyone.get("/products?q=bowl").await.expect(200));
    assert_eq!(
        (&bowl["available"], &bowl["category"]),
        (&json!(4), &json!("Kitchen ware")),
        "{bowl:#}"
    );
    assert_eq!(bowl["images"].as_array().unwrap().len(), 1, "{bowl:#}");
    let cart = customer.get("/cart").await.expect(200);
    assert_eq!(cart["items"][0]["productId"], bowl["id"], "{cart:#}");

    let order = found(&customer, "bowl&status=COMPLETED").await;
    assert_eq!(
        (&order["status"], &order["paymentStatus"]),
        (&json!("COMPLETED"), &json!("PAID")),
        "{order:#}"
    );
    let shipment = only(&sub(&customer, &order, "shipments").await);
    assert_eq!(shipment["state"], "DELIVERED", "{shipment:#}");

    let order = found(&customer, "logo").await;
    assert_eq!(order["status"], "IN_PROGRESS", "{order:#}");
    assert_eq!(order["assignee"]["name"], "Wendy Worker", "{order:#}");
    let history = sub(&customer, &order, "history").await.to_string();
    for event in ["PLACED", "PAID", "CLAIMED"] {
        assert!(history.contains(event), "{event} is missing in {history}");
    }
    let file = only(&sub(&worker, &order, "media").await);
    assert_eq!(file["name"], "idea.png", "{file:#}");
    let note = only(&sub(&customer, &order, "notes").await);
    assert_eq!(note["body"], "Which one?", "{note:#}");
    let step = only(&sub(&customer, &order, "progress").await);
    assert_eq!(step["percent"], 30, "{step:#}");
    let messages = sub(&worker, &order, "chat/messages").await.to_string();
    assert!(messages.contains("Hello") && messages.contains("On it"));

    let notifications = customer.get("/notifications?limit=100").await.expect(200);
    assert!(
        notifications.to_string().contains("ORDER_CANCELLED"),
        "{notifications:#}"
    );
    let ledger = admin.get("/admin/ledger?limit=100").await.expect(200);
    assert!(!ledger["items"].as_array().unwrap().is_empty());
    let acts = admin.get("/admin/audit-log?limit=100").await.expect(200);
    assert!(acts.to_string().contains("settings.update"), "{acts:#}");
    let board = admin.get("/admin/dashboard").await.expect(200);
    assert_eq!(board["ordersByStatus"]["COMPLETED"], 1, "{board:#}");

    goes_on(&admin, &customer, &order, bowl["id"].as_str().unwrap()).await;
}

/// An order of the earlier version can be completed, and a new one can be placed.
async fn goes_on(admin: &Api, customer: &Api, order: &Value, bowl: &str) {
    let request = only(&admin.get("/admin/change-requests").await.expect(200));
    let approve = format!("/admin/change-requests/{}/approve", id(&request));
    admin.post(&approve, json!({})).await.expect(200);
    let path = format!("/orders/{}", id(order));
    customer
        .until(&path, "the approval", |order| {
            order["status"] == "COMPLETED"
        })
        .await;
    let order = place(customer, bowl, "Another bowl").await;
    paid(customer, &order).await;
}

async fn found(customer: &Api, text: &str) -> Value {
    only(&customer.get(&format!("/orders?q={text}")).await.expect(200))
}

async fn sub(who: &Api, order: &Value, what: &str) -> Value {
    who.get(&format!("/orders/{}/{what}", id(order)))
        .await
        .expect(200)
}

#[track_caller]
fn only(page: &Value) -> Value {
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{page:#}");
    items[0].clone()
}

#[track_caller]
fn id(of: &Value) -> String {
    of["id"].as_str().expect("an id").to_owned()
}
