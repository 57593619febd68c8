//! A shipment through the gateway: from the paid order to the delivery.

use serde_json::json;
use waybill_testkit::{ADMIN, Platform, Shape};

use crate::support::bin;

#[tokio::test]
async fn a_shipment_can_be_tracked_until_delivery_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let owner = anyone.register("o@example.com", "Olga", "O").await;
    let stranger = anyone.register("s@example.com", "Sam", "S").await;
    let cup = admin.product("CUP", "GOODS", 500, 10).await;
    let request = json!({"items": [{"productId": cup, "quantity": 2}]});
    let order = owner.post("/orders", request).await.expect(201);
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    owner.pay(order["id"].as_str().unwrap()).await;
    owner
        .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
        .await;

    let shipments = format!("{path}/shipments");
    let new =
        json!({"carrier": "UPS", "trackingNumber": "1Z999", "trackingUrl": "javascript:alert(1)"});
    assert_eq!(
        admin.post(&shipments, new).await.refused(422),
        "VALIDATION_ERROR"
    );
    let new = json!({"carrier": "UPS", "trackingNumber": "1Z999", "state": "SHIPPED"});
    let shipment = admin.post(&shipments, new).await.expect(201);
    assert_eq!(
        shipment["trackingUrl"],
        "https://www.ups.com/track?tracknum=1Z999"
    );
    assert_eq!(shipment["lines"][0]["quantity"], 2);
    assert_eq!(owner.get(&path).await.expect(200)["status"], "IN_PROGRESS");
    assert_eq!(stranger.get(&shipments).await.refused(404), "NOT_FOUND");
    let cancel = admin.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!(cancel.refused(409), "SHIPPED");

    let one = format!("{shipments}/{}", shipment["id"].as_str().unwrap());
    let delivered = json!({"state": "DELIVERED", "version": 1});
    admin.patch(&one, delivered).await.expect(200);
    assert_eq!(owner.get(&path).await.expect(200)["status"], "COMPLETED");
    let seen = owner.get(&shipments).await.expect(200);
    assert_eq!(seen["items"][0]["state"], "DELIVERED");
    for kind in ["ORDER_SHIPPED", "ORDER_DELIVERED"] {
        owner
            .until("/notifications", kind, |page| {
                let items = page["items"].as_array().expect("items");
                items.iter().any(|one| one["type"] == kind)
            })
            .await;
    }
    platform.verify().await.unwrap();
}
