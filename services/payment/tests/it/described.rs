//! Requests held against the description of a provider's API (OpenAPI).

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use serde_json::{Map, Value, json};
use waybill_testkit::shared;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The description of an API.
pub struct Description(Value);

impl Description {
    /// None without it; prints that it is skipped.
    pub fn load(file: &str) -> Option<Self> {
        let text = std::fs::read(shared(file)?).unwrap();
        Some(Self(serde_json::from_slice(&text).unwrap()))
    }

    /// The request's body in the types of its schema, if the description allows the request.
    pub fn checked(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Value, String> {
        let finding = |why: String| format!("{method} {uri}: {why}");
        let operation = self.operation(method, uri).map_err(finding)?;
        self.check_parameters(operation, uri, headers)
            .map_err(finding)?;
        if method == Method::GET {
            return Ok(Value::Null);
        }
        let content = &operation["requestBody"]["content"];
        let sent = headers.get("content-type");
        let sent = sent.and_then(|value| value.to_str().ok());
        if content[FORM].is_object() {
            if !body.is_empty() && sent != Some(FORM) {
                return Err(finding(format!("{sent:?} is no form")));
            }
            let schema = &content[FORM]["schema"];
            let form = form(schema, body).map_err(finding)?;
            self.validate(schema, &form).map_err(finding)?;
            return Ok(form);
        }
        if sent != Some(JSON) {
            return Err(finding(format!("{sent:?} is no JSON")));
        }
        let value: Value =
            serde_json::from_slice(body).map_err(|error| finding(error.to_string()))?;
        let schema = &content[JSON]["schema"];
        self.validate(schema, &value).map_err(finding)?;
        self.only_known(schema, &value).map_err(finding)?;
        Ok(value)
    }

    /// Whether a stand-in's answer is one that the description has.
    pub fn check_answer(
        &self,
        method: &Method,
        uri: &Uri,
        status: StatusCode,
        answer: &Value,
    ) -> Result<(), String> {
        let finding = |why: String| format!("the answer to {method} {uri}: {why}");
        let responses = &self.operation(method, uri).map_err(finding)?["responses"];
        let response = &responses[status.as_str()];
        let response = if response.is_null() {
            &responses["default"]
        } else {
            response
        };
        let schema = &self.resolved(response)["content"][JSON]["schema"];
        if schema.is_null() {
            return Err(finding(format!("{status} is not described")));
        }
        self.validate(schema, answer).map_err(finding)
    }

    fn operation(&self, method: &Method, uri: &Uri) -> Result<&Value, String> {
        let matches = |template: &str| {
            let (ours, theirs) = (uri.path().split('/'), template.split('/'));
            ours.clone().count() == theirs.clone().count()
                && ours.zip(theirs).all(|(a, b)| a == b || b.starts_with('{'))
        };
        let paths = self.0["paths"].as_object().unwrap();
        let method = method.as_str().to_lowercase();
        paths
            .iter()
            .filter(|(template, _)| matches(template))
            .map(|(_, item)| &item[&method])
            .find(|operation| operation.is_object())
            .ok_or_else(|| "is not described".to_owned())
    }

    /// Every parameter of the query is described, and the headers that are described are as they say.
    fn check_parameters(
        &self,
        operation: &Value,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), String> {
        let described = operation["parameters"].as_array().into_iter().flatten();
        let described: Vec<_> = described.map(|it| self.resolved(it)).collect();
        for (name, _) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let name = name.split('[').next().unwrap();
            let mut query = described.iter().filter(|it| it["in"] == "query");
            if !query.any(|parameter| parameter["name"] == name) {
                return Err(format!("no parameter {name}"));
            }
        }
        for parameter in described.iter().filter(|it| it["in"] == "header") {
            let name = parameter["name"].as_str().unwrap();
            if let Some(sent) = headers.get(name) {
                self.validate(&parameter["schema"], &json!(sent.to_str().unwrap()))
                    .map_err(|why| format!("{name}: {why}"))?;
            }
        }
        Ok(())
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.trim_start_matches('#');
            schema = self.0.pointer(pointer).expect("what is referred to");
        }
        schema
    }

    fn validate(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let mut root = schema.clone();
        root["components"] = self.0["components"].clone();
        let validator = jsonschema::validator_for(&root).expect("a schema");
        let error = validator.iter_errors(value).next();
        let error = error.map(|error| format!("{error} at {}", error.instance_path()));
        error.map_or(Ok(()), Err)
    }

    /// Whether all fields are described, where a schema allows any.
    fn only_known(&self, schema: &Value, value: &Value) -> Result<(), String> {
        match value {
            Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
                let found = self.field(schema, name);
                match found {
                    Some(schema) => self.only_known(schema, field),
                    // An object without fields is any object.
                    None if self.is_free(schema) => Ok(()),
                    None => Err(format!("there is no {name}")),
                }
            }),
            Value::Array(items) => {
                let schema = &self.resolved(schema)["items"];
                items
                    .iter()
                    .try_for_each(|item| self.only_known(schema, item))
            }
            _ => Ok(()),
        }
    }

    fn field<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolved(schema);
        let field = &schema["properties"][name];
        if field.is_object() {
            return Some(field);
        }
        parts(schema).find_map(|part| self.field(part, name))
    }

    fn is_free(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        schema["properties"].is_null() && parts(schema).next().is_none()
    }
}

/// The schemas that a schema consists of.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let words = ["allOf", "anyOf", "oneOf"];
    words
        .into_iter()
        .flat_map(|word| schema[word].as_array().into_iter().flatten())
}

/// A form in the types of its schema.
fn form(schema: &Value, body: &Bytes) -> Result<Value, String> {
    let mut form = Value::Object(Map::new());
    for (name, text) in form_urlencoded::parse(body) {
        let keys: Vec<_> = name
            .split('[')
            .map(|key| key.trim_end_matches(']'))
            .collect();
        set(&mut form, schema, &keys, &text).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(form)
}

/// Writes a field of a form, `a[b][0]`, in the type that its schema has for it.
fn set(target: &mut Value, schema: &Value, keys: &[&str], text: &str) -> Result<(), String> {
    let Some((key, rest)) = keys.split_first() else {
        *target = match schema["type"].as_str() {
            Some("integer") => json!(text.parse::<i64>().map_err(|error| error.to_string())?),
            Some("boolean") => json!(text == "true"),
            _ => json!(text),
        };
        return Ok(());
    };
    // Where there is a choice, the object is meant.
    let choices = schema["anyOf"].as_array();
    let schema = choices
        .and_then(|all| all.iter().find(|one| one["type"] == "object"))
        .unwrap_or(schema);
    if schema["type"] == "array" {
        let index: usize = key.parse().map_err(|_| format!("{key} is no index"))?;
        if target.is_null() {
            *target = json!([]);
        }
        let items = target.as_array_mut().unwrap();
        if index == items.len() {
            items.push(Value::Null);
        }
        let item = items.get_mut(index).ok_or("a gap in the list")?;
        return set(item, &schema["items"], rest, text);
    }
    let field = &schema["properties"][*key];
    let field = if field.is_null() {
        &schema["additionalProperties"]
    } else {
        field
    };
    if !field.is_object() {
        return Err(format!("there is no {key}"));
    }
    if target.is_null() {
        *target = json!({});
    }
    set(&mut target[*key], field, rest, text)
}
