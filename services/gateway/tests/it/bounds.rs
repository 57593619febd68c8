//! Limits per client: memory, concurrent downloads, requests.

use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request};
use waybill_primitives::{Role, UserId};
use waybill_proto::{auth, order as pb};
use waybill_service_kit::{AppError, ErrorCode};

use crate::{
    socket::Live,
    support::{Gateway, bearer, guest_token, request, token_of},
};

const ORDER: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const PLACE: &str = "waybill.order.v1.OrderService/PlaceOrder";
const LIST: &str = "waybill.order.v1.OrderService/ListOrders";

fn form(path: &str, role: Role, body: impl Into<Body>) -> Request<Body> {
    request(Method::POST, path)
        .header("authorization", bearer(role))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body.into())
        .unwrap()
}

/// Frames of junk, then nothing: the body never ends.
fn junk_without_end(head: &'static str) -> Body {
    let junk = std::iter::repeat_n(Bytes::from_static(&[b'j'; 16 * 1024]), 64);
    let frames = std::iter::once(Bytes::from_static(head.as_bytes())).chain(junk);
    let frames = futures::stream::iter(frames.map(Ok::<_, std::io::Error>));
    Body::from_stream(futures::StreamExt::chain(
        frames,
        futures::stream::pending(),
    ))
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_in_words_for_people() {
    let gateway = Gateway::start().await;
    let path = format!("/api/v1/orders/{ORDER}/customer-media");
    for (body, words) in [
        ("", "an end"),
        (
            "--other\r\n\r\n--other--",
            "the boundary that Content-Type names",
        ),
        ("--x\r\n:::\r\n\r\nx\r\n--x--", "a name for each part"),
        (
            "--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n",
            "each part of the form needs a name",
        ),
    ] {
        let answer = gateway.call(form(&path, Role::Customer, body)).await;
        answer.error(400, "MALFORMED");
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains(words), "{body:?}: {message}");
        assert!(!message.contains("stream"), "{message}");
    }
}

#[tokio::test]
async fn a_form_in_which_no_field_begins_is_refused_before_it_ends() {
    let gateway = Gateway::start().await;
    let media = format!("/api/v1/orders/{ORDER}/customer-media");
    let images = format!("/api/v1/products/{ORDER}/images");
    let import = "/api/v1/admin/products/import";
    gateway.fake.on(
        "waybill.order.v1.CatalogueService/ImportProducts",
        |_: pb::ImportProductsRequest| Ok(pb::ImportProductsResponse::default()),
    );
    let mut answers = Vec::new();
    for path in [&media, &images, import] {
        for head in [
            "",
            "--x\r\ncontent-disposition: form-data; name=\"",
            "--x\r\n",
        ] {
            answers.push(gateway.call(form(path, Role::Admin, junk_without_end(head))));
        }
    }
    let answers = futures::future::join_all(answers);
    let answers = tokio::time::timeout(std::time::Duration::from_secs(20), answers);
    for answer in answers.await.expect("answers before the end") {
        answer.error(413, "PAYLOAD_TOO_LARGE");
    }
}

#[tokio::test]
async fn a_page_of_long_orders_is_read_and_one_over_the_size_limit_is_a_server_error() {
    let gateway = Gateway::start().await;
    let answer = |orders: usize| {
        move |_: pb::ListOrdersRequest| {
            let order = pb::Order {
                description: Some("€".repeat(10_000)),
                special_instructions: Some("€".repeat(5_000)),
                ..Default::default()
            };
            Ok(pb::ListOrdersResponse {
                orders: vec![order; orders],
                page: None,
            })
        }
    };
    gateway.fake.on(LIST, answer(100));
    let path = "/api/v1/orders?limit=100";
    let page = gateway.get_as(Role::Customer, path).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.json()["items"].as_array().unwrap().len(), 100);
    gateway.fake.on(LIST, answer(800));
    gateway
        .get_as(Role::Customer, path)
        .await
        .error(500, "INTERNAL");
}

const LIMITED: (&str, &str) = ("WAYBILL_RATE_LIMIT", "on");

