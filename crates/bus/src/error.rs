//! Errors of the bus.

/// A failure of the bus. All but [`BusError::Rejected`] and [`BusError::Config`] may be temporary.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The service's stream does not exist (any more): create it and refill it from the outbox.
    #[error("the stream {stream} does not exist; create it with ensure_stream and publish again")]
    StreamMissing { stream: String },
    /// The server is unreachable, or did not respond in time. It is unknown whether it stored the event: publish it again.
    #[error("the event bus cannot be reached ({reason}); try again later")]
    Unavailable { reason: String },
    /// A consumer did not settle the event because it is stopping: publish it again after the restart.
    #[error("consumer {durable} stopped before it settled the event; publish it again later")]
    NotSettled { durable: String },
    /// The bus refuses this event or consumer permanently.
    #[error("the event bus refused it: {reason}")]
    Rejected { reason: String },
    /// A setting is wrong.
    #[error("the event bus is not configured correctly: {reason}")]
    Config { reason: String },
}

impl BusError {
    pub(crate) fn unavailable(reason: impl std::fmt::Display) -> Self {
        Self::Unavailable {
            reason: reason.to_string(),
        }
    }

    pub(crate) fn rejected(reason: impl std::fmt::Display) -> Self {
        Self::Rejected {
            reason: reason.to_string(),
        }
    }

    pub(crate) fn config(reason: impl std::fmt::Display) -> Self {
        Self::Config {
            reason: reason.to_string(),
        }
    }
}
