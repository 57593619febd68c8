//! Every administrative act leaves an audit record: who did what, to what, from where.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use waybill_primitives::Timestamp;
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape};

use crate::{
    media::PNG,
    permissions::{ADMINS, TABLE},
    support::{bin, payout_to},
};

/// Method, path, body, and the action in the record; in the order of execution. `{name}` is replaced by the id of that name in [`World`].
const ACTS: &[(&str, &str, &str, &str)] = &[
    (
        "PATCH",
        "/api/v1/admin/settings",
        r#"{"maxFilesPerOrder": 40}"#,
        "settings.update",
    ),
    ("PUT", "/api/v1/admin/settings", SETTINGS, "settings.update"),
    (
        "PATCH",
        "/api/v1/admin/users/{user}/role",
        r#"{"role": "STAFF"}"#,
        "user.set_role",
    ),
    (
        "POST",
        "/api/v1/admin/users/{user}/suspend",
        r#"{"reason": "Test"}"#,
        "user.suspend",
    ),
    (
        "POST",
        "/api/v1/admin/users/{user}/restore",
        "",
        "user.restore",
    ),
    (
        "PATCH",
        "/api/v1/admin/workers/{worker}",
        r#"{"maxOpenOrders": 5}"#,
        "worker.update",
    ),
    (
        "POST",
        "/api/v1/categories",
        r#"{"name": "Stationery"}"#,
        "category.create",
    ),
    (
        "PATCH",
        "/api/v1/categories/{category}",
        r#"{"description": "To write with"}"#,
        "category.update",
    ),
    (
        "PUT",
        "/api/v1/categories/{category}",
        r#"{"name": "Stationery", "description": "To draw with"}"#,
        "category.update",
    ),
    (
        "DELETE",
        "/api/v1/categories/{category}",
        "",
        "category.delete",
    ),
    (
        "POST",
        "/api/v1/admin/products/import",
        SHEET,
        "product.import",
    ),
    (
        "POST",
        "/api/v1/products",
        r#"{"name": "Ruler", "kind": "GOODS", "price": {"amount": 300, "currency": "USD"}}"#,
        "product.create",
    ),
    (
        "PATCH",
        "/api/v1/products/{product}",
        r#"{"description": "30 cm"}"#,
        "product.update",
    ),
    (
        "PUT",
        "/api/v1/products/{product}",
        r#"{"name": "Long ruler", "price": {"amount": 350, "currency": "USD"}}"#,
        "product.update",
    ),
    (
        "DELETE",
        "/api/v1/products/{product}",
        "",
        "product.archive",
    ),
    (
        "POST",
        "/api/v1/products/{goods}/stock",
        r#"{"delta": 5, "reason": "Delivery"}"#,
        "stock.adjust",
    ),
    (
        "POST",
        "/api/v1/products/{goods}/images",
        PICTURE,
        "product.pictures",
    ),
    (
        "POST",
        "/api/v1/products/{goods}/images",
        PICTURE,
        "product.pictures",
    ),
    (
        "PUT",
        "/api/v1/products/{goods}/images",
        r#"{"ids": ["{second}", "{first}"]}"#,
        "product.pictures",
    ),
    (
        "DELETE",
        "/api/v1/products/{goods}/images/{first}",
        "",
        "product.pictures",
    ),
    (
        "POST",
        "/api/v1/orders/assign",
        r#"{"orderIds": ["{service}"], "workerId": "{worker}"}"#,
        "order.assign",
    ),
    (
        "PATCH",
        "/api/v1/orders/{service}/status",
        r#"{"status": "ON_HOLD"}"#,
        "order.status",
    ),
    (
        "POST",
        "/api/v1/orders/{order}/shipments",
        "{}",
        "shipment.create",
    ),
    (
        "PATCH",
        "/api/v1/orders/{order}/shipments/{shipment}",
        r#"{"carrier": "DHL"}"#,
        "shipment.update",
    ),
    (
        "POST",
        "/api/v1/orders/{order}/cancel",
        r#"{"reason": "Test"}"#,
        "order.cancel",
    ),
    (
        "POST",
        "/api/v1/admin/change-requests/{rejected}/reject",
        "{}",
        "change_request.reject",
    ),
    (
        "POST",
        "/api/v1/admin/change-requests/{approved}/approve",
        "{}",
        "change_request.approve",
    ),
    (
        "PUT",
        "/api/v1/orders/{request}/quote",
        r#"{"amount": {"amount": 900, "currency": "USD"}, "validUntil": "{day}"}"#,
        "order.quote",
    ),
    (
        "DELETE",
        "/api/v1/orders/{request}/quote",
        "",
        "order.quote_withdraw",
    ),
    (
        "POST",
        "/api/v1/orders/{unpaid}/payments",
        r#"{"provider": "SANDBOX"}"#,
        "payment.create",
    ),
    (
        "POST",
        "/api/v1/admin/payments/{payment}/refunds",
        r#"{"amount": {"amount": 100, "currency": "USD"}, "reason": "Test"}"#,
        "payment.refund",
    ),
    (
        "POST",
        "/api/v1/admin/payments/{awaited}/receipts",
        r#"{"amount": {"amount": 100, "currency": "USD"}, "reference": "Test"}"#,
        "payment.receipt",
    ),
    (
        "POST",
        "/api/v1/admin/payments/{awaited}/receipts/return",
        r#"{"reference": "Test"}"#,
        "payment.return_receipts",
    ),
    (
        "POST",
        "/api/v1/admin/refunds/{owed}/confirm",
        r#"{"reference": "Test"}"#,
        "refund.confirm",
    ),
    (
        "POST",
        "/api/v1/admin/payouts",
        r#"{"workerId": "{worker}", "amount": {"amount": 100, "currency": "USD"}}"#,
        "payout.create",
    ),
    (
        "POST",
        "/api/v1/admin/payouts/{new_payout}/cancel",
        r#"{"reason": "Test"}"#,
        "payout.cancel",
    ),
    (
        "POST",
        "/api/v1/admin/payouts/{payout}/approve",
        "",
        "payout.approve",
    ),
    (
        "POST",
        "/api/v1/admin/payouts/{payout}/mark-paid",
        r#"{"reference": "Test"}"#,
        "payout.mark_paid",
    ),
];

