//! Paths, methods, queries, and malformed HTTP requests.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::World;
use crate::support::Findings;

pub async fn queries(world: &World, findings: &mut Findings) {
    let messages = format!("/orders/{}/chat/messages", world.order);
    let payments = format!("/orders/{}/payments", world.order);
    let requests = format!("/orders/{}/change-requests", world.order);
    let lists = [
        "/products",
        "/orders",
        "/orders/available",
        "/notifications",
        "/chat/conversations",
        "/admin/users",
        "/admin/payments",
        "/admin/ledger",
        "/admin/change-requests",
        &messages,
        &payments,
        &requests,
    ];
    // A cursor of another list: well-formed, but invalid here.
    let page = world.admin.get("/products?limit=1&sort=PRICE").await;
    let foreign = page.body["nextCursor"].as_str().unwrap_or("e30").to_owned();
    let foreign = format!("cursor={foreign}");
    let long = format!("cursor={}", "A".repeat(1_025));
    for list in lists {
        for (query, parameter) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("limit=4294967297", "limit"),
            ("limit", "limit"),
            ("total=maybe", "total"),
            ("cursor=nonsense", "cursor"),
            ("cursor=bnVsbA", "cursor"),
            ("cursor=W10", "cursor"),
            (long.as_str(), "cursor"),
            ("limitt=5", "limitt"),
            ("limit=1&limit=2", "limit"),
        ] {
            let answer = world.admin.get(&format!("{list}?{query}")).await;
            findings.names(&format!("{list}?{query}"), &answer, parameter);
        }
        if list != "/products" {
            let answer = world.admin.get(&format!("{list}?{foreign}")).await;
            if answer.status >= 500 {
                findings.add(&format!("{list} with a cursor of /products"), &answer);
            }
        }
        let answer = world.admin.get(&format!("{list}?cursor=%00")).await;
        findings.client_error(&format!("{list}?cursor=%00"), &answer);
        let answer = world.admin.get(&format!("{list}?cursor=%ff")).await;
        findings.client_error(&format!("{list}?cursor=%ff"), &answer);
    }
    for (path, parameter) in [
        ("/orders?sort=nonsense", "sort"),
        ("/orders?status=DONE", "status"),
        ("/orders?customerId=x", "customerId"),
        ("/orders?from=yesterday", "from"),
        ("/orders?minTotal=1e30", "minTotal"),
        ("/orders?minTotal=-1", "minTotal"),
        ("/orders?minTotal=2&maxTotal=1", "minTotal"),
        ("/orders?from=2026-11-22&to=2026-11-21", "from"),
        (
            "/orders?from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:00Z",
            "from",
        ),
        ("/admin/orders/export?minTotal=2&maxTotal=1", "minTotal"),
        ("/orders/available?minTotal=2&maxTotal=1", "minTotal"),
        ("/products?minPrice=-1", "minPrice"),
        ("/products?minPrice=2&maxPrice=1", "minPrice"),
        ("/admin/products/export?minPrice=2&maxPrice=1", "minPrice"),
        ("/auth/email-status?email=ada", "email"),
        ("/products?sort=nonsense", "sort"),
        ("/products?inStock=perhaps", "inStock"),
        ("/products?minPrice=9223372036854775808", "minPrice"),
        ("/admin/users?role=ROOT", "role"),
        ("/admin/payments?state=LOST", "state"),
    ] {
        let answer = world.admin.get(path).await;
        findings.names(path, &answer, parameter);
    }
    // Any text may be searched for; none is interpreted by the database.
    for q in [
        "%25",
        "_",
        "'; DROP TABLE products; --",
        "\\",
        "%F0%9F%90%99",
        "*",
    ] {
        let answer = world.admin.get(&format!("/products?q={q}")).await;
        if answer.status != 200 {
            findings.add(&format!("search for {q}"), &answer);
        }
    }
}

pub async fn ids(world: &World, findings: &mut Findings) {
    let long = "a".repeat(5_000);
    for id in [
        "42",
        "not-a-uuid",
        "00000000-0000-0000-0000-000000000000",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "%00",
        "%ff",
        "%2e%2e",
        "..%2f..%2fadmin",
        "%27%20OR%201=1",
        &long,
    ] {
        for (method, path) in [
            (Method::GET, format!("/products/{id}")),
            (Method::PATCH, format!("/products/{id}")),
            (Method::POST, format!("/products/{id}/stock")),
            (Method::GET, format!("/orders/{id}")),
            (Method::GET, format!("/orders/{id}/history")),
            (Method::GET, format!("/orders/{id}/payments")),
            (Method::POST, format!("/orders/{id}/payments")),
            (Method::POST, format!("/orders/{id}/cancel")),
            (Method::PATCH, format!("/orders/{id}/status")),
            (Method::GET, format!("/orders/{id}/chat/messages")),
            (Method::POST, format!("/orders/{id}/chat/messages")),
            (Method::GET, format!("/orders/{id}/change-requests")),
            (Method::GET, format!("/payments/{id}")),
            (Method::POST, format!("/sandbox/checkout/{id}")),
            (Method::DELETE, format!("/notifications/{id}")),
            (Method::PATCH, format!("/admin/users/{id}/role")),
            (Method::POST, format!("/admin/change-requests/{id}/approve")),
        ] {
            let body = body_for(&method, &path);
            let what = format!("{method} {}", &path[..path.len().min(70)]);
            let answer = world.admin.send(method, &path, body.as_ref(), &[]).await;
            findings.refused(&what, &answer.unwrap(), 404, "NOT_FOUND");
        }
    }
}

