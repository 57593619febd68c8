//! The web pages: what `services/web` builds, served beside the API.
//!
//! Every page is the same document, which draws itself by its path. Scripts and styles are below `/assets/` under names with a hash of their
//! content.

use std::path::PathBuf;

use axum::{
    Router,
    middleware::map_response,
    response::{Html, IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower_http::services::ServeDir;
use waybill_service_kit::{AppError, crypto};

use crate::error::ApiError;

/// The word in the document that stands for the nonce of an answer.
const NONCE: &str = "WAYBILL_CSP_NONCE";
/// Bytes of randomness in a nonce.
const NONCE_BYTES: usize = 16;
/// Names below `/assets/` contain a hash of the content.
const HASHED: &str = "public, max-age=31536000, immutable";
/// First segments of paths that are not pages, whatever a browser accepts.
const NO_PAGES: [&str; 11] = [
    "api",
    "api-docs",
    "assets",
    "socket.io",
    "mailbox",
    "health",
    "healthz",
    "readyz",
    "metrics",
    "openapi.json",
    "asyncapi.json",
];

/// The built pages.
#[derive(Debug)]
pub struct Web {
    folder: PathBuf,
    /// First segments of the paths that are pages.
    pages: Vec<String>,
}

impl Web {
    /// The pages in `folder`, or, without one, in `web` beside the program; none if nothing is built there.
    ///
    /// # Errors
    /// If a folder is given that has no pages.
    pub fn find(folder: Option<&str>) -> Result<Option<Self>, AppError> {
        let beside = || Some(std::env::current_exe().ok()?.with_file_name("web"));
        let Some(place) = folder.map(PathBuf::from).or_else(beside) else {
            return Ok(None);
        };
        let pages = match std::fs::read(place.join("pages.json")) {
            Ok(pages) => pages,
            Err(_) if folder.is_none() => return Ok(None),
            Err(error) => {
                let problem = format!(
                    "WAYBILL_WEB has no built pages: {}: {error}",
                    place.display()
                );
                return Err(AppError::internal(problem));
            }
        };
        let pages = serde_json::from_slice(&pages).map_err(AppError::internal)?;
        Ok(Some(Self {
            folder: place,
            pages,
        }))
    }

    /// Scripts, styles and fonts.
    pub fn assets<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let files = ServeDir::new(self.folder.join("assets"))
            .precompressed_br()
            .precompressed_gzip();
        Router::new()
            .nest_service("/assets", files)
            .layer(map_response(cached))
    }

    /// The document, with a nonce for this answer.
    pub async fn page(&self, path: &str) -> Result<Response, ApiError> {
        // Read for each answer, so that a new build needs no restart.
        let document = tokio::fs::read_to_string(self.folder.join("index.html")).await;
        let document = document.map_err(AppError::internal)?;
        let nonce = hex::encode(crypto::random::<NONCE_BYTES>()?);
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; font-src 'self'; \
             connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        let first = first_segment(path);
        let known = first.is_empty() || self.pages.iter().any(|page| page == first);
        let status = if known {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        let mut response = (status, Html(document.replace(NONCE, &nonce))).into_response();
        let headers = response.headers_mut();
        let policy = HeaderValue::try_from(policy).map_err(AppError::internal)?;
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Ok(response)
    }
}

/// Whether a browser asks for a page here.
pub fn is_page(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let html = headers.get_all(header::ACCEPT).iter();
    let html = html.filter_map(|accept| accept.to_str().ok());
    reads
        && !NO_PAGES.contains(&first_segment(path))
        && html.into_iter().any(|accept| accept.contains("text/html"))
}

fn first_segment(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    path.split_once('/').map_or(path, |(first, _)| first)
}

async fn cached(mut response: Response) -> Response {
    let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if found {
        let forever = HeaderValue::from_static(HASHED);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, forever);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_what_browsers_ask_for_outside_the_api() {
        let browser = HeaderMap::from_iter([(
            header::ACCEPT,
            HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"),
        )]);
        for path in ["/", "/orders/1", "/no-such-page", "/apis"] {
            assert!(is_page(&Method::GET, path, &browser), "{path}");
            assert!(!is_page(&Method::POST, path, &browser), "{path}");
            assert!(!is_page(&Method::GET, path, &HeaderMap::new()), "{path}");
        }
        for path in [
            "/api/v1/none",
            "/assets/none.js",
            "/socket.io/",
            "/health",
            "/api-docs/none",
            "//api/v1",
        ] {
            assert!(!is_page(&Method::GET, path, &browser), "{path}");
        }
    }
}