/// Stands for the shop's settings as they are, with one changed.
const SETTINGS: &str = "all settings";
/// Stands for a form with a picture.
const PICTURE: &str = "a picture";
/// A catalogue of one product.
const SHEET: &str = "sku,name,kind,price,currency\nPEN-1,Pen,GOODS,2.50,USD\n";

/// Writes of administrators that change nothing in the shop, or whose record is one of those above or tested by the service.
const ELSEWHERE: &[(&str, &str)] = &[
    // No mail is given up without a mail server.
    ("POST", "/api/v1/admin/deliveries/{id}/retry"),
    // Nothing differs without a provider outside.
    ("POST", "/api/v1/admin/differences/{id}/resolve"),
    // The same handler in the legacy API.
    ("POST", "/api/products/"),
];

#[tokio::test]
async fn every_admin_write_leaves_its_record_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let mut world = World::make(&platform).await;
    for (method, path, body, action) in ACTS {
        let (path, mut body) = (world.filled(path), world.filled(body));
        if body == SETTINGS {
            let mut settings = world.admin.get("/admin/settings").await.expect(200);
            settings["maxFilesPerOrder"] = json!(41);
            body = settings.to_string();
        }
        let what = format!("{method} {path}");
        let answer = world.carry_out(method, &path, &body).await;
        assert!(
            matches!(answer.status, 200..=299),
            "{what}: {:#}",
            answer.body
        );
        let request = answer.headers["x-request-id"].to_str().unwrap().to_owned();
        world.learn(action, &answer.body);
        let list = format!("/admin/audit-log?action={action}");
        let page = world
            .admin
            .until(&list, &what, |page| {
                let items = page["items"].as_array().expect("items");
                items
                    .iter()
                    .any(|record| record["requestId"] == request.as_str())
            })
            .await;
        let items = page["items"].as_array().expect("items");
        let record = items
            .iter()
            .find(|record| record["requestId"] == request.as_str())
            .expect("the record");
        assert_eq!(record["action"], *action, "{what}");
        assert_eq!(record["actor"]["role"], "ADMIN", "{what}: {record:#}");
        assert_eq!(record["clientAddress"], "127.0.0.1", "{what}: {record:#}");
        let changed = record["before"].is_object() || record["after"].is_object();
        assert!(changed, "{what}: {record:#}");
    }
    // Refused requests leave no record.
    let bad = world
        .admin
        .patch("/admin/settings", json!({"nonsense": 1}))
        .await;
    bad.refused(422);
    let log = world
        .admin
        .get("/admin/audit-log?limit=100&total=true")
        .await
        .expect(200);
    let settings = log["items"].as_array().expect("items").iter();
    let settings = settings.filter(|record| record["action"] == "settings.update");
    assert_eq!(settings.count(), 2);
    for secret in ["password", "token", "secret"] {
        assert!(!log.to_string().to_lowercase().contains(secret), "{log:#}");
    }
    platform.verify().await.unwrap();
}

