//! Files of orders and pictures of products.

mod download;
mod upload;

use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_primitives::non_empty;
use waybill_proto::{
    media,
    order::{self as pb, FilePurpose},
};
use waybill_service_kit::ErrorCode;

use crate::{
    answer::{Answer, Created, NoContent, Page, Raw, Versioned, present},
    app::{App, read, required, send},
    dto::{self},
    error::ApiError,
    extract::{
        Admin, Anyone, Body, Id, Idempotency, IfMatch, OptionalBody, Origin, Paged, Paging, Params,
        SignedIn, Worker,
    },
    multipart::{Form, MAX_FORM},
    routes::imports,
};
use download::{LinkQuery, download};
use upload::Purposes;

/// The upload routes, which have a longer timeout for slow clients, with the largest body of each.
const UPLOADS: [(&str, usize); 4] = [
    ("/api/v1/admin/products/import", imports::MAX_BODY),
    ("/api/v1/orders/{id}/media", MAX_FORM),
    ("/api/v1/orders/{id}/customer-media", MAX_FORM),
    ("/api/v1/products/{id}/images", MAX_FORM),
];

/// The largest body of an upload route; none for other routes.
pub fn largest_upload(route: &str) -> Option<usize> {
    let mut all = UPLOADS.iter();
    all.find(|(of, _)| *of == route)
        .map(|(_, largest)| *largest)
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_files, upload_file))
        .routes(routes!(upload_reference))
        .routes(routes!(add_product_image))
        .routes(routes!(download_file, delete_file))
        .routes(routes!(download_thumbnail))
        .routes(routes!(create_file_link))
        .routes(routes!(arrange_product_images))
        .routes(routes!(delete_product_image))
}

/// List the files of an order, newest first.
///
/// Customers see results once the order is completed. Staff see the customer's files of orders in the pool.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/media",
    tag = "media",
    params(pb::ListFilesRequest, Paging)
)]
pub async fn list_files(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Paged(mut request, page): Paged<pb::ListFilesRequest>,
) -> Result<Page<pb::File>, ApiError> {
    request.page = page;
    request.order_id = id.to_string();
    let answer = read!(app.clients.file, list_files, &context, request)?;
    Ok(Page::new(answer.files, answer.page))
}

/// The purpose as a query parameter.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct WorkQuery {
    /// Instead of the form field.
    #[param(inline, nullable = false, value_type = Option<dto::WorkPurpose>)]
    pub purpose: Option<FilePurpose>,
}

/// As [`WorkQuery`], for customers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ReferenceQuery {
    /// Instead of the form field.
    #[param(inline, nullable = false, value_type = Option<dto::ReferencePurpose>)]
    pub purpose: Option<FilePurpose>,
}

/// Add a work file to an order: its assignee, administrators.
///
/// The purpose is `PROGRESS` or `RESULT`, as a query parameter or as a form field; `PROGRESS` if it is not given. The file type is detected from the content;
/// pictures are re-encoded without metadata. With an `Idempotency-Key`, a repeated request gets the first answer again.
#[utoipa::path(post, path = "/api/v1/orders/{id}/media", tag = "media", params(WorkQuery, Idempotency),
    request_body(content = dto::FileUpload, content_type = "multipart/form-data"))]
pub async fn upload_file(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    Params(query): Params<WorkQuery>,
    idempotency: Idempotency,
    form: Form,
) -> Result<Created<pb::File>, ApiError> {
    context.idempotency_key = idempotency.0;
    let target = pb::UploadTarget {
        order_id: id.to_string(),
        ..Default::default()
    };
    let work = Purposes::OneOf(&[FilePurpose::Progress, FilePurpose::Result]);
    let answer = form
        .send(&app, &context, target, work, query.purpose)
        .await?;
    Ok(Created::of(answer.file)?
        .at(|file| media::url(&file.id))
        .replayed(answer.replayed))
}

/// Add a file to your own order, for instance a reference picture, while the order is open.
#[utoipa::path(post, path = "/api/v1/orders/{id}/customer-media", tag = "media", params(ReferenceQuery, Idempotency),
    request_body(content = dto::ReferenceUpload, content_type = "multipart/form-data"))]
pub async fn upload_reference(
    State(app): State<App>,
    SignedIn(mut context): SignedIn,
    id: Id,
    Params(query): Params<ReferenceQuery>,
    idempotency: Idempotency,
    form: Form,
) -> Result<Created<pb::File>, ApiError> {
    context.idempotency_key = idempotency.0;
    let target = pb::UploadTarget {
        order_id: id.to_string(),
        ..Default::default()
    };
    let purposes = Purposes::OneOf(&[FilePurpose::Reference]);
    let answer = form
        .send(&app, &context, target, purposes, query.purpose)
        .await?;
    Ok(Created::of(answer.file)?
        .at(|file| media::url(&file.id))
        .replayed(answer.replayed))
}

/// Read a file: streamed, or a redirect to a link on the storage that is valid for a minute.
///
/// Pictures of products are public. Files of orders need a token, or the `expires` and `signature` of a link. Supports `Range`
/// and `If-None-Match`.
#[utoipa::path(get, path = "/api/v1/media/{id}", tag = "media", params(LinkQuery), security((), ("bearer" = [])),
    responses((status = 200, description = "The bytes", content_type = "application/octet-stream", body = String),
        (status = 206, description = "The requested range", content_type = "application/octet-stream", body = String),
        (status = 302, description = "Redirect to the storage"),
        (status = 304, description = "Unchanged since `If-None-Match`"),
        (status = 403, description = "`LINK_INVALID`, `LINK_EXPIRED`: create a new link", body = crate::error::ErrorBody<'_>),
        (status = 416, description = "The range begins after the end of the file")))]
