//! Sessions by token and by cookie, and the legacy API.

use axum::body::Body;
use http::Method;
use waybill_primitives::{Role, UserId};
use waybill_proto::{auth as pb, common};
use waybill_service_kit::AppError;
use waybill_testkit::until;

use crate::support::{Gateway, bearer, record, request, token_of};

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
        device_token: "device".to_owned(),
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
                    session: Some(pb::Session {
                        device_token: String::new(),
                        ..session("second")
                    }),
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
    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|cookie| cookie.to_str().unwrap()).collect();
    let named = |name: &str| {
        let named = cookies.iter().find(|cookie| cookie.starts_with(name));
        *named.unwrap_or_else(|| panic!("{cookies:?}"))
    };
    let device = named("waybill_device=device");
    assert!(device.contains("HttpOnly"), "{device}");
    let cookie = named("waybill_session=first");
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
    assert!(answer.json().get("deviceToken").is_none());

    let with_cookie = |path: &str, value: &str| {
        request(Method::POST, path)
            .header("host", "shop.example")
            .header("origin", "https://shop.example")
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

/// A browser sends the cookie with requests of other pages of the same site, too: those of a sibling subdomain.
#[tokio::test]
async fn only_our_pages_use_the_sessions_cookie() {
    let gateway = gateway().await;
    let with_origin = |path: &str, origin: Option<&str>| {
        let request = request(Method::POST, path)
            .header("host", "shop.example:8443")
            .header("cookie", "waybill_session=first");
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    };
    for path in [REFRESH, "/api/v1/auth/logout"] {
        for foreign in [
            None,
            Some("null"),
            Some("https://blog.shop.example:8443"),
            Some("https://shop.example"),
            Some("https://shop.example:8443.evil.example"),
        ] {
            let answer = gateway.call(with_origin(path, foreign)).await;
            answer.error(403, "FORBIDDEN");
        }
        // Our own, and one that may call the API in development.
        for own in ["https://shop.example:8443", "http://localhost:5173"] {
            let answer = gateway.call(with_origin(path, Some(own))).await;
            assert_eq!(answer.status, 200, "{own}");
        }
    }
    // The token in the body proves that the sender knows it.
    let body = r#"{"refreshToken": "first"}"#;
    let answer = gateway.send(Method::POST, REFRESH, body).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn pages_on_other_origins_get_their_cookie_by_a_setting() {
    let gateway = Gateway::with(&[
        ("WAYBILL_COOKIE_SAME_SITE", "none"),
        ("WAYBILL_CORS_ORIGINS", "https://pages.example"),
    ])
    .await;
    gateway.fake.on(
        "waybill.auth.v1.AuthService/Login",
        |_: pb::LoginRequest| {
            let session = Some(session("first"));
            Ok(pb::LoginResponse { session })
        },
    );
    let body = r#"{"email": "ada@example.com", "password": "correct horse", "session": "cookie"}"#;
    let answer = gateway.send(Method::POST, LOGIN, body).await;
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("SameSite=None; Secure"), "{cookie}");
    }
}

#[tokio::test]
async fn signing_out_needs_no_more_than_the_access_token() {
    let gateway = gateway().await;
    let path = "/api/v1/auth/logout";
    let out = |token: Option<String>| {
        let request = request(Method::POST, path);
        let request = match token {
            Some(token) => request.header("authorization", token),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    };
    let calls = |gateway: &Gateway| gateway.fake.calls("waybill.auth.v1.AuthService/Logout");
    assert_eq!(gateway.call(out(None)).await.status, 200);
    assert_eq!(calls(&gateway).len(), 0, "there is nothing to end");
    let token = bearer(Role::Customer);
    assert_eq!(gateway.call(out(Some(token.clone()))).await.status, 200);
    let asked = calls(&gateway);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["authorization"], token);
    // Its session may be open.
    let answer = gateway.call(out(Some("Bearer forged".to_owned()))).await;
    answer.error(401, "UNAUTHENTICATED");
    let expired = format!("Bearer {}", token_of(UserId::new(), Role::Customer, -60));
    let answer = gateway.call(out(Some(expired))).await;
    answer.error(401, "UNAUTHENTICATED");
}

