//! An order without a price: a request for a quote, offered, accepted, paid, and only then in the pool.

use serde_json::json;
use waybill_primitives::Timestamp;
use waybill_testkit::{Api, SocketClient};

use super::pool;

pub async fn agreed(worker: &Api, admin: &Api, customer: &Api, customer_live: &mut SocketClient) {
    let request = json!({"title": "A mural", "description": "Six metres, with animals"});
    let placed = customer.post("/orders", request).await.expect(201);
    let order = placed["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (
            &placed["paymentStatus"],
            &placed["quote"]["state"],
            &placed["total"]["amount"]
        ),
        (&json!("UNPAID"), &json!("REQUESTED"), &json!(0))
    );
    assert!(pool(worker).await.is_empty());
    let pay = format!("/orders/{order}/payments");
    let sandbox = json!({"provider": "SANDBOX"});
    let early = customer.post(&pay, sandbox.clone()).await;
    assert_eq!(early.refused(409), "ORDER_NOT_PAYABLE");
    let open = worker.get("/orders?quote=requested").await.expect(200);
    assert_eq!(open["items"][0]["id"], json!(order), "{open:#}");
    assert_eq!(open["items"][0]["customer"]["email"], json!(null));

    // A worker names a price, takes it back, and names another one.
    let quote = format!("/orders/{order}/quote");
    let until = Timestamp::now().plus(std::time::Duration::from_hours(48));
    let price = |amount: i64| {
        json!({
            "items": [{
                "name": "Mural, six metres",
                "unitPrice": {"amount": amount, "currency": "USD"},
                "quantity": 1,
            }],
            "validUntil": until.to_string(),
            "note": "Paint included.",
        })
    };
    worker.put(&quote, price(90_000)).await.expect(200);
    assert_eq!(worker.delete(&quote).await.status, 204);
    let offered = worker.put(&quote, price(80_000)).await.expect(200);
    assert_eq!(
        (&offered["quote"]["state"], &offered["quote"]["version"]),
        (&json!("OFFERED"), &json!(2))
    );
    customer_live
        .wait("order:updated", |data| {
            data["id"] == json!(order) && data["quote"]["version"] == json!(2)
        })
        .await;
    customer
        .until("/notifications?limit=100", "the offer", |page| {
            page.to_string().contains("QUOTE_OFFERED")
        })
        .await;
    assert_eq!(
        customer.post(&pay, sandbox).await.refused(409),
        "ORDER_NOT_PAYABLE"
    );

    // The customer accepts exactly what they have read; a repetition changes nothing.
    let accept = format!("{quote}/accept");
    let stale = customer.post(&accept, json!({"version": 1})).await;
    assert_eq!(stale.refused(409), "VERSION_CONFLICT");
    let accepted = customer
        .post(&accept, json!({"version": 2}))
        .await
        .expect(200);
    assert_eq!(accepted["total"]["amount"], json!(80_000));
    assert_eq!(accepted["items"][0]["productId"], json!(null));
    let again = customer.post(&accept, json!({"version": 2})).await;
    assert_eq!(again.expect(200)["version"], accepted["version"]);
    // It can be sent back as it was read.
    let same = customer
        .put(&format!("/orders/{order}"), accepted.clone())
        .await;
    assert_eq!(same.expect(200)["version"], accepted["version"]);
    worker
        .until("/notifications?limit=100", "the acceptance", |page| {
            page.to_string().contains("QUOTE_ACCEPTED")
        })
        .await;

    customer.pay(&order).await;
    customer
        .until(&format!("/orders/{order}"), "the payment", |o| {
            o["paymentStatus"] == "PAID"
        })
        .await;
    assert_eq!(pool(worker).await, std::slice::from_ref(&order));
    worker
        .post(&format!("/orders/{order}/claim"), json!({}))
        .await
        .expect(200);
    // The worker hands in, and the customer gets no reason that is not for them.
    let requests = format!("/orders/{order}/change-requests");
    let ask = json!({
        "kind": "COMPLETION", "reason": "The wall was damp", "customerNote": "It is dry now",
    });
    let asked = worker.post(&requests, ask).await.expect(201);
    let seen = customer.get(&requests).await.expect(200);
    assert_eq!(
        (
            &seen["items"][0]["reason"],
            &seen["items"][0]["customerNote"]
        ),
        (&json!(null), &json!("It is dry now"))
    );
    let told = customer_live
        .wait("change-request:created", |data| {
            data["orderId"] == json!(order)
        })
        .await;
    assert!(!told.to_string().contains("damp"), "{told}");
    let approve = format!(
        "/admin/change-requests/{}/approve",
        asked["id"].as_str().unwrap()
    );
    admin.post(&approve, json!({})).await.expect(200);
    let history = customer
        .get(&format!("/orders/{order}/history"))
        .await
        .expect(200);
    assert!(!history.to_string().contains("damp"), "{history:#}");
    assert!(history.to_string().contains("It is dry now"), "{history:#}");
}
