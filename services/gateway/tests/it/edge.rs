//! Headers, limits and pages.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use axum::body::{Body, Bytes};
use http::Method;
use waybill_gateway::GatewaySettings;
use waybill_primitives::{Role, UserId};
use waybill_proto::{auth, common, payment as pb};
use waybill_service_kit::settings::{Environment, Sources, load};

use crate::support::{Gateway, bearer, request, token_of};

#[tokio::test]
async fn every_answer_has_a_request_id_and_security_headers() {
    let gateway = Gateway::start().await;
    for path in [
        "/healthz",
        "/",
        "/nothing",
        "/api/v1/orders",
        "/openapi.json",
    ] {
        let answer = gateway.get(path).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        if path.starts_with("/api") {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "only in production"
        );
    }
    let own = request(Method::GET, "/healthz").header("x-request-id", "mine-1");
    let own = gateway.call(own.body(Body::empty()).unwrap()).await;
    assert_eq!(own.header("x-request-id"), "mine-1");
}

#[tokio::test]
async fn a_trailing_slash_of_an_api_path_is_ignored() {
    let gateway = Gateway::start().await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    gateway.fake.on(
        "waybill.payment.v1.PaymentService/GetPayment",
        move |request: pb::GetPaymentRequest| {
            assert_eq!(request.id, id);
            Ok(pb::GetPaymentResponse {
                payment: Some(pb::Payment::default()),
            })
        },
    );
    for path in [
        format!("/api/v1/payments/{id}"),
        format!("/api/v1/payments/{id}/"),
    ] {
        let answer = gateway.get_as(Role::Customer, &path).await;
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    }
    // The same checks as without it: body, query, method, role.
    gateway
        .send(Method::POST, "/api/v1/auth/login/", "{}")
        .await
        .names("email");
    gateway
        .get("/api/v1/products/?limit=0")
        .await
        .names("limit");
    gateway
        .get("/api/v1/orders/")
        .await
        .error(401, "UNAUTHENTICATED");
    gateway
        .get_as(Role::Customer, "/api/v1/admin/system/")
        .await
        .error(403, "FORBIDDEN");
    let answer = gateway.send(Method::DELETE, "/api/v1/products/", "").await;
    answer.error(405, "METHOD_NOT_ALLOWED");
    assert!(answer.header("allow").contains("GET"));
    let preflight = request(Method::OPTIONS, "/api/v1/orders/")
        .header("origin", "http://localhost:5173")
        .header("access-control-request-method", "POST");
    let preflight = gateway.call(preflight.body(Body::empty()).unwrap()).await;
    let granted = preflight.header("access-control-allow-origin");
    assert_eq!(granted, "http://localhost:5173");
    // No such path without it either, or not a path of the API.
    for path in [
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/orders//",
        "/healthz/",
        "/socket.io",
    ] {
        gateway.get(path).await.error(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_call_and_others_may_not() {
    let gateway = Gateway::with(&[("WAYBILL_CORS_ORIGINS", "https://shop.example.com")]).await;
    for (origin, allowed) in [
        ("https://shop.example.com", true),
        ("http://localhost:5173", true),
        ("https://evil.example.com", false),
        ("https://shop.example.com.evil.com", false),
        ("null", false),
    ] {
        let preflight = request(Method::OPTIONS, "/api/v1/orders")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization, idempotency-key",
            );
        let preflight = gateway.call(preflight.body(Body::empty()).unwrap()).await;
        let granted = preflight.header("access-control-allow-origin");
        assert_eq!(granted == origin, allowed, "{origin}: {granted}");
        let refused = request(Method::GET, "/api/v1/orders").header("origin", origin);
        let refused = gateway.call(refused.body(Body::empty()).unwrap()).await;
        assert_eq!(refused.status, 401);
        assert_eq!(
            refused.header("access-control-allow-origin") == origin,
            allowed
        );
    }
}

#[tokio::test]
async fn anonymous_callers_share_the_limit_of_their_address_and_users_have_their_own() {
    let gateway = Gateway::with(&[
        ("WAYBILL_RATE_LIMIT", "on"),
        ("WAYBILL_RATE_LIMIT_ANONYMOUS", "3"),
        ("WAYBILL_RATE_LIMIT_USER", "5"),
    ])
    .await;
    let orders = || gateway.get("/api/v1/orders");
    for left in ["2", "1", "0"] {
        let answer = orders().await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("ratelimit-remaining"), left);
        assert_eq!(answer.header("ratelimit-limit"), "3");
    }
    let over = orders().await;
    over.error(429, "RATE_LIMITED");
    assert!(over.header("retry-after").parse::<u64>().unwrap() > 200);
    assert_eq!(
        gateway.get("/healthz").await.status,
        200,
        "checks are not limited"
    );

    let token = token_of(UserId::new(), Role::Customer, 600);
    let profile = || {
        request(Method::GET, "/api/v1/products/x")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap()
    };
    for _ in 0..5 {
        assert_eq!(gateway.call(profile()).await.status, 404);
    }
    gateway.call(profile()).await.error(429, "RATE_LIMITED");
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_by_account() {
    let gateway = Gateway::with(&[
        ("WAYBILL_RATE_LIMIT", "on"),
        ("WAYBILL_RATE_LIMIT_LOGIN", "2"),
    ])
    .await;
    let login = |email: &str| {
        let body = format!(r#"{{"email": "{email}", "password": "wrong"}}"#);
        let gateway = &gateway;
        async move {
            gateway
                .send(Method::POST, "/api/v1/auth/login", &body)
                .await
        }
    };
    for _ in 0..2 {
        login("ada@example.com").await.error(503, "UNAVAILABLE");
    }
    login("ADA@example.com").await.error(429, "RATE_LIMITED");
    login("grace@example.com").await.error(503, "UNAVAILABLE");
}

#[tokio::test]
async fn production_keeps_its_limits_and_asks_for_https() {
    let off = Sources::empty().with("WAYBILL_RATE_LIMIT", "off");
    let (settings,) = load::<(GatewaySettings,)>(&off).unwrap();
    assert!(
        Gateway::build(settings, Environment::Production)
            .await
            .is_err()
    );
    let production = off.with("WAYBILL_ENVIRONMENT", "production");
    assert!(
        load::<(
            waybill_service_kit::settings::CommonSettings,
            GatewaySettings
        )>(&production)
        .is_err()
    );

    let (settings,) = load::<(GatewaySettings,)>(&Sources::empty()).unwrap();
    let gateway = Gateway::build(settings, Environment::Production)
        .await
        .unwrap();
    let answer = gateway.get("/healthz").await;
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age")
    );
    let local = request(Method::GET, "/healthz").header("origin", "http://localhost:5173");
    let local = gateway.call(local.body(Body::empty()).unwrap()).await;
    assert_eq!(
        local.header("access-control-allow-origin"),
        "",
        "localhost is for development"
    );
    // The session's cookie, over HTTPS alone.
    gateway.fake.on(
        "waybill.auth.v1.AuthService/Login",
        |_: auth::LoginRequest| {
            let session = auth::Session {
                user: Some(auth::User {
                    role: common::Role::Customer.into(),
                    ..auth::User::default()
                }),
                ..auth::Session::default()
            };
            Ok(auth::LoginResponse {
                session: Some(session),
            })
        },
    );
    let login = r#"{"email": "ada@example.com", "password": "correct horse", "session": "cookie"}"#;
    let answer = gateway
        .send(Method::POST, "/api/v1/auth/login", login)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("SameSite=Strict; Secure"), "{cookie}");
    // Swagger UI keeps no token in the browser.
    let page = gateway.get("/api-docs/swagger-initializer.js").await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("\"persistAuthorization\": false"), "{page}");
    let anybody = Sources::empty().with("WAYBILL_TRUSTED_PROXIES", "0.0.0.0/0");
    let (settings,) = load::<(GatewaySettings,)>(&anybody).unwrap();
    let built = Gateway::build(settings, Environment::Production).await;
    assert!(built.is_err(), "everybody would choose their address");
}

