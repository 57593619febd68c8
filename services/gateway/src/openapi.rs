//! The OpenAPI 3.1 document: from the handlers' annotations, completed with what all routes have in common.

pub mod demo;

use serde_json::{Map, Value, json};
use utoipa::{
    OpenApi,
    openapi::{
        ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder, ServerBuilder,
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
        tag::TagBuilder,
    },
};
use waybill_proto::{ECHOES, REPLACEMENTS, common, notification, order, payment};
use waybill_service_kit::AppError;

use crate::{
    answer,
    error::{Detail, ErrorBody, ErrorInfo},
    routes::auth::SESSION_COOKIE,
    sockets,
};

/// Schemas that no handler names: used by answers of layers and by query parameters.
#[derive(OpenApi)]
#[openapi(components(schemas(
    ErrorBody<'_>,
    ErrorInfo<'_>,
    Detail,
    order::ChangeRequestState,
    order::FilePurpose,
    order::OrderSort,
    order::OrderStatus,
    payment::PaymentState,
    payment::RefundState,
    notification::DeliveryState,
    order::PaymentStatus,
    order::ProductKind,
    order::ProductSort,
    common::Bucket,
    common::Role,
)))]
struct Shared;

const TAGS: &[(&str, &str)] = &[
    ("auth", "Signing in and out"),
    ("users", "Your own account"),
    ("shop", "The shop itself"),
    ("products", "The catalogue and its stock"),
    ("categories", "The categories of products"),
    ("cart", "The shopping cart"),
    ("orders", "Placing and tracking orders"),
    ("work", "The pool of open orders, claims, change requests"),
    ("media", "Files of orders, and reading pictures"),
    ("payments", "Payments, and the payment page of the sandbox"),
    ("payouts", "What workers have earned, and its payment"),
    ("notifications", "Your notifications"),
    ("chat", "The conversation of each order"),
    ("admin", "For administrators"),
    ("analytics", "Figures and exports, for administrators"),
    (
        "legacy",
        "The legacy API: the same handlers under shorter paths",
    ),
    ("operations", "For operators"),
];

/// The name of the security scheme for access tokens.
const BEARER: &str = "bearer";

/// The document before routes are added.
pub fn base() -> utoipa::openapi::OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `accessToken` of /api/v1/auth/login."))
        .build();
    let mut base = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Waybill")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "An order platform for goods and services. Times are RFC 3339 in UTC, ids are UUIDs, money is in minor units. \
                     Lists are paged: pass `nextCursor` as `cursor` until it is null; they are newest first unless their description or `sort` says \
                     something else. A query parameter without a value (`kind=`) counts \
                     as not given, and names such as `PENDING` may be in any case. Live events come over Socket.IO at `/socket.io/`: [all events and payloads](/api-docs/live).",
                ))
                .license(Some(
                    LicenseBuilder::new()
                        .name("MIT")
                        .identifier(Some("MIT"))
                        .build(),
                ))
                .build(),
        )
        .servers(Some([ServerBuilder::new()
            .url("/")
            .description(Some("This gateway"))
            .build()]))
        .tags(Some(TAGS.iter().map(|(name, description)| {
            TagBuilder::new()
                .name(*name)
                .description(Some(*description))
                .build()
        })))
        // The default of all operations.
        .security(Some([SecurityRequirement::new(BEARER, [""; 0])]))
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme(BEARER, SecurityScheme::Http(bearer))
                .security_scheme(
                    "session",
                    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                        SESSION_COOKIE,
                        "The refresh token of a session that was opened with `session: \"cookie\"`.",
                    ))),
                )
                .security_scheme(
                    "cartToken",
                    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                        "X-Cart-Token",
                        "The cart of a caller who is not signed in.",
                    ))),
                )
                .build(),
        ))
        .build();
    base.merge(Shared::openapi());
    // Schemas of events, described in the AsyncAPI document.
    let (_, of_sockets) = sockets::events::described();
    base.components
        .get_or_insert_default()
        .schemas
        .extend(of_sockets);
    base
}

