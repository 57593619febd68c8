//! Where the gateway serves files: answers of the order service name these paths.

use std::fmt::Display;

/// Where a file is fetched.
pub fn url(id: impl Display) -> String {
    format!("/api/v1/media/{id}")
}

/// Where the thumbnail of a picture is fetched.
pub fn thumbnail_url(id: impl Display) -> String {
    format!("/api/v1/media/{id}/thumbnail")
}
