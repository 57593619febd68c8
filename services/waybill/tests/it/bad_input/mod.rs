//! Bad input through the gateway: a clear client error in the common format; nothing is changed or lost.

mod bodies;
mod bounds;
mod headers;
mod paths;
mod tokens;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use waybill_service_kit::crypto::SigningKey;
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape};

use crate::support::{Findings, bin};

/// The largest amount that a request may name.
const DEAR: i64 = 1_000_000_000_000;
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn bad_input_is_refused_and_changes_nothing_embedded() {
    let key = SigningKey::generate().unwrap();
    let setting = STANDARD.encode(key.pkcs8());
    let extra = [("WAYBILL_AUTH_SIGNING_KEY", setting.as_str())];
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &extra).await else {
        return;
    };
    let world = World::make(platform, key).await;
    world.platform.verify().await.unwrap();

    let mut findings = Findings::default();
    let before = world.everything().await;
    bodies::malformed(&world, &mut findings).await;
    bodies::fields(&world, &mut findings).await;
    bounds::of_bodies(&world, &mut findings).await;
    bodies::amounts(&world, &mut findings).await;
    bodies::text(&world, &mut findings).await;
    bodies::kinds_and_sizes(&world, &mut findings).await;
    bodies::foreign_ids(&world, &mut findings).await;
    headers::versions(&world, &mut findings).await;
    headers::idempotency_keys(&world, &mut findings).await;
    headers::request_ids(&world, &mut findings).await;
    paths::queries(&world, &mut findings).await;
    paths::ids(&world, &mut findings).await;
    paths::methods(&world, &mut findings).await;
    paths::tricks(&world, &mut findings).await;
    tokens::forged(&world, &mut findings).await;
    tokens::logins(&world, &mut findings).await;
    findings.unchanged(&before, &world.everything().await);
    findings.none();
    world.platform.verify().await.unwrap();
    let log = world.platform.log("waybill");
    assert!(
        !log.contains("panicked") && !log.contains("ERROR"),
        "bad input caused errors in the log:\n{log}"
    );
}

/// A shop with an unpaid order; goods with five in stock.
pub(crate) struct World {
    pub platform: Platform,
    pub anyone: Api,
    pub admin: Api,
    pub customer: Api,
    pub staff: Api,
    pub staff_id: String,
    pub category: String,
    pub order: String,
    pub goods: String,
    /// A service at the highest possible price.
    pub dear: String,
    /// Signs the access tokens of the platform.
    pub key: SigningKey,
}

impl World {
    async fn make(platform: Platform, key: SigningKey) -> Self {
        let anyone = platform.api();
        let admin = anyone.login(ADMIN.0, ADMIN.1).await;
        let customer = anyone.register("carla@example.com", "Carla", "C").await;
        let staff = anyone.enrol(&admin, "will@example.com", "Will", "W").await;
        let profile = staff.get("/users/profile").await.expect(200);
        let staff_id = profile["id"].as_str().unwrap().to_owned();
        let category = json!({"name": "Kitchen"});
        let category = admin.post("/categories", category).await.expect(201);
        let category = category["id"].as_str().unwrap().to_owned();
        let goods = admin.product("MUG", "GOODS", 1_500, 5).await;
        let dear = admin.product("DEAR", "SERVICE", DEAR, 0).await;
        let request = json!({"items": [{"productId": goods, "quantity": 1}], "title": "One"});
        let key_of_order = [("Idempotency-Key", "taken")];
        let placed = customer
            .send(Method::POST, "/orders", Some(&request), &key_of_order)
            .await
            .unwrap()
            .expect(201);
        let order = placed["id"].as_str().unwrap().to_owned();
        let created = customer
            .send(
                Method::POST,
                &format!("/orders/{order}/payments"),
                Some(&json!({"provider": "SANDBOX"})),
                &key_of_order,
            )
            .await
            .unwrap();
        created.expect(201);
        Self {
            platform,
            anyone,
            admin,
            customer,
            staff,
            staff_id,
            category,
            order,
            goods,
            dear,
            key,
        }
    }

    /// All data that must not change.
    async fn everything(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for path in [
            "/products?limit=100&total=true&includeInactive=true",
            "/orders?limit=100&total=true",
            "/admin/users?limit=100&total=true",
            "/admin/payments?limit=100&total=true",
            "/admin/ledger?limit=100&total=true",
            "/admin/change-requests?limit=100&total=true",
            &format!("/products/{}", self.goods),
            &format!("/orders/{}/history", self.order),
            &format!("/orders/{}/chat/messages", self.order),
        ] {
            all.push(self.admin.get(path).await.expect(200));
        }
        let notifications = self.customer.get("/notifications?total=true").await;
        all.push(notifications.expect(200));
        all
    }
}

/// Sends a body as it is, as JSON.
pub(crate) async fn send(caller: &Api, method: Method, path: &str, body: &str) -> Answer {
    send_with(caller, method, path, body, &[]).await
}

pub(crate) async fn send_with(
    caller: &Api,
    method: Method,
    path: &str,
    body: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let headers = [&[JSON], headers].concat();
    let path = format!("/api/v1{path}");
    let sent = caller.raw(method, &path, &headers, Some(body.into())).await;
    sent.unwrap_or_else(|error| panic!("{path}: {error:?}"))
}

/// The beginning of a body, for a message.
pub(crate) fn short(body: &str) -> String {
    body.chars().take(90).collect()
}
