//! The settings of this service.

use std::time::Duration;

use lettre::message::Mailbox;
use secrecy::SecretString;
use waybill_primitives::is_text_control;
use waybill_service_kit::{
    settings,
    settings::{Environment, SettingType},
};

/// How mails are transported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// They are sent.
    Smtp,
    /// They are stored in the database for developers to read; refused in production.
    Mailbox,
}

impl SettingType for Transport {
    type Known = Self;
    const KIND: &'static str = "`smtp` or `mailbox`";
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "smtp" => Ok(Self::Smtp),
            "mailbox" => Ok(Self::Mailbox),
            _ => Err("expected smtp or mailbox".to_owned()),
        }
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

/// How the connection to the SMTP server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    None,
    /// STARTTLS, required.
    StartTls,
    /// TLS from the first byte (port 465).
    Implicit,
}

impl SettingType for Tls {
    type Known = Self;
    const KIND: &'static str = "`none`, `starttls` or `tls`";
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Implicit),
            _ => Err("expected none, starttls or tls".to_owned()),
        }
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

settings! {
    /// Notifications and mail
    pub struct Settings {
        /// `smtp` sends mails; `mailbox` keeps them for developers to look at and is refused in production.
        pub transport: Transport = "WAYBILL_MAIL_TRANSPORT", dev "mailbox";
        /// Sender of every mail, as `Name <address>`.
        pub from: String = "WAYBILL_MAIL_FROM", dev "Waybill <no-reply@waybill.localhost>", check mailbox;
        /// The name of a new shop, in mails; afterwards the administrator's settings rule.
        pub shop_name: String = "WAYBILL_SHOP_NAME", default "Waybill", check shop_name;
        /// Where customers reach the shop, for instance `https://shop.example`; without it, mails have no link.
        pub public_url: Option<String> = "WAYBILL_PUBLIC_URL", check public_url;
        /// Host of the SMTP server.
        pub smtp_host: String = "WAYBILL_SMTP_HOST", default "127.0.0.1";
        /// Port of the SMTP server; without it 25, with `starttls` 587, with `tls` 465.
        pub smtp_port: Option<u16> = "WAYBILL_SMTP_PORT";
        /// User name at the SMTP server; without it, no authentication.
        pub smtp_username: Option<String> = "WAYBILL_SMTP_USERNAME";
        /// Password at the SMTP server.
        pub smtp_password: Option<SecretString> = "WAYBILL_SMTP_PASSWORD";
        /// Encryption to the SMTP server: `none`, `starttls` (required) or `tls` (from the first byte).
        pub smtp_tls: Tls = "WAYBILL_SMTP_TLS", default "none";
        /// Time for one command of the SMTP dialogue.
        pub smtp_timeout: Duration = "WAYBILL_SMTP_TIMEOUT", default "15s", check timeout;
        /// How often a mail is tried (after 5 s, 20 s, 80 s … an hour) before it is given up.
        pub mail_attempts: u32 = "WAYBILL_MAIL_ATTEMPTS", default "10", range 1..=100;
        /// Mails that an address that is not verified gets within an hour from what its customer does without paying; further ones are
        /// not sent. 0 for no limit.
        pub mail_unverified_hourly: u32 = "WAYBILL_MAIL_UNVERIFIED_HOURLY", default "20", range 0..=10_000;
    }
}

impl Settings {
    /// Whether mails are stored for the browser instead of being sent.
    pub fn keeps_mails(&self) -> bool {
        self.transport == Transport::Mailbox
    }

    /// Errors between settings, or only in this environment, as `(setting, problem)`.
    pub fn errors(&self, environment: Environment) -> Vec<(&'static str, String)> {
        let mut errors = Vec::new();
        if environment.is_production() && self.transport == Transport::Mailbox {
            errors.push((
                "WAYBILL_MAIL_TRANSPORT",
                "must be smtp in production; the mailbox sends nothing".to_owned(),
            ));
        }
        if self.smtp_username.is_some() != self.smtp_password.is_some() {
            errors.push((
                "WAYBILL_SMTP_USERNAME",
                "must be set together with WAYBILL_SMTP_PASSWORD, or neither".to_owned(),
            ));
        }
        errors
    }
}

fn mailbox(text: &str) -> Result<(), String> {
    text.parse::<Mailbox>()
        .map(drop)
        .map_err(|_| "expected an address such as Shop <shop@example.com>".to_owned())
}

fn shop_name(name: &str) -> Result<(), String> {
    let good = !name.trim().is_empty() && !name.contains(is_text_control);
    good.then_some(())
        .ok_or_else(|| "must be one line of text".to_owned())
}

#[expect(
    clippy::ref_option,
    reason = "the settings macro passes a reference to the field"
)]
fn public_url(url: &Option<String>) -> Result<(), String> {
    let Some(url) = url else { return Ok(()) };
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(()),
        _ => Err("expected an http or https URL such as https://shop.example".to_owned()),
    }
}

fn timeout(timeout: &Duration) -> Result<(), String> {
    let good = (Duration::from_millis(100)..=Duration::from_mins(1)).contains(timeout);
    good.then_some(())
        .ok_or_else(|| "must lie between 100ms and 60s".to_owned())
}

#[cfg(test)]
mod tests {
    use waybill_service_kit::settings::{Sources, load};

    use super::*;

    #[test]
    fn faulty_settings_are_named() {
        let sources = Sources::empty()
            .with("WAYBILL_MAIL_TRANSPORT", "pigeon")
            .with("WAYBILL_MAIL_FROM", "nobody")
            .with("WAYBILL_SMTP_TLS", "maybe")
            .with("WAYBILL_SMTP_TIMEOUT", "1h");
        let errors = load::<(Settings,)>(&sources)
            .expect_err("faulty")
            .to_string();
        for name in ["TRANSPORT", "MAIL_FROM", "SMTP_TLS", "SMTP_TIMEOUT"] {
            assert!(errors.contains(name), "{errors}");
        }
    }

    #[test]
    fn the_mailbox_is_for_development() {
        let (settings,) = load::<(Settings,)>(&Sources::empty()).expect("defaults");
        assert_eq!(settings.errors(Environment::Development), []);
        let errors = settings.errors(Environment::Production);
        assert_eq!(errors[0].0, "WAYBILL_MAIL_TRANSPORT");
    }
}