#[test]
fn the_table_of_acts_has_every_write_that_only_administrators_make() {
    let shape = |path: &str| {
        let parts = path
            .split('/')
            .map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let known: BTreeSet<_> = ACTS
        .iter()
        .map(|(method, path, ..)| (*method, shape(path)))
        .chain(
            ELSEWHERE
                .iter()
                .map(|(method, path)| (*method, shape(path))),
        )
        .collect();
    let missing: Vec<_> = TABLE
        .iter()
        .filter(|(method, _, _, expected)| *method != "GET" && *expected == ADMINS)
        .map(|(method, path, ..)| (*method, shape(path)))
        .filter(|route| !known.contains(route))
        .collect();
    assert!(missing.is_empty(), "add these to ACTS: {missing:?}");
}

/// The objects of the acts.
struct World {
    admin: Api,
    names: Vec<(&'static str, String)>,
}

impl World {
    async fn make(platform: &Platform) -> Self {
        let anyone = platform.api();
        let admin = anyone.login(ADMIN.0, ADMIN.1).await;
        let worker = anyone.enrol(&admin, "w@example.com", "Wim", "W").await;
        let owner = anyone.register("o@example.com", "Olga", "O").await;
        let user = anyone.register("u@example.com", "Una", "U").await;
        let goods = admin.product("CUP", "GOODS", 500, 10).await;
        let advice = admin.product("ADVICE", "SERVICE", 900, 0).await;
        let paid = async |product: &str| {
            let request = json!({"items": [{"productId": product, "quantity": 1}]});
            let order = id(&owner.post("/orders", request).await.expect(201));
            owner.pay(&order).await;
            owner
                .until(&format!("/orders/{order}"), "the payment", |order| {
                    order["paymentStatus"] == "PAID"
                })
                .await;
            order
        };
        let (order, service) = (paid(&goods).await, paid(&advice).await);
        let asked = async || {
            let order = paid(&advice).await;
            let request = json!({"kind": "CANCELLATION", "reason": "Test"});
            let path = format!("/orders/{order}/change-requests");
            id(&owner.post(&path, request).await.expect(201))
        };
        let of = async |who: &Api| id(&who.get("/users/profile").await.expect(200));
        let request = json!({"items": [{"productId": advice, "quantity": 1}]});
        let unpaid = owner.post("/orders", request).await.expect(201);
        let request = json!({"title": "A mural"});
        let request = owner.post("/orders", request).await.expect(201);
        let day = Timestamp::now().plus(Duration::from_hours(24));
        let payments = owner.get(&format!("/orders/{service}/payments")).await;
        let payment = id(&payments.expect(200)["items"][0]);
        let by_hand = async || {
            let request = json!({"items": [{"productId": advice, "quantity": 1}]});
            let order = id(&owner.post("/orders", request).await.expect(201));
            let begun = json!({"provider": "MANUAL"});
            let begun = admin
                .post(&format!("/orders/{order}/payments"), begun)
                .await;
            id(&begun.expect(201)["payment"])
        };
        let (awaited, arrived) = (by_hand().await, by_hand().await);
        let money = json!({"reference": "Test"});
        let path = format!("/admin/payments/{arrived}/receipts");
        admin.post(&path, money).await.expect(201);
        let refund = json!({"reason": "Test"});
        let path = format!("/admin/payments/{arrived}/refunds");
        let owed = id(&admin.post(&path, refund).await.expect(201));
        let payout = payout_to(&admin, &owner, &worker, &advice).await;
        let names = vec![
            ("{payout}", id(&payout)),
            ("{payment}", payment),
            ("{awaited}", awaited),
            ("{owed}", owed),
            ("{request}", id(&request)),
            ("{day}", day.to_string()),
            ("{unpaid}", id(&unpaid)),
            ("{rejected}", asked().await),
            ("{approved}", asked().await),
            ("{worker}", of(&worker).await),
            ("{user}", of(&user).await),
            ("{goods}", goods),
            ("{order}", order),
            ("{service}", service),
        ];
        Self { admin, names }
    }

    async fn carry_out(&self, method: &str, path: &str, body: &str) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let sent = match body {
            PICTURE => {
                let path = path.trim_start_matches("/api/v1");
                return self.admin.upload(path, &[], ("mug.png", PNG)).await;
            }
            SHEET => {
                let csv = [("content-type", "text/csv")];
                self.admin.raw(method, path, &csv, Some(body.into())).await
            }
            "" => self.admin.raw(method, path, &[], None).await,
            body => {
                let json = [("content-type", "application/json")];
                self.admin.raw(method, path, &json, Some(body.into())).await
            }
        };
        sent.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Remembers the id of a created object for later acts.
    fn learn(&mut self, action: &str, made: &Value) {
        let made_here = [
            ("shipment.create", "{shipment}"),
            ("category.create", "{category}"),
            ("product.create", "{product}"),
            ("payout.create", "{new_payout}"),
        ];
        if let Some((_, name)) = made_here.iter().find(|(act, _)| *act == action) {
            self.names.push((name, id(made)));
        }
        let pictures = made["images"].as_array().into_iter().flatten();
        for (name, picture) in ["{first}", "{second}"].into_iter().zip(pictures) {
            if !self.names.iter().any(|(known, _)| *known == name) {
                self.names.push((name, id(picture)));
            }
        }
    }

    fn filled(&self, text: &str) -> String {
        let named = self.names.iter();
        named.fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}
