//! Why the bus could not do what it was asked.

/// A failure of the bus. All but [`BusError::Rejected`] and [`BusError::Config`] may pass by themselves.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The service's stream does not exist (any more): ensure it and fill it again from the outbox.
    #[error("the stream {stream} does not exist; create it with ensure_stream and publish again")]
    StreamMissing { stream: String },
    /// The server is away, or did not answer in time. It is unknown whether the event was taken: publish it again.
    #[error("the event bus cannot be reached ({reason}); try again later")]
    Unavailable { reason: String },
    /// A consumer did not settle the event because it is stopping: publish it again after the restart.
    #[error("consumer {durable} stopped before it settled the event; publish it again later")]
    NotSettled { durable: String },
    /// The bus refuses this event or consumer for good.
    #[error("the event bus refused it: {reason}")]
    Rejected { reason: String },
    /// A setting is at fault.
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
