//! The catalogue and its stock.

use std::sync::Arc;

use axum::{
    body::Body as HttpBody,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use prost::Message as _;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{common, order as pb};
use waybill_service_kit::{AppError, CallContext, UserCaller};

use crate::{
    answer::{Created, NoContent, Page, Stored, Versioned, present},
    app::{App, Gateway, read, send},
    cache::Cached,
    error::ApiError,
    extract::{
        Admin, Anyone, Body, Edited, Id, Idempotency, IfMatch, OptionalBody, Origin, Paged, Paging,
        Params,
    },
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_products, create_product))
        .routes(routes!(
            get_product,
            replace_product,
            update_product,
            archive_product
        ))
        .routes(routes!(list_stock_movements, adjust_stock))
}

/// List products, newest first.
///
/// Administrators also see the units on hand and the reserved units. The answer has an `ETag`. While the order service is
/// unavailable, others get the last known answer for some minutes, with the headers `Age` and `Cache-Status`.
#[utoipa::path(get, path = "/api/v1/products", tag = "products", params(pb::ListProductsRequest, Paging), security((), ("bearer" = [])),
    responses((status = 403, description = "`FORBIDDEN`: `lowStock` is for administrators", body = crate::error::ErrorBody<'_>)))]
pub async fn list_products(
    State(app): State<App>,
    Anyone(context): Anyone,
    Origin(base): Origin,
    headers: HeaderMap,
    Paged(mut request, page): Paged<pb::ListProductsRequest>,
) -> Result<Stored<Page<pb::Product>>, ApiError> {
    request.page = page;
    // One list has one name in the cache.
    request.q = request.q.trim().to_owned();
    request.category = request.category.trim().to_owned();
    let is_admin = context.user().is_ok_and(UserCaller::is_admin);
    if is_admin {
        let list = load_list(&app, &context, request).await?;
        return Ok(cached_response(&list, &base, &headers));
    }
    if request.low_stock.is_some() {
        return Err(AppError::forbidden("lowStock is for administrators").into());
    }
    request.include_inactive = false;
    // Everyone but administrators gets the same list.
    let query = request.encode_to_vec();
    let load = async { load_list(&app, &for_everybody(&context), request).await };
    let list = app.products.list(query, load).await?;
    Ok(cached_response(&list, &base, &headers))
}

async fn load_list(
    app: &Gateway,
    context: &CallContext,
    request: pb::ListProductsRequest,
) -> Result<Cached, ApiError> {
    let answer = read!(app.clients.catalogue, list_products, context, request)?;
    let page = Page::<pb::Product>::new(answer.products, answer.page);
    Ok(Cached::new(&page)?)
}

/// The context of a call whose answer is shared: without a token.
pub fn for_everybody(context: &CallContext) -> CallContext {
    CallContext {
        request_id: context.request_id.clone(),
        traceparent: context.traceparent.clone(),
        ..CallContext::default()
    }
}

/// The answer with its entity tag and with URLs below `base`, or 304 if the client has it already.
pub fn cached_response<T>(cached: &Cached, base: &str, asked: &HeaderMap) -> Stored<T> {
    let etag = cached.etag_below(base);
    let unchanged = asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tags| matches_tag(tags, &etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(HttpBody::from(cached.body.below(base)));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    if let Some(age) = cached.stale {
        // RFC 9111 and RFC 9211: a stored answer that may be outdated.
        headers.insert(header::AGE, HeaderValue::from(age.as_secs()));
        headers.insert(
            "cache-status",
            HeaderValue::from_static("waybill; fwd=stale; fwd-status=503"),
        );
    }
    // The browser may cache it, but must revalidate it each time.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    Stored::new(response)
}

pub fn matches_tag(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else {
        return false;
    };
    tags.split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

/// Add a product.
#[utoipa::path(post, path = "/api/v1/products", tag = "products", request_body = pb::CreateProductRequest)]
pub async fn create_product(
    State(app): State<App>,
    Admin(context): Admin,
    Body(request): Body<pb::CreateProductRequest>,
) -> Result<Created<pb::Product>, ApiError> {
    let answer = send!(app.clients.catalogue, create_product, &context, request)?;
    app.products.invalidate();
    Ok(Created::of(answer.product)?
        .versioned()
        .at(|product| format!("/api/v1/products/{}", product.id)))
}

/// Read a product.
///
/// The answer has an `ETag`, which also changes with the stock and can be sent back as `If-Match`. As with the list, the answer
/// may be the last known one while the order service is unavailable.
#[utoipa::path(get, path = "/api/v1/products/{id}", tag = "products", security((), ("bearer" = [])))]
pub async fn get_product(
    State(app): State<App>,
    Anyone(context): Anyone,
    Origin(base): Origin,
    headers: HeaderMap,
    id: Id,
) -> Result<Stored<pb::Product>, ApiError> {
    let id = id.to_string();
    if context.user().is_ok_and(UserCaller::is_admin) {
        let product = load_product(&app, &context, id).await?;
        return Ok(cached_response(&product, &base, &headers));
    }
    let product = for_visitors(&app, &context, &id).await?;
    Ok(cached_response(&product, &base, &headers))
}

/// A product as everyone but administrators gets it.
pub async fn for_visitors(
    app: &Gateway,
    context: &CallContext,
    id: &str,
) -> Result<Arc<Cached>, ApiError> {
    let load = async { load_product(app, &for_everybody(context), id.to_owned()).await };
    app.products.product(id.to_owned(), load).await
}

async fn load_product(
    app: &Gateway,
    context: &CallContext,
    id: String,
) -> Result<Cached, ApiError> {
    let request = pb::GetProductRequest { id };
    let answer = read!(app.clients.catalogue, get_product, context, request)?;
    Ok(Cached::versioned(&present(answer.product)?)?)
}

/// Replace a product.
///
/// Fields that are left out become empty; the SKU stays, and the product is active. The kind never changes, and stock has a route of
/// its own. A product can be sent back as it was read.
#[utoipa::path(put, path = "/api/v1/products/{id}", tag = "products", params(IfMatch), request_body = pb::UpdateProductRequest)]
pub async fn replace_product(
    state: State<App>,
    caller: Admin,
    id: Id,
    if_match: IfMatch,
    Edited(mut request, sent): Edited<pb::UpdateProductRequest>,
) -> Result<Versioned<pb::Product>, ApiError> {
    if request.category.is_none() && request.category_id.is_none() {
        request.category = Some(String::new());
    }
    update_product(state, caller, id, if_match, Edited(request, sent)).await
}

/// Change a product. Fields that are not given stay as they are.
///
/// A product can be sent back as it was read.
#[utoipa::path(patch, path = "/api/v1/products/{id}", tag = "products", params(IfMatch), request_body = pb::UpdateProductRequest)]
pub async fn update_product(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Edited(mut request, sent): Edited<pb::UpdateProductRequest>,
) -> Result<Versioned<pb::Product>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let current = async {
        let request = pb::GetProductRequest { id: id.to_string() };
        let answer = read!(app.clients.catalogue, get_product, &context, request)?;
        present(answer.product)
    };
    sent.check(request.version, current).await?;
    let answer = send!(app.clients.catalogue, update_product, &context, request)?;
    app.products.invalidate();
    Versioned::of(answer.product)
}

/// Archive a product. It stays readable for administrators and can no longer be ordered.
#[utoipa::path(delete, path = "/api/v1/products/{id}", tag = "products", params(IfMatch),
    request_body(content = Option<common::Versioned>))]
pub async fn archive_product(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<common::Versioned>,
) -> Result<NoContent, ApiError> {
    let request = pb::ArchiveProductRequest {
        id: id.to_string(),
        version: if_match.or_field(body.version)?,
    };
    send!(app.clients.catalogue, archive_product, &context, request)?;
    app.products.invalidate();
    Ok(NoContent)
}

/// List the stock movements of a product, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}/stock",
    tag = "products",
    params(Paging)
)]
pub async fn list_stock_movements(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::StockMovement>, ApiError> {
    let request = pb::ListMovementsRequest {
        product_id: id.to_string(),
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.stock, list_movements, &context, request)?;
    Ok(Page::new(answer.movements, answer.page))
}

/// Add units to the stock of a product, or remove some.
#[utoipa::path(post, path = "/api/v1/products/{id}/stock", tag = "products", params(IfMatch, Idempotency),
    request_body = pb::AdjustStockRequest)]
pub async fn adjust_stock(
    State(app): State<App>,
    Admin(mut context): Admin,
    id: Id,
    idempotency: Idempotency,
    if_match: IfMatch,
    Body(mut request): Body<pb::AdjustStockRequest>,
) -> Result<Versioned<pb::Product>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.product_id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.stock, adjust_stock, &context, request)?;
    app.products.invalidate();
    Ok(Versioned::of(answer.product)?.replayed(answer.replayed))
}
