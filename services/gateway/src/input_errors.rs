//! What is wrong with a body or a query, in words for people, all of it at once.
//!
//! serde stops at the first error and describes it by Rust types. So input that serde refused is compared with its OpenAPI schema
//! here. Input that serde accepts never gets here.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use parking_lot::Mutex;
use serde_json::{Map, Value};
use utoipa::{ToSchema, openapi::path::Parameter};
use uuid::Uuid;
use waybill_primitives::FieldError;
use waybill_proto::{ALIASES, ECHOES};
use waybill_service_kit::nearest;

use crate::error::camel_case;

/// Maximum number of errors in one answer.
const MOST: usize = 50;
/// Maximum number of values of a body that are checked for errors.
const MOST_VALUES: usize = 10_000;

pub const REQUIRED: &str = "is required";
const WHOLE: &str = "must be a whole number";
const TRUTH: &str = "must be true or false";
const TOO_LARGE: &str = "is too large";
const TWICE: &str = "must be given once";
const OBJECT: &str = "must be an object";

/// The errors of a JSON body that shall be a `T`.
pub fn of_body<T: ToSchema>(body: &Value) -> Vec<FieldError> {
    let schemas = Schemas::of::<T>();
    let mut check = Check {
        schemas: &schemas.named,
        errors: Vec::new(),
        left: MOST_VALUES,
    };
    check.value(body, &schemas.root, &T::name(), "");
    check.errors
}

/// The schema of a body, and those that it refers to, by their names.
struct Schemas {
    root: Value,
    named: Map<String, Value>,
}

impl Schemas {
    /// Built for the first error of each type.
    fn of<T: ToSchema>() -> Arc<Self> {
        static BUILT: LazyLock<Mutex<HashMap<String, Arc<Schemas>>>> =
            LazyLock::new(Mutex::default);
        let mut built = BUILT.lock();
        let schemas = built.entry(T::name().into_owned()).or_insert_with(|| {
            let mut named = Vec::new();
            T::schemas(&mut named);
            let named = named.into_iter().filter_map(|(name, schema)| {
                let schema = serde_json::to_value(schema).ok()?;
                Some((name, schema))
            });
            Arc::new(Self {
                root: serde_json::to_value(T::schema()).unwrap_or_default(),
                named: named.collect(),
            })
        });
        Arc::clone(schemas)
    }
}

struct Check<'a> {
    /// By their names.
    schemas: &'a Map<String, Value>,
    errors: Vec<FieldError>,
    /// Number of values that are still looked at.
    left: usize,
}

impl<'a> Check<'a> {
    fn add(&mut self, path: &str, message: impl Into<String>) {
        let path = if path.is_empty() { "body" } else { path };
        self.errors.push(FieldError::new(path, message));
    }

    /// A large body must not cost much more than its answer.
    const fn is_done(&self) -> bool {
        self.errors.len() >= MOST || self.left == 0
    }

    /// `name` is that of the schema; empty if it has none.
    fn value(&mut self, value: &Value, schema: &'a Value, name: &str, path: &str) {
        if self.is_done() {
            return;
        }
        self.left -= 1;
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            if let Some(found) = self.schemas.get(name) {
                self.value(value, found, name, path);
            }
            return;
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            self.one_of(value, choices, path);
            return;
        }
        if let Some(names) = schema["enum"].as_array() {
            let known = names.iter().filter_map(Value::as_str);
            let given = value.as_str().unwrap_or_default();
            if !known.clone().any(|name| name.eq_ignore_ascii_case(given)) {
                let known: Vec<_> = known.collect();
                self.add(path, format!("must be one of {}", known.join(", ")));
            }
            return;
        }
        if value.is_null() && is_a(schema, "null") {
            return;
        }
        match value {
            Value::Object(fields) if is_a(schema, "object") => {
                self.fields(fields, schema, name, path);
            }
            Value::Array(items) if is_a(schema, "array") => {
                for (index, item) in items.iter().enumerate() {
                    if self.is_done() {
                        break;
                    }
                    self.value(item, &schema["items"], "", &format!("{path}[{index}]"));
                }
            }
            _ => {
                if let Some(problem) = plain(value, schema) {
                    self.add(path, problem);
                }
            }
        }
    }

    /// A value that may be null, or of several kinds. What is of none of them is left to the words of its own type.
    fn one_of(&mut self, value: &Value, choices: &'a [Value], path: &str) {
        let nullable = choices.iter().any(|choice| choice["type"] == "null");
        if value.is_null() && nullable {
            return;
        }
        let mut real = choices.iter().filter(|choice| choice["type"] != "null");
        match (real.next(), real.next()) {
            (Some(only), None) => self.value(value, only, "", path),
            (Some(object), Some(_)) if value.is_object() => self.value(value, object, "", path),
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Map<String, Value>, schema: &'a Value, name: &str, path: &str) {
        let at = |field: &str| match path {
            "" => field.to_owned(),
            path => format!("{path}.{field}"),
        };
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let known = schema["properties"].as_object().unwrap_or(&NONE);
        let mut given = Vec::new();
        for (field, value) in fields {
            if self.is_done() {
                return;
            }
            let spelled = if known.contains_key(field) {
                field.clone()
            } else {
                camel_case(field)
            };
            if let Some(of) = known.get(&spelled) {
                if given.contains(&spelled) {
                    self.add(&at(&spelled), TWICE);
                }
                self.value(value, of, "", &at(&spelled));
                given.push(spelled);
            } else if schema["additionalProperties"] == false
                && !is_echo(name, &spelled)
                && !ALIASES.contains(&spelled.as_str())
            {
                let hint = nearest(&spelled, known.keys().map(String::as_str));
                let hint = hint.map(|hint| format!("; did you mean {hint}?"));
                let problem = format!("there is no such field{}", hint.unwrap_or_default());
                self.add(&at(field), problem);
            }
        }
        let required = schema["required"].as_array();
        for field in required.into_iter().flatten().filter_map(Value::as_str) {
            if !self.is_done() && !given.iter().any(|given| given == field) {
                self.add(&at(field), REQUIRED);
            }
        }
    }
}

