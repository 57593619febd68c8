//! The SMTP client: connection pool, encryption, and which refusals are worth another attempt.

use std::{
    fmt::Display,
    time::{Duration, SystemTime},
};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::ExposeSecret as _;
use waybill_service_kit::{AppError, chain};

use crate::{
    config::{self, Settings},
    domain::{Delivery, MAX_NAME, MAX_TITLE, one_line},
};

/// Maximum number of open connections to the mail server.
const CONNECTIONS: u32 = 4;
/// Idle connections are closed after this.
const IDLE: Duration = Duration::from_secs(30);

/// The transport of mails.
pub enum Sender {
    Smtp(Smtp),
    /// They are only written to the database.
    Mailbox,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    reason: String,
    may_pass: bool,
}

impl SendError {
    /// Another attempt may succeed.
    pub fn passing(reason: impl Display) -> Self {
        Self {
            reason: reason.to_string(),
            may_pass: true,
        }
    }

    /// No attempt will succeed.
    pub fn hopeless(reason: impl Display) -> Self {
        Self {
            reason: reason.to_string(),
            may_pass: false,
        }
    }

    pub fn may_pass(&self) -> bool {
        self.may_pass
    }
}

/// Marks the mail as automatic for mail programs and their absence replies (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Sends over SMTP.
pub struct Smtp {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    /// Connects with the first mail.
    pub fn new(settings: &Settings) -> Result<Self, AppError> {
        let from = settings
            .from
            .parse()
            .map_err(|error| AppError::malformed(format!("WAYBILL_MAIL_FROM: {error}")))?;
        let host = settings.smtp_host.as_str();
        let parameters = || TlsParameters::new(host.to_owned()).map_err(AppError::internal);
        let (tls, port) = match settings.smtp_tls {
            config::Tls::None => (Tls::None, 25),
            config::Tls::StartTls => (Tls::Required(parameters()?), 587),
            config::Tls::Implicit => (Tls::Wrapper(parameters()?), 465),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(settings.smtp_port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(settings.smtp_timeout))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE));
        if let (Some(name), Some(password)) = (&settings.smtp_username, &settings.smtp_password) {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(name.clone(), password));
        }
        Ok(Self {
            from,
            transport: builder.build(),
        })
    }

    /// One attempt.
    pub async fn send(&self, delivery: &Delivery, address: &str) -> Result<(), SendError> {
        let message = compose(&self.from, delivery, address)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(classify(&error)),
        }
    }
}

/// The message: plain text and HTML as alternatives. Message-ID and date are those of the delivery, so that a second copy (sent
/// after a crash) can be recognised.
fn compose(from: &Mailbox, delivery: &Delivery, address: &str) -> Result<Message, SendError> {
    let address: Address = address
        .parse()
        .map_err(|error| SendError::hopeless(format!("the address is not valid: {error}")))?;
    // Cleaned when it was queued; checked again, because a control character in a header would make lettre panic.
    let name = Some(one_line(&delivery.name, MAX_NAME)).filter(|name| !name.is_empty());
    let created = u64::try_from(delivery.created_at.micros()).unwrap_or(0);
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, address))
        .subject(one_line(&delivery.subject, MAX_TITLE))
        .message_id(Some(format!("<{}@{}>", delivery.id, from.email.domain())))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(created))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            delivery.text.clone(),
            delivery.html.clone(),
        ))
        .map_err(|error| SendError::hopeless(format!("the mail cannot be built: {error}")))
}

/// A server that refuses this mail permanently (5xx) will do so again; one that refuses our authentication may accept it later.
fn classify(error: &smtp::Error) -> SendError {
    let code = error.status().map(u16::from);
    let ours = matches!(code, Some(530 | 534 | 535 | 538));
    if error.is_permanent() && !ours {
        SendError::hopeless(chain(error))
    } else {
        SendError::passing(chain(error))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use waybill_primitives::{EventId, Timestamp, UserId};

    use super::*;
    use crate::domain::{DeliveryState, Template};

    fn delivery(name: &str, subject: &str) -> Delivery {
        let created_at = Timestamp::from_secs(1_795_219_200);
        Delivery {
            id: uuid::Uuid::now_v7(),
            event_id: EventId::new(),
            user_id: UserId::new(),
            template: Template::OrderStatus,
            address: None,
            name: name.into(),
            subject: subject.into(),
            text: "Hello".into(),
            html: "<p>Hello</p>".into(),
            state: DeliveryState::Sending,
            attempts: 1,
            due_at: created_at,
            last_error: None,
            created_at,
            sent_at: None,
            limit_key: None,
        }
    }

    fn shop() -> Mailbox {
        "Shop <shop@example.com>".parse().expect("an address")
    }

    #[test]
    fn a_mail_has_both_parts_and_the_deliverys_id() {
        let delivery = delivery("Zoë", "Grüße");
        let message = compose(&shop(), &delivery, "zoe@example.com").expect("composes");
        let text = String::from_utf8(message.formatted()).expect("ascii");
        assert!(text.contains(&format!("Message-ID: <{}@example.com>", delivery.id)));
        assert!(text.contains("multipart/alternative"));
        assert!(text.contains("text/plain") && text.contains("text/html"));
        assert!(
            text.contains("Date: Sat, 21 Nov 2026 00:00:00 +0000"),
            "{text}"
        );
        assert!(text.contains("Auto-Submitted: auto-generated"));
    }

    #[test]
    fn neither_names_nor_subjects_nor_addresses_start_headers() {
        let evil = delivery("Eve\r\nBcc: all@example.com", "Hi\r\nBcc: all@example.com");
        let message = compose(&shop(), &evil, "eve@example.com").expect("composes");
        let text = String::from_utf8(message.formatted()).expect("ascii");
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        for address in ["eve@example.com\r\nBcc: all@example.com", "eve", ""] {
            let refused = compose(&shop(), &evil, address).expect_err("refused");
            assert!(!refused.may_pass(), "{address:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_people_typed_makes_a_mail_with_one_recipient(
            name in any::<String>(), subject in any::<String>(), local in "[a-z]{1,9}",
        ) {
            let address = format!("{local}@example.com");
            let message = compose(&shop(), &delivery(&name, &subject), &address).expect("composes");
            let text = String::from_utf8(message.formatted()).expect("ascii");
            let head = text.split("\r\n\r\n").next().unwrap_or_default();
            let names: Vec<_> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .filter_map(|line| line.split_once(':'))
                .map(|(name, _)| name.to_owned())
                .collect();
            prop_assert_eq!(names.len(), 8, "{}", head);
            prop_assert!(message.envelope().to().len() == 1);
        }
    }
}
