//! Categories of the catalogue.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{common, order as pb};
use waybill_service_kit::{AppError, CallContext, UserCaller};

use super::products::{cached_response, for_everybody};
use crate::{
    answer::{Created, NoContent, Page, Stored, Versioned},
    app::{App, Gateway, read, send},
    cache::Cached,
    error::ApiError,
    extract::{Admin, Anyone, Body, Edited, Id, IfMatch, Limit, OptionalBody, Origin, Params},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_categories, create_category))
        .routes(routes!(
            get_category,
            replace_category,
            update_category,
            delete_category
        ))
}

/// Filter and paging of the category list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct CategoryFilter {
    /// Include inactive categories; for administrators only, ignored for others.
    pub include_inactive: Option<bool>,
    /// Rows at most, 1 to 100; all if not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<Limit>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    pub total: Option<bool>,
}

impl CategoryFilter {
    /// The requested page of the whole list. A cursor is the id of the last category of the previous page.
    fn page_of(&self, all: &Cached) -> Result<Option<Cached>, ApiError> {
        if self.limit.is_none() && self.cursor.is_none() && self.total.is_none() {
            return Ok(None);
        }
        let mut list: Value =
            serde_json::from_slice(all.body.text()).map_err(AppError::internal)?;
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
        let limit = self.limit.map_or(usize::MAX, |limit| limit.0 as usize);
        if items.len() > limit {
            items.truncate(limit);
            list["nextCursor"] = items.last().map_or(Value::Null, |last| last["id"].clone());
        }
        list["items"] = items.into();
        Ok(Some(Cached::new(&list)?))
    }
}

/// List all categories, by position and name.
///
/// Without `limit`, the answer contains all categories. The answer has an `ETag`.
#[utoipa::path(get, path = "/api/v1/categories", tag = "categories", params(CategoryFilter), security((), ("bearer" = [])))]
pub async fn list_categories(
    State(app): State<App>,
    Anyone(context): Anyone,
    Origin(base): Origin,
    headers: HeaderMap,
    Params(filter): Params<CategoryFilter>,
) -> Result<Stored<Page<pb::Category>>, ApiError> {
    let inactive = filter.include_inactive.unwrap_or(false);
    let all = if inactive && context.user().is_ok_and(UserCaller::is_admin) {
        Arc::new(load(&app, &context, true).await?)
    } else {
        let load = async { load(&app, &for_everybody(&context), false).await };
        app.products.categories(load).await?
    };
    let page = filter.page_of(&all)?;
    let list = page.as_ref().unwrap_or(&all);
    Ok(cached_response(list, &base, &headers))
}

async fn load(app: &Gateway, context: &CallContext, inactive: bool) -> Result<Cached, ApiError> {
    let request = pb::ListCategoriesRequest {
        include_inactive: inactive,
    };
    let answer = read!(app.clients.catalogue, list_categories, context, request)?;
    let all = Page::<pb::Category>::new(answer.categories, None);
    Ok(Cached::new(&all)?)
}

/// Read a category, by its id or its slug.
#[utoipa::path(get, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = String, Path, description = "Id or slug")),
    security((), ("bearer" = [])))]
pub async fn get_category(
    State(app): State<App>,
    Anyone(context): Anyone,
    Path(id): Path<String>,
) -> Result<Versioned<pb::Category>, ApiError> {
    Ok(Versioned::new(find(&app, &context, &id).await?))
}

/// By its id or its slug.
async fn find(app: &Gateway, context: &CallContext, id: &str) -> Result<pb::Category, ApiError> {
    let request = pb::ListCategoriesRequest {
        include_inactive: true,
    };
    let answer = read!(app.clients.catalogue, list_categories, context, request)?;
    let found = answer
        .categories
        .into_iter()
        .find(|category| category.id.eq_ignore_ascii_case(id) || category.slug == id);
    found.ok_or_else(|| AppError::not_found("category").into())
}

/// Add a category.
#[utoipa::path(post, path = "/api/v1/categories", tag = "categories", request_body = pb::CreateCategoryRequest)]
pub async fn create_category(
    State(app): State<App>,
    Admin(context): Admin,
    Body(request): Body<pb::CreateCategoryRequest>,
) -> Result<Created<pb::Category>, ApiError> {
    let answer = send!(app.clients.catalogue, create_category, &context, request)?;
    app.products.invalidate();
    Ok(Created::of(answer.category)?
        .versioned()
        .at(|category| format!("/api/v1/categories/{}", category.id)))
}

/// Replace a category.
///
/// Fields that are left out become empty; the slug stays, and the category is active. A category can be sent back as it was read.
#[utoipa::path(put, path = "/api/v1/categories/{id}", tag = "categories", params(IfMatch), request_body = pb::UpdateCategoryRequest)]
pub async fn replace_category(
    state: State<App>,
    caller: Admin,
    id: Id,
    if_match: IfMatch,
    body: Edited<pb::UpdateCategoryRequest>,
) -> Result<Versioned<pb::Category>, ApiError> {
    update_category(state, caller, id, if_match, body).await
}

/// Change a category. Fields that are not given stay as they are.
///
/// A category can be sent back as it was read.
#[utoipa::path(patch, path = "/api/v1/categories/{id}", tag = "categories", params(IfMatch), request_body = pb::UpdateCategoryRequest)]
pub async fn update_category(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Edited(mut request, sent): Edited<pb::UpdateCategoryRequest>,
) -> Result<Versioned<pb::Category>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    sent.check(request.version, find(&app, &context, &request.id))
        .await?;
    let answer = send!(app.clients.catalogue, update_category, &context, request)?;
    app.products.invalidate();
    Versioned::of(answer.category)
}

/// Delete a category. Refused while products or other categories are in it.
#[utoipa::path(delete, path = "/api/v1/categories/{id}", tag = "categories", params(IfMatch),
    request_body(content = Option<common::Versioned>),
    responses((status = 409, description = "`CATEGORY_IN_USE`")))]
pub async fn delete_category(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<common::Versioned>,
) -> Result<NoContent, ApiError> {
    let request = pb::DeleteCategoryRequest {
        id: id.to_string(),
        version: if_match.or_field(body.version)?,
    };
    send!(app.clients.catalogue, delete_category, &context, request)?;
    app.products.invalidate();
    Ok(NoContent)
}
