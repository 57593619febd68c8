//! The administrator's view of the day: figures, the export, the audit log.

use serde_json::json;
use waybill_testkit::Api;

pub async fn looked_at(admin: &Api, customer: &Api) {
    let patch = json!({"shopName": "The Bakery's Studio", "goodsExpirySeconds": 900});
    assert_eq!(
        customer
            .patch("/admin/settings", patch.clone())
            .await
            .refused(403),
        "FORBIDDEN"
    );
    admin.patch("/admin/settings", patch).await.expect(200);
    customer
        .until("/shop", "the new name", |shop| {
            shop.to_string().contains("The Bakery's Studio")
        })
        .await;

    let listed = admin.get("/orders?limit=100").await.expect(200);
    let orders = listed["items"].as_array().unwrap();
    let paid = orders
        .iter()
        .filter(|order| order["paymentStatus"] == "PAID" && order["replacedById"].is_null());
    let revenue: i64 = paid
        .map(|order| order["total"]["amount"].as_i64().unwrap())
        .sum();
    let completed = orders
        .iter()
        .filter(|order| order["status"] == "COMPLETED")
        .count();
    admin
        .until("/admin/dashboard", "the day's figures", |board| {
            board["revenue"]["allTime"]["amount"] == json!(revenue)
                && board["ordersByStatus"]["COMPLETED"] == json!(completed)
                && board["pendingEvents"] == json!(0)
        })
        .await;
    // One of three bowls is left, and the threshold is two.
    admin
        .until("/admin/dashboard", "the bowls running low", |board| {
            board["lowStock"].to_string().contains("BOWL")
        })
        .await;

    let export = admin.get("/admin/orders/export?format=csv").await;
    assert_eq!(export.status, 200);
    let text = export.body.as_str().unwrap();
    for order in orders {
        let number = order["orderNumber"].as_str().unwrap();
        assert!(text.contains(number), "{number} is not in the export");
    }

    let log = admin
        .until("/admin/audit-log?limit=100", "the acts", |log| {
            let text = log.to_string();
            ["settings.update", "order.assign", "product.create"]
                .iter()
                .all(|act| text.contains(act))
        })
        .await;
    let act = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|act| act["action"] == "settings.update");
    let act = act.unwrap();
    assert!(
        act["requestId"].is_string() && act["actor"]["id"].is_string(),
        "{act:#}"
    );
    assert_eq!(act["after"]["shopName"], "The Bakery's Studio", "{act:#}");
}
