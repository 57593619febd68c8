//! Sessions by token and by cookie, and the legacy API.

use axum::body::Body;
use http::Method;
use waybill_proto::{auth as pb, common};
use waybill_service_kit::AppError;

use crate::support::{Gateway, request};

fn session(refresh_token: &str) -> pb::Session {
    pb::Session {
        user: Some(pb::User {
            id: "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
            role: common::Role::Customer as i32,
            ..Default::default()
        }),
        access_token: "access".to_owned(),
        expires_in: 900,
        refresh_token: refresh_token.to_owned(),
        refresh_expires_in: 3600,
    }
}

async fn gateway() -> Gateway {
    let gateway = Gateway::start().await;
    gateway
        .fake
        .on(
            "waybill.auth.v1.AuthService/Login",
            |_: pb::LoginRequest| {
                Ok(pb::LoginResponse {
                    session: Some(session("first")),
                })
            },
        )
        .on(
            "waybill.auth.v1.AuthService/Register",
            |request: pb::RegisterRequest| {
                assert_eq!(
                    (&*request.first_name, &*request.last_name),
                    ("Ada King", "Lovelace")
                );
                Ok(pb::RegisterResponse {
                    session: Some(session("first")),
                })
            },
        )
        .on(
            "waybill.auth.v1.AuthService/Refresh",
            |request: pb::RefreshRequest| {
                if request.refresh_token != "first" {
                    return Err(AppError::unauthenticated("used before"));
                }
                Ok(pb::RefreshResponse {
                    session: Some(session("second")),
                })
            },
        )
        .on(
            "waybill.auth.v1.AuthService/Logout",
            |_: pb::LogoutRequest| Ok(pb::LogoutResponse {}),
        );
    gateway
}

const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";

#[tokio::test]
async fn with_tokens_the_refresh_token_is_in_the_body() {
    let gateway = gateway().await;
    let body = r#"{"email": "ada@example.com", "password": "correct horse"}"#;
    let answer = gateway.send(Method::POST, LOGIN, body).await;
    assert_eq!(answer.json()["refreshToken"], "first");
    assert_eq!(answer.header("set-cookie"), "");
    let refreshed = gateway
        .send(Method::POST, REFRESH, r#"{"refreshToken": "first"}"#)
        .await;
    assert_eq!(refreshed.json()["refreshToken"], "second");
    gateway
        .send(Method::POST, REFRESH, "")
        .await
        .names("refreshToken");
}

#[tokio::test]
async fn with_a_cookie_the_refresh_token_is_not_in_the_body() {
    let gateway = gateway().await;
    let body = r#"{"email": "ada@example.com", "password": "correct horse", "session": "cookie"}"#;
    let answer = gateway.send(Method::POST, LOGIN, body).await;
    let cookie = answer.header("set-cookie");
    for part in [
        "waybill_session=first",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/api",
        "Max-Age=3600",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(answer.json().get("refreshToken").is_none());

    let with_cookie = |path: &str, value: &str| {
        request(Method::POST, path)
            .header("cookie", format!("waybill_session={value}"))
            .body(Body::empty())
            .unwrap()
    };
    let refreshed = gateway.call(with_cookie(REFRESH, "first")).await;
    assert!(
        refreshed
            .header("set-cookie")
            .contains("waybill_session=second")
    );
    assert!(refreshed.json().get("refreshToken").is_none());

    let reused = gateway.call(with_cookie(REFRESH, "stale")).await;
    reused.error(401, "UNAUTHENTICATED");
    assert!(reused.header("set-cookie").contains("Max-Age=0"));

    let out = gateway
        .call(with_cookie("/api/v1/auth/logout", "second"))
        .await;
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn an_old_token_does_not_prevent_signing_in() {
    let gateway = gateway().await;
    let login = request(Method::POST, LOGIN)
        .header("authorization", "Bearer expired")
        .header("content-type", "application/json")
        .body(Body::from(r#"{"email": "a@b.co", "password": "x"}"#));
    assert_eq!(gateway.call(login.unwrap()).await.status, 200);
}

#[tokio::test]
async fn the_legacy_api_takes_one_name() {
    let gateway = gateway().await;
    let body = r#"{"name": " Ada King Lovelace ", "email": "ada@example.com", "password": "correct horse"}"#;
    let answer = gateway
        .send(Method::POST, "/api/users/register", body)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["user"]["role"], "CUSTOMER");
}
