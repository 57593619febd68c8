//! Return types of handlers. Each type defines its status, its headers and its OpenAPI entry, so that the document matches the answer.
//!
//! utoipa collects the schemas named in attributes, but not those of these types: they are kept in [`SCHEMAS`] of the response until
//! [`crate::openapi`] moves them to the components.

use std::{borrow::Cow, collections::BTreeMap, marker::PhantomData};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, Object, ObjectBuilder, Ref, RefOr, ResponseBuilder, Schema,
        extensions::ExtensionsBuilder,
        schema::{KnownFormat, SchemaFormat, SchemaType, Type},
    },
};
use waybill_proto::{common::PageInfo, json::Version};
use waybill_service_kit::AppError;

use crate::{
    error::{ApiError, IDEMPOTENCY_REPLAYED},
    extract::CART_TOKEN,
};

/// The extension of a response that holds the schemas of its body.
pub const SCHEMAS: &str = "x-schemas";

/// 200 with a body.
#[derive(Debug)]
pub struct Answer<T>(pub T);

/// 200 with a body and its version as entity tag, to be sent back as `If-Match`.
#[derive(Debug)]
pub struct Versioned<T> {
    body: T,
    replayed: bool,
}

/// 201 with the created resource.
#[derive(Debug)]
pub struct Created<T> {
    body: T,
    location: Option<String>,
    version: Option<i64>,
    replayed: bool,
}

/// 204.
#[derive(Debug)]
pub struct NoContent;

/// An answer that sets or removes the session's cookie.
#[derive(Debug)]
pub struct WithCookies<T>(pub CookieJar, pub T);

/// An answer with the cart token of a caller who is not signed in; an empty token sends no header.
#[derive(Debug)]
pub struct WithCartToken<T>(pub HeaderValue, pub T);

/// Cached JSON bytes of a `T`; 304 for clients that have them already.
#[derive(Debug)]
pub struct Stored<T>(Response, PhantomData<T>);

impl<T> Stored<T> {
    pub const fn new(response: Response) -> Self {
        Self(response, PhantomData)
    }
}

/// Any other answer; what is not a `D` is described in the attribute of its handler.
#[derive(Debug)]
pub struct Raw<D = ()>(Response, PhantomData<D>);

impl<D> Raw<D> {
    pub fn new(answer: impl IntoResponse) -> Self {
        Self(answer.into_response(), PhantomData)
    }
}

impl<T> Answer<T> {
    /// The part of a service's answer that it always sets.
    pub fn of(part: Option<T>) -> Result<Self, ApiError>
    where
        T: ToSchema,
    {
        present(part).map(Self)
    }
}

impl<T> Versioned<T> {
    pub const fn new(body: T) -> Self {
        Self {
            body,
            replayed: false,
        }
    }

    /// As [`Answer::of`].
    pub fn of(part: Option<T>) -> Result<Self, ApiError>
    where
        T: ToSchema,
    {
        present(part).map(Self::new)
    }

    /// An earlier request with the same idempotency key got this answer first.
    #[must_use]
    pub const fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }
}

impl<T> Created<T> {
    pub const fn new(body: T) -> Self {
        Self {
            body,
            location: None,
            version: None,
            replayed: false,
        }
    }

    /// As [`Answer::of`].
    pub fn of(part: Option<T>) -> Result<Self, ApiError>
    where
        T: ToSchema,
    {
        present(part).map(Self::new)
    }

    /// The path of the new resource.
    #[must_use]
    pub fn at(mut self, path: impl FnOnce(&T) -> String) -> Self {
        self.location = Some(path(&self.body));
        self
    }

    /// With its version as entity tag.
    #[must_use]
    pub fn versioned(mut self) -> Self
    where
        T: Version,
    {
        self.version = Some(self.body.version());
        self
    }

    /// An earlier request with the same idempotency key got this answer first.
    #[must_use]
    pub const fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }
}

/// The part of a service's answer that it always sets.
pub fn present<T: ToSchema>(part: Option<T>) -> Result<T, ApiError> {
    part.ok_or_else(|| {
        let name = T::name();
        AppError::internal(format!("a service answered without the {name}")).into()
    })
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl<T: Serialize + Version> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let version = self.body.version();
        let mut response = Json(self.body).into_response();
        tag(&mut response, version);
        mark(&mut response, self.replayed);
        response
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Json(self.body)).into_response();
        let location = self.location.map(HeaderValue::try_from);
        if let Some(Ok(location)) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        if let Some(version) = self.version {
            tag(&mut response, version);
        }
        mark(&mut response, self.replayed);
        response
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl From<ApiError> for WithCookies<ApiError> {
    fn from(error: ApiError) -> Self {
        Self(CookieJar::new(), error)
    }
}

impl<T: IntoResponse> IntoResponse for WithCookies<T> {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl<T: IntoResponse> IntoResponse for WithCartToken<T> {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        if !self.0.is_empty() {
            response.headers_mut().insert(CART_TOKEN, self.0);
        }
        response
    }
}

