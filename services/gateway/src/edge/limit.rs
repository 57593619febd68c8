//! The rate limit layer.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;

use super::{is_check, is_socket};
use crate::{
    app::App,
    extract::{Identity, RequestInfo},
    limits::{Key, Tier, address_key},
    web::is_page,
};

/// Of Socket.IO it counts only new sessions: the events that sockets send have a limit of their own. It
/// lies inside CORS, so that a browser can read the refusal.
pub async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let socket = is_socket(path);
    if is_check(path) || (socket && !is_handshake(request.uri().query())) {
        return next.run(request).await;
    }
    // Many people behind one address have a socket each; they sign in within it.
    // Refreshes are counted by session, by the auth service; many people behind one address have one each.
    let refreshes = path == "/api/v1/auth/refresh";
    // Providers send all their messages from a few addresses.
    let message = path.starts_with("/api/v1/webhooks/");
    let mut tier = if socket || refreshes || message || is_public(&request) {
        Tier::Public
    } else {
        Tier::Calls
    };
    // A token raises no limit of what needs none.
    let signs_in = is_sign_in(path);
    let key = match request.extensions().get::<RequestInfo>() {
        Some(info) => match &info.identity {
            Identity::User { claims, .. } if !(claims.guest || socket || signs_in) => {
                Key::User(claims.sub.uuid())
            }
            // One person can be any number of guests.
            Identity::User { .. } if !(socket || signs_in) && tier == Tier::Calls => {
                tier = Tier::Guests;
                Key::Address(address_key(&info.client_address))
            }
            _ => Key::Address(address_key(&info.client_address)),
        },
        None => Key::Address(0),
    };
    match app.limits.request(key, tier) {
        Ok(None) => next.run(request).await,
        Ok(Some(limit_status)) => {
            let mut response = next.run(request).await;
            limit_status.write(response.headers_mut());
            response
        }
        Err(refusal) => {
            let (error, limit_status) = *refusal;
            let mut response = error.into_response();
            limit_status.write(response.headers_mut());
            response
        }
    }
}

/// Whether the path opens accounts and sessions.
fn is_sign_in(path: &str) -> bool {
    let short = ["/api/users/", "/api/v1/users/"]
        .into_iter()
        .find_map(|base| path.strip_prefix(base));
    path.starts_with("/api/v1/auth/") || matches!(short, Some("register" | "login"))
}

/// Whether a request to Socket.IO opens a session; later requests name their session.
fn is_handshake(query: Option<&str>) -> bool {
    !query
        .unwrap_or_default()
        .split('&')
        .any(|pair| pair.strip_prefix("sid=").is_some_and(|sid| !sid.is_empty()))
}

/// Whether the request reads pages, their assets, or the catalogue. A page loads many of them at once; they are public and cheap to serve, and
/// many visitors can have one address.
fn is_public(request: &Request) -> bool {
    let (method, path) = (request.method(), request.uri().path());
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let asset = matches!(path, "/" | "/openapi.json" | "/asyncapi.json")
        || [
            "/api/v1/media/",
            "/api/v1/products",
            "/api/v1/categories",
            "/api/v1/shop",
            "/assets/",
            "/api-docs",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix));
    (reads && asset) || is_page(method, path, request.headers())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_routes_that_sign_in_count_as_such() {
        for base in ["/api", "/api/v1"] {
            for route in ["register", "login"] {
                assert!(
                    is_sign_in(&format!("{base}/users/{route}")),
                    "{base} {route}"
                );
            }
            assert!(!is_sign_in(&format!("{base}/users/profile")));
        }
        assert!(is_sign_in("/api/v1/auth/refresh"));
    }

    #[test]
    fn a_session_of_a_socket_is_begun_without_naming_one() {
        for (query, begins) in [
            (None, true),
            (Some("EIO=4&transport=polling"), true),
            (Some("EIO=4&sid="), true),
            (Some("EIO=4&xsid=1"), true),
            (Some("EIO=4&transport=polling&sid=abc"), false),
        ] {
            assert_eq!(is_handshake(query), begins, "{query:?}");
        }
    }
}
