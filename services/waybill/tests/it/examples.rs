//! The examples of the API documentation work when they are tried on a platform with demo data.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};
use waybill::demo::{ADMIN, PASSWORD};
use waybill_testkit::{Api, Platform, Shape};

use crate::support::bin;

/// The document as Swagger UI loads it.
async fn document(api: &Api) -> Value {
    let sent = api.raw(Method::GET, "/openapi.json", &[], None).await;
    sent.unwrap().expect(200)
}

/// The example of a body.
fn example(document: &Value, path: &str) -> Value {
    let content = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
    let mut schema = &content["schema"];
    if let Some(one_of) = schema["oneOf"].as_array() {
        schema = one_of
            .iter()
            .find(|it| it["$ref"].is_string())
            .expect("a schema");
    }
    let pointer = schema["$ref"].as_str().expect("a named schema");
    let schema = document
        .pointer(pointer.trim_start_matches('#'))
        .expect(pointer);
    schema["example"].clone()
}

#[tokio::test]
async fn examples_work_when_they_are_tried_in_the_demo_embedded() {
    let settings = [("WAYBILL_ADMIN_PASSWORD", PASSWORD), ("WAYBILL_DEMO", "on")];
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &settings).await else {
        return;
    };
    let anyone = platform.api();
    let shown = document(&anyone).await;
    let mut callers = HashMap::new();
    for path in ["/api/v1/auth/login", "/api/users/login"] {
        let body = &shown["paths"][path]["post"]["requestBody"]["content"]["application/json"];
        let examples = body["examples"].as_object().expect("one for each account");
        assert!(examples.len() >= 4, "{examples:?}");
        for example in examples.values() {
            let session = anyone
                .post(path, example["value"].clone())
                .await
                .expect(200);
            let token = session["accessToken"].as_str().expect("a token");
            let role = session["user"]["role"].as_str().expect("a role").to_owned();
            callers.insert(role, anyone.with_token(token));
        }
    }
    let (admin, staff, customer) = (&callers["ADMIN"], &callers["STAFF"], &callers["CUSTOMER"]);
    assert!(ADMIN.email.starts_with("admin@"));
    // Each twice: an example can be tried again.
    for _ in 0..2 {
        let shown = document(&anyone).await;
        for path in ["/api/v1/products", "/api/products/"] {
            admin.post(path, example(&shown, path)).await.expect(201);
        }
        for path in ["/api/v1/orders", "/api/orders/"] {
            customer.post(path, example(&shown, path)).await.expect(201);
        }
        let register = example(&shown, "/api/v1/auth/register");
        let known = anyone.post("/auth/register", register).await;
        assert!(matches!(known.status, 201 | 409), "{known:?}");
    }

    // The pool of the demo is small: one order each.
    let shown = document(&anyone).await;
    let path = "/api/v1/orders/{id}/claim";
    let parameters = shown["paths"][path]["post"]["parameters"].as_array();
    let mut parameters = parameters.expect("the id").iter();
    let id = parameters.find(|it| it["name"] == "id").expect("the id");
    let id = id["example"].as_str().expect("an order in the pool");
    let claimed = staff
        .post(&path.replace("{id}", id), json!({}))
        .await
        .expect(200);
    assert_eq!(claimed["status"], "IN_PROGRESS");
    let path = "/api/v1/orders/claim";
    let shown = document(&anyone).await;
    let several = staff.post(path, example(&shown, path)).await.expect(200);
    assert_eq!(
        several["results"][0]["order"]["status"], "IN_PROGRESS",
        "{several:#}"
    );
}
