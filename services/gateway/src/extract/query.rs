//! Query parameters: filters and pages.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_path_to_error::Segment;
use utoipa::IntoParams;
use waybill_proto::common::PageRequest;
use waybill_service_kit::AppError;

use crate::{
    body::quoted,
    error::{ApiError, camel_case},
};

/// Query parameters; unknown and malformed ones are refused by name. A parameter without a value counts as not given, because
/// forms send empty fields so (`kind=`).
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S, T> FromRequestParts<S> for Params<T>
where
    S: Send + Sync,
    T: DeserializeOwned + IntoParams,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        query_of(parts.uri.query().unwrap_or_default(), names::<T>).map(Self)
    }
}

/// Rows of one page at most.
#[derive(Debug, Clone, Copy)]
pub struct Limit(pub u32);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(limit: D) -> Result<Self, D::Error> {
        let limit = u32::deserialize(limit)?;
        if (1..=PageRequest::MAX_LIMIT).contains(&limit) {
            return Ok(Self(limit));
        }
        let most = PageRequest::MAX_LIMIT;
        Err(D::Error::custom(format!("must be from 1 to {most}")))
    }
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows at most, 1 to 100; 20 if not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<Limit>,
    /// `nextCursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]*$")]
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    pub total: Option<bool>,
}

/// The default page size: passed to the service explicitly, so that the same list has one cache key.
const DEFAULT_LIMIT: u32 = 20;

impl From<Paging> for PageRequest {
    fn from(paging: Paging) -> Self {
        Self {
            limit: paging.limit.map_or(DEFAULT_LIMIT, |limit| limit.0),
            cursor: paging.cursor.unwrap_or_default(),
            total: paging.total.unwrap_or(false),
        }
    }
}

/// Two groups of parameters in one query, so that filters need not repeat common parameters.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<S, A, B> FromRequestParts<S> for Both<A, B>
where
    S: Send + Sync,
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned + IntoParams,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let of_second = names::<B>();
        let is_second = |pair: &&str| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            of_second.iter().any(|known| known == name)
        };
        let (second, first): (Vec<_>, Vec<_>) = query.split('&').partition(is_second);
        let known = || [names::<A>(), names::<B>()].concat();
        Ok(Self(
            query_of(&first.join("&"), known)?,
            query_of(&second.join("&"), known)?,
        ))
    }
}

/// The query of a list: a filter, and [`Paging`].
#[derive(Debug)]
pub struct Paged<F>(pub F, pub Option<PageRequest>);

impl<S, F> FromRequestParts<S> for Paged<F>
where
    S: Send + Sync,
    F: DeserializeOwned + IntoParams,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Both(filter, paging) = Both::<F, Paging>::from_request_parts(parts, state).await?;
        Ok(Self(filter, Some(paging.into())))
    }
}

/// The names of parameters, as in OpenAPI.
fn names<T: IntoParams>() -> Vec<String> {
    let params = T::into_params(|| None).into_iter();
    params.map(|param| param.name).collect()
}

/// Reads and checks the parameters that have a value; `known` are the names of all parameters.
fn query_of<T: DeserializeOwned>(
    query: &str,
    known: impl FnOnce() -> Vec<String>,
) -> Result<T, ApiError> {
    if query.contains("%00") {
        return Err(AppError::malformed("the query must not contain NUL characters").into());
    }
    let is_bare = |pair: &&str| !pair.is_empty() && !pair.contains('=');
    if let Some(name) = query.split('&').find(is_bare) {
        return Err(AppError::invalid_field(name, "must have a value").into());
    }
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    let pairs = pairs.map(|(name, value)| (api_name(name), value));
    let filled = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let pairs = form_urlencoded::parse(filled.as_bytes());
    let params = serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs));
    let params = params.map_err(|error| query_error(&error, known))?;
    Ok(params)
}

/// The name of a parameter, which clients may spell in snake_case.
fn api_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.contains('_') {
        return camel_case(&name).into();
    }
    name
}

fn query_error(
    error: &serde_path_to_error::Error<serde_html_form::de::Error>,
    known: impl FnOnce() -> Vec<String>,
) -> ApiError {
    let problem = error.inner().to_string();
    // For a parameter that may be repeated, the path continues with the index of the value.
    let field = match error.path().iter().next() {
        Some(Segment::Map { key }) => key.as_str(),
        _ => quoted(&problem).unwrap_or("query"),
    };
    let problem = if problem.starts_with("unknown field") {
        format!(
            "there is no such parameter; there are {}",
            known().join(", ")
        )
    } else if problem == "unsupported value" {
        // Several values of a parameter that takes one.
        "must be given once".to_owned()
    } else {
        problem.clone()
    };
    AppError::invalid_field(field, problem).into()
}
