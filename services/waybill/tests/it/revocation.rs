//! A suspension or change of role takes effect at once, everywhere: older tokens are revoked before they expire.

use std::time::Duration;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use waybill_service_kit::crypto::SigningKey;
use waybill_testkit::{ADMIN, Api, Platform, Shape};

use crate::support::bin;

const PASSWORD: &str = "a good password";

#[tokio::test]
async fn revocation_embedded() {
    revocation(Shape::Embedded).await;
}

#[tokio::test]
async fn revocation_distributed() {
    revocation(Shape::Distributed).await;
}

async fn revocation(shape: Shape) {
    let key = SigningKey::generate().unwrap();
    let setting = STANDARD.encode(key.pkcs8());
    let extra = [("auth:WAYBILL_AUTH_SIGNING_KEY", setting.as_str())];
    let Some(platform) = Platform::start_with(shape, bin(), &extra).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let email = "wendy@example.com";
    let fresh = anyone.register(email, "Wendy", "Worker").await;
    let profile = fresh.get("/users/profile").await.expect(200);
    let user = format!("/admin/users/{}", profile["id"].as_str().unwrap());
    let login = json!({"email": email, "password": PASSWORD});
    let session = anyone.post("/auth/login", login.clone()).await.expect(200);

    let old = aged(&key, &fresh);
    old.get("/users/profile").await.expect(200);
    admin
        .post(&format!("{user}/suspend"), json!({"reason": "Test"}))
        .await
        .expect(200);
    refused_soon(&old, "/users/profile").await;
    assert_eq!(
        anyone.post("/auth/login", login.clone()).await.refused(403),
        "FORBIDDEN"
    );
    let refresh = json!({"refreshToken": session["refreshToken"]});
    let refreshed = anyone.post("/auth/refresh", refresh).await;
    assert!(
        matches!(refreshed.status, 401 | 403),
        "{:#}",
        refreshed.body
    );

    admin
        .post(&format!("{user}/restore"), json!({}))
        .await
        .expect(200);
    let customer = anyone.login(email, PASSWORD).await;
    customer.get("/users/profile").await.expect(200);
    // Ended sessions stay ended.
    assert_eq!(old.get("/users/profile").await.status, 401);

    let role = format!("{user}/role");
    admin
        .patch(&role, json!({"role": "STAFF"}))
        .await
        .expect(200);
    refused_soon(&old, "/users/profile").await;
    let worker = anyone.login(email, PASSWORD).await;
    worker.get("/orders/available").await.expect(200);
    let old_worker = aged(&key, &worker);
    admin
        .patch(&role, json!({"role": "CUSTOMER"}))
        .await
        .expect(200);
    refused_soon(&old_worker, "/orders/available").await;
    let customer = anyone.login(email, PASSWORD).await;
    customer.get("/orders/available").await.refused(403);
    // Other users are not affected.
    admin.get("/admin/users").await.expect(200);
}

/// The same token, issued five seconds earlier: tokens are dated in whole seconds, and one from the second of a change may be the
/// new one.
fn aged(key: &SigningKey, api: &Api) -> Api {
    let claims = api.token().split('.').nth(1).expect("a JWT");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64");
    let mut claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["iat"] = json!(claims["iat"].as_i64().expect("a time") - 5);
    api.with_token(&key.sign(&claims).expect("a token"))
}

/// Waits until the token is refused; the revocation is sent as an event.
async fn refused_soon(api: &Api, path: &str) {
    let start = Instant::now();
    loop {
        let answer = api.get(path).await;
        if answer.status == 401 {
            assert_eq!(answer.refused(401), "UNAUTHENTICATED");
            return;
        }
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "the token is still valid: {:#}",
            answer.body
        );
        sleep(Duration::from_millis(20)).await;
    }
}