fn place(token: Option<&str>, json: &str) -> Request<Body> {
    let mut place =
        request(Method::POST, "/api/v1/orders").header("content-type", "application/json");
    if let Some(token) = token {
        place = place.header("authorization", format!("Bearer {token}"));
    }
    place.body(Body::from(json.to_owned())).unwrap()
}

#[tokio::test]
async fn orders_are_limited_by_address_and_more_so_for_guests() {
    let gateway = Gateway::with(&[
        LIMITED,
        ("WAYBILL_RATE_LIMIT_ORDERS", "3"),
        ("WAYBILL_RATE_LIMIT_GUEST_ORDERS", "2"),
    ])
    .await;
    gateway.fake.on(PLACE, |request: pb::PlaceOrderRequest| {
        if request.check_only {
            return Ok(pb::PlaceOrderResponse::default());
        }
        Err(AppError::conflict(ErrorCode::OutOfStock, "none is left"))
    });
    gateway.fake.on(
        "waybill.auth.v1.AuthService/IssueGuestToken",
        |_: auth::IssueGuestTokenRequest| {
            Ok(auth::IssueGuestTokenResponse {
                access_token: guest_token(),
                ..Default::default()
            })
        },
    );
    // Each is another guest, all from one address.
    for _ in 0..3 {
        let token = token_of(UserId::new(), Role::Customer, 600);
        let placed = gateway.call(place(Some(&token), "{}")).await;
        placed.error(409, "OUT_OF_STOCK");
    }
    let token = token_of(UserId::new(), Role::Customer, 600);
    let over = gateway.call(place(Some(&token), "{}")).await;
    over.error(429, "RATE_LIMITED");
    assert_ne!(over.header("retry-after"), "");
    // Requests refused before they become orders do not count.
    for _ in 0..3 {
        gateway
            .call(place(None, "{}"))
            .await
            .error(401, "UNAUTHENTICATED");
    }
    let contact = r#"{"contact": {"email": "a@example.com", "firstName": "Ada"}}"#;
    gateway
        .call(place(None, contact))
        .await
        .error(409, "OUT_OF_STOCK");
    gateway
        .call(place(Some(&guest_token()), "{}"))
        .await
        .error(409, "OUT_OF_STOCK");
    for request in [place(None, contact), place(Some(&guest_token()), "{}")] {
        gateway.call(request).await.error(429, "RATE_LIMITED");
    }
}

#[tokio::test]
async fn guests_share_the_limit_of_their_address() {
    let gateway = Gateway::with(&[
        LIMITED,
        ("WAYBILL_RATE_LIMIT_ANONYMOUS", "1"),
        ("WAYBILL_RATE_LIMIT_USER", "3"),
    ])
    .await;
    for round in 0..4 {
        let read = request(Method::GET, "/api/v1/orders/x")
            .header("authorization", format!("Bearer {}", guest_token()));
        let answer = gateway.call(read.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, if round < 3 { 404 } else { 429 });
    }
}

#[tokio::test]
async fn pages_and_the_catalogue_have_a_limit_of_their_own() {
    let gateway = Gateway::with(&[
        LIMITED,
        ("WAYBILL_RATE_LIMIT_ANONYMOUS", "3"),
        ("WAYBILL_RATE_LIMIT_PUBLIC", "8"),
    ])
    .await;
    let picture = format!("/api/v1/media/{ORDER}");
    for _ in 0..2 {
        for path in ["/", "/assets/waybill.css", &picture, "/api/v1/products/x"] {
            let answer = gateway.get(path).await;
            assert_ne!(answer.status, 429, "{path}");
            assert_eq!(answer.header("ratelimit-limit"), "8", "{path}");
        }
    }
    gateway.get("/").await.error(429, "RATE_LIMITED");
    assert_eq!(
        gateway
            .get("/api/v1/orders/x")
            .await
            .header("ratelimit-remaining"),
        "2"
    );
}

