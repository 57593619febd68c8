//! Payment providers behind one trait. What they tell by webhooks arrives as [`Message`]s, which are stored once and processed in the
//! same transaction, even out of order or twice.
//!
//! A new provider is a folder here, and a few lines in [`crate::config`], which makes it of the settings.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use uuid::Uuid;
use waybill_primitives::{Money, PaymentId, Timestamp};

use crate::entity::payment::Provider;

mod http;
pub mod manual;
pub mod paypal;
pub mod sandbox;
pub mod stripe;

/// What a provider needs to take a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Also the idempotency key: a repetition creates only one payment at the provider.
    pub payment_id: PaymentId,
    pub order_number: String,
    pub amount: Money,
    /// Where the customer goes afterwards: absolute, or a path if the platform's public address is not configured.
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    /// The provider may close the payment then, if it can.
    pub expires_at: Option<Timestamp>,
}

/// A payment at the provider that waits for the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// The provider's own id of it, at most 255 characters.
    pub reference: String,
    /// The page where the customer pays, at most 2,048 characters; empty if there is none.
    pub redirect_url: String,
    /// How the customer pays without a page. None if there is a page, or if the shop has no instructions.
    pub instructions: Option<String>,
}

/// A payment that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunPayment {
    pub id: PaymentId,
    /// [`CheckoutSession::reference`].
    pub reference: String,
    pub amount: Money,
}

/// What a provider knows of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStatus {
    /// It waits for the customer.
    Waiting,
    /// The customer has agreed. The money is on its way, or must be captured.
    Authorized,
    /// The provider has the customer's money.
    Captured(Capture),
    /// It refused for good; why, for the customer.
    Failed(String),
    /// The customer, or we, gave it up.
    Cancelled,
    /// The customer did not pay in time.
    Expired,
}

/// The customer's money at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// What refunds name, at most 255 characters.
    pub reference: String,
    /// What the customer paid.
    pub amount: Money,
    /// What the provider keeps of it; none if it has not report.
    pub fee: Option<Money>,
}

/// A refund to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// The provider must refund the money once per key, however often it is called.
    pub idempotency_key: Uuid,
    /// [`Capture::reference`], or [`CheckoutSession::reference`] for payments of version 0.1.
    pub reference: String,
    pub amount: Money,
    pub reason: String,
}

/// Money to a worker or to the owner of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutOrder {
    /// The provider must pay once per key, however often it is called.
    pub idempotency_key: Uuid,
    /// Who gets it: an account or an e-mail address, as the provider names its recipients.
    pub recipient: String,
    pub amount: Money,
    /// For the recipient.
    pub note: String,
}

/// A refund or a payout at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The provider's id of it, at most 255 characters.
    pub reference: String,
    pub status: TransferStatus,
}

/// How far a refund or a payout is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferStatus {
    /// The provider works on it.
    Pending,
    /// The money has left.
    Done,
    /// It did not, and will not; why.
    Failed(String),
}

/// A request to our webhook, as it arrived.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// A header by its name in lower case.
    pub header: &'a (dyn Fn(&str) -> Option<&'a str> + Sync),
    pub body: &'a [u8],
    pub received_at: Timestamp,
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.len();
        f.debug_struct("Delivery")
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}

/// What a provider tells by a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Unique per provider: a message that arrives twice has the same id. At most 255 characters.
    pub id: String,
    /// The provider's name of what happened, such as `checkout.session.completed`; at most 100 characters.
    pub kind: String,
    /// None for what does not matter here; such messages are kept and ignored.
    pub news: Option<News>,
}

/// What happened at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Payment {
        of: PaymentKey,
        status: PaymentStatus,
    },
    Refund {
        /// [`RefundOrder::idempotency_key`], if the provider repeats it.
        id: Option<Uuid>,
        transfer: Transfer,
    },
    Payout {
        /// [`PayoutOrder::idempotency_key`], if the provider repeats it.
        id: Option<Uuid>,
        transfer: Transfer,
    },
}