impl<T> IntoResponse for Stored<T> {
    fn into_response(self) -> Response {
        self.0
    }
}

impl<D> IntoResponse for Raw<D> {
    fn into_response(self) -> Response {
        self.0
    }
}

fn tag(response: &mut Response, version: i64) {
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}

fn mark(response: &mut Response, replayed: bool) {
    if replayed {
        let value = HeaderValue::from_static("true");
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, value);
    }
}

type Responses = BTreeMap<String, RefOr<utoipa::openapi::Response>>;

/// The response of a status with a body of `T`, which the schema of `T` describes.
fn described<T: ToSchema>(status: StatusCode, headers: &[&str]) -> Responses {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    let description = match &schemas[0].1 {
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        _ => None,
    };
    T::schemas(&mut schemas);
    let schemas: Map<_, _> = schemas
        .into_iter()
        .map(|(name, schema)| (name, json!(schema)))
        .collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(T::name())))
        .build();
    let response = ResponseBuilder::new()
        .description(description.unwrap_or_else(|| "Done.".to_owned()))
        .content("application/json", content)
        .extensions(Some(
            ExtensionsBuilder::new()
                .add(SCHEMAS, Value::Object(schemas))
                .build(),
        ));
    let mut response = response.build();
    for name in headers {
        let header = Ref::new(format!("#/components/headers/{name}"));
        response
            .headers
            .insert((*name).to_owned(), RefOr::Ref(header));
    }
    [(status.as_str().to_owned(), response.into())].into()
}

impl<T: ToSchema> IntoResponses for Answer<T> {
    fn responses() -> Responses {
        described::<T>(StatusCode::OK, &[])
    }
}

impl<T: ToSchema> IntoResponses for Versioned<T> {
    fn responses() -> Responses {
        described::<T>(StatusCode::OK, &["ETag"])
    }
}

impl<T: ToSchema> IntoResponses for Created<T> {
    fn responses() -> Responses {
        described::<T>(StatusCode::CREATED, &["ETag", "Location"])
    }
}

impl IntoResponses for NoContent {
    fn responses() -> Responses {
        let response = ResponseBuilder::new().description("Done.").build();
        [("204".to_owned(), response.into())].into()
    }
}

impl<T: IntoResponses> IntoResponses for WithCookies<T> {
    fn responses() -> Responses {
        T::responses()
    }
}

impl<T: IntoResponses> IntoResponses for WithCartToken<T> {
    fn responses() -> Responses {
        let mut responses = T::responses();
        for response in responses.values_mut() {
            if let RefOr::T(response) = response {
                let token = Ref::new("#/components/headers/CartToken");
                let name = CART_TOKEN.as_str().to_owned();
                response.headers.insert(name, RefOr::Ref(token));
            }
        }
        responses
    }
}

impl<T: ToSchema> IntoResponses for Stored<T> {
    fn responses() -> Responses {
        let mut responses = described::<T>(StatusCode::OK, &["ETag"]);
        let unchanged = ResponseBuilder::new().description("Unchanged since `If-None-Match`.");
        responses.insert("304".to_owned(), unchanged.build().into());
        responses
    }
}

impl<D: IntoResponses> IntoResponses for Raw<D> {
    fn responses() -> Responses {
        D::responses()
    }
}

impl IntoResponses for ApiError {
    /// [`crate::openapi`] adds the responses that every route has.
    fn responses() -> Responses {
        Responses::new()
    }
}

/// One page of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_is_capped: Option<bool>,
}

impl<T> Page<T> {
    pub fn new(items: Vec<T>, page: Option<PageInfo>) -> Self {
        let page = page.unwrap_or_default();
        Self {
            items,
            next_cursor: page.next_cursor,
            total_is_capped: page.total.map(|_| page.total_capped),
            total: page.total,
        }
    }

    /// A short list without pages.
    pub fn whole(items: Vec<T>) -> Self {
        Self::new(items, None)
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl<T: ToSchema> IntoResponses for Page<T> {
    fn responses() -> Responses {
        described::<Self>(StatusCode::OK, &[])
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("Page_{}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let of = |kind: Type, description: &str| -> Object {
            ObjectBuilder::new()
                .schema_type(kind)
                .description(Some(description))
                .build()
        };
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some(
                "Pass it as `cursor` to get the next page; null on the last page.",
            ));
        let mut total = of(
            Type::Integer,
            "Number of rows on all pages; only with `total=true`.",
        );
        total.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
        total.minimum = Some(0.into());
        let capped = of(
            Type::Boolean,
            "True if there are more rows than `total`: filtered orders are counted up to 10,000, unless the filter is only the status.",
        );
        ObjectBuilder::new()
            .description(Some("One page of a list."))
            .property(
                "items",
                ArrayBuilder::new().items(Ref::from_schema_name(T::name())),
            )
            .property("nextCursor", cursor)
            .property("total", total)
            .property("totalIsCapped", capped)
            .required("items")
            .required("nextCursor")
            .into()
    }
}
