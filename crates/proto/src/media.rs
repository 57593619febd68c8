//! The paths where the gateway serves files: responses of the order service contain them.

use std::fmt::Display;

/// The path of a file.
pub fn url(id: impl Display) -> String {
    format!("/api/v1/media/{id}")
}

/// The path of a picture's thumbnail.
pub fn thumbnail_url(id: impl Display) -> String {
    format!("/api/v1/media/{id}/thumbnail")
}