#[tokio::test]
async fn large_answers_are_compressed_on_request() {
    let gateway = Gateway::start().await;
    let zipped = request(Method::GET, "/openapi.json").header("accept-encoding", "gzip");
    let zipped = gateway.call(zipped.body(Body::empty()).unwrap()).await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert_eq!(
        gateway
            .get("/openapi.json")
            .await
            .header("content-encoding"),
        ""
    );
}

#[tokio::test]
async fn the_sandbox_page_shows_buttons_and_redirects_browsers() {
    let gateway = Gateway::start().await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let payment = || pb::Payment {
        order_number: "<b>W1</b>".to_owned(),
        state: pb::PaymentState::Pending as i32,
        ..Default::default()
    };
    gateway
        .fake
        .on(
            "waybill.payment.v1.PaymentService/GetSandboxCheckout",
            move |_: pb::GetSandboxCheckoutRequest| {
                Ok(pb::GetSandboxCheckoutResponse {
                    payment: Some(payment()),
                    success_url: String::new(),
                    cancel_url: String::new(),
                })
            },
        )
        .on(
            "waybill.payment.v1.PaymentService/CompleteSandboxCheckout",
            move |request: pb::CompleteSandboxCheckoutRequest| {
                assert_eq!(request.outcome(), pb::SandboxOutcome::Decline);
                Ok(pb::CompleteSandboxCheckoutResponse {
                    payment: Some(payment()),
                    redirect_url: Some("https://shop.example.com/cart".to_owned()),
                })
            },
        );
    let path = format!("/api/v1/sandbox/checkout/{id}");
    let html = request(Method::GET, &path).header("accept", "text/html,*/*");
    let page = gateway.call(html.body(Body::empty()).unwrap()).await;
    let text = String::from_utf8_lossy(&page.body);
    for outcome in ["SUCCEED", "DECLINE", "STALL"] {
        assert!(text.contains(&format!("value=\"{outcome}\"")), "{text}");
    }
    assert!(!text.contains("<b>W1"), "values are escaped");
    assert_eq!(gateway.get(&path).await.json()["state"], "PENDING");

    let form = request(Method::POST, &path)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("outcome=DECLINE"));
    let sent_on = gateway.call(form.unwrap()).await;
    assert_eq!(sent_on.status, 303);
    assert_eq!(sent_on.header("location"), "https://shop.example.com/cart");
    let json = gateway
        .send(Method::POST, &path, r#"{"outcome": "DECLINE"}"#)
        .await;
    assert_eq!(json.json()["redirectUrl"], "https://shop.example.com/cart");
    gateway
        .send(Method::POST, &path, r#"{"outcome": "VANISH"}"#)
        .await
        .names("outcome");
}

#[tokio::test]
async fn the_welcome_page_and_the_documentation_load_nothing_from_elsewhere() {
    let gateway = Gateway::start().await;
    for path in ["/", "/api-docs/"] {
        let page = gateway.get(path).await;
        let text = String::from_utf8_lossy(&page.body);
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{path}"
        );
        assert!(
            !text.contains("src=\"http") && !text.contains("href=\"http"),
            "{path}: {text}"
        );
    }
    assert_eq!(gateway.get("/assets/waybill.css").await.status, 200);
    assert_eq!(
        gateway.get("/api-docs/swagger-ui-bundle.js").await.status,
        200
    );
}

