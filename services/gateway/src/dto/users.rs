//! Accounts and sessions.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::{auth::User, common::Role};

use super::{
    named,
    read_only::with_read_only,
    rules::{not_blank, not_blank_if_given},
};

/// How the refresh token travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionMode {
    /// In the body.
    #[default]
    Token,
    /// As an HttpOnly, SameSite=Strict cookie, and not in the body.
    Cookie,
}

named!(SessionMode {
    Token = "token",
    Cookie = "cookie",
});

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery", "firstName": "Ada", "lastName": "Lovelace"}))]
pub struct Register {
    #[garde(email, length(bytes, max = 254))]
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// 8 to 128 characters.
    #[garde(length(chars, min = 8, max = 128))]
    #[schema(min_length = 8, max_length = 128)]
    pub password: String,
    #[garde(custom(not_blank), length(chars, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub first_name: String,
    /// May be empty: not everyone has one.
    #[garde(length(chars, max = 100))]
    #[schema(max_length = 100)]
    #[serde(default)]
    pub last_name: String,
    #[garde(skip)]
    #[serde(default)]
    pub session: SessionMode,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery"}))]
pub struct Login {
    #[garde(length(bytes, min = 1, max = 254))]
    pub email: String,
    #[garde(length(bytes, min = 1, max = 1024))]
    pub password: String,
    #[garde(skip)]
    #[serde(default)]
    pub session: SessionMode,
}

/// The refresh token; not needed where it travels as a cookie.
#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"refreshToken": "wr_8Zs1q0b2n4V6d8f0h2j4l6n8p0r2t4v6x8z0B2D4F6H"}))]
pub struct RefreshToken {
    #[garde(length(bytes, max = 1024))]
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
    /// Opaque, good for one refresh; not there in cookie mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedOut {
    pub success: bool,
}

with_read_only! {
    /// Fields that are not given stay as they are. The account can be sent back as it was read.
    #[derive(Debug, Deserialize, ToSchema, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(example = json!({"firstName": "Ada", "lastName": "King"}))]
    pub struct ProfileUpdate {
        #[garde(custom(not_blank_if_given), length(chars, max = 100))]
        pub first_name: Option<String>,
        #[garde(length(chars, max = 100))]
        pub last_name: Option<String>,
        /// As last read; a stale one is refused with `VERSION_CONFLICT`.
        #[garde(range(min = 1))]
        pub version: Option<i64>,
    }

    read_only { id, email, role, email_verified, avatar_url, suspended, created_at }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"currentPassword": "correct horse battery", "newPassword": "staple battery horse"}))]
pub struct PasswordChange {
    #[garde(length(bytes, min = 1, max = 1024))]
    pub current_password: String,
    /// 8 to 128 characters.
    #[garde(length(chars, min = 8, max = 128))]
    #[schema(min_length = 8, max_length = 128)]
    pub new_password: String,
    /// Names the session to keep; without it, that of the cookie or of the access token stays.
    #[garde(length(bytes, max = 1024))]
    pub refresh_token: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"role": "STAFF"}))]
pub struct RoleChange {
    #[garde(skip)]
    pub role: Role,
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "Chargebacks"}))]
pub struct Suspension {
    #[garde(length(chars, max = 500))]
    pub reason: Option<String>,
}

/// Registration in the legacy API: one name.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace", "email": "ada@example.com", "password": "correct horse battery"}))]
pub struct ShortRegister {
    #[garde(custom(not_blank), length(chars, max = 200))]
    pub name: String,
    #[garde(email, length(bytes, max = 254))]
    #[schema(format = Email)]
    pub email: String,
    #[garde(length(chars, min = 8, max = 128))]
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
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery"}))]
pub struct ShortLogin {
    #[garde(length(bytes, min = 1, max = 254))]
    pub email: String,
    #[garde(length(bytes, min = 1, max = 1024))]
    pub password: String,
}

impl From<ShortLogin> for Login {
    fn from(short: ShortLogin) -> Self {
        Self {
            email: short.email,
            password: short.password,
            session: SessionMode::Token,
        }
    }
}