/// How a message names a payment: by our id, or by the provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentKey {
    Id(PaymentId),
    /// [`CheckoutSession::reference`].
    Reference(String),
    /// [`Capture::reference`].
    Capture(String),
}

/// Why a call to a provider failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It could not be reached or did not respond: retry later. Whether it did what it was asked to do is unknown.
    #[error("the payment provider is not available: {0}")]
    Unavailable(String),
    /// It does not accept our credentials, or our account may not do this: the operator must act.
    #[error("the payment provider does not accept the account of this shop: {0}")]
    Account(String),
    /// It refused.
    #[error("the payment provider refused: {0}")]
    Refused(String),
}

/// Why a request to our webhook is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Its signature is missing, wrong or too old.
    #[error("the signature is not valid: {0}")]
    Signature(&'static str),
    #[error("the body is not a message of the provider: {0}")]
    Malformed(String),
    /// The signature could not be checked now; the provider sends the message again.
    #[error("the signature cannot be checked now: {0}")]
    Unavailable(String),
}

/// Moves money. Every call may be repeated: after a crash it is unknown whether the first one arrived.
#[async_trait]
pub trait PaymentProvider: Send + Sync + 'static {
    fn name(&self) -> Provider;

    /// Prepares a payment. Returns where the customer pays it.
    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError>;

    /// Asks for the state of a payment.
    async fn payment(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError>;

    /// Takes the money that the customer has authorised. What has been captured already is answered as such.
    async fn capture(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError>;

    /// Closes a payment that the customer has not made yet. If they were faster, the answer says so.
    async fn cancel(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError>;

    /// Refunds money.
    async fn refund(&self, refund: &RefundOrder) -> Result<Transfer, ProviderError>;

    /// Asks for the state of a refund, by [`Transfer::reference`].
    async fn refund_status(&self, reference: &str) -> Result<TransferStatus, ProviderError>;

    /// Whether it can pay this recipient; the error says what it must be.
    fn check_recipient(&self, recipient: &str) -> Result<(), &'static str>;

    /// Pays a worker or the owner.
    async fn pay_out(&self, payout: &PayoutOrder) -> Result<Transfer, ProviderError>;

    /// Asks for the state of a payout, by [`Transfer::reference`].
    async fn payout_status(&self, reference: &str) -> Result<TransferStatus, ProviderError>;

    /// Checks the signature of a request to our webhook, and reads it.
    async fn receive(&self, delivery: Delivery<'_>) -> Result<Message, WebhookError>;

    /// Reads the body of a message that was received before.
    fn read(&self, body: &[u8]) -> Result<Message, WebhookError>;
}

/// The providers of this installation.
#[derive(Clone, Default)]
pub struct Providers {
    configured: Vec<Arc<dyn PaymentProvider>>,
    /// Known, but customers do not choose it.
    not_offered: Option<Provider>,
}

impl Providers {
    pub fn new(configured: Vec<Arc<dyn PaymentProvider>>) -> Self {
        Self {
            configured,
            not_offered: None,
        }
    }

    /// With payments by hand, which customers are offered, as the last ones, if there are instructions for them. Administrators always
    /// have them.
    #[must_use]
    pub fn with_manual(mut self, instructions: Option<&str>) -> Self {
        let manual = manual::Manual::new(instructions);
        self.not_offered = instructions.is_none().then_some(manual.name());
        self.configured.push(Arc::new(manual));
        self
    }

    pub fn get(&self, name: Provider) -> Option<&Arc<dyn PaymentProvider>> {
        self.configured
            .iter()
            .find(|provider| provider.name() == name)
    }

    /// Their names, in the order in which customers are offered them.
    pub fn names(&self) -> impl Iterator<Item = Provider> {
        let known = self.configured.iter().map(|provider| provider.name());
        known.filter(|name| Some(*name) != self.not_offered)
    }
}
