//! The bounds of bodies in the OpenAPI document: the service that owns a value refuses values beyond them and names the field.

use reqwest::Method;
use serde_json::{Value, json};

use super::{World, send, short};
use crate::support::Findings;

/// An unknown id, as in the examples.
const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

pub async fn of_bodies(world: &World, findings: &mut Findings) {
    let document = world.anyone.raw(Method::GET, "/openapi.json", &[], None);
    let document = document.await.unwrap().body;
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else {
            continue;
        };
        for (method, operation) in item.as_object().unwrap() {
            let content = &operation["requestBody"]["content"]["application/json"];
            let Some(schema) = resolved(&document, &content["schema"]) else {
                continue;
            };
            // It has no resource; its fields are those of a new one.
            if path.ends_with("/shipments/{shipmentId}") {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = with_ids(world, path);
            for (field, body) in beyond(&document, schema, &schema["example"]) {
                let caller = match path.as_str() {
                    path if path.ends_with("/claim") => &world.staff,
                    "/orders" if field.starts_with("contact.") => &world.anyone,
                    path if path.ends_with("/change-requests") => &world.customer,
                    _ if operation["tags"] == json!(["auth"]) => &world.anyone,
                    _ => &world.admin,
                };
                // Only existing resources and allowed requests.
                let body = body
                    .to_string()
                    .replace("01890a5d-ac96-774b-bcce-b302099a8058", &world.staff_id)
                    .replace("COMPLETION", "CANCELLATION");
                let body = if path.ends_with("/shipments") {
                    body.replace(NOBODY, &world.goods)
                } else {
                    body
                };
                let answer = send(caller, method.clone(), &path, &body).await;
                let what = format!("{method} {path} {}", short(&body));
                findings.names(&what, &answer, &field);
                checked += 1;
            }
        }
    }
    assert!(checked > 80, "only {checked} bounds were found");
}

/// The path with ids of existing resources, as far as the world has them.
fn with_ids(world: &World, path: &str) -> String {
    let path = path.replace("/orders/{id}", &format!("/orders/{}", world.order));
    let path = path.replace("/products/{id}", &format!("/products/{}", world.goods));
    let path = path.replace("{productId}", &world.goods);
    let path = path.replace(
        "/categories/{id}",
        &format!("/categories/{}", world.category),
    );
    let path = path.replace("/workers/{id}", &format!("/workers/{}", world.staff_id));
    let parts = path.split(['{', '}']).enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 1 { NOBODY } else { part });
    parts.collect()
}

/// A schema, or the one that it refers to; none if it is null.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    if let Some(name) = schema["$ref"].as_str() {
        return document.pointer(name.trim_start_matches('#'));
    }
    if let Some(one) = schema["oneOf"].as_array() {
        return one.iter().find_map(|schema| {
            let schema = resolved(document, schema)?;
            (schema["type"] != "null").then_some(schema)
        });
    }
    schema.is_object().then_some(schema)
}

/// The example of a schema with one field beyond each bound of each, and the name of that field.
fn beyond(document: &Value, schema: &Value, example: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["readOnly"] == json!(true) {
            continue;
        }
        let Some(property) = resolved(document, property) else {
            continue;
        };
        let part = if property["example"].is_object() {
            &property["example"]
        } else {
            &example[name]
        };
        let within = beyond(document, property, part);
        let within = within
            .into_iter()
            .map(|(field, value)| (format!("{name}.{field}"), value));
        let item = resolved(document, &property["items"]);
        let item_example = item.map_or(Value::Null, |item| {
            if item["format"] == "uuid" {
                json!(NOBODY)
            } else if item["example"].is_object() {
                item["example"].clone()
            } else {
                simplest(item)
            }
        });
        let items = item.map(|item| beyond(document, item, &item_example));
        let items = items.into_iter().flatten();
        let items = items.map(|(field, value)| (format!("{name}[0].{field}"), json!([value])));
        let own = values_beyond(property, &item_example).into_iter();
        let own = own.map(|value| (name.clone(), value));
        for (field, value) in own.chain(within).chain(items) {
            let mut body = example.clone();
            body[name] = value;
            found.push((field, body));
        }
    }
    found
}

/// An object with the simplest valid value of each plain property of a schema; its strings are ids.
fn simplest(schema: &Value) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let plain = properties.filter_map(|(name, property)| {
        let value = match property["type"].as_str()? {
            "integer" => json!(property["minimum"].as_i64().unwrap_or(0)),
            "boolean" => json!(false),
            "string" => json!(NOBODY),
            _ => return None,
        };
        Some((name.clone(), value))
    });
    Value::Object(plain.collect())
}

/// Values beyond each bound of a property.
fn values_beyond(property: &Value, item: &Value) -> Vec<Value> {
    let bound = |name: &str| property[name].as_i64();
    let length = |name: &str| bound(name).and_then(|length| usize::try_from(length).ok());
    let mut values = Vec::new();
    if let Some(most) = length("maxLength") {
        let text = "x".repeat(most + 1);
        let email = property["format"] == "email";
        values.push(
            if email {
                format!("{text}@example.com")
            } else {
                text
            }
            .into(),
        );
    }
    if length("minLength").is_some_and(|least| least > 0) {
        values.push(json!(" "));
    }
    if property["pattern"].is_string() {
        values.push(json!("x!"));
    }
    if let Some(most) = bound("maximum") {
        values.push(json!(most + 1));
    }
    // Where null clears a number, -1 does so, too.
    let nullable = property["type"]
        .as_array()
        .is_some_and(|types| types.len() > 1);
    if let Some(least) = bound("minimum") {
        values.push(json!(if least == 0 && nullable {
            -2
        } else {
            least - 1
        }));
    }
    if let Some(most) = length("maxItems") {
        // Repeated items may count once.
        let items = (0..=most).map(|at| match item {
            Value::String(_) => json!(uuid::Uuid::from_u128(at as u128 + 1)),
            _ => item.clone(),
        });
        values.push(items.collect::<Vec<_>>().into());
    }
    if length("minItems").is_some_and(|least| least > 0) {
        values.push(json!([]));
    }
    values
}
