//! Categories of the catalogue.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use garde::Validate;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, CallContext, UserCaller};

use super::{
    Made, created,
    products::{cached_response, for_everybody},
    versioned,
};
use crate::{
    app::{App, Gateway, must, read, send},
    cache::Cached,
    dto,
    error::ApiError,
    extract::{Admin, Anyone, Body, Id, IfMatch, OptionalBody, Params},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, put, patch, delete))
}

/// Which categories.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct CategoryFilter {
    /// Inactive categories too; administrators only, without effect for others.
    #[garde(skip)]
    pub include_inactive: Option<bool>,
    /// Rows at most, 1 to 100; all if not given.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    #[garde(skip)]
    pub total: Option<bool>,
}

impl CategoryFilter {
    /// The part of the whole list that is asked for. A cursor is the id of the last category before it.
    fn page_of(&self, all: &Cached) -> Result<Option<Cached>, ApiError> {
        if self.limit.is_none() && self.cursor.is_none() && self.total.is_none() {
            return Ok(None);
        }
        let mut list: Value = serde_json::from_slice(&all.body).map_err(AppError::internal)?;
        let mut items = match list["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        if self.total == Some(true) {
            list["total"] = items.len().into();
            list["totalIsCapped"] = false.into();
        }
        if let Some(cursor) = &self.cursor {
            let last = items.iter().position(|item| item["id"] == cursor.as_str());
            let last = last.ok_or_else(|| {
                AppError::invalid_field("cursor", "is not the nextCursor of a page before")
            })?;
            items.drain(..=last);
        }
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        if items.len() > limit {
            items.truncate(limit);
            list["nextCursor"] = items.last().map_or(Value::Null, |last| last["id"].clone());
        }
        list["items"] = items.into();
        let body = serde_json::to_vec(&list).map_err(AppError::internal)?;
        Ok(Some(Cached::new(body)))
    }
}

/// List all categories, by position and name.
///
/// All come at once unless `limit` asks for pages. The answer has an `ETag`.
#[utoipa::path(get, path = "/api/v1/categories", tag = "categories", params(CategoryFilter), security((), ("bearer" = [])),
    responses((status = 200, description = "The categories", body = dto::Page<pb::Category>),
        (status = 304, description = "Unchanged since `If-None-Match`")))]
pub async fn list(
    State(app): State<App>,
    Anyone(context): Anyone,
    headers: HeaderMap,
    Params(filter): Params<CategoryFilter>,
) -> Result<Response, ApiError> {
    let inactive = filter.include_inactive.unwrap_or(false);
    let all = if inactive && context.user().is_ok_and(UserCaller::is_admin) {
        Arc::new(load(&app, &context, true).await?)
    } else {
        let load = async { load(&app, &for_everybody(&context), false).await };
        app.products.categories(load).await?
    };
    let page = filter.page_of(&all)?;
    Ok(cached_response(page.as_ref().unwrap_or(&all), &headers))
}

async fn load(app: &Gateway, context: &CallContext, inactive: bool) -> Result<Cached, ApiError> {
    let request = pb::ListCategoriesRequest {
        include_inactive: inactive,
    };
    let answer = read!(app.clients.catalogue, list_categories, context, request)?;
    let all = dto::Page::<pb::Category>::new(answer.categories, None);
    let body = serde_json::to_vec(&all).map_err(AppError::internal)?;
    Ok(Cached::new(body))
}

/// Read a category, by its id or its slug.
#[utoipa::path(get, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = String, Path, description = "Id or slug")), security((), ("bearer" = [])),
    responses((status = 200, description = "The category", body = pb::Category)))]
pub async fn get(
    State(app): State<App>,
    Anyone(context): Anyone,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let request = pb::ListCategoriesRequest {
        include_inactive: true,
    };
    let answer = read!(app.clients.catalogue, list_categories, &context, request)?;
    let found = answer
        .categories
        .into_iter()
        .find(|category| category.id.eq_ignore_ascii_case(&id) || category.slug == id);
    let found = found.ok_or_else(|| AppError::not_found("category"))?;
    Ok(versioned(found.version, pb::Category::from(found)))
}

/// Add a category.
#[utoipa::path(post, path = "/api/v1/categories", tag = "categories", security(("bearer" = [])), request_body = dto::NewCategory,
    responses((status = 201, description = "The category", body = pb::Category)))]
pub async fn create(
    State(app): State<App>,
    Admin(context): Admin,
    Body(body): Body<dto::NewCategory>,
) -> Result<Response, ApiError> {
    let answer = send!(
        app.clients.catalogue,
        create_category,
        &context,
        body.into()
    )?;
    app.products.invalidate();
    let category: pb::Category = must(answer.category, "the category")?;
    let made = Made::at(format!("/api/v1/categories/{}", category.id)).version(category.version);
    Ok(created(category, false, &made))
}

/// Change a category. Fields that are not given stay as they are.
///
/// A category can be sent back as it was read; what cannot be changed is not looked at.
#[utoipa::path(patch, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::CategoryPatch,
    responses((status = 200, description = "The category as it is now", body = pb::Category)))]
pub async fn patch(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(body): Body<dto::CategoryPatch>,
) -> Result<Response, ApiError> {
    update(&app, &context, id, if_match, body).await
}

/// Change a category, for clients that only know PUT; the same as PATCH.
#[utoipa::path(put, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::CategoryPatch,
    responses((status = 200, description = "The category as it is now", body = pb::Category)))]
pub async fn put(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(body): Body<dto::CategoryPatch>,
) -> Result<Response, ApiError> {
    update(&app, &context, id, if_match, body).await
}

async fn update(
    app: &Gateway,
    context: &CallContext,
    id: Id,
    if_match: IfMatch,
    body: dto::CategoryPatch,
) -> Result<Response, ApiError> {
    let version = if_match.or_field(body.version)?;
    let request = body.into_request(id.to_string(), version);
    let answer = send!(app.clients.catalogue, update_category, context, request)?;
    app.products.invalidate();
    let category: pb::Category = must(answer.category, "the category")?;
    Ok(versioned(category.version, category))
}

/// Delete a category. Refused while products or other categories are in it.
#[utoipa::path(delete, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Versioned>),
    responses((status = 204, description = "It is gone"), (status = 409, description = "`CATEGORY_IN_USE`")))]
pub async fn delete(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::Versioned>,
) -> Result<Response, ApiError> {
    let request = pb::DeleteCategoryRequest {
        id: id.to_string(),
        version: if_match.or_field(body.version)?,
    };
    send!(app.clients.catalogue, delete_category, &context, request)?;
    app.products.invalidate();
    Ok(StatusCode::NO_CONTENT.into_response())
}