/// A token raises no limit of what needs none.
#[tokio::test]
async fn sign_ins_are_counted_by_address() {
    let gateway = Gateway::with(&[
        ("WAYBILL_RATE_LIMIT", "on"),
        ("WAYBILL_RATE_LIMIT_SIGN_IN", "3"),
        ("WAYBILL_RATE_LIMIT_ANONYMOUS", "6"),
    ])
    .await;
    let answer = pb::LoginResponse {
        session: Some(session("first")),
    };
    record::<pb::LoginRequest, _>(&gateway, "waybill.auth.v1.AuthService/Login", answer);
    let login = async |account: usize| {
        let body = format!(r#"{{"email": "{account}@example.com", "password": "correct horse"}}"#);
        gateway
            .send_as(Role::Customer, Method::POST, LOGIN, &body)
            .await
    };
    for account in 0..3 {
        assert_eq!(login(account).await.status, 200);
    }
    let over = login(3).await;
    over.error(429, "RATE_LIMITED");
    assert_eq!(over.header("ratelimit-limit"), "6");
    for account in 4..6 {
        login(account).await.error(429, "RATE_LIMITED");
    }
    let body =
        r#"{"name": "Ada King Lovelace", "email": "ada@example.com", "password": "correct horse"}"#;
    let short = gateway.send_as(Role::Customer, Method::POST, "/api/users/register", body);
    short.await.error(429, "RATE_LIMITED");
}

#[tokio::test]
async fn a_refused_request_is_reported() {
    let gateway = Gateway::start().await;
    let answer = pb::RecordDenialsResponse {};
    let path = "waybill.auth.v1.AuditService/RecordDenials";
    let reported = record(&gateway, path, answer);
    let refused = gateway.get_as(Role::Customer, "/api/v1/admin/users").await;
    refused.error(403, "FORBIDDEN");
    until("it is reported", async || !reported.lock().is_empty()).await;
    let reported = reported.lock();
    let request: &pb::RecordDenialsRequest = &reported[0];
    let denial = &request.denials[0];
    assert_eq!(denial.route, "GET /api/v1/admin/users");
    assert_eq!(denial.actor.as_ref().unwrap().name, "Ada Lovelace");
    assert_eq!(denial.request_id, refused.header("x-request-id"));
}

#[tokio::test]
async fn a_device_that_signed_in_before_says_so() {
    let gateway = gateway().await;
    let answer = pb::LoginResponse {
        session: Some(session("first")),
    };
    let asked = record(&gateway, "waybill.auth.v1.AuthService/Login", answer);
    let body = r#"{"email": "ada@example.com", "password": "correct horse"}"#;
    let first = gateway.send(Method::POST, LOGIN, body).await.json();
    assert_eq!(first["deviceToken"], "device");
    let body =
        r#"{"email": "ada@example.com", "password": "correct horse", "deviceToken": "mine"}"#;
    gateway.send(Method::POST, LOGIN, body).await;
    let cookie = request(Method::POST, LOGIN)
        .header("cookie", "waybill_device=cookies")
        .header("content-type", "application/json")
        .body(Body::from(
            r#"{"email": "ada@example.com", "password": "correct horse", "session": "cookie"}"#,
        ))
        .unwrap();
    gateway.call(cookie).await;
    let devices: Vec<_> = asked
        .lock()
        .iter()
        .map(|request: &pb::LoginRequest| request.device_token.clone())
        .collect();
    assert_eq!(devices, ["", "mine", "cookies"]);
    // A refresh needs no new one.
    let refreshed = gateway
        .send(Method::POST, REFRESH, r#"{"refreshToken": "first"}"#)
        .await;
    assert!(refreshed.json().get("deviceToken").is_none());
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
