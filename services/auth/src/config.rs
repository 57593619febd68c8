//! The settings of this service.

use std::{thread, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use waybill_service_kit::{settings, tokens::LONGEST_ACCESS_TOKEN};

use crate::{
    app::Policy,
    domain::{self, Email},
    keys,
};

settings! {
    /// Accounts and sign-in
    pub struct Settings {
        /// How long an access token is valid, unless its session ends or the role of its user changes.
        pub access_token_ttl: Duration = "WAYBILL_AUTH_ACCESS_TOKEN_TTL", default "15m", check access_ttl;
        /// How long a refresh token is valid; each use gives a new one.
        pub refresh_token_ttl: Duration = "WAYBILL_AUTH_REFRESH_TOKEN_TTL", default "30d", check refresh_ttl;
        /// How long the access token of somebody who ordered without an account is valid; there is no other way back to the order, nor to an offer for it.
        pub guest_token_ttl: Duration = "WAYBILL_AUTH_GUEST_TOKEN_TTL", default "14d", check guest_ttl;
        /// Ed25519 key in PKCS#8 (PEM or base64) that signs access tokens. Without it, one is generated and kept in the service's database.
        pub signing_key: Option<SecretString> = "WAYBILL_AUTH_SIGNING_KEY", check signing_key;
        /// Wrong passwords of one account from one network, device or session within the window, after which further ones have to wait.
        pub login_attempts: u32 = "WAYBILL_AUTH_LOGIN_ATTEMPTS", default "10", range 1..=1000;
        /// The window in which wrong passwords are counted.
        pub login_window: Duration = "WAYBILL_AUTH_LOGIN_WINDOW", default "15m", check login_window;
        /// Password hashes computed at a time, 19 MiB each; without it, as many as there are processors.
        pub password_hashes: Option<usize> = "WAYBILL_AUTH_PASSWORD_HASHES", range 1..=1024;
        /// E-mail address of the first administrator; the account is made at the start. One that exists becomes an administrator if its
        /// password is `WAYBILL_ADMIN_PASSWORD`; else the start is refused.
        pub admin_email: Option<String> = "WAYBILL_ADMIN_EMAIL", check admin_email;
        /// Password of the first administrator; it does not change that of an existing administrator.
        pub admin_password: Option<SecretString> = "WAYBILL_ADMIN_PASSWORD", check admin_password;
    }
}

impl Settings {
    /// The policy of the use cases. `public_passwords` are not taken.
    pub fn policy(&self, public_passwords: &'static [&'static str]) -> Policy {
        Policy {
            public_passwords,
            access_token_ttl: self.access_token_ttl,
            refresh_token_ttl: self.refresh_token_ttl,
            guest_token_ttl: self.guest_token_ttl,
            login_attempts: self.login_attempts,
            login_window: self.login_window,
        }
    }

    /// The number of password hashes to compute concurrently.
    pub fn hash_parallelism(&self) -> usize {
        self.password_hashes
            .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
    }

    /// How long a superseded signing key is published: twice the lifetime of a token, and an hour for caches and clocks.
    pub fn key_overlap(&self) -> Duration {
        2 * self.access_token_ttl.max(self.guest_token_ttl) + Duration::from_hours(1)
    }
}

fn access_ttl(ttl: &Duration) -> Result<(), String> {
    let good = (Duration::from_secs(1)..=LONGEST_ACCESS_TOKEN).contains(ttl);
    good.then_some(())
        .ok_or_else(|| "must lie between 1s and 24h".to_owned())
}

fn refresh_ttl(ttl: &Duration) -> Result<(), String> {
    let year = Duration::from_hours(365 * 24);
    let good = (Duration::from_secs(1)..=year).contains(ttl);
    good.then_some(())
        .ok_or_else(|| "must lie between 1s and 365d".to_owned())
}

fn guest_ttl(ttl: &Duration) -> Result<(), String> {
    let month = Duration::from_hours(30 * 24);
    let good = (Duration::from_secs(1)..=month).contains(ttl);
    good.then_some(())
        .ok_or_else(|| "must lie between 1s and 30d".to_owned())
}

fn login_window(window: &Duration) -> Result<(), String> {
    let day = Duration::from_hours(24);
    let good = (Duration::from_secs(1)..=day).contains(window);
    good.then_some(())
        .ok_or_else(|| "must lie between 1s and 24h".to_owned())
}

#[expect(clippy::ref_option, reason = "settings! hands over the field as it is")]
fn signing_key(key: &Option<SecretString>) -> Result<(), String> {
    match key.as_ref().map(keys::parse_configured) {
        Some(Err(error)) => Err(error.message.clone()),
        _ => Ok(()),
    }
}

#[expect(clippy::ref_option, reason = "settings! hands over the field as it is")]
fn admin_email(email: &Option<String>) -> Result<(), String> {
    match email
        .as_deref()
        .map(|email| Email::parse("WAYBILL_ADMIN_EMAIL", email))
    {
        Some(Err(error)) => Err(error.message),
        _ => Ok(()),
    }
}

#[expect(clippy::ref_option, reason = "settings! hands over the field as it is")]
fn admin_password(password: &Option<SecretString>) -> Result<(), String> {
    let Some(password) = password else {
        return Ok(());
    };
    // How hard it is to guess matters where it is given to an account.
    domain::password_length("WAYBILL_ADMIN_PASSWORD", password.expose_secret())
        .map_err(|error| error.message)
}
