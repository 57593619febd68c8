//! Bodies: malformed, of the wrong type, too large.

use reqwest::Method;
use serde_json::json;
use waybill_testkit::Api;

use super::{JSON, World, send, short};
use crate::support::Findings;

/// An unknown id.
const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

pub async fn malformed(world: &World, findings: &mut Findings) {
    let order = &world.order;
    let customers = [
        "/orders".to_owned(),
        format!("/orders/{order}/payments"),
        format!("/orders/{order}/chat/messages"),
        format!("/orders/{order}/change-requests"),
    ];
    let bad: [&[u8]; 8] = [
        b"",
        b"{",
        b"{\"title\": \"a}",
        b"nonsense",
        b"{} {}",
        b"\xef\xbb\xbf{}",
        b"{\"title\": \"\xff\xfe\"}",
        b"{'title': 1}",
    ];
    for path in customers {
        for body in bad {
            let what = format!("POST {path} {}", String::from_utf8_lossy(body));
            let path = format!("/api/v1{path}");
            let answer = world
                .customer
                .raw(Method::POST, &path, &[JSON], Some(body.to_vec()))
                .await
                .unwrap();
            // A type error may be found before a syntax error.
            if answer.status == 422 {
                findings.refused(&what, &answer, 422, "VALIDATION_ERROR");
            } else {
                findings.refused(&what, &answer, 400, "MALFORMED");
            }
        }
    }
    for deep in [
        "[".repeat(100_000),
        format!("{{\"items\": {}", "[".repeat(100_000)),
        format!("{{\"items\": {}{}}}", "[".repeat(500), "]".repeat(500)),
        "{\"title\":".repeat(10_000),
    ] {
        let answer = send(&world.customer, Method::POST, "/orders", &deep).await;
        findings.client_error(&format!("deeply nested {}", short(&deep)), &answer);
    }
}

