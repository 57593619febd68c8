//! What ends a session or changes a role takes effect at once, everywhere: its access tokens are refused before they expire.

use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Api, Platform, Shape, until};

use crate::support::bin;

const PASSWORD: &str = "a good password";
const EMAIL: &str = "wendy@example.com";

#[tokio::test]
async fn revocation_embedded() {
    revocation(Shape::Embedded).await;
}

#[tokio::test]
async fn revocation_distributed() {
    revocation(Shape::Distributed).await;
}

async fn revocation(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let first = anyone.register(EMAIL, "Wendy", "Worker").await;
    let profile = first.get("/users/profile").await.expect(200);
    let user = format!("/admin/users/{}", profile["id"].as_str().unwrap());

    signing_out(&anyone, &first).await;
    a_new_password(&anyone, &first).await;
    a_stolen_refresh_token(&anyone, &first).await;

    let suspend = format!("{user}/suspend");
    let reason = json!({"reason": "Test"});
    admin.post(&suspend, reason).await.expect(200);
    refused_soon(&first, "/users/profile").await;
    let login = json!({"email": EMAIL, "password": PASSWORD});
    let refused = anyone.post("/auth/login", login).await;
    assert_eq!(refused.refused(403), "FORBIDDEN");
    let restore = format!("{user}/restore");
    admin.post(&restore, json!({})).await.expect(200);
    anyone.login(EMAIL, PASSWORD).await;
    // Ended sessions stay ended.
    assert_eq!(first.get("/users/profile").await.status, 401);

    a_change_of_role(&anyone, &admin, &format!("{user}/role")).await;
    // Other users are not affected.
    admin.get("/admin/users").await.expect(200);
}

async fn signing_out(anyone: &Api, first: &Api) {
    // With the access token alone; twice, as a client that lost the answer does.
    let second = anyone.login(EMAIL, PASSWORD).await;
    for _ in 0..2 {
        second.post("/auth/logout", json!({})).await.expect(200);
    }
    refused_soon(&second, "/users/profile").await;
    // With the refresh token alone.
    let (third, refresh) = session(anyone, PASSWORD).await;
    let refresh = json!({"refreshToken": refresh});
    anyone.post("/auth/logout", refresh).await.expect(200);
    refused_soon(&third, "/users/profile").await;
    first.get("/users/profile").await.expect(200);
}

async fn a_new_password(anyone: &Api, first: &Api) {
    let elsewhere = anyone.login(EMAIL, PASSWORD).await;
    let other = "another good password";
    for (current, new) in [(PASSWORD, other), (other, PASSWORD)] {
        let change = json!({"currentPassword": current, "newPassword": new});
        first
            .post("/users/change-password", change)
            .await
            .expect(200);
    }
    refused_soon(&elsewhere, "/users/profile").await;
    first.get("/users/profile").await.expect(200);
}

async fn a_stolen_refresh_token(anyone: &Api, first: &Api) {
    let (stolen, refresh) = session(anyone, PASSWORD).await;
    let refresh = json!({"refreshToken": refresh});
    // The second use may repeat one whose answer was lost.
    for _ in 0..2 {
        let used = anyone.post("/auth/refresh", refresh.clone()).await;
        used.expect(200);
    }
    anyone.post("/auth/refresh", refresh).await.refused(401);
    refused_soon(&stolen, "/users/profile").await;
    first.get("/users/profile").await.expect(200);
}

async fn a_change_of_role(anyone: &Api, admin: &Api, role: &str) {
    let customer = anyone.login(EMAIL, PASSWORD).await;
    let make = async |role_: &str| {
        let body = json!({"role": role_});
        admin.patch(role, body).await.expect(200);
    };
    make("ADMIN").await;
    refused_soon(&customer, "/users/profile").await;
    let (second_admin, refresh) = session(anyone, PASSWORD).await;
    let settings = second_admin.get("/admin/settings").await.expect(200);
    make("STAFF").await;
    // Not a moment longer: what an administrator writes needs the role that auth knows now.
    let change = json!({"commissionBasisPoints": settings["commissionBasisPoints"]});
    let refused = second_admin.patch("/admin/settings", change).await;
    assert_eq!(refused.refused(401), "UNAUTHENTICATED");
    let product =
        json!({"name": "Mug", "kind": "GOODS", "price": {"amount": 1, "currency": "USD"}});
    let refused = second_admin.post("/products", product).await;
    assert_eq!(refused.refused(401), "UNAUTHENTICATED");
    refused_soon(&second_admin, "/admin/users").await;
    // The session goes on, with the new role.
    let refresh = json!({"refreshToken": refresh});
    let refreshed = anyone.post("/auth/refresh", refresh).await.expect(200);
    let worker = anyone.with_token(refreshed["accessToken"].as_str().unwrap());
    worker.get("/orders/available").await.expect(200);
    worker.get("/admin/users").await.refused(403);
}

/// Signs in; with the refresh token.
async fn session(anyone: &Api, password: &str) -> (Api, Value) {
    let login = json!({"email": EMAIL, "password": password});
    let session = anyone.post("/auth/login", login).await.expect(200);
    let token = session["accessToken"].as_str().expect("a token");
    (anyone.with_token(token), session["refreshToken"].clone())
}

/// Waits until the token is refused; the revocation is sent as an event.
async fn refused_soon(api: &Api, path: &str) {
    until("the token is refused", async || {
        api.get(path).await.status == 401
    })
    .await;
    assert_eq!(api.get(path).await.refused(401), "UNAUTHENTICATED");
}
