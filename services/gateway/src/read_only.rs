//! Changes of resources that clients send back as they read them, with their read-only fields. Equal ones are ignored, and so are those
//! that change without an edit (`volatile` in json.proto). Any other is refused, because the client expects a change that does not
//! happen.

use axum::extract::{FromRequest, Request};
use chrono::{DateTime, TimeDelta};
use http::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use waybill_primitives::FieldError;
use waybill_proto::{ECHOES, REPLACEMENTS, json::Version};
use waybill_service_kit::AppError;

use crate::{
    body::{json_bytes, parse},
    error::{ApiError, camel_case},
    input_errors,
};

/// A required JSON body that changes a resource, and its read-only fields. In a PUT, what it leaves out is cleared, or required.
#[derive(Debug)]
pub struct Edited<T>(pub T, pub ReadOnly);

impl<S, T> FromRequest<S> for Edited<T>
where
    S: Send + Sync,
    T: DeserializeOwned + ToSchema,
{
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let replaces = request.method() == Method::PUT;
        let bytes = json_bytes(request, state).await?;
        let body = if replaces {
            completed(&bytes)?
        } else {
            parse(&bytes)?
        };
        Ok(Self(body, ReadOnly::of::<T>(&bytes)))
    }
}

/// The body of a PUT, with what it leaves out.
fn completed<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T, ApiError> {
    let schema = T::name();
    let replacement = REPLACEMENTS.iter().find(|it| it.patch == schema);
    let body = serde_json::from_slice::<Map<String, Value>>(bytes);
    let (Some(replacement), Ok(mut body)) = (replacement, body) else {
        // What is no JSON object is refused.
        return parse(bytes);
    };
    let given: Vec<_> = body.keys().map(|name| camel_case(name)).collect();
    let is_missing = |name: &str| !given.iter().any(|given| given == name);
    let is_null = |name: &str| {
        let mut nulls = body.iter().filter(|(_, value)| value.is_null());
        nulls.any(|(given, _)| camel_case(given) == name)
    };
    // What cannot be empty is not null, either.
    let required = replacement.required.iter();
    let missing: Vec<_> = required
        .filter(|name| is_missing(name) || is_null(name))
        .map(|name| FieldError::new(*name, "is required; PATCH changes single fields"))
        .collect();
    if !missing.is_empty() {
        let all = [input_errors::of_body::<T>(&Value::Object(body)), missing].concat();
        return Err(AppError::invalid(all).into());
    }
    // Parsed as it was sent, so that duplicate names are found.
    parse::<T>(bytes)?;
    for (name, value) in replacement.defaults {
        if is_missing(name) {
            let value = serde_json::from_str(value).map_err(AppError::internal)?;
            body.insert((*name).to_owned(), value);
        }
    }
    parse(&serde_json::to_vec(&body).map_err(AppError::internal)?)
}

/// Read-only fields of a body, by their paths.
#[derive(Debug, Default)]
pub struct ReadOnly {
    fields: Map<String, Value>,
    /// Fields of the items of lists: the list, the position, and the item.
    items: Vec<(&'static str, usize, Map<String, Value>)>,
}

/// Lists in bodies whose items have read-only fields: the body's schema, the list, and the item's schema. Items are the same if they
/// have the same `productId`.
const LISTS: [(&str, &str, &str); 1] = [("OrderEdit", "items", "EditedLine")];
/// The field that identifies an item.
const ITEM_ID: &str = "productId";

impl ReadOnly {
    fn of<T: ToSchema>(bytes: &[u8]) -> Self {
        let schema = T::name();
        let Ok(body) = serde_json::from_slice::<Map<String, Value>>(bytes) else {
            return Self::default();
        };
        let mut found = Self {
            fields: read_only(&schema, &body),
            items: Vec::new(),
        };
        for (_, list, item) in LISTS.iter().filter(|(of, ..)| *of == schema) {
            let lines = body.get(*list).and_then(Value::as_array);
            for (index, line) in lines.into_iter().flatten().enumerate() {
                let Some(line) = line.as_object() else {
                    continue;
                };
                let mut fields = read_only(item, line);
                if !fields.is_empty() {
                    let id = line.iter().find(|(name, _)| camel_case(name) == ITEM_ID);
                    fields.extend(id.map(|(_, id)| (ITEM_ID.to_owned(), id.clone())));
                    found.items.push((list, index, fields));
                }
            }
        }
        found
    }

    /// Refuses fields that differ from the resource. It is read only if there are any. `version` is the one that the client expects:
    /// if the resource has another, the service answers `VERSION_CONFLICT`.
    pub async fn check<R: Serialize + Version>(
        &self,
        version: Option<i64>,
        current: impl Future<Output = Result<R, ApiError>>,
    ) -> Result<(), ApiError> {
        if self.fields.is_empty() && self.items.is_empty() {
            return Ok(());
        }
        let current = current.await?;
        if version.is_some_and(|version| version != current.version()) {
            return Ok(());
        }
        let current = serde_json::to_value(current).map_err(AppError::internal)?;
        let errors = self.differences(&current);
        if errors.is_empty() {
            return Ok(());
        }
        Err(AppError::invalid(errors).into())
    }

