//! Development is for the programs of one machine: what others may have sent is refused.

use std::net::IpAddr;

use axum::extract::Request;
use http::HeaderMap;
use waybill_service_kit::{AppError, settings::EXPOSE};

use crate::extract::host;

/// `FORBIDDEN` for a request that a proxy forwarded, or that names another host than this machine.
pub fn check(request: &Request) -> Result<(), AppError> {
    let problem = if is_forwarded(request.headers()) {
        "came through a proxy"
    } else if is_for_another_host(request) {
        "names another host than localhost"
    } else {
        return Ok(());
    };
    Err(AppError::forbidden(format!(
        "this request {problem}, and {EXPOSE}"
    )))
}

/// Whether a proxy forwarded the request. Programs of this machine have no reason to say so.
fn is_forwarded(headers: &HeaderMap) -> bool {
    let names = [
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-real-ip",
    ];
    names.into_iter().any(|name| headers.contains_key(name))
}

/// Whether the request names a host other than this machine: a proxy that says nothing of itself, or a page whose name was changed to
/// an address of this machine (DNS rebinding).
fn is_for_another_host(request: &Request) -> bool {
    host(request.headers(), request.uri()).is_some_and(|authority| {
        let name = authority.host().trim_matches(['[', ']']);
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let loopback = name
            .parse::<IpAddr>()
            .map(|ip| ip.to_canonical().is_loopback());
        !loopback.unwrap_or_else(|_| name == "localhost" || name.ends_with(".localhost"))
    })
}