#[tokio::test]
async fn a_payment_path_becomes_a_full_url_on_the_clients_host() {
    let gateway = Gateway::with(&[("WAYBILL_TRUSTED_PROXIES", "0.0.0.0/0")]).await;
    gateway.fake.on(
        "waybill.payment.v1.PaymentService/GetPayment",
        |_: pb::GetPaymentRequest| {
            Ok(pb::GetPaymentResponse {
                payment: Some(pb::Payment {
                    redirect_url: Some("/api/v1/sandbox/checkout/1".to_owned()),
                    ..Default::default()
                }),
            })
        },
    );
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let mut read = request(Method::GET, &format!("/api/v1/payments/{id}"))
        .header("host", "shop.example.com:8080")
        .header("x-forwarded-proto", "https")
        .header("authorization", bearer(Role::Customer))
        .body(Body::empty())
        .unwrap();
    let proxy: std::net::SocketAddr = "10.0.0.1:5".parse().unwrap();
    read.extensions_mut()
        .insert(axum::extract::ConnectInfo(proxy));
    let payment = gateway.call(read).await.json();
    let url = "https://shop.example.com:8080/api/v1/sandbox/checkout/1";
    assert_eq!(payment["redirectUrl"], url);
}

#[tokio::test]
async fn development_refuses_what_comes_through_a_proxy_unless_it_is_allowed() {
    let (settings,) = load::<(GatewaySettings,)>(&Sources::empty()).unwrap();
    for local_only in [true, false] {
        let gateway = Gateway::build_with(settings.clone(), Environment::Development, |deps| {
            deps.local_only = local_only;
        });
        let gateway = gateway.await.unwrap();
        assert_eq!(gateway.get("/healthz").await.status, 200);
        for name in [
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-real-ip",
        ] {
            let request = request(Method::GET, "/healthz").header(name, "203.0.113.9");
            let answer = gateway.call(request.body(Body::empty()).unwrap()).await;
            if local_only {
                answer.error(403, "FORBIDDEN");
            } else {
                assert_eq!(answer.status, 200, "{name}");
            }
        }
        // A page whose name leads to this machine now (DNS rebinding), or a proxy that says nothing of itself.
        for (host, here) in [
            ("shop.example.com", false),
            ("192.0.2.1:8080", false),
            ("localhost.example.com", false),
            ("localhost:8080", true),
            ("app.localhost", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
        ] {
            let by_header = request(Method::GET, "/healthz").header("host", host);
            let by_line = request(Method::GET, &format!("http://{host}/healthz"));
            for request in [by_header, by_line] {
                let answer = gateway.call(request.body(Body::empty()).unwrap()).await;
                if here || !local_only {
                    assert_eq!(answer.status, 200, "{host}");
                } else {
                    answer.error(403, "FORBIDDEN");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_declared_length_above_the_limit_is_refused_before_anything_is_read() {
    let gateway = Gateway::with(&[("WAYBILL_BODY_LIMIT", "4096")]).await;
    let media = "/api/v1/orders/01890a5d-ac96-774b-bcce-b302099a8057/customer-media";
    for (path, length, refused) in [
        ("/api/v1/auth/login", 4_097_u64, true),
        ("/api/v1/auth/login", 4_096, false),
        (media, 1 << 40, true),
        (media, 5_000_000, false),
        ("/api/v1/admin/products/import", 1 << 40, true),
    ] {
        let read = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&read);
        let body = futures::stream::poll_fn(move |_| {
            seen.store(true, Ordering::Relaxed);
            Poll::Ready(None::<Result<Bytes, std::io::Error>>)
        });
        let request = request(Method::POST, path)
            .header("authorization", bearer(Role::Admin))
            .header("content-type", "multipart/form-data; boundary=x")
            .header("content-length", length)
            .body(Body::from_stream(body));
        let answer = gateway.call(request.unwrap()).await;
        if refused {
            answer.error(413, "PAYLOAD_TOO_LARGE");
        }
        assert_ne!(read.load(Ordering::Relaxed), refused, "{path} {length}");
    }
}
