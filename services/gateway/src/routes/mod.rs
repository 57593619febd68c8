//! The routes. Each handler's annotation is both its route and its entry in OpenAPI.

pub mod admin;
pub mod auth;
pub mod chat;
pub mod notifications;
pub mod ops;
pub mod orders;
pub mod pages;
pub mod payments;
pub mod products;
pub mod short;
pub mod users;
pub mod work;

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

/// 201; a replay says so in a header.
fn created<T: Serialize>(body: T, replayed: bool) -> Response {
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
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
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
