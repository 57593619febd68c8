//! Accounts and sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::auth::User;

use super::named;

/// How the refresh token is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionMode {
    /// In the body.
    #[default]
    Token,
    /// As an HttpOnly cookie, and not in the body.
    Cookie,
}

named!(SessionMode {
    Token = "token",
    Cookie = "cookie",
});

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery", "firstName": "Ada", "lastName": "Lovelace"}))]
pub struct Register {
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// 8 to 128 characters.
    #[schema(min_length = 8, max_length = 128)]
    pub password: String,
    #[schema(min_length = 1, max_length = 100)]
    pub first_name: String,
    /// May be empty: not everyone has one.
    #[schema(max_length = 100)]
    #[serde(default)]
    pub last_name: String,
    #[serde(default)]
    pub session: SessionMode,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery"}))]
pub struct Login {
    pub email: String,
    pub password: String,
    #[serde(default)]
    pub session: SessionMode,
    /// Of an earlier sign-in to this account on this device; not needed if it is sent as a cookie. Wrong passwords from elsewhere do
    /// not delay a sign-in with it.
    pub device_token: Option<String>,
}

/// The refresh token; not needed if it is sent as a cookie.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"refreshToken": "wr_8Zs1q0b2n4V6d8f0h2j4l6n8p0r2t4v6x8z0B2D4F6H"}))]
pub struct RefreshToken {
    pub refresh_token: Option<String>,
}

/// How an access token is sent.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub enum TokenType {
    #[default]
    Bearer,
}

/// What a successful sign-in gives.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub user: User,
    /// JWT; send it as `Authorization: Bearer …`.
    pub access_token: String,
    pub token_type: TokenType,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Opaque, valid for one refresh; absent in cookie mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
    /// Opaque; send it with the next sign-in on this device. Absent in cookie mode, and after a refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub device_token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedOut {
    pub success: bool,
}

/// Registration in the legacy API: one name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace", "email": "ada@example.com", "password": "correct horse battery"}))]
pub struct ShortRegister {
    pub name: String,
    #[schema(format = Email)]
    pub email: String,
    #[schema(min_length = 8, max_length = 128)]
    pub password: String,
}

impl From<ShortRegister> for Register {
    /// The last word is the last name; a single word is the first name.
    fn from(short: ShortRegister) -> Self {
        let name = short.name.trim();
        let (first, last) = name.rsplit_once(char::is_whitespace).unwrap_or((name, ""));
        Self {
            email: short.email,
            password: short.password,
            first_name: first.trim().to_owned(),
            last_name: last.to_owned(),
            session: SessionMode::Token,
        }
    }
}

/// Login in the legacy API.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery"}))]
pub struct ShortLogin {
    pub email: String,
    pub password: String,
}

impl From<ShortLogin> for Login {
    fn from(short: ShortLogin) -> Self {
        Self {
            email: short.email,
            password: short.password,
            session: SessionMode::Token,
            device_token: None,
        }
    }
}