/// The answers that need no annotation: code, name, description.
const FAILURES: [(&str, &str, &str); 11] = [
    ("400", "Malformed", "The request cannot be read."),
    (
        "401",
        "Unauthenticated",
        "The access token is missing or invalid.",
    ),
    ("403", "Forbidden", "Your role may not do this."),
    (
        "404",
        "NotFound",
        "It does not exist, or you may not read it.",
    ),
    (
        "409",
        "Conflict",
        "The state does not allow it: `OUT_OF_STOCK`, `ALREADY_CLAIMED`, `INVALID_TRANSITION`, `VERSION_CONFLICT`.",
    ),
    ("413", "PayloadTooLarge", "The body is too large."),
    (
        "415",
        "UnsupportedMediaType",
        "This route does not accept the content type of the body.",
    ),
    ("422", "Invalid", "A field is invalid; `details` names it."),
    (
        "429",
        "RateLimited",
        "Too many requests; `Retry-After` says when to try again.",
    ),
    (
        "500",
        "Internal",
        "A server error; report it with the request id.",
    ),
    (
        "503",
        "Unavailable",
        "A part of the platform is unavailable; `Retry-After` says when to try again.",
    ),
];

/// Routes for some roles only, or not for guests, whose annotations do not show it.
const RESTRICTED: [&str; 2] = ["/api/v1/products/{id}/stock", "/api/v1/users/profile"];

/// The document as JSON.
pub fn complete(api: &utoipa::openapi::OpenApi) -> Result<Value, AppError> {
    let mut document = serde_json::to_value(api).map_err(AppError::internal)?;
    let mut schemas = Map::new();
    let paths = document["paths"].as_object_mut();
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            name_ids(path, operation);
            if method == "put" && operation.get("requestBody").is_some() {
                name_replacement(operation);
            }
            complete_operation(path, method, operation, &mut schemas);
        }
    }
    let components = &mut document["components"];
    if let Some(known) = components["schemas"].as_object_mut() {
        known.append(&mut schemas);
        show_echoes(known);
        add_replacements(known);
        // A shipment begins with one of the first states.
        let state = &mut known["NewShipment"]["properties"]["state"];
        *state = json!({"type": ["string", "null"], "enum": ["PREPARING", "SHIPPED", null], "description": state["oneOf"][0]["description"]});
    }
    components["responses"] = FAILURES
        .iter()
        .map(|(status, name, description)| ((*name).to_owned(), failure(status, description)))
        .collect::<Map<_, _>>()
        .into();
    components["headers"] = json!({
        "CartToken": {"description": "The cart of a caller who is not signed in; send it with later requests.", "schema": {"type": "string"}},
        "ETag": {"description": "The version, to be sent back as `If-Match`.", "schema": {"type": "string", "example": "\"3\""}},
        "Location": {"description": "The path of the new resource, if it has one.", "schema": {"type": "string"}},
        "RequestId": {"description": "Identifies the request in logs and reports.", "schema": {"type": "string"}},
        "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    });
    Ok(document)
}

/// Adds the read-only fields that a body may contain when a resource is sent back as it was read.
fn show_echoes(schemas: &mut Map<String, Value>) {
    for echo in ECHOES {
        let of = schemas.get(echo.of).map(|of| of["properties"].clone());
        let body = schemas.get_mut(echo.schema);
        let Some((of, body)) = of.zip(body) else {
            continue;
        };
        for field in echo.fields {
            let mut property = of[field].clone();
            property["readOnly"] = true.into();
            body["properties"][field] = property;
        }
    }
}

/// Adds the bodies of PUT: those of PATCH, with their required fields.
fn add_replacements(schemas: &mut Map<String, Value>) {
    for replacement in REPLACEMENTS {
        let Some(mut put) = schemas.get(replacement.patch).cloned() else {
            continue;
        };
        put["description"] = "Replaces the resource: fields that are left out become empty.".into();
        put["required"] = json!(replacement.required);
        for name in replacement.required {
            not_null(&mut put["properties"][name]);
        }
        put["example"] = serde_json::from_str(replacement.example).unwrap_or_default();
        for (name, value) in replacement.defaults {
            let value: Value = serde_json::from_str(value).unwrap_or_default();
            if !value.is_null() {
                put["properties"][name]["default"] = value;
            }
        }
        schemas.insert(replacement.put.to_owned(), put);
    }
}

/// What is required is not null, either.
fn not_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    if let Some(variants) = variants {
        variants.retain(|variant| variant["type"] != "null");
    }
}