/// A body that the route accepts, so that only the id is wrong.
fn body_for(method: &Method, path: &str) -> Option<serde_json::Value> {
    let ends = |end: &str| path.ends_with(end);
    let body = match method.as_str() {
        "GET" | "DELETE" => return None,
        _ if ends("/stock") => json!({"delta": 1, "reason": "Test"}),
        _ if ends("/payments") => json!({"provider": "SANDBOX"}),
        _ if ends("/status") => json!({"status": "ON_HOLD"}),
        _ if ends("/messages") => json!({"body": "Hello"}),
        _ if ends("/role") => json!({"role": "STAFF"}),
        _ if path.starts_with("/sandbox") => json!({"outcome": "SUCCEED"}),
        _ if path.starts_with("/products") => json!({"name": "New"}),
        _ => json!({}),
    };
    Some(body)
}

pub async fn methods(world: &World, findings: &mut Findings) {
    for path in [
        "/nothing",
        "/api/v2/products",
        "/api/v1",
        "/api/v1/admin",
        "/api/v1/products/x/y/z",
        "/.env",
        "/.git/config",
        "/socket.iox",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let sent = world.admin.raw(method, path, &[], None).await;
            findings.refused(path, &sent.unwrap(), 404, "NOT_FOUND");
        }
    }
    let order = format!("/api/v1/orders/{}", world.order);
    for (method, path, allowed) in [
        (Method::DELETE, "/api/v1/products", "GET"),
        (Method::PUT, "/api/v1/orders", "POST"),
        (Method::DELETE, order.as_str(), "GET"),
        (Method::GET, "/api/v1/auth/login", "POST"),
        (Method::TRACE, "/api/v1/products", "GET"),
        (Method::POST, "/healthz", "GET"),
        (
            Method::from_bytes(b"BREW").unwrap(),
            "/api/v1/products",
            "GET",
        ),
    ] {
        let what = format!("{method} {path}");
        let sent = world.admin.raw(method, path, &[], None).await;
        let answer = sent.unwrap();
        findings.refused(&what, &answer, 405, "METHOD_NOT_ALLOWED");
        let allow = answer.headers.get("allow").map(|a| a.to_str().unwrap());
        if !allow.is_some_and(|allow| allow.contains(allowed)) {
            findings.add(&format!("{what}: Allow is {allow:?}"), &answer);
        }
    }
}

/// Spellings of a path that might bypass a check, and malformed HTTP requests.
pub async fn tricks(world: &World, findings: &mut Findings) {
    let mut problems = Vec::new();
    for path in [
        "/api/v1/products/../admin/users",
        "/api/v1/./admin/users",
        "//api/v1/admin/users",
        "/api/v1//admin/users",
        "/api/v1/admin%2fusers",
        "/api/v1/%61dmin/users",
        "/api/v1/admin/users/",
        "/api/v1/admin/users;x=1",
        "/api/v1/admin/users%00",
        "/API/V1/ADMIN/USERS",
        "/api/v1/products%2f..%2fadmin%2fusers",
        "http://elsewhere/api/v1/admin/users",
    ] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = barely(world, head.as_bytes()).await;
        let status = status_of(&answer);
        if !matches!(status, 400 | 401 | 404) || !answer.contains("\"success\":false") {
            problems.push(format!("{path}: {answer}"));
        }
    }
    let long = format!(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n",
        "a".repeat(600_000)
    );
    let lines: Vec<String> = (0..500).map(|n| format!("X-{n}: a\r\n")).collect();
    let many = lines.concat();
    let many = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    let path = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a".repeat(600_000)
    );
    let smuggled = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
        Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n";
    let lengths = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n{}{}{}";
    for request in [
        "GARBAGE\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nBad Header\r\n\r\n",
        smuggled,
        lengths,
        &long,
        &many,
        &path,
    ] {
        let answer = barely(world, request.as_bytes()).await;
        // Refused by an answer, or the connection is closed without one.
        if !answer.is_empty() && !(400..500).contains(&status_of(&answer)) {
            problems.push(format!("{}: {answer}", &request[..request.len().min(60)]));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let alive = world.anyone.get("/products").await;
    if alive.status != 200 {
        findings.add("after all this", &alive);
    }
}

/// Sends these bytes on a new connection and reads the answer.
async fn barely(world: &World, request: &[u8]) -> String {
    let address = world.platform.base.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read everything.
    let _ = connection.write_all(request).await;
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(30), connection.read_to_end(&mut answer));
    let _ = read.await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn status_of(answer: &str) -> u16 {
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.unwrap_or(0)
}