pub async fn download_file(
    State(app): State<App>,
    Anyone(context): Anyone,
    id: Id,
    Params(query): Params<LinkQuery>,
    headers: HeaderMap,
) -> Result<Raw, ApiError> {
    download(&app, &context, id, false, query, &headers)
        .await
        .map(Raw::new)
}

/// Read the thumbnail of a picture: at most 320 pixels wide and high. Otherwise the same as the file itself.
#[utoipa::path(get, path = "/api/v1/media/{id}/thumbnail", tag = "media", params(LinkQuery), security((), ("bearer" = [])),
    responses((status = 200, description = "The bytes", content_type = "application/octet-stream", body = String),
        (status = 302, description = "Redirect to the storage"),
        (status = 304, description = "Unchanged since `If-None-Match`"),
        (status = 403, description = "`LINK_INVALID`, `LINK_EXPIRED`: create a new link", body = crate::error::ErrorBody<'_>)))]
pub async fn download_thumbnail(
    State(app): State<App>,
    Anyone(context): Anyone,
    id: Id,
    Params(query): Params<LinkQuery>,
    headers: HeaderMap,
) -> Result<Raw, ApiError> {
    download(&app, &context, id, true, query, &headers)
        .await
        .map(Raw::new)
}

/// Delete a file of an order with its content: its uploader while the order is open, administrators always.
#[utoipa::path(delete, path = "/api/v1/media/{id}", tag = "media")]
pub async fn delete_file(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<NoContent, ApiError> {
    let request = pb::DeleteFileRequest { id: id.to_string() };
    let answer = send!(app.clients.file, delete_file, &context, request)?;
    if answer.product.is_some() {
        app.products.invalidate();
    }
    Ok(NoContent)
}

/// Create a link to a file that you may read, to share with others. It needs no token and expires.
#[utoipa::path(post, path = "/api/v1/media/{id}/link", tag = "media", request_body(content = Option<pb::CreateFileLinkRequest>))]
pub async fn create_file_link(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    origin: Origin,
    OptionalBody(mut request): OptionalBody<pb::CreateFileLinkRequest>,
) -> Result<Answer<dto::FileLink>, ApiError> {
    let id = id.to_string();
    request.id.clone_from(&id);
    let answer = send!(app.clients.file, create_file_link, &context, request)?;
    // A link on the storage, or on this gateway with a signature.
    let full = |url: String, path: String, query: String| match (non_empty(url), non_empty(query)) {
        (Some(url), _) => Some(url),
        (None, query) => query.map(|query| origin.absolute(format!("{path}?{query}"))),
    };
    let file = full(answer.url, media::url(&id), answer.signature);
    let link = dto::FileLink {
        url: required(file, "the link")?,
        thumbnail_url: full(
            answer.thumbnail_url,
            media::thumbnail_url(&id),
            answer.thumbnail_signature,
        ),
        expires_at: required(answer.expires_at, "the time")?,
    };
    Ok(Answer(link))
}

/// Add a picture to a product; it is shown last.
#[utoipa::path(post, path = "/api/v1/products/{id}/images", tag = "products", params(Idempotency),
    request_body(content = dto::PictureUpload, content_type = "multipart/form-data"))]
pub async fn add_product_image(
    State(app): State<App>,
    Admin(mut context): Admin,
    id: Id,
    idempotency: Idempotency,
    form: Form,
) -> Result<Created<pb::Product>, ApiError> {
    context.idempotency_key = idempotency.0;
    let target = pb::UploadTarget {
        product_id: id.to_string(),
        ..Default::default()
    };
    let picture = Purposes::None;
    let answer = form.send(&app, &context, target, picture, None).await?;
    app.products.invalidate();
    Ok(Created::of(answer.product)?
        .versioned()
        .at(|product| format!("/api/v1/products/{}", product.id))
        .replayed(answer.replayed))
}

/// Change the order of a product's pictures.
#[utoipa::path(put, path = "/api/v1/products/{id}/images", tag = "products", params(IfMatch), request_body = pb::ArrangeProductImagesRequest)]
pub async fn arrange_product_images(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(mut request): Body<pb::ArrangeProductImagesRequest>,
) -> Result<Versioned<pb::Product>, ApiError> {
    request.product_id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.file, arrange_product_images, &context, request)?;
    app.products.invalidate();
    Versioned::of(answer.product)
}

/// Delete a picture of a product.
#[utoipa::path(
    delete,
    path = "/api/v1/products/{id}/images/{imageId}",
    tag = "products"
)]
pub async fn delete_product_image(
    State(app): State<App>,
    Admin(context): Admin,
    path: Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>,
) -> Result<NoContent, ApiError> {
    let missing = || {
        ApiError::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NotFound,
            "no such picture",
        )
    };
    let Ok(Path((product_id, id))) = path else {
        return Err(missing());
    };
    let request = pb::GetFileRequest { id: id.to_string() };
    let answer = read!(app.clients.file, get_file, &context, request)?;
    if present(answer.file)?.product_id != Some(product_id.to_string()) {
        return Err(missing());
    }
    let request = pb::DeleteFileRequest { id: id.to_string() };
    send!(app.clients.file, delete_file, &context, request)?;
    app.products.invalidate();
    Ok(NoContent)
}