/// PUT has a body of its own where PATCH has one.
fn name_replacement(operation: &mut Value) {
    let schema = &mut operation["requestBody"]["content"]["application/json"]["schema"];
    let patch = schema["$ref"].as_str().unwrap_or_default();
    let mut all = REPLACEMENTS.iter();
    if let Some(found) = all.find(|it| patch.ends_with(&format!("/{}", it.patch))) {
        *schema = json!({"$ref": format!("#/components/schemas/{}", found.put)});
    }
}

fn failure(status: &str, description: &str) -> Value {
    let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestId"}});
    if matches!(status, "429" | "503") {
        headers["Retry-After"] = json!({"$ref": "#/components/headers/RetryAfter"});
    }
    json!({
        "description": description,
        "headers": headers,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    })
}

/// Describes the ids of a path that its handler does not describe.
fn name_ids(path: &str, operation: &mut Value) {
    let known: Vec<_> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| parameter["name"].clone())
        .collect();
    let ids = path.split(['{', '}']).skip(1).step_by(2);
    let ids = ids.filter(|id| !known.contains(&json!(id))).map(|id| {
        json!({"name": id, "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}})
    });
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() {
        return;
    }
    match operation["parameters"].as_array_mut() {
        Some(parameters) => {
            parameters.splice(0..0, ids);
        }
        None => operation["parameters"] = ids.into(),
    }
}

/// Optional bodies may be left out, but not be null.
fn leave_out(body: &mut Value) {
    let contents = body["content"].as_object_mut();
    for content in contents.into_iter().flat_map(Map::values_mut) {
        if let Some([schema, Value::Object(null)]) =
            content["schema"]["oneOf"].as_array().map(Vec::as_slice)
            && null["type"] == "null"
        {
            content["schema"] = schema.clone();
        }
    }
}

fn complete_operation(
    path: &str,
    method: &str,
    operation: &mut Value,
    schemas: &mut Map<String, Value>,
) {
    let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
    if let Some(name) = operation["operationId"].as_str() {
        operation["operationId"] = crate::error::camel_case(name).into();
    }
    if let Some(body) = operation.get_mut("requestBody") {
        leave_out(body);
    }
    let parameters = operation.get_mut("parameters");
    let parameters = parameters.and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter["in"] == "query" && parameter["required"] != true {
            // It counts as not given: forms send empty fields so.
            parameter["allowEmptyValue"] = true.into();
        }
    }
    let parameters = operation["parameters"].as_array();
    let in_query = parameters
        .into_iter()
        .flatten()
        .any(|parameter| parameter["in"] == "query");
    let in_header = parameters
        .into_iter()
        .flatten()
        .any(|parameter| parameter["in"] == "header");
    let in_path = path.contains('{');
    let takes_body = operation.get("requestBody").is_some();
    let ways = operation["security"].as_array();
    let public = ways.is_some_and(|ways| ways.contains(&json!({})));
    let secured = ways.is_none_or(|ways| ways.len() > 1);
    let signs_in = tag == "auth" || path.contains("/users/login");
    let writes = method != "get";
    let checks_role = tag == "admin"
        || tag == "work"
        || tag == "payouts"
        || path.contains("/admin/")
        || path.ends_with("/admin")
        || RESTRICTED.contains(&path)
        || (secured && writes);
    let platform = path.starts_with("/api/");
    let wanted = |status: &str| match status {
        "400" => takes_body || in_query || (secured && writes),
        "401" => secured || (signs_in && writes),
        // A suspended account cannot sign in.
        "403" => checks_role && !public || path.ends_with("/login"),
        // A provider that is not set up has no webhook.
        "404" => in_path || path.contains("/webhooks/"),
        "409" => writes && (secured || signs_in || path.contains("/register")),
        "413" | "415" => takes_body,
        "422" => takes_body || in_query || in_header,
        "429" => platform,
        "500" => true,
        "503" => platform || path.contains("jwks"),
        _ => false,
    };
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for response in responses.values_mut() {
        response["headers"]["X-Request-Id"] = json!({"$ref": "#/components/headers/RequestId"});
        let of_body = response
            .as_object_mut()
            .and_then(|response| response.remove(answer::SCHEMAS));
        if let Some(Value::Object(mut of_body)) = of_body {
            schemas.append(&mut of_body);
        }
    }
    for (status, name, _) in FAILURES {
        if wanted(status) && !responses.contains_key(status) {
            let reference = json!({"$ref": format!("#/components/responses/{name}")});
            responses.insert(status.to_owned(), reference);
        }
    }
}
