//! The routes. Each handler's annotation is both its route and its entry in OpenAPI.

pub mod admin;
pub mod analytics;
pub mod audit;
pub mod auth;
pub mod cart;
pub mod categories;
pub mod chat;
pub mod guests;
pub mod imports;
pub mod media;
pub mod notifications;
pub mod ops;
pub mod orders;
pub mod pages;
pub mod payments;
pub mod products;
pub mod progress;
pub mod shipments;
pub mod shop;
pub mod short;
pub mod users;
pub mod work;
pub mod workers;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use garde::Validate;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// All routes that OpenAPI describes.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(users::routes())
        .merge(products::routes())
        .merge(orders::routes())
        .merge(work::routes())
        .merge(payments::routes())
        .merge(notifications::routes())
        .merge(chat::routes())
        .merge(admin::routes())
        .merge(analytics::routes())
        .merge(audit::routes())
        .merge(cart::routes())
        .merge(categories::routes())
        .merge(guests::routes())
        .merge(imports::routes())
        .merge(media::routes())
        .merge(progress::routes())
        .merge(shipments::routes())
        .merge(shop::routes())
        .merge(workers::routes())
        .merge(short::routes())
        .merge(ops::routes())
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows at most, 1 to 100; 20 if not given.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    #[garde(skip)]
    pub total: Option<bool>,
}

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What came into being: where it is read, and its version, if it has them.
#[derive(Debug, Default)]
struct Made {
    location: Option<String>,
    version: Option<i64>,
}

impl Made {
    /// Read at this path.
    fn at(path: String) -> Self {
        Self {
            location: Some(path),
            version: None,
        }
    }

    fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
}

/// 201, with `Location` and `ETag`; a replay says so in a header.
fn created<T: Serialize>(body: T, replayed: bool, made: &Made) -> Response {
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    let location = made.location.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(location)) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if let Some(version) = made.version {
        tag(&mut response, version);
    }
    marked(response, replayed)
}

/// The answer, marked if an earlier request with the same idempotency key got it first.
fn marked(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// 200 with the version as entity tag, to be sent back as `If-Match`.
fn versioned<T: Serialize>(version: i64, body: T) -> Response {
    let mut response = Json(body).into_response();
    tag(&mut response, version);
    response
}

fn tag(response: &mut Response, version: i64) {
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}
