//! The OpenAPI 3.1 document: from the handlers' annotations, completed with what holds for every route.

use serde_json::{Map, Value, json};
use utoipa::{
    OpenApi,
    openapi::{
        ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder, ServerBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};
use waybill_proto::{common, order, payment};
use waybill_service_kit::AppError;

use crate::error::{Detail, ErrorBody, ErrorInfo};

/// Schemas that no handler's body names: layers make these answers, and queries use these names.
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
    order::PaymentStatus,
    order::ProductKind,
    order::ProductSort,
    common::Role,
)))]
struct Shared;

const TAGS: &[(&str, &str)] = &[
    ("auth", "Signing in and out"),
    ("users", "Your own account"),
    ("shop", "The shop itself"),
    ("products", "The catalogue and its stock"),
    ("cart", "What you have chosen and not ordered yet"),
    ("orders", "Placing orders and following them"),
    ("work", "The pool of work, claims, change requests"),
    ("media", "Files of orders, and reading pictures"),
    ("payments", "Paying, and the sandbox's page"),
    ("notifications", "What you should know"),
    ("chat", "The conversation of each order"),
    ("admin", "For administrators"),
    (
        "short",
        "The short contract: the same handlers under shorter paths",
    ),
    ("operations", "For operators"),
];

/// What the document says before any route is added.
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
                     Lists are paged: pass `nextCursor` as `cursor` until it is null. A query parameter without a value (`kind=`) counts \
                     as not given, and names such as `PENDING` may be in any case. Live events come over Socket.IO at `/socket.io/`.",
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
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("bearer", SecurityScheme::Http(bearer))
                .build(),
        ))
        .build();
    base.merge(Shared::openapi());
    base
}

/// The answers that need no annotation: code, name, description.
const FAILURES: [(&str, &str, &str); 11] = [
    ("400", "Malformed", "The request cannot be read."),
    (
        "401",
        "Unauthenticated",
        "No access token, or one that does not hold.",
    ),
    ("403", "Forbidden", "Your role may not do this."),
    (
        "404",
        "NotFound",
        "There is no such thing, or none that you may know of.",
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
        "The body is not of a type that this route takes.",
    ),
    (
        "422",
        "Invalid",
        "A field holds what it must not; `details` names it.",
    ),
    (
        "429",
        "RateLimited",
        "Too many requests; `Retry-After` says when to come back.",
    ),
    ("500", "Internal", "A fault of ours; quote the request id."),
    (
        "503",
        "Unavailable",
        "A part of the platform is away; `Retry-After` says when to come back.",
    ),
];

/// Routes that are for some roles, or not for guests, and look as if they were for everybody who is signed in.
const RESTRICTED: [&str; 2] = ["/api/v1/products/{id}/stock", "/api/v1/users/profile"];

/// The document as JSON.
pub fn complete(api: &utoipa::openapi::OpenApi) -> Result<Value, AppError> {
    let mut document = serde_json::to_value(api).map_err(AppError::internal)?;
    let paths = document["paths"].as_object_mut();
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(path, method, operation);
        }
    }
    let components = &mut document["components"];
    components["responses"] = FAILURES
        .iter()
        .map(|(status, name, description)| ((*name).to_owned(), failure(status, description)))
        .collect::<Map<_, _>>()
        .into();
    components["headers"] = json!({
        "RequestId": {"description": "Names the request in logs and reports.", "schema": {"type": "string"}},
        "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    });
    Ok(document)
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

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
    if let Some(name) = operation["operationId"].as_str() {
        operation["operationId"] = operation_id(&tag, name).into();
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
    let secured = operation.get("security").is_some();
    let public = operation["security"]
        .as_array()
        .is_some_and(|ways| ways.contains(&json!({})));
    let signs_in = tag == "auth" || path.contains("/users/login");
    let writes = method != "get";
    let checks_role = tag == "admin"
        || tag == "work"
        || path.contains("/admin/")
        || path.ends_with("/admin")
        || RESTRICTED.contains(&path)
        || (secured && writes);
    let platform = path.starts_with("/api/");
    let wanted = |status: &str| match status {
        "400" => takes_body || in_query || (secured && writes),
        "401" => secured || (signs_in && writes),
        "403" => checks_role && !public,
        "404" => in_path,
        "409" => writes && (secured || signs_in || path.contains("/register")),
        "413" | "415" => takes_body,
        "422" => takes_body || in_query || in_header,
        "429" => platform,
        "500" => true,
        "503" => platform || path.contains("jwks") || path == "/readyz",
        _ => false,
    };
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for response in responses.values_mut() {
        response["headers"] = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestId"}});
    }
    for (status, name, _) in FAILURES {
        if wanted(status) && !responses.contains_key(status) {
            let reference = json!({"$ref": format!("#/components/responses/{name}")});
            responses.insert(status.to_owned(), reference);
        }
    }
}

/// `orders` and `change_status` → `ordersChangeStatus`: unique, and good as the name of a generated method.
fn operation_id(tag: &str, name: &str) -> String {
    crate::error::camel_case(&format!("{tag}_{name}"))
}
