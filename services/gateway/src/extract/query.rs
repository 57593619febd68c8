//! Query parameters: filters and pages.

use std::{
    any::TypeId,
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use axum::extract::FromRequestParts;
use http::request::Parts;
use parking_lot::RwLock;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_path_to_error::Segment;
use utoipa::{IntoParams, openapi::path::Parameter};
use waybill_primitives::FieldError;
use waybill_proto::common::PageRequest;
use waybill_service_kit::AppError;

use crate::{
    body::quoted,
    error::{ApiError, camel_case},
    input_errors,
};

/// Query parameters; unknown and malformed ones are refused by name. A parameter without a value counts as not given, because
/// forms send empty fields so (`kind=`).
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S, T> FromRequestParts<S> for Params<T>
where
    S: Send + Sync,
    T: DeserializeOwned + IntoParams + 'static,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let mut wrong = Wrong::default();
        match wrong.part(query_of(query)) {
            Some(values) => Ok(Self(values)),
            None => Err(wrong.error(query, &params::<T>())),
        }
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
    A: DeserializeOwned + IntoParams + 'static,
    B: DeserializeOwned + IntoParams + 'static,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let [first, second] = split(query, [params::<A>(), params::<B>()]);
        let known = || [params::<A>(), params::<B>()].concat();
        let mut wrong = Wrong::default();
        let first = wrong.part(query_of(&first));
        let second = wrong.part(query_of(&second));
        match (first, second) {
            (Some(first), Some(second)) => Ok(Self(first, second)),
            _ => Err(wrong.error(query, &known())),
        }
    }
}

/// The query of a list with a filter, [`Paging`], and further parameters.
#[derive(Debug)]
pub struct PagedWith<F, P>(pub F, pub P, pub Option<PageRequest>);

impl<S, F, P> FromRequestParts<S> for PagedWith<F, P>
where
    S: Send + Sync,
    F: DeserializeOwned + IntoParams + 'static,
    P: DeserializeOwned + IntoParams + 'static,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let [filter, further, paging] =
            split(query, [params::<F>(), params::<P>(), params::<Paging>()]);
        let known = || [params::<F>(), params::<P>(), params::<Paging>()].concat();
        let mut wrong = Wrong::default();
        let filter = wrong.part(query_of(&filter));
        let further = wrong.part(query_of(&further));
        let paging = wrong.part(query_of::<Paging>(&paging));
        match (filter, further, paging) {
            (Some(filter), Some(further), Some(paging)) => {
                Ok(Self(filter, further, Some(paging.into())))
            }
            _ => Err(wrong.error(query, &known())),
        }
    }
}

/// The parts of a query by the group of their parameters; unknown ones are in the first.
fn split<const N: usize>(query: &str, groups: [Arc<[Parameter]>; N]) -> [String; N] {
    let mut parts = [const { Vec::new() }; N];
    for pair in query.split('&') {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        let name = api_name(name.into());
        let has = |group: &Arc<[Parameter]>| group.iter().any(|known| known.name == name);
        parts[groups.iter().position(has).unwrap_or(0)].push(pair);
    }
    parts.map(|pairs| pairs.join("&"))
}

/// The query of a list: a filter, and [`Paging`].
#[derive(Debug)]
pub struct Paged<F>(pub F, pub Option<PageRequest>);

impl<S, F> FromRequestParts<S> for Paged<F>
where
    S: Send + Sync,
    F: DeserializeOwned + IntoParams + 'static,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Both(filter, paging) = Both::<F, Paging>::from_request_parts(parts, state).await?;
        Ok(Self(filter, Some(paging.into())))
    }
}

/// The parameters, as in OpenAPI.
fn params<T: IntoParams + 'static>() -> Arc<[Parameter]> {
    /// By type: making them takes longer than all else about a query.
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<[Parameter]>>>> =
        LazyLock::new(RwLock::default);
    let known = KNOWN.read().get(&TypeId::of::<T>()).map(Arc::clone);
    known.unwrap_or_else(|| {
        let made: Arc<[Parameter]> = T::into_params(|| None).into();
        KNOWN.write().insert(TypeId::of::<T>(), Arc::clone(&made));
        made
    })
}

/// The parameters that have a value, named as in OpenAPI.
fn pairs_of(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (api_name(name).into_owned(), value.into_owned()))
        .collect()
}

/// Reads and checks the parameters that have a value.
fn query_of<T: DeserializeOwned>(query: &str) -> Result<T, BadQuery> {
    if query.contains("%00") {
        let problem = "the query must not contain NUL characters";
        return Err(BadQuery::Malformed(AppError::malformed(problem)));
    }
    let is_bare = |pair: &&str| !pair.is_empty() && !pair.contains('=');
    if let Some(name) = query.split('&').find(is_bare) {
        let error = FieldError::new(name, "must have a value");
        return Err(BadQuery::Field(error));
    }
    let filled = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs_of(query))
        .finish();
    let pairs = form_urlencoded::parse(filled.as_bytes());
    let values = serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs));
    values.map_err(|error| BadQuery::Field(first_error(&error)))
}

/// The first error of a group of parameters.
enum BadQuery {
    Malformed(AppError),
    Field(FieldError),
}

/// The errors of all groups of parameters.
#[derive(Default)]
struct Wrong {
    malformed: Option<AppError>,
    errors: Vec<FieldError>,
}

impl Wrong {
    fn part<T>(&mut self, values: Result<T, BadQuery>) -> Option<T> {
        match values {
            Ok(values) => return Some(values),
            Err(BadQuery::Malformed(error)) => self.malformed = Some(error),
            Err(BadQuery::Field(error)) => self.errors.push(error),
        }
        None
    }

    /// All errors of a query with these parameters.
    fn error(self, query: &str, params: &[Parameter]) -> ApiError {
        if let Some(error) = self.malformed {
            return error.into();
        }
        let mut all = input_errors::of_query(&pairs_of(query), params);
        for error in self.errors {
            if !all.iter().any(|known| known.field == error.field) {
                all.push(error);
            }
        }
        AppError::invalid(all).into()
    }
}

/// The name of a parameter, which clients may spell in snake_case.
fn api_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.contains('_') {
        return camel_case(&name).into();
    }
    name
}

/// The error at which serde stopped.
fn first_error(error: &serde_path_to_error::Error<serde_html_form::de::Error>) -> FieldError {
    let problem = error.inner().to_string();
    // For a parameter that may be repeated, the path continues with the index of the value.
    let field = match error.path().iter().next() {
        Some(Segment::Map { key }) => key.as_str(),
        _ => quoted(&problem).unwrap_or("query"),
    };
    FieldError::new(field, input_errors::in_words(&problem))
}