/// Whether the read-only field may be in a body with this schema.
fn is_echo(schema: &str, field: &str) -> bool {
    let mut echoes = ECHOES.iter();
    echoes.any(|echo| echo.schema == schema && echo.fields.contains(&field))
}

/// Whether values of this JSON type match the schema.
fn is_a(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        _ => false,
    }
}

/// What is wrong with a value that is neither an object nor a list, or should not be one.
fn plain(value: &Value, schema: &Value) -> Option<String> {
    let problem = if is_a(schema, "object") {
        OBJECT
    } else if is_a(schema, "array") {
        "must be a list"
    } else if is_a(schema, "boolean") {
        return (!value.is_boolean()).then(|| TRUTH.to_owned());
    } else if is_a(schema, "integer") {
        return integer(value).map(str::to_owned);
    } else if is_a(schema, "number") {
        return (!value.is_number()).then(|| "must be a number".to_owned());
    } else if is_a(schema, "string") {
        let Some(text) = value.as_str() else {
            return Some("must be text".to_owned());
        };
        return of_format(text, schema).map(str::to_owned);
    } else {
        return None;
    };
    Some(problem.to_owned())
}

fn integer(value: &Value) -> Option<&'static str> {
    match value {
        Value::Number(number) if number.is_i64() => None,
        Value::Number(number) => {
            let digits = number.to_string();
            // A float without a fraction: it had too many digits. One that is written as `2.0` has not.
            let is_whole = number.as_f64().is_some_and(|it| it.fract() == 0.0);
            let is_large = is_whole && (digits.contains('e') || !digits.contains('.'));
            Some(if is_large { TOO_LARGE } else { WHOLE })
        }
        _ => Some(WHOLE),
    }
}

fn of_format(text: &str, schema: &Value) -> Option<&'static str> {
    match schema["format"].as_str() {
        Some("uuid") if text.parse::<Uuid>().is_err() => Some("must be a UUID"),
        Some("date-time") if !waybill_proto::json::is_time(text) => {
            Some(waybill_proto::json::NOT_A_TIME)
        }
        _ => None,
    }
}

/// The errors of a query's parameters, those without a value left out.
pub fn of_query(pairs: &[(String, String)], params: &[Parameter]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add = |name: &str, problem: String| {
        if errors.len() < MOST {
            errors.push(FieldError::new(name, problem));
        }
    };
    for (index, (name, text)) in pairs.iter().enumerate() {
        let Some(param) = params.iter().find(|param| param.name == *name) else {
            if !ALIASES.contains(&name.as_str()) {
                let known: Vec<_> = params.iter().map(|param| param.name.as_str()).collect();
                let hint = nearest(name, known.iter().copied())
                    .map(|hint| format!("; did you mean {hint}?"))
                    .unwrap_or_default();
                let known = known.join(", ");
                let problem = format!("there is no such parameter{hint} (there are {known})");
                add(name, problem);
            }
            continue;
        };
        let schema = serde_json::to_value(&param.schema).unwrap_or_default();
        let is_list = is_a(&schema, "array");
        if !is_list && pairs[..index].iter().any(|(before, _)| before == name) {
            add(name, TWICE.to_owned());
        }
        let problem = if is_a(&schema, "integer") {
            text.parse::<i64>().is_err().then_some(WHOLE)
        } else if is_a(&schema, "boolean") {
            (!matches!(text.as_str(), "true" | "false")).then_some(TRUTH)
        } else {
            of_format(text, &schema)
        };
        if let Some(problem) = problem {
            add(name, problem.to_owned());
        }
    }
    for param in params {
        let required = param.required == utoipa::openapi::Required::True;
        if required && !pairs.iter().any(|(name, _)| *name == param.name) {
            add(&param.name, REQUIRED.to_owned());
        }
    }
    errors
}

/// An error of serde in words for people. The messages of our own types are such already.
pub fn in_words(problem: &str) -> String {
    // The position is of little use in JSON that a program wrote.
    let problem = problem.split(" at line ").next().unwrap_or(problem);
    let words = match problem {
        _ if problem.starts_with("unknown field") => "there is no such field",
        _ if problem.starts_with("missing field") => REQUIRED,
        _ if problem.starts_with("duplicate field") => TWICE,
        _ if problem.starts_with("UUID parsing failed") => "must be a UUID",
        // Several values of a parameter that takes one.
        "unsupported value" => TWICE,
        "provided string was not `true` or `false`" => TRUTH,
        "invalid digit found in string" => WHOLE,
        _ if problem.starts_with("number too ") => "is out of range",
        // The parser of times.
        "premature end of input"
        | "trailing input"
        | "input contains invalid characters"
        | "input is out of range" => waybill_proto::json::NOT_A_TIME,
        _ => {
            let Some((_, expected)) = problem
                .split_once(", expected ")
                .filter(|_| problem.starts_with("invalid "))
            else {
                return problem.to_owned();
            };
            match expected {
                "a string" | "a borrowed string" => "must be text",
                "a boolean" => TRUTH,
                "a sequence" => "must be a list",
                "a map" => OBJECT,
                "f64" => "must be a number",
                "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64"
                    if problem.starts_with("invalid value: integer") =>
                {
                    "is out of range"
                }
                "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => WHOLE,
                _ if expected.starts_with("struct ") => OBJECT,
                // The words of one of our own types.
                _ => return format!("must be {expected}"),
            }
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests;
