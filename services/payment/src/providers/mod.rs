//! Payment providers behind one trait. Their events arrive as [`ProviderEvent`]s, which are stored once and processed in the same
//! transaction, even out of order or twice.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_primitives::{Money, PaymentId};

use crate::entity::payment::Provider;
pub use crate::entity::provider_event::ProviderEventKind;

pub mod sandbox;

/// What a provider needs to take a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Also the idempotency key: a repetition creates only one payment at the provider.
    pub payment_id: PaymentId,
    pub order_number: String,
    pub amount: Money,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
}

/// A payment at the provider that waits for the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// The provider's own id of it, at most 255 characters.
    pub reference: String,
    /// The page where the customer pays, at most 2,048 characters.
    pub redirect_url: String,
}

/// A refund to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// The provider must refund the money once per key, however often it is called.
    pub idempotency_key: String,
    /// The provider's id of the payment.
    pub reference: String,
    pub amount: Money,
    pub reason: String,
}

/// Why a call to a provider failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It could not be reached or did not respond: retry later.
    #[error("the payment provider is not available: {0}")]
    Unavailable(String),
    /// It refused.
    #[error("the payment provider refused: {0}")]
    Refused(String),
}

/// Moves money. Every call may be repeated: after a crash it is unknown whether the first one arrived.
#[async_trait]
pub trait PaymentProvider: Send + Sync + 'static {
    fn name(&self) -> Provider;

    /// Prepares a payment. Returns where the customer pays it.
    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError>;

    /// Refunds the money. Returns the provider's id of the refund (at most 255 characters).
    async fn refund(&self, refund: &RefundOrder) -> Result<String, ProviderError>;
}

/// An event of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    pub provider: Provider,
    /// Unique per provider: an event that arrives twice has the same id. At most 255 characters.
    pub event_id: String,
    /// The provider's id of the payment.
    pub reference: String,
    pub kind: ProviderEventKind,
    /// Why it failed, for the customer.
    pub failure_reason: Option<String>,
}

/// The providers of this installation.
#[derive(Clone, Default)]
pub struct Providers {
    configured: Vec<Arc<dyn PaymentProvider>>,
}

impl Providers {
    pub fn new(configured: Vec<Arc<dyn PaymentProvider>>) -> Self {
        Self { configured }
    }

    pub fn get(&self, name: Provider) -> Option<&Arc<dyn PaymentProvider>> {
        self.configured
            .iter()
            .find(|provider| provider.name() == name)
    }
}
