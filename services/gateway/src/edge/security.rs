//! Headers that tell browsers what not to do.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::app::Gateway;

/// For the API: nothing may be loaded or framed.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// For our pages: only our own style sheet and forms.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The checkout redirects the customer to the page of any shop.
const CHECKOUT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'";
/// Swagger UI sets styles by attribute and draws with data URLs.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// Whether the answer is a page.
pub fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// Adds them. A handler's own `Content-Security-Policy` stays.
pub fn secure(headers: &mut HeaderMap, path: &str, app: &Gateway) {
    let html = is_html(headers);
    let policy = match path {
        _ if path.starts_with("/api-docs") => DOCS_POLICY,
        _ if path.contains("/sandbox/checkout/") && html => CHECKOUT_POLICY,
        _ if html => PAGE_POLICY,
        _ => API_POLICY,
    };
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(policy));
    headers
        .entry(header::X_FRAME_OPTIONS)
        .or_insert(HeaderValue::from_static("DENY"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if app.environment.is_production() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
}
