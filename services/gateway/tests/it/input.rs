//! Bad input: a clear error in the one format, and no call to a service.

use axum::body::Body;
use http::Method;
use serde_json::json;
use waybill_primitives::Role;
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, ErrorCode};

use crate::support::{Gateway, bearer, record, request};

const PLACE: &str = "waybill.order.v1.OrderService/PlaceOrder";
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[tokio::test]
async fn each_kind_of_bad_body_is_refused_by_name() {
    let gateway = Gateway::start().await;
    let place = |json: &'static str| {
        let gateway = &gateway;
        async move {
            gateway
                .send_as(Role::Customer, Method::POST, "/api/v1/orders", json)
                .await
        }
    };
    for malformed in ["", "{", "{\"items\": [}", "nonsense", "{} {}", "\u{feff}{}"] {
        let answer = place(Box::leak(malformed.to_owned().into_boxed_str())).await;
        answer.error(400, "MALFORMED");
    }
    let line = |rest: &str| format!(r#"{{"items": [{{"productId": "{ID}", {rest}}}]}}"#);
    for (json, field) in [
        ("[]".to_owned(), "body"),
        ("null".to_owned(), "body"),
        (r#"{"itemz": []}"#.to_owned(), "itemz"),
        (r#"{"items": {}}"#.to_owned(), "items"),
        (
            r#"{"items": [{"quantity": 1}]}"#.to_owned(),
            "items[0].productId",
        ),
        (
            r#"{"items": [{"productId": "x", "quantity": 1}]}"#.to_owned(),
            "items[0].productId",
        ),
        (line(r#""quantity": 1.5"#), "items[0].quantity"),
        (line(r#""quantity": "2""#), "items[0].quantity"),
        (
            line(r#""quantity": 99999999999999999999"#),
            "items[0].quantity",
        ),
        (line(r#""quantity": 1, "price": 1"#), "items[0].price"),
        (line(r#""quantity": 1, "quantity": 2"#), "items[0].quantity"),
        (r#"{"title": 5}"#.to_owned(), "title"),
        (r#"{"title": "a\u0000b"}"#.to_owned(), "body"),
        (
            r#"{"estimatedCompletion": "tomorrow"}"#.to_owned(),
            "estimatedCompletion",
        ),
        (
            r#"{"shippingAddress": {"name": "A", "line1": "B", "city": "C"}}"#.to_owned(),
            "shippingAddress.country",
        ),
    ] {
        let answer = place(Box::leak(json.into_boxed_str())).await;
        answer.names(field);
    }
    assert!(
        gateway.fake.calls(PLACE).is_empty(),
        "nothing reached the service"
    );
}

#[tokio::test]
async fn a_choice_is_a_name_in_any_case_and_nothing_else() {
    let gateway = Gateway::start().await;
    let order = format!("/api/v1/orders/{ID}");
    let shipment = format!("{order}/shipments/{ID}");
    let role = format!("/api/v1/admin/users/{ID}/role");
    let price = json!({"amount": 1, "currency": "USD"});
    for (method, path, field, rest) in [
        (
            Method::PATCH,
            format!("{order}/status"),
            "status",
            json!({}),
        ),
        (
            Method::POST,
            format!("{order}/notes"),
            "visibility",
            json!({"body": "A"}),
        ),
        (
            Method::POST,
            format!("{order}/change-requests"),
            "kind",
            json!({"reason": "A"}),
        ),
        (
            Method::POST,
            format!("{order}/payments"),
            "provider",
            json!({}),
        ),
        (Method::PATCH, shipment, "state", json!({})),
        (Method::PATCH, role, "role", json!({})),
        (
            Method::POST,
            "/api/v1/products".to_owned(),
            "kind",
            json!({"name": "Mug", "price": price}),
        ),
        (
            Method::POST,
            "/api/v1/auth/login".to_owned(),
            "session",
            json!({"email": "a@example.com", "password": "b"}),
        ),
    ] {
        for bad in [
            json!(5),
            json!(1.5),
            json!(true),
            json!({}),
            json!({"IN_PROGRESS": null}),
            json!([]),
            json!(["IN_PROGRESS"]),
            json!(""),
            json!("NONSENSE"),
        ] {
            let mut body = rest.clone();
            body[field] = bad;
            let answer = gateway
                .send_as(Role::Admin, method.clone(), &path, &body.to_string())
                .await;
            answer.names(field);
            let text = answer.json()["error"]["details"][0]["message"].to_string();
            assert!(text.contains("one of"), "{path} {body}: {text}");
        }
    }
    gateway
        .send_as(
            Role::Admin,
            Method::PATCH,
            &format!("{order}/status"),
            r#"{"status": null}"#,
        )
        .await
        .names("status");

    let moved = record::<pb::ChangeStatusRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/ChangeStatus",
        pb::ChangeStatusResponse {
            order: Some(pb::Order::default()),
        },
    );
    for status in ["ON_HOLD", "on_hold", "On_Hold"] {
        let body = json!({"status": status}).to_string();
        let path = format!("{order}/status");
        let answer = gateway
            .send_as(Role::Admin, Method::PATCH, &path, &body)
            .await;
        assert_eq!(answer.status, 200, "{status}: {:?}", answer.body);
    }
    let statuses: Vec<_> = moved
        .lock()
        .iter()
        .map(pb::ChangeStatusRequest::status)
        .collect();
    assert_eq!(statuses, [pb::OrderStatus::OnHold; 3]);
}

#[tokio::test]
async fn an_array_is_refused_as_an_object() {
    let gateway = Gateway::start().await;
    let stock = format!("/api/v1/products/{ID}/stock");
    let cart = format!("/api/v1/cart/items/{ID}");
    let items = format!(r#"{{"items": [{{"productId": "{ID}", "quantity": 1}}, ["{ID}", 1]]}}"#);
    for (method, path, body, field) in [
        (
            Method::POST,
            stock.as_str(),
            r#"[3, "Delivery", null]"#,
            "body",
        ),
        (Method::PUT, &cart, "[3]", "body"),
        (Method::POST, "/api/v1/auth/login", r#"["a", "b"]"#, "body"),
        (Method::POST, "/api/v1/auth/logout", r#"["a"]"#, "body"),
        (Method::POST, "/api/v1/orders", &items, "items[1]"),
        (
            Method::POST,
            "/api/v1/orders",
            r#"{"shippingAddress": [null, "B", null, "C", null, null, "GB"]}"#,
            "shippingAddress",
        ),
        (
            Method::POST,
            "/api/v1/products",
            r#"{"name": "Mug", "kind": "GOODS", "price": [1, "USD"]}"#,
            "price",
        ),
    ] {
        let answer = gateway.send_as(Role::Admin, method, path, body).await;
        answer.names(field);
        let text = answer.json()["error"]["details"][0]["message"].to_string();
        assert!(text.contains("an object"), "{path}: {text}");
    }
}

#[tokio::test]
async fn an_amount_is_a_whole_number_with_its_currency() {
    let gateway = Gateway::start().await;
    let product = |price: &str| format!(r#"{{"name": "Mug", "kind": "GOODS", "price": {price}}}"#);
    for (price, field) in [
        (r#"{"amount": 19.99, "currency": "USD"}"#, "price.amount"),
        (r#"{"amount": 1, "currency": "usd"}"#, "price.currency"),
        (r#"{"amount": 1}"#, "price.currency"),
        (r#""19.99""#, "price"),
        ("true", "price"),
    ] {
        gateway
            .send_as(
                Role::Admin,
                Method::POST,
                "/api/v1/products",
                &product(price),
            )
            .await
            .names(field);
    }
}

#[tokio::test]
async fn other_content_types_and_too_large_bodies_are_refused() {
    let gateway = Gateway::with(&[("WAYBILL_BODY_LIMIT", "2048")]).await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let request = request(Method::POST, "/api/v1/orders")
            .header("authorization", bearer(Role::Customer))
            .header("content-type", content_type)
            .body(Body::from("{}"));
        gateway
            .call(request.unwrap())
            .await
            .error(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let large = format!(r#"{{"title": "{}"}}"#, "x".repeat(4096));
    gateway
        .send_as(Role::Customer, Method::POST, "/api/v1/orders", &large)
        .await
        .error(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn unknown_paths_methods_and_ids_are_refused_in_the_one_format() {
    let gateway = Gateway::start().await;
    for path in [
        "/nothing",
        "/api/v1/nothing",
        "/api/v1/products/42",
        "/api/v1/products/x/stock/y",
    ] {
        gateway.get(path).await.error(404, "NOT_FOUND");
    }
    let answer = gateway.send(Method::DELETE, "/api/v1/products", "").await;
    answer.error(405, "METHOD_NOT_ALLOWED");
    assert!(
        answer.header("allow").contains("GET"),
        "{:?}",
        answer.headers
    );
    let head = gateway
        .call(
            request(Method::HEAD, "/nothing")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!((head.status.as_u16(), head.body.len()), (404, 0));
}

#[tokio::test]
async fn bad_queries_name_the_parameter() {
    let gateway = Gateway::start().await;
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit", "limit"),
        ("limit=1&limit=2", "limit"),
        ("minPrice=1.5", "minPrice"),
        ("inStock=maybe", "inStock"),
        ("kind=THING", "kind"),
        ("sort=cheapest", "sort"),
        ("sort=-price_asc", "sort"),
        ("category=mugs&categoryId=mugs", "category"),
        ("limitt=5", "limitt"),
    ] {
        gateway
            .get(&format!("/api/v1/products?{query}"))
            .await
            .names(parameter);
    }
    gateway
        .get("/api/v1/products?q=a%00b")
        .await
        .error(400, "MALFORMED");
}

#[tokio::test]
async fn roles_and_tokens_are_checked_before_the_body() {
    let gateway = Gateway::start().await;
    let nobody = gateway.send(Method::POST, "/api/v1/products", "{").await;
    nobody.error(401, "UNAUTHENTICATED");
    assert!(nobody.header("www-authenticate").starts_with("Bearer"));
    gateway
        .send_as(Role::Customer, Method::POST, "/api/v1/products", "{")
        .await
        .error(403, "FORBIDDEN");
    let forged = request(Method::GET, "/api/v1/orders")
        .header("authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")
        .body(Body::empty());
    let forged = gateway.call(forged.unwrap()).await;
    forged.error(401, "UNAUTHENTICATED");
    assert!(forged.header("www-authenticate").contains("invalid_token"));
    let basic = request(Method::GET, "/api/v1/products")
        .header("authorization", "Basic YTpi")
        .body(Body::empty());
    gateway
        .call(basic.unwrap())
        .await
        .error(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn idempotency_keys_and_versions_are_checked_and_passed_on() {
    let gateway = Gateway::start().await;
    gateway.fake.on(PLACE, |_: pb::PlaceOrderRequest| {
        Ok(pb::PlaceOrderResponse {
            order: Some(pb::Order::default()),
            replayed: true,
        })
    });
    let place = |key: String| {
        request(Method::POST, "/api/v1/orders")
            .header("authorization", bearer(Role::Customer))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Body::from(r#"{"title": "A logo"}"#))
            .unwrap()
    };
    for bad in ["a b".to_owned(), String::new(), "x".repeat(256)] {
        gateway.call(place(bad)).await.names("Idempotency-Key");
    }
    let answer = gateway.call(place("k-1".to_owned())).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("idempotency-replayed"), "true");
    let calls = gateway.fake.calls(PLACE);
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["idempotency-key"], "k-1");
    assert_eq!(
        calls[0]["x-request-id"].to_str().unwrap(),
        answer.header("x-request-id")
    );

    let status = |tag: &'static str, body: &'static str| {
        request(Method::PATCH, &format!("/api/v1/orders/{ID}/status"))
            .header("authorization", bearer(Role::Admin))
            .header("content-type", "application/json")
            .header("if-match", tag)
            .body(Body::from(body))
            .unwrap()
    };
    let gone = "waybill.order.v1.OrderService/ChangeStatus";
    gateway.fake.on(gone, |request: pb::ChangeStatusRequest| {
        assert_eq!(request.version, Some(3));
        Err::<pb::ChangeStatusResponse, _>(AppError::version_conflict(4))
    });
    let body = r#"{"status": "ON_HOLD"}"#;
    for bad in ["three", "W/3", "W/\"\"", "\"1\", \"3\""] {
        let answer = gateway.call(status(bad, body)).await;
        answer.error(400, "MALFORMED");
    }
    gateway
        .call(status("\"3\"", r#"{"status": "ON_HOLD", "version": 2}"#))
        .await
        .names("version");
    for tag in ["\"3\"", "W/\"3\"", "3"] {
        let answer = gateway.call(status(tag, body)).await;
        let error = answer.error(409, "VERSION_CONFLICT");
        assert_eq!(error["context"]["version"], 4);
    }
}

#[tokio::test]
async fn errors_of_services_keep_their_details_and_hide_their_causes() {
    let gateway = Gateway::start().await;
    gateway.fake.on(PLACE, |_: pb::PlaceOrderRequest| {
        Err::<pb::PlaceOrderResponse, _>(
            AppError::conflict(ErrorCode::OutOfStock, "only 3 left")
                .with_meta("product_id", ID)
                .with_meta("available", "3")
                .with_field("items[0].quantity", "only 3 left"),
        )
    });
    let body = format!(r#"{{"items": [{{"productId": "{ID}", "quantity": 5}}]}}"#);
    let place = || gateway.send_as(Role::Customer, Method::POST, "/api/v1/orders", &body);
    let error = place().await.error(409, "OUT_OF_STOCK");
    assert_eq!(error["context"]["productId"], ID);
    assert_eq!(error["context"]["available"], 3);
    assert_eq!(error["details"][0]["field"], "items[0].quantity");

    gateway.fake.on(PLACE, |_: pb::PlaceOrderRequest| {
        Err::<pb::PlaceOrderResponse, _>(AppError::internal("table orders is missing"))
    });
    let error = place().await.error(500, "INTERNAL");
    assert!(!error.to_string().contains("table"), "{error}");

    let away = gateway
        .get_as(Role::Customer, &format!("/api/v1/payments/{ID}"))
        .await;
    away.error(503, "UNAVAILABLE");
    assert!(!away.header("retry-after").is_empty());
}

/// What no message to a client contains: Rust types, and texts of parsers.
const NOT_FOR_PEOPLE: [&str; 14] = [
    "invalid type",
    "invalid value",
    "expected",
    "i64",
    "i32",
    "u32",
    "struct ",
    "sequence",
    "premature",
    "trailing",
    "invalid digit",
    "at line",
    "deserializ",
    "`",
];

fn checked(what: &str, answer: &crate::support::Answer) {
    if !matches!(answer.status.as_u16(), 400 | 422) {
        return;
    }
    let error = answer.json()["error"].to_string();
    let found = NOT_FOR_PEOPLE.iter().find(|words| error.contains(*words));
    assert!(found.is_none(), "{what}: {found:?} in {error}");
}

/// Sends wrong values in every field of every body and in every parameter: all messages are in words, and all missing fields are named
/// at once.
#[tokio::test]
async fn no_message_names_a_type_or_a_parser() {
    let gateway = Gateway::start().await;
    let document = waybill_gateway::openapi_document().unwrap();
    let (mut bodies, mut parameters) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        let url: Vec<_> = path
            .split('/')
            .map(|part| if part.starts_with('{') { ID } else { part })
            .collect();
        let url = url.join("/");
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {path}");
            let method: Method = method.to_uppercase().parse().unwrap();
            let known = operation["parameters"].as_array();
            for parameter in known.into_iter().flatten().filter(|it| it["in"] == "query") {
                let name = parameter["name"].as_str().unwrap();
                parameters += 1;
                for wrong in ["x", "1.5", "99999999999999999999", "2026-13-01T25:00"] {
                    let url = format!("{url}?{name}={wrong}&{name}={wrong}");
                    checked(&what, &gateway.get_as(Role::Admin, &url).await);
                }
            }
            let content = &operation["requestBody"]["content"]["application/json"];
            let Some(reference) = content["schema"]["$ref"].as_str() else {
                continue;
            };
            bodies += 1;
            let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            let send = |body: String| {
                let (gateway, url, method) = (&gateway, &url, method.clone());
                async move { gateway.send_as(Role::Admin, method, url, &body).await }
            };
            for (field, _) in schema["properties"].as_object().unwrap() {
                for wrong in [
                    json!({"x": 1}),
                    json!(5.5),
                    json!("x"),
                    json!([[]]),
                    json!(true),
                    json!(1e30),
                ] {
                    let mut body = json!({});
                    body[field] = wrong;
                    checked(&format!("{what} {body}"), &send(body.to_string()).await);
                }
            }
            for malformed in ["", "{", "nonsense", "[]", "{\"a\": 1"] {
                checked(
                    &format!("{what} {malformed}"),
                    &send(malformed.to_owned()).await,
                );
            }
            let empty = send("{}".to_owned()).await;
            if empty.status == 422 {
                let required = schema["required"].as_array();
                for field in required.into_iter().flatten() {
                    empty.names(field.as_str().unwrap());
                }
            }
        }
    }
    assert!(
        bodies > 30 && parameters > 50,
        "{bodies} bodies, {parameters} parameters"
    );
}