    fn differences(&self, current: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut compare = |path: String, sent: &Value, current: &Value| {
            if same(sent, current) {
                return;
            }
            let is = match current {
                Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                    format!("is {current} and read-only here")
                }
                Value::Null => "is null and read-only here".to_owned(),
                _ => "is read-only here".to_owned(),
            };
            let problem = format!("{is}; leave it out, or send it as it was read");
            errors.push(FieldError::new(path, problem));
        };
        for (name, sent) in &self.fields {
            compare(name.clone(), sent, &current[name]);
        }
        for (list, index, line) in &self.items {
            let known = current[list].as_array().into_iter().flatten();
            let id = line[ITEM_ID].as_str().unwrap_or_default();
            let of_line = known.clone().find(|known| {
                let known = known[ITEM_ID].as_str().unwrap_or_default();
                known.eq_ignore_ascii_case(id)
            });
            for (name, sent) in line.iter().filter(|(name, _)| *name != ITEM_ID) {
                let current = of_line.map_or(&Value::Null, |known| &known[name]);
                compare(format!("{list}[{index}].{name}"), sent, current);
            }
        }
        errors
    }
}

/// The read-only fields of an object with this schema that are compared, named as in OpenAPI.
fn read_only(schema: &str, body: &Map<String, Value>) -> Map<String, Value> {
    let Some(echo) = ECHOES.iter().find(|echo| echo.schema == schema) else {
        return Map::new();
    };
    let named = body.iter().map(|(name, value)| (camel_case(name), value));
    let compared = named.filter(|(name, _)| {
        let name = name.as_str();
        echo.fields.contains(&name) && !echo.volatile.contains(&name)
    });
    compared
        .map(|(name, value)| match value {
            Value::String(text) if echo.choices.contains(&name.as_str()) => {
                (name, text.to_ascii_uppercase().into())
            }
            value => (name, value.clone()),
        })
        .collect()
}

/// Whether a value was sent as it was read. Objects may lack fields, and times may have lost their digits below a millisecond, as
/// JavaScript's do.
fn same(sent: &Value, current: &Value) -> bool {
    match (sent, current) {
        (Value::Object(sent), Value::Object(current)) => sent.iter().all(|(name, sent)| {
            let current = current.get(&camel_case(name));
            same(sent, current.unwrap_or(&Value::Null))
        }),
        (Value::Array(sent), Value::Array(current)) => {
            sent.len() == current.len()
                && sent
                    .iter()
                    .zip(current)
                    .all(|(sent, current)| same(sent, current))
        }
        (Value::String(sent), Value::String(current)) => {
            let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
            match (time(sent), time(current)) {
                (Some(sent), Some(current)) => (sent - current).abs() < TimeDelta::milliseconds(1),
                _ => sent == current,
            }
        }
        _ => sent == current,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use waybill_proto::order::{EditOrderRequest, UpdateCategoryRequest, UpdateProductRequest};

    use super::*;

    #[test]
    fn what_was_read_may_be_sent_back_and_nothing_else() {
        let order = json!({
            "id": "a", "status": "PENDING", "assignee": null, "updatedAt": "2026-11-21T09:30:00.123456Z",
            "completedAt": "2026-11-21T09:30:00.123456Z",
            "customer": {"id": "c", "name": "Ada"}, "total": {"amount": 5, "currency": "USD"},
            "items": [{"productId": "P", "name": "Mug", "quantity": 1, "lineTotal": {"amount": 5}}],
        });
        let differing = |sent: Value| {
            let sent = ReadOnly::of::<EditOrderRequest>(sent.to_string().as_bytes());
            let errors = sent.differences(&order).into_iter();
            errors.map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(differing(order.clone()), [""; 0]);
        for same in [
            json!({"status": "pending", "updated_at": "2026-11-21T09:30:00.123Z", "customer": {"id": "c"}}),
            json!({"title": "New", "items": [{"product_id": "p", "quantity": 3, "lineTotal": {"amount": 9}}]}),
            json!({"updatedAt": "2026-11-21T09:29:00Z"}),
            json!({"completedAt": "2026-11-21T09:30:00.123Z"}),
        ] {
            assert_eq!(differing(same.clone()), [""; 0], "{same}");
        }
        for (other, field) in [
            (json!({"status": "COMPLETED"}), "status"),
            (json!({"assignee": {"id": "w"}}), "assignee"),
            (json!({"total": {"amount": 1}}), "total"),
            (
                json!({"completedAt": "2026-11-21T09:31:00Z"}),
                "completedAt",
            ),
            (json!({"customer": {"name": "ada"}}), "customer"),
            (
                json!({"items": [{"productId": "P", "name": "Cup", "quantity": 1}]}),
                "items[0].name",
            ),
            (
                json!({"items": [{"productId": "Q", "name": "Mug", "quantity": 1}]}),
                "items[0].name",
            ),
        ] {
            assert_eq!(differing(other.clone()), [field], "{other}");
        }
    }

    /// In a shop that sells, these are outdated as soon as they are read.
    #[test]
    fn what_changes_by_itself_is_not_compared() {
        let sent = json!({
            "available": 9, "onHand": 10, "reserved": 1, "updatedAt": "2026-11-21T09:29:00Z", "createdAt": "2026-11-21T09:00:00Z",
        });
        let sent = ReadOnly::of::<UpdateProductRequest>(sent.to_string().as_bytes());
        let product = json!({"available": 2, "onHand": 4, "reserved": 2, "createdAt": "2026-11-21T09:00:00Z"});
        assert_eq!(sent.differences(&product), []);
        let sent = ReadOnly::of::<UpdateCategoryRequest>(br#"{"products": 4, "updatedAt": "x"}"#);
        assert_eq!(sent.differences(&json!({"products": 5})), []);
    }
}
