//! The administrator's settings through the gateway.

use std::time::Duration;

use serde_json::json;
use waybill_primitives::Timestamp;
use waybill_testkit::{ADMIN, Platform, Shape};

use crate::support::bin;

#[tokio::test]
async fn settings_take_effect_without_a_restart_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let owner = anyone.register("o@example.com", "Olga", "O").await;
    let shop = anyone.get("/shop").await.expect(200);
    assert_eq!(
        (&shop["name"], &shop["currency"]),
        (&json!("Waybill"), &json!("USD"))
    );
    let public = [
        "maxFileBytes",
        "allowedFileTypes",
        "completionNeedsApproval",
    ];
    assert!(public.iter().all(|name| !shop[name].is_null()), "{shop}");
    assert_eq!(
        shop["demoAccounts"],
        json!([]),
        "only a demo tells accounts"
    );
    let before = admin.get("/admin/settings").await.expect(200);
    assert_eq!(
        (&before["version"], &before["goodsExpirySeconds"]),
        (&json!(1), &json!(1800))
    );

    let patch = json!({"shopName": "Corner Shop", "goodsExpirySeconds": 90, "version": 1});
    let after = admin
        .patch("/admin/settings", patch.clone())
        .await
        .expect(200);
    assert_eq!(
        (&after["version"], &after["shopName"]),
        (&json!(2), &json!("Corner Shop"))
    );
    let stale = admin.patch("/admin/settings", patch).await;
    assert_eq!(stale.refused(409), "VERSION_CONFLICT");
    let bad = json!({"commissionBasisPoints": 10_001, "shopName": " "});
    let bad = admin.patch("/admin/settings", bad).await;
    assert_eq!(bad.refused(422), "VALIDATION_ERROR");
    assert_eq!(anyone.get("/shop").await.expect(200)["name"], "Corner Shop");

    let cup = admin.product("CUP", "GOODS", 500, 10).await;
    let request = json!({"items": [{"productId": cup, "quantity": 1}]});
    let order = owner.post("/orders", request).await.expect(201);
    let time = |field: &str| {
        let text = order[field].as_str().expect("a time");
        Timestamp::parse_rfc3339(text).expect("a time")
    };
    assert_eq!(
        time("expiresAt").since(time("createdAt")),
        Duration::from_secs(90)
    );
    let other = admin
        .patch("/admin/settings", json!({"currency": "EUR"}))
        .await;
    assert_eq!(other.refused(409), "CONFLICT");

    // The commission and the name have reached the other services.
    let record = admin
        .until("/admin/audit-log?action=settings.", "the record", |page| {
            page["items"]
                .as_array()
                .is_some_and(|items| items.len() == 1)
        })
        .await;
    let record = &record["items"][0];
    assert_eq!(
        record["before"],
        json!({"shopName": "Waybill", "goodsExpirySeconds": 1800})
    );
    assert_eq!(
        record["after"],
        json!({"shopName": "Corner Shop", "goodsExpirySeconds": 90})
    );
    platform.verify().await.unwrap();
}
