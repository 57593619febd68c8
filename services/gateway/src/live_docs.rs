//! The guide to live events for frontend developers: `/api-docs/live`, from the table of Socket.IO events and the schemas of their
//! payloads. The same as in the AsyncAPI document, to read.

use std::collections::BTreeMap;

use axum::{Router, extract::State, response::Html, routing::get};
use minijinja::context;
use serde_json::Value;

use crate::{
    app::App,
    error::ApiError,
    sockets::events::{Described, described},
};

pub fn routes() -> Router<App> {
    Router::new().route("/api-docs/live", get(page))
}

async fn page(State(app): State<App>) -> Result<Html<String>, ApiError> {
    app.templates.render("live.html", values()).map(Html)
}

/// The values of the template.
fn values() -> minijinja::Value {
    let (events, schemas) = described();
    let schemas: BTreeMap<_, _> = schemas
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect();
    let (asked, told): (Vec<_>, Vec<_>) = events.iter().partition(|event| event.answer.is_some());
    let event = |event: &&Described| {
        context! {
            name => event.name,
            id => event.name.replace(':', "-"),
            about => event.about,
            payload => event.payload.as_str(),
            fields => schemas.get(&event.payload).map(fields),
            answer => event.answer.as_deref(),
            answer_fields => event.answer.as_ref().and_then(|name| schemas.get(name)).map(fields),
        }
    };
    let schema = |(name, schema): (&String, &Value)| {
        context! {
            name => name,
            about => schema["description"].as_str().unwrap_or_default(),
            fields => fields(schema),
            kind => kind(schema),
        }
    };
    context! {
        told => told.iter().map(event).collect::<Vec<_>>(),
        asked => asked.iter().map(event).collect::<Vec<_>>(),
        schemas => schemas.iter().map(schema).collect::<Vec<_>>(),
    }
}

/// The fields of an object.
fn fields(schema: &Value) -> Vec<minijinja::Value> {
    let required = schema["required"].as_array();
    let is_required = |name: &str| {
        let mut required = required.into_iter().flatten();
        required.any(|required| required == name)
    };
    let properties = schema["properties"].as_object();
    let field = |(name, of): (&String, &Value)| {
        context! {
            name => name,
            kind => kind(of),
            schema => referred(of),
            optional => !is_required(name),
            about => of["description"].as_str().unwrap_or_default(),
        }
    };
    properties.into_iter().flatten().map(field).collect()
}

/// The named schema that a field refers to, directly or as a list.
fn referred(schema: &Value) -> Option<&str> {
    let reference = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next());
    reference.or_else(|| {
        let choices = ["oneOf", "allOf", "anyOf"].into_iter();
        let mut inner = choices
            .filter_map(|choice| schema[choice].as_array())
            .flatten();
        let inner = inner.find_map(referred);
        inner.or_else(|| schema.get("items").and_then(referred))
    })
}

/// A type in words, such as `text (uuid) or null`.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
        return name.to_owned();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let mut kinds: Vec<_> = choices.iter().map(kind).collect();
            kinds.sort_by_key(|kind| kind == "null");
            return kinds.join(" or ");
        }
    }
    if let Some(names) = schema["enum"].as_array() {
        let names: Vec<_> = names.iter().map(text).collect();
        return names.join(" | ");
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        kind => vec![text(kind)],
    };
    let in_words = |name: &str| match (name, schema["format"].as_str()) {
        ("string", Some("date-time")) => "time (RFC 3339)".to_owned(),
        ("string", Some("uuid")) => "id (UUID)".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        (other, _) => other.to_owned(),
    };
    let kinds: Vec<_> = kinds.iter().map(|name| in_words(name)).collect();
    kinds.join(" or ")
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Templates;

    #[test]
    fn every_event_every_field_and_every_named_schema_are_on_the_page() {
        let page = Templates::new().unwrap();
        let page = page.render("live.html", values()).unwrap();
        let (events, schemas) = described();
        for event in &events {
            assert!(
                page.contains(&format!("<code>{}</code>", event.name)),
                "{}",
                event.name
            );
            for name in [Some(&event.payload), event.answer.as_ref()]
                .into_iter()
                .flatten()
            {
                let (_, schema) = schemas.iter().find(|(known, _)| known == name).unwrap();
                let schema = serde_json::to_value(schema).unwrap();
                let fields = schema["properties"].as_object();
                for field in fields.into_iter().flatten().map(|(field, _)| field) {
                    assert!(
                        page.contains(&format!("<code>{field}</code>")),
                        "{name}.{field}"
                    );
                }
            }
        }
        // What a link leads to is there.
        for link in page.split("href=\"#").skip(1) {
            let target = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
        }
        for word in [
            "since",
            "sinceMessage",
            "catch-up",
            "sync",
            "connect_error",
            "clientId",
        ] {
            assert!(page.contains(word), "{word}");
        }
        assert!(!page.contains("undefined") && !page.contains(">null<"));
    }

    #[test]
    fn types_are_in_words() {
        for (schema, words) in [
            (
                serde_json::json!({"type": ["string", "null"], "format": "uuid"}),
                "id (UUID) or null",
            ),
            (
                serde_json::json!({"oneOf": [{"type": "null"}, {"$ref": "#/a/Person"}]}),
                "Person or null",
            ),
            (
                serde_json::json!({"type": "array", "items": {"$ref": "#/a/Order"}}),
                "list of Order",
            ),
            (
                serde_json::json!({"type": "string", "enum": ["A", "B"]}),
                "A | B",
            ),
        ] {
            assert_eq!(kind(&schema), words);
        }
    }
}