pub async fn fields(world: &World, findings: &mut Findings) {
    let goods = &world.goods;
    let line = |rest: &str| format!(r#"{{"items": [{{"productId": "{goods}", {rest}}}]}}"#);
    let many = vec![json!({"productId": goods, "quantity": 1}); 101];
    let cases = [
        ("[]".to_owned(), "body"),
        ("null".to_owned(), "body"),
        ("5".to_owned(), "body"),
        ("{}".to_owned(), "items"),
        (r#"{"items": []}"#.to_owned(), "items"),
        (r#"{"itemz": []}"#.to_owned(), "itemz"),
        (r#"{"items": {}}"#.to_owned(), "items"),
        (r#"{"title": 5}"#.to_owned(), "title"),
        (
            r#"{"title": "a", "customerId": "x"}"#.to_owned(),
            "customerId",
        ),
        (r#"{"title": "a", "total": 1}"#.to_owned(), "total"),
        (
            r#"{"title": "a", "status": "COMPLETED"}"#.to_owned(),
            "status",
        ),
        (r#"{"title": "a", "title": "b"}"#.to_owned(), "title"),
        (
            r#"{"title": "a", "estimatedCompletion": "soon"}"#.to_owned(),
            "estimatedCompletion",
        ),
        (line(r#""quantity": null"#), "items[0].quantity"),
        (line(r#""quantity": "2""#), "items[0].quantity"),
        (
            line(r#""quantity": 1, "unitPrice": 1"#),
            "items[0].unitPrice",
        ),
        (json!({"items": many}).to_string(), "items"),
    ];
    for (body, field) in cases {
        let answer = send(&world.customer, Method::POST, "/orders", &body).await;
        findings.names(&format!("POST /orders {}", short(&body)), &answer, field);
    }
    // An order that is refused opens no account.
    let contact = json!({"email": "new@example.com", "firstName": "N", "password": "long enough"});
    for (body, field) in [
        (json!({"title": "x".repeat(201)}), "title"),
        (
            json!({"items": [{"productId": goods, "quantity": 0}]}),
            "items[0].quantity",
        ),
        (json!({}), "items"),
    ] {
        let mut body = body;
        body["contact"] = contact.clone();
        let body = body.to_string();
        let answer = send(&world.anyone, Method::POST, "/orders", &body).await;
        findings.names(&format!("POST /orders {}", short(&body)), &answer, field);
    }
    // A blank address is none, and clears none.
    let blank = json!({"title": "a", "shippingAddress": {"line1": "", "city": "", "country": ""}});
    let blank = blank.to_string();
    let order = format!("/orders/{}", world.order);
    for (method, path) in [(Method::POST, "/orders"), (Method::PATCH, order.as_str())] {
        let answer = send(&world.customer, method, path, &blank).await;
        findings.names(&format!("{path} {blank}"), &answer, "shippingAddress.line1");
    }
    for (path, body, field) in [
        (
            "/auth/register",
            r#"{"email": "x", "password": "long enough", "firstName": "A"}"#,
            "email",
        ),
        (
            "/auth/register",
            r#"{"email": "a@example.com", "password": "short", "firstName": "A"}"#,
            "password",
        ),
        (
            "/auth/register",
            r#"{"email": "a@example.com", "password": "long enough", "firstName": "A", "role": "ADMIN"}"#,
            "role",
        ),
        (
            "/auth/login",
            r#"{"email": ["a"], "password": "x"}"#,
            "email",
        ),
        ("/auth/refresh", r#"{"refreshToken": 5}"#, "refreshToken"),
    ] {
        let answer = send(&world.anyone, Method::POST, path, body).await;
        findings.names(&format!("POST {path} {body}"), &answer, field);
    }
}

pub async fn amounts(world: &World, findings: &mut Findings) {
    let goods = &world.goods;
    for quantity in [
        "0",
        "-1",
        "-9223372036854775808",
        "9223372036854775807",
        "9223372036854775808",
        "1e30",
        "1e400",
        "1.5",
        "1.0",
        "1000001",
        "true",
    ] {
        let body = format!(r#"{{"items": [{{"productId": "{goods}", "quantity": {quantity}}}]}}"#);
        let answer = send(&world.customer, Method::POST, "/orders", &body).await;
        if quantity == "1e400" {
            findings.client_error(&format!("quantity {quantity}"), &answer);
        } else {
            findings.names(
                &format!("quantity {quantity}"),
                &answer,
                "items[0].quantity",
            );
        }
    }
    for (price, field) in [
        (r#"{"amount": -1, "currency": "USD"}"#, "price.amount"),
        (
            r#"{"amount": 9223372036854775807, "currency": "USD"}"#,
            "price.amount",
        ),
        (r#"{"amount": 1e30, "currency": "USD"}"#, "price.amount"),
        (r#"{"amount": 19.99, "currency": "USD"}"#, "price.amount"),
        (r#"{"amount": "1999", "currency": "USD"}"#, "price.amount"),
        (r#"{"amount": 1, "currency": "usd"}"#, "price.currency"),
        (r#"{"amount": 1, "currency": "EUR"}"#, "price.currency"),
        (r#"{"amount": 1}"#, "price.currency"),
        (r#""19.99""#, "price"),
        ("19.999", "price"),
        ("-1", "price"),
    ] {
        let body = format!(r#"{{"name": "Mug", "kind": "SERVICE", "price": {price}}}"#);
        let answer = send(&world.admin, Method::POST, "/products", &body).await;
        findings.names(&format!("price {price}"), &answer, field);
        let body = format!(r#"{{"price": {price}}}"#);
        let path = format!("/products/{goods}");
        let answer = send(&world.admin, Method::PATCH, &path, &body).await;
        findings.names(&format!("new price {price}"), &answer, field);
    }
    let path = format!("/products/{goods}/stock");
    for delta in [
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "1e30",
        "0.5",
        "\"5\"",
    ] {
        let body = format!(r#"{{"delta": {delta}, "reason": "Test"}}"#);
        let answer = send(&world.admin, Method::POST, &path, &body).await;
        findings.names(&format!("delta {delta}"), &answer, "delta");
    }
    // Five are in stock, one of them reserved.
    let body = r#"{"delta": -5, "reason": "Test"}"#;
    let answer = send(&world.admin, Method::POST, &path, body).await;
    if answer.status != 409 && answer.status != 422 {
        findings.add("more removed than available", &answer);
    }
    findings.client_error("more removed than available", &answer);
    too_much(world, findings).await;
}

/// A million of the most expensive service overflows the maximum total.
async fn too_much(world: &World, findings: &mut Findings) {
    let line = json!({"productId": world.dear, "quantity": 1_000_000});
    for lines in [vec![line.clone()], vec![line; 20]] {
        let body = json!({"items": lines}).to_string();
        let answer = send(&world.customer, Method::POST, "/orders", &body).await;
        findings.refused("an overflowing sum", &answer, 422, "VALIDATION_ERROR");
    }
}

pub async fn text(world: &World, findings: &mut Findings) {
    let long = |letters: usize| "ä".repeat(letters);
    let messages = format!("/orders/{}/chat/messages", world.order);
    let admin = &world.admin;
    let customer = &world.customer;
    let cases: [(&Api, &str, serde_json::Value, &str); 8] = [
        (customer, "/orders", json!({"title": long(201)}), "title"),
        (
            customer,
            "/orders",
            json!({"description": long(10_001)}),
            "description",
        ),
        (customer, &messages, json!({"body": long(4_001)}), "body"),
        (customer, &messages, json!({"body": " \n\t "}), "body"),
        (
            customer,
            &messages,
            json!({"body": "x", "clientId": long(65)}),
            "clientId",
        ),
        (
            admin,
            "/products",
            json!({"name": long(201), "kind": "SERVICE", "price": {"amount": 1, "currency": "USD"}}),
            "name",
        ),
        (
            admin,
            "/products",
            json!({"name": " ", "kind": "SERVICE", "price": {"amount": 1, "currency": "USD"}}),
            "name",
        ),
        (
            admin,
            "/products",
            json!({"name": "A", "kind": "SERVICE", "sku": long(65), "price": {"amount": 1, "currency": "USD"}}),
            "sku",
        ),
    ];
    for (caller, path, body, field) in cases {
        let body = body.to_string();
        let answer = send(caller, Method::POST, path, &body).await;
        findings.names(&format!("POST {path} {}", short(&body)), &answer, field);
    }
    // PostgreSQL cannot keep NUL.
    for (path, body) in [
        ("/orders", r#"{"title": "a\u0000b"}"#),
        (messages.as_str(), r#"{"body": "a\u0000b"}"#),
        (messages.as_str(), r#"{"body": "a", "clientId": "\u0000"}"#),
    ] {
        let answer = send(customer, Method::POST, path, body).await;
        findings.refused(&format!("NUL in {path}"), &answer, 422, "VALIDATION_ERROR");
    }
    // Half of a surrogate pair is not valid text.
    let answer = send(customer, Method::POST, &messages, r#"{"body": "\ud800"}"#).await;
    findings.client_error("half a surrogate pair", &answer);
    // Control characters in names, which would get into mails and log lines.
    for name in ["a\r\nBcc: x@example.com", "\u{7}", "\u{1b}[31mred"] {
        let body = json!({"firstName": name}).to_string();
        let answer = send(customer, Method::PUT, "/users/profile", &body).await;
        findings.refused(&format!("name {name:?}"), &answer, 422, "VALIDATION_ERROR");
    }
}

pub async fn kinds_and_sizes(world: &World, findings: &mut Findings) {
    let body = || Some(br#"{"title": "A logo"}"#.to_vec());
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "",
    ] {
        let headers = [("content-type", kind)];
        let sent = world
            .customer
            .raw(Method::POST, "/api/v1/orders", &headers, body())
            .await;
        findings.refused(
            &format!("content type {kind:?}"),
            &sent.unwrap(),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        );
    }
    let none = world
        .customer
        .raw(Method::POST, "/api/v1/orders", &[], body())
        .await;
    findings.refused(
        "no content type",
        &none.unwrap(),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    );
    let large = json!({"title": "x".repeat(1_100_000)}).to_string();
    let too_large = send(&world.customer, Method::POST, "/orders", &large).await;
    findings.refused("1.1 MB", &too_large, 413, "PAYLOAD_TOO_LARGE");
    // Before anything is asked about the caller.
    let stranger = send(&world.anyone, Method::POST, "/products", &large).await;
    findings.refused("1.1 MB from nobody", &stranger, 413, "PAYLOAD_TOO_LARGE");
    // An unread body closes the connection; announced in time, clients do not send the next request on it.
    for answer in [too_large, stranger] {
        if answer
            .headers
            .get("connection")
            .is_none_or(|value| value != "close")
        {
            findings.add("an unread body without `Connection: close`", &answer);
        }
    }
}

pub async fn foreign_ids(world: &World, findings: &mut Findings) {
    let profile = world.customer.get("/users/profile").await.expect(200);
    let user = profile["id"].as_str().unwrap();
    for id in [
        NOBODY,
        user,
        &world.order,
        "00000000-0000-0000-0000-000000000000",
    ] {
        let body = json!({"items": [{"productId": id, "quantity": 1}]}).to_string();
        let answer = send(&world.customer, Method::POST, "/orders", &body).await;
        findings.names(&format!("product {id}"), &answer, "items[0].productId");
    }
    for id in ["42", "", "mug", "' OR 1=1 --", "../../etc/passwd"] {
        let body = json!({"items": [{"productId": id, "quantity": 1}]}).to_string();
        let answer = send(&world.customer, Method::POST, "/orders", &body).await;
        findings.names(&format!("product {id:?}"), &answer, "items[0].productId");
    }
    let read = format!("/orders/{}/chat/read", world.order);
    for id in [NOBODY, &world.order, "x"] {
        let body = json!({"upTo": id}).to_string();
        let answer = send(&world.customer, Method::POST, &read, &body).await;
        findings.names(&format!("message {id}"), &answer, "upTo");
    }
}
