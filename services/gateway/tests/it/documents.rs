//! OpenAPI: checked in, complete, and true.

use std::{collections::HashSet, fs, path::Path};

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use waybill_primitives::Role;

use crate::support::{Gateway, bearer, request};

/// Paths that are not in OpenAPI: pages, files, the documents themselves, other spellings.
const NOT_DESCRIBED: [&str; 20] = [
    "/",
    "/assets/waybill.css",
    "/mailbox",
    "/mailbox/{id}",
    "/mailbox/{id}/html",
    "/openapi.json",
    "/asyncapi.json",
    "/api-docs",
    "/api-docs/",
    "/api-docs/{*rest}",
    "/api-docs/live",
    "/assets/icon.svg",
    "/favicon.ico",
    "/api/products",
    "/api/orders",
    "/api/v1/orders/admin",
    "/api/v1/users/register",
    "/api/v1/users/login",
    "/socket.io/",
    "/{*__private__axum_fallback}",
];

#[test]
fn the_checked_in_document_is_current() {
    let document = waybill_gateway::openapi_document().unwrap();
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("UPDATE_SNAPSHOT").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "openapi.json is stale; run the tests once with UPDATE_SNAPSHOT=1 and look at the difference"
    );
}

#[test]
fn operations_are_named_tagged_and_described() {
    let document = waybill_gateway::openapi_document().unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = HashSet::new();
    let tags = document["tags"].as_array().unwrap().iter();
    let tags: Vec<_> = tags.filter_map(|tag| tag["name"].as_str()).collect();
    for (path, method, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{name} twice");
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{name}"
        );
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(tags.contains(&tag), "{tag} is not declared");
        if path.starts_with("/api/") {
            assert!(
                operation["responses"].get("429").is_some(),
                "{method} {path}"
            );
        }
        // A single empty requirement: the operation is public.
        let ways = operation["security"].as_array();
        if ways.is_none_or(|ways| ways.len() > 1) {
            assert!(
                operation["responses"].get("401").is_some(),
                "{method} {path}"
            );
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{pointer} does not resolve"
        );
    }
}

#[test]
fn delete_answers_204_and_lists_tell_their_order() {
    let document = waybill_gateway::openapi_document().unwrap();
    let mut lists = 0;
    for (path, method, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        let done: Vec<_> = responses
            .keys()
            .filter(|status| status.starts_with('2'))
            .collect();
        if method == Method::DELETE {
            assert_eq!(done, ["204"], "{method} {path}");
        }
        let schema = &responses.get("200").unwrap_or(&Value::Null)["content"]["application/json"]["schema"]
            ["$ref"];
        if schema.as_str().is_some_and(|name| name.contains("/Page_")) {
            lists += 1;
            let text =
                ["summary", "description"].map(|part| operation[part].as_str().unwrap_or_default());
            let text = text.concat();
            let told = [
                "newest first",
                "oldest first",
                "latest first",
                "longest waiting first",
                "by position and name",
                "by name",
            ];
            assert!(
                told.iter().any(|order| text.contains(order)),
                "{method} {path}: in which order?"
            );
        }
    }
    assert!(lists > 15, "{lists} lists");
}

fn operations(document: &Value) -> Vec<(String, Method, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            all.push((path.clone(), method, operation.clone()));
        }
    }
    all
}

/// Each example matches its schema and is accepted by its handler: errors are about something else.
#[tokio::test]
async fn every_body_has_an_example_that_works() {
    let gateway = Gateway::start().await;
    let document = waybill_gateway::openapi_document().unwrap();
    for (path, method, operation) in operations(&document) {
        let content = &operation["requestBody"]["content"]["application/json"];
        let Some(reference) = content["schema"]["$ref"].as_str() else {
            assert!(content.is_null(), "{method} {path}: {content}");
            continue;
        };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        let example = schema
            .get("example")
            .unwrap_or_else(|| panic!("{reference} has no example"));
        let schema = json!({"$ref": reference, "components": document["components"]});
        jsonschema::validate(&schema, example)
            .unwrap_or_else(|error| panic!("{reference}: {error}"));
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let url: Vec<_> = path
            .split('/')
            .map(|part| if part.starts_with('{') { id } else { part })
            .collect();
        let mut taken = false;
        for role in Role::ALL {
            let call = request(method.clone(), &url.join("/"))
                .header("authorization", bearer(role))
                .header("content-type", "application/json");
            let answer = gateway
                .call(call.body(Body::from(example.to_string())).unwrap())
                .await;
            let status = answer.status.as_u16();
            assert!(
                !matches!(status, 400 | 413 | 415 | 422),
                "{method} {path}: {answer:?}"
            );
            taken |= !matches!(status, 401 | 403);
        }
        assert!(taken, "{method} {path} is accepted from no role");
    }
}

