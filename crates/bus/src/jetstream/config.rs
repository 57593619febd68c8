//! Settings of the NATS connection, streams and consumers.

use std::{fmt, path::PathBuf, time::Duration};

use crate::BusError;

/// Settings of [`crate::JetStreamBus`]. `NatsConfig::new(url)` has the defaults.
#[derive(Debug, Clone)]
pub struct NatsConfig {
    /// `nats://host:4222`, several servers separated by commas; may hold `user:password@`.
    pub url: String,
    pub auth: NatsAuth,
    /// The client's name in the server's monitoring, such as `order`.
    pub name: String,
    /// First token of every subject on the wire and, in capitals, of every stream's name. Default `waybill`.
    pub namespace: String,
    /// Copies of each stream in a NATS cluster, 1 to 5. Default 1.
    pub replicas: usize,
    /// For how long the server remembers event ids, to drop repeats. Default 2 minutes.
    pub duplicate_window: Duration,
    /// How long events are kept. Default 7 days, as in the outbox.
    pub max_age: Duration,
    /// How long a caller waits for the acknowledgement of a publish. Default 5 s.
    pub publish_deadline: Duration,
    /// If a consumer sends no progress for this long, the server delivers the event again. Default 30 s.
    pub ack_wait: Duration,
    /// Events that one consumer may hold unacknowledged. Default 1,024.
    pub max_ack_pending: usize,
    /// Aggregates that one consumer handles concurrently: twice what one transaction takes, so that the next batch is full when
    /// one has ended. Default 128.
    pub concurrency: usize,
}

/// How the client authenticates to the NATS server.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum NatsAuth {
    /// Not at all, or as the URL says.
    #[default]
    Url,
    UserPassword {
        user: String,
        password: String,
    },
    Token(String),
    /// A `.creds` file (JWT and nkey seed).
    Credentials(PathBuf),
}

impl fmt::Debug for NatsAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "Url",
            Self::UserPassword { .. } => "UserPassword(…)",
            Self::Token(_) => "Token(…)",
            Self::Credentials(_) => "Credentials(…)",
        })
    }
}

impl NatsConfig {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            auth: NatsAuth::Url,
            name: "waybill".to_owned(),
            namespace: "waybill".to_owned(),
            replicas: 1,
            duplicate_window: Duration::from_mins(2),
            max_age: Duration::from_hours(7 * 24),
            publish_deadline: Duration::from_secs(5),
            ack_wait: Duration::from_secs(30),
            max_ack_pending: 1024,
            concurrency: 128,
        }
    }

    pub(crate) fn check(&self) -> Result<(), BusError> {
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if self.namespace.is_empty() || !self.namespace.chars().all(name) {
            return Err(BusError::config(
                "the namespace takes lower-case letters, digits, - and _ only",
            ));
        }
        if !(1..=5).contains(&self.replicas) {
            return Err(BusError::config("replicas must be 1 to 5"));
        }
        if self.max_ack_pending == 0 || self.concurrency == 0 {
            return Err(BusError::config(
                "max_ack_pending and concurrency must be at least 1",
            ));
        }
        if self.ack_wait < Duration::from_millis(100) || self.publish_deadline.is_zero() {
            return Err(BusError::config(
                "ack_wait must be at least 100 ms and publish_deadline above 0",
            ));
        }
        if self.duplicate_window > self.max_age {
            return Err(BusError::config(
                "duplicate_window must not be longer than max_age",
            ));
        }
        Ok(())
    }
}
