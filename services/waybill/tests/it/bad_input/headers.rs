//! Versions, idempotency keys, request ids.

use reqwest::Method;
use serde_json::json;

use super::{World, send, send_with};
use crate::support::Findings;

pub async fn versions(world: &World, findings: &mut Findings) {
    let (admin, customer) = (&world.admin, &world.customer);
    let product = format!("/products/{}", world.goods);
    let order = format!("/orders/{}", world.order);
    let profile = customer.get("/users/profile").await.expect(200);
    let role = format!("/admin/users/{}/role", profile["id"].as_str().unwrap());
    let cases = [
        (
            admin,
            Method::PATCH,
            product.clone(),
            json!({"name": "New"}),
        ),
        (admin, Method::DELETE, product.clone(), json!({})),
        (
            admin,
            Method::PUT,
            product.clone(),
            json!({"name": "New", "price": {"amount": 1, "currency": "USD"}}),
        ),
        (
            admin,
            Method::PATCH,
            format!("{order}/status"),
            json!({"status": "ON_HOLD"}),
        ),
        (customer, Method::POST, format!("{order}/cancel"), json!({})),
        (
            customer,
            Method::DELETE,
            format!("{order}/cancel"),
            json!({}),
        ),
        (
            customer,
            Method::PUT,
            "/users/profile".to_owned(),
            json!({"firstName": "New"}),
        ),
        (admin, Method::PATCH, role, json!({"role": "STAFF"})),
    ];
    for (caller, method, path, body) in cases {
        let what = format!("{method} {path}");
        let mut with_field = body.clone();
        with_field["version"] = json!(4_711);
        let by_field = send(caller, method.clone(), &path, &with_field.to_string()).await;
        findings.refused(
            &format!("{what}, field"),
            &by_field,
            409,
            "VERSION_CONFLICT",
        );
        for tag in ["\"4711\"", "4711"] {
            let tag = [("if-match", tag)];
            let by_header = send_with(caller, method.clone(), &path, &body.to_string(), &tag).await;
            findings.refused(
                &format!("{what}, {tag:?}"),
                &by_header,
                409,
                "VERSION_CONFLICT",
            );
        }
        for tag in [
            "three",
            "\"x\"",
            "W/1",
            "-1",
            "\"1\", \"2\"",
            "99999999999999999999",
            "",
        ] {
            let header = [("if-match", tag)];
            let answer = send_with(caller, method.clone(), &path, &body.to_string(), &header).await;
            findings.refused(
                &format!("{what}, If-Match {tag}"),
                &answer,
                400,
                "MALFORMED",
            );
        }
        for version in [json!(-1), json!("1"), json!(1.5)] {
            let mut body = body.clone();
            body["version"] = version.clone();
            let answer = send(caller, method.clone(), &path, &body.to_string()).await;
            findings.names(&format!("{what}, version {version}"), &answer, "version");
        }
    }
}

pub async fn idempotency_keys(world: &World, findings: &mut Findings) {
    let payments = format!("/orders/{}/payments", world.order);
    let first_order = json!({"items": [{"productId": world.goods, "quantity": 2}], "title": "One"});
    for (path, other) in [
        ("/orders", first_order),
        (
            payments.as_str(),
            json!({"provider": "SANDBOX", "successUrl": "https://shop.example/done"}),
        ),
    ] {
        let other = other.to_string();
        let reused = [("idempotency-key", "taken")];
        let answer = send_with(&world.customer, Method::POST, path, &other, &reused).await;
        findings.refused(
            &format!("another body for the key, {path}"),
            &answer,
            422,
            "IDEMPOTENCY_KEY_REUSED",
        );
        let long = "k".repeat(256);
        for key in ["", " ", "a b", "schlüssel", long.as_str()] {
            let header = [("idempotency-key", key)];
            let answer = send_with(&world.customer, Method::POST, path, &other, &header).await;
            findings.names(&format!("key {key:?}, {path}"), &answer, "Idempotency-Key");
        }
    }
}

pub async fn request_ids(world: &World, findings: &mut Findings) {
    let long = "r".repeat(129);
    for (given, taken_over) in [
        ("client-4711.a_b", true),
        (long.as_str(), false),
        ("a b", false),
        ("<script>", false),
        ("", false),
    ] {
        let header = [("x-request-id", given)];
        let path = "/api/v1/nothing";
        let sent = world.anyone.raw(Method::GET, path, &header, None).await;
        let answer = sent.unwrap();
        // Also checks that the body has the id of the header.
        findings.refused(&format!("request id {given:?}"), &answer, 404, "NOT_FOUND");
        let id = answer.headers["x-request-id"].to_str().unwrap();
        if (id == given) != taken_over || id.is_empty() {
            findings.add(&format!("request id {given:?} became {id:?}"), &answer);
        }
    }
}