#[tokio::test]
async fn every_described_operation_is_served() {
    let gateway = Gateway::start().await;
    let document = waybill_gateway::openapi_document().unwrap();
    for (path, method, _) in operations(&document) {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let url = ["{id}", "{paymentId}", "{productId}"]
            .iter()
            .fold(path.clone(), |path, name| path.replace(name, id));
        let answer = gateway
            .call(request(method.clone(), &url).body(Body::empty()).unwrap())
            .await;
        assert!(
            !matches!(answer.status.as_u16(), 404 | 405),
            "{method} {path}: {answer:?}"
        );
    }
}

/// Permission is checked before anything else, so an empty request shows which roles a route denies.
#[tokio::test]
async fn every_denial_is_described() {
    let gateway = Gateway::start().await;
    let document = waybill_gateway::openapi_document().unwrap();
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let callers = [None, Some(Role::Customer), Some(Role::Staff)];
    let mut denials = 0;
    for (path, method, operation) in operations(&document) {
        let url: Vec<_> = path
            .split('/')
            .map(|part| if part.starts_with('{') { id } else { part })
            .collect();
        for role in callers {
            let mut call = request(method.clone(), &url.join("/"));
            if let Some(role) = role {
                call = call.header("authorization", bearer(role));
            }
            let answer = gateway.call(call.body(Body::empty()).unwrap()).await;
            let status = answer.status.as_u16();
            if matches!(status, 401 | 403) {
                denials += 1;
            }
            assert!(
                operation["responses"].get(status.to_string()).is_some(),
                "{method} {path} answers {status}, which is not described"
            );
        }
    }
    assert!(
        denials > 100,
        "{denials} denials: is permission still checked first?"
    );
    // Denied by the services: to guests, and with an invalid link.
    for (path, method) in [
        ("/api/v1/users/profile", "get"),
        ("/api/v1/media/{id}", "get"),
        ("/api/v1/media/{id}/thumbnail", "get"),
        ("/api/v1/products", "get"),
    ] {
        let responses = &document["paths"][path][method]["responses"];
        assert!(responses.get("403").is_some(), "{method} {path}");
    }
}

#[tokio::test]
async fn every_route_is_described() {
    let gateway = Gateway::start().await;
    let document = waybill_gateway::openapi_document().unwrap();
    let described: HashSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    // Axum shows the paths of a router only in its `Debug` output.
    let debug = format!("{:?}", gateway.router);
    let mut seen = 0;
    for part in debug.split('"') {
        if !part.starts_with('/') {
            continue;
        }
        seen += 1;
        assert!(
            described.contains(part) || NOT_DESCRIBED.contains(&part),
            "{part} is not in OpenAPI; describe it, or list it here with its reason"
        );
    }
    assert!(
        seen >= described.len(),
        "the `Debug` output no longer shows the paths"
    );
}

#[tokio::test]
async fn the_events_are_described_too() {
    let gateway = Gateway::start().await;
    let document = gateway.get("/asyncapi.json").await.json();
    assert_eq!(document["asyncapi"], "3.0.0");
    let channels = document["channels"].as_object().unwrap();
    let subjects = waybill_proto::EVENTS
        .iter()
        .flat_map(|event| event.subjects);
    // One more: the channel of Socket.IO.
    assert_eq!(channels.len(), subjects.count() + 1);
    assert_eq!(
        channels["order_order_placed"]["address"],
        "waybill.order.order.placed"
    );
}