#[tokio::test]
async fn every_way_to_look_up_an_account_counts_as_one_lookup() {
    let gateway = Gateway::with(&[LIMITED, ("WAYBILL_RATE_LIMIT_LOOKUP", "3")]).await;
    gateway.fake.on(
        "waybill.auth.v1.AuthService/Register",
        |_: auth::RegisterRequest| {
            Err::<auth::RegisterResponse, _>(AppError::conflict(
                ErrorCode::EmailTaken,
                "has an account",
            ))
        },
    );
    gateway.fake.on(
        "waybill.auth.v1.AuthService/Login",
        |_: auth::LoginRequest| Err::<auth::LoginResponse, _>(AppError::unauthenticated("wrong")),
    );
    gateway.fake.on(PLACE, |_: pb::PlaceOrderRequest| {
        Ok(pb::PlaceOrderResponse::default())
    });
    let status = gateway
        .get("/api/v1/auth/email-status?email=a@example.com")
        .await;
    status.error(503, "UNAVAILABLE");
    let register = |email: &str| {
        format!(
            r#"{{"email": "{email}", "password": "correct horse", "firstName": "A", "lastName": "B"}}"#
        )
    };
    let path = "/api/v1/auth/register";
    let taken = gateway
        .send(Method::POST, path, &register("b@example.com"))
        .await;
    taken.error(409, "EMAIL_TAKEN");
    let order = |email: &str| {
        format!(
            r#"{{"contact": {{"email": "{email}", "firstName": "A", "password": "correct horse"}}}}"#
        )
    };
    let taken = gateway.call(place(None, &order("c@example.com"))).await;
    taken.error(409, "EMAIL_REGISTERED");
    for answer in [
        gateway.call(place(None, &order("d@example.com"))).await,
        gateway
            .send(Method::POST, path, &register("e@example.com"))
            .await,
        gateway
            .get("/api/v1/auth/email-status?email=f@example.com")
            .await,
    ] {
        answer.error(429, "RATE_LIMITED");
    }
}

#[tokio::test]
async fn socket_sessions_count_for_their_address_when_they_are_opened() {
    let limit = ("WAYBILL_RATE_LIMIT_PUBLIC", "2");
    let gateway = Gateway::with(&[LIMITED, limit]).await;
    let mut live = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    let path = "/socket.io/?EIO=4&transport=polling";
    gateway.get(path).await.error(429, "RATE_LIMITED");
    // Not with the requests of those who are not signed in, which are fewer.
    assert_ne!(gateway.get("/api/v1/orders").await.status, 429);
    // Later requests of a session do not count.
    for _ in 0..5 {
        assert_eq!(
            live.ask("order:explode", serde_json::json!({})).await["ok"],
            false
        );
    }
}

#[tokio::test]
async fn only_one_path_is_a_socket() {
    let gateway = Gateway::start().await;
    for path in [
        "/socket.io",
        "/socket.io/x",
        "/socket.io?EIO=4&transport=polling",
    ] {
        let answer = gateway.get(path).await;
        answer.error(404, "NOT_FOUND");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    }
    let open = gateway.get("/socket.io/?EIO=4&transport=polling").await;
    assert_eq!(open.status, 200);
    assert_eq!(open.header("x-content-type-options"), "nosniff");
    assert_eq!(open.header("cache-control"), "no-store");
}

#[tokio::test]
async fn concurrent_downloads_of_a_client_are_limited() {
    use tower::ServiceExt as _;
    let gateway = Gateway::with(&[("WAYBILL_DOWNLOADS", "1")]).await;
    gateway.fake.on(
        "waybill.order.v1.FileService/ReadFile",
        |_: pb::ReadFileRequest| {
            let description = pb::FileDescription {
                file: Some(pb::File::default()),
                content_type: "image/png".to_owned(),
                content_disposition: "inline".to_owned(),
                ..Default::default()
            };
            Ok(pb::ReadFileResponse {
                part: Some(pb::read_file_response::Part::Description(description)),
            })
        },
    );
    let path = format!("/api/v1/media/{ORDER}");
    let token = token_of(UserId::new(), Role::Customer, 600);
    let read = || {
        let read = request(Method::GET, &path).header("authorization", format!("Bearer {token}"));
        read.body(Body::empty()).unwrap()
    };
    let unread = gateway.router.clone().oneshot(read()).await.unwrap();
    assert_eq!(unread.status(), 200);
    gateway.call(read()).await.error(429, "RATE_LIMITED");
    assert_eq!(
        gateway.get_as(Role::Customer, &path).await.status,
        200,
        "another user"
    );
    drop(unread);
    assert_eq!(gateway.call(read()).await.status, 200);
}
