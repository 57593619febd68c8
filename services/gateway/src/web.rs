//! The web pages: what `services/web` builds, served beside the API.
//!
//! Every page is the same document, which draws itself by its path. Scripts and styles are below `/assets/` under names with a hash of their
//! content.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

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
/// Where in the document the files of its page are named.
const HEAD_END: &str = "</head>";
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
        let hints = format!("{}{HEAD_END}", self.hints(path).await);
        let document = document
            .replace(NONCE, &nonce)
            .replacen(HEAD_END, &hints, 1);
        let mut response = (status, Html(document)).into_response();
        let headers = response.headers_mut();
        let policy = HeaderValue::try_from(policy).map_err(AppError::internal)?;
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Ok(response)
    }

    /// Links to the files of a page, so that the browser loads them together with the first script, not after it.
    ///
    /// The page works without: a build without the list only shows it later.
    async fn hints(&self, path: &str) -> String {
        let files = tokio::fs::read(self.folder.join("preload.json")).await;
        let files = files
            .ok()
            .and_then(|list| serde_json::from_slice(&list).ok());
        files.map_or_else(String::new, |files| links(&files, path))
    }
}

/// Files by the paths of their pages, where a segment that begins with `$` stands for any.
type Files = BTreeMap<String, Vec<String>>;

/// The links to the files of the page at `path`.
fn links(files: &Files, path: &str) -> String {
    // A page with exactly this path comes before those with a variable part.
    let exact = files.get(path);
    let found = exact.or_else(|| {
        let mut all = files.iter();
        all.find_map(|(pattern, files)| fits(pattern, path).then_some(files))
    });
    let mut links = String::new();
    for file in found.into_iter().flatten() {
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        let kind = match extension {
            "js" => r#"rel="modulepreload""#,
            "css" => r#"rel="preload" as="style""#,
            "woff2" => r#"rel="preload" as="font" type="font/woff2""#,
            _ => continue,
        };
        // Modules, and styles that scripts add, are loaded in this mode: in another, they would be loaded twice.
        let _ = write!(links, r#"<link {kind} crossorigin href="{file}">"#);
    }
    links
}

/// Whether a path is one of a pattern of paths.
fn fits(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.trim_matches('/').split('/');
    let mut given = path.trim_matches('/').split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) if one.starts_with('$') && !other.is_empty() => {}
            _ => return false,
        }
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
    fn the_document_names_the_files_of_its_page() {
        let files = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let pages = Files::from([
            ("/".to_owned(), files(&["/assets/Home.js"])),
            ("/products/$id".to_owned(), files(&["/assets/One.js"])),
            (
                "/products/new".to_owned(),
                files(&["/assets/New.js", "/assets/New.css", "/assets/a.woff2"]),
            ),
        ]);
        let home = r#"<link rel="modulepreload" crossorigin href="/assets/Home.js">"#;
        assert_eq!(links(&pages, "/"), home);
        assert!(links(&pages, "/products/42").contains("One.js"));
        assert!(links(&pages, "/products/42/").contains("One.js"));
        let new = links(&pages, "/products/new");
        assert!(
            new.contains(r#"<link rel="preload" as="style" crossorigin href="/assets/New.css">"#)
        );
        assert!(new.contains(r#"as="font" type="font/woff2" crossorigin"#));
        assert!(!new.contains("One.js"));
        for unknown in ["/products", "/products/", "/products/1/2", "/none"] {
            assert_eq!(links(&pages, unknown), "", "{unknown}");
        }
    }

    #[tokio::test]
    async fn a_build_without_a_list_of_files_is_served() {
        let folder = tempfile::tempdir().expect("a folder");
        let document = format!("<head><meta content=\"{NONCE}\"></head>");
        std::fs::write(folder.path().join("index.html"), document).expect("written");
        let web = Web {
            folder: folder.path().to_owned(),
            pages: Vec::new(),
        };
        assert_eq!(web.hints("/").await, "");
        std::fs::write(folder.path().join("preload.json"), "broken").expect("written");
        assert_eq!(web.hints("/").await, "");
        let answer = web.page("/").await.expect("a page");
        assert_eq!(answer.status(), StatusCode::OK);
    }

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
