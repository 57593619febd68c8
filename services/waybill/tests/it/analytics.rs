//! Figures, search and the export through the gateway, in both shapes.

use std::process::Command;

use reqwest::Method;
use serde_json::json;
use waybill_testkit::{ADMIN, Platform, Shape};

use crate::support::bin;

#[tokio::test]
async fn figures_search_and_export_embedded() {
    figures_search_and_export(Shape::Embedded).await;
}

#[tokio::test]
async fn figures_search_and_export_distributed() {
    figures_search_and_export(Shape::Distributed).await;
}

async fn figures_search_and_export(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone
        .register("carla@example.com", "Carla", "Customer")
        .await;
    let fence = admin.product("CARPENTRY", "SERVICE", 1_000, 0).await;
    let mut orders = Vec::new();
    for (title, units) in [("=Garden fence", 1), ("Steel fence", 2), ("Gate", 3)] {
        let request = json!({"title": title, "items": [{"productId": fence, "quantity": units}]});
        let order = customer.post("/orders", request).await.expect(201);
        orders.push(order["id"].as_str().unwrap().to_owned());
    }
    customer.pay(&orders[1]).await;

    // The dashboard follows events.
    let board = admin
        .until("/admin/dashboard", "the payment", |board| {
            board["orders"]["allTime"]["paid"] == 1
                && board["orders"]["last30Days"]["placed"] == 3
                && board["ordersByStatus"]["PENDING"] == 3
                && board["pendingEvents"] == 0
        })
        .await;
    assert_eq!(
        board["revenue"]["allTime"],
        json!({"amount": 2_000, "currency": "USD"})
    );
    assert_eq!(board["topProducts"][0]["units"], 2);
    assert_eq!(board["recentOrders"].as_array().unwrap().len(), 3);
    assert_eq!(board["users"]["allTime"]["customers"], 1);
    assert_eq!(board["users"]["last30Days"]["admins"], 1);

    let weeks = admin
        .get("/admin/orders/analytics?bucket=week")
        .await
        .expect(200);
    assert!((5..=6).contains(&weeks["buckets"].as_array().unwrap().len()));
    assert_eq!(weeks["totals"]["placed"], 3);
    let users = admin
        .get("/admin/users/analytics?bucket=month")
        .await
        .expect(200);
    assert_eq!(users["registered"]["all"], 2);
    for bad in [
        "bucket=year",
        "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "x=1",
    ] {
        let refused = admin.get(&format!("/admin/orders/analytics?{bad}")).await;
        assert_eq!(refused.refused(422), "VALIDATION_ERROR", "{bad}");
    }

    // Search by prefixes of words, with a total.
    let path = "/orders?q=fen&total=true";
    let found = admin
        .until(path, "the words", |page| page["total"] == 2)
        .await;
    assert_eq!(found["totalIsCapped"], false);

    let path = "/api/v1/admin/orders/export?format=csv&q=fence&sort=OLDEST";
    let export = admin.raw(Method::GET, path, &[], None).await.unwrap();
    assert_eq!(export.status, 200);
    assert_eq!(export.headers["content-type"], "text/csv; charset=utf-8");
    let name = export.headers["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"orders-"), "{name}");
    let text = export.body.as_str().unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}id,orderNumber,status,"));
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[1].contains(",'=Garden fence,"), "{}", lines[1]);
    assert!(lines[2].contains(",20.00,USD,"), "{}", lines[2]);
    let path = "/api/v1/admin/orders/export?bom=false";
    let plain = admin.raw(Method::GET, path, &[], None).await.unwrap();
    assert!(plain.body.as_str().unwrap().starts_with("id,orderNumber,"));
    for refused in ["format=xml", "limit=5"] {
        let path = format!("/admin/orders/export?{refused}");
        assert_eq!(admin.get(&path).await.refused(422), "VALIDATION_ERROR");
    }

    // A rebuild while the platform runs changes nothing.
    let mut rebuild = Command::new(bin().join("waybill"));
    rebuild
        .args(["rebuild", "analytics"])
        .args(platform.place());
    let output = tokio::task::spawn_blocking(move || rebuild.output())
        .await
        .unwrap()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("3 orders"), "{printed}");
    let again = admin.get("/admin/dashboard").await.expect(200);
    // Without the figures of the last days: a day may have ended since.
    let all_time = |board: &serde_json::Value| board["orders"]["allTime"].clone();
    assert_eq!(all_time(&again), all_time(&board));
    platform.verify().await.unwrap();
}
