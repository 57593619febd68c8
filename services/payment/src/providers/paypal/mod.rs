//! PayPal: orders for payments, refunds of their captures, batches of one item for payouts.
//!
//! An order is made, approved by the customer on PayPal's page, and then captured by us: <https://developer.paypal.com/docs/api/orders/v2/>.

mod amount;
mod certificate;
mod refusal;
mod status;
mod token;
mod webhook;
mod wire;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;
use waybill_service_kit::AppError;

use self::{
    certificate::{Certificates, Download},
    refusal::{DECLINED, Refusal},
    token::Tokens,
    wire::{Batch, NewBatch, NewOrder, NewRefund, Order, Refund},
};
use super::{
    BegunPayment, Checkout, CheckoutSession, Delivery, Message, PaymentProvider, PaymentStatus,
    PayoutOrder, ProviderError, RefundOrder, Transfer, TransferStatus, WebhookError, http::Http,
};
use crate::entity::payment::Provider;

pub use self::certificate::{CertificateSource, Trust as PayPalTrust};

/// What the customer reads when PayPal does not take their money.
const NOT_TAKEN: &str = "PayPal did not take the payment. Please choose another way to pay.";
/// What PayPal says when another capture was faster, or the customer has not agreed: the order tells which.
const READ_THE_ORDER: [&str; 5] = [
    "ORDER_ALREADY_CAPTURED",
    "ORDER_ALREADY_COMPLETED",
    "ORDER_COMPLETION_IN_PROGRESS",
    "ORDER_NOT_APPROVED",
    "PAYER_ACTION_REQUIRED",
];

/// The account with PayPal.
#[derive(Debug, Clone)]
pub struct PayPalSettings {
    pub client_id: String,
    pub client_secret: SecretString,
    /// PayPal's id of our webhook: a part of what it signs.
    pub webhook_id: String,
    /// `https://api-m.paypal.com`, without a trailing slash.
    pub url: String,
}

/// PayPal as a payment provider.
#[derive(Debug)]
pub struct PayPal {
    settings: PayPalSettings,
    http: Http,
    tokens: Tokens,
    certificates: Certificates,
}

impl PayPal {
    /// # Errors
    /// If there is no HTTP client on this machine.
    pub fn new(settings: PayPalSettings) -> Result<Self, AppError> {
        let source = Box::new(Download(Http::new(Provider::Paypal, refusal::explain)?));
        Self::with_certificates(settings, PayPalTrust::paypal(), source)
    }

    /// As [`PayPal::new`], with other roots and another source of the certificates that sign PayPal's messages.
    ///
    /// # Errors
    /// As [`PayPal::new`].
    pub fn with_certificates(
        settings: PayPalSettings,
        trust: PayPalTrust,
        source: Box<dyn CertificateSource>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            settings,
            http: Http::new(Provider::Paypal, refusal::explain)?,
            tokens: Tokens::default(),
            certificates: Certificates::new(trust, source),
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/{path}", self.settings.url);
        // The whole object in the answer: the short form has neither amounts nor fees.
        let request = self.http.client().request(method, url);
        request.header("prefer", "return=representation")
    }

    /// Sends a request with an access token. PayPal may take a token back before it expires; then a new one is tried once.
    async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Refusal> {
        let again = request.try_clone();
        let token = self.token(None).await?;
        let asked = request.bearer_auth(token.expose_secret());
        match (self.http.ask(asked).await, again) {
            (Err(failure), Some(again)) if failure.status == Some(StatusCode::UNAUTHORIZED) => {
                let token = self.token(Some(&token)).await?;
                let asked = again.bearer_auth(token.expose_secret());
                Ok(self.http.ask(asked).await?)
            }
            (answer, _) => Ok(answer?),
        }
    }

    async fn token(&self, refused: Option<&SecretString>) -> Result<SecretString, ProviderError> {
        let settings = &self.settings;
        let request = self.http.client().post(token::address(&settings.url));
        let secret = settings.client_secret.expose_secret();
        let request = request.basic_auth(&settings.client_id, Some(secret));
        self.tokens.get(&self.http, request, refused).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        self.call(self.request(Method::GET, path)).await
    }

    /// PayPal keeps the answer under the key: of orders for 6 hours, of refunds for 45 days. Payouts have no such key, but a batch id.
    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        let mut request = self.request(Method::POST, path).json(body);
        if let Some(key) = key {
            request = request.header("paypal-request-id", key);
        }
        self.call(request).await
    }

    async fn batch(&self, id: &str) -> Result<Transfer, ProviderError> {
        let batch: Batch = self.get(&format!("v1/payments/payouts/{id}")).await?;
        batch.transfer()
    }
}

#[async_trait]
impl PaymentProvider for PayPal {
    fn name(&self) -> Provider {
        Provider::Paypal
    }

    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError> {
        let body = NewOrder::new(checkout)?;
        let key = checkout.payment_id.to_string();
        let order: Order = self.post("v2/checkout/orders", Some(&key), &body).await?;
        let page = order.page().ok_or_else(|| {
            ProviderError::Unavailable("the order has no page for the customer".to_owned())
        })?;
        Ok(CheckoutSession {
            redirect_url: page.to_owned(),
            reference: order.id,
            instructions: None,
        })
    }

    async fn payment(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        let path = format!("v2/checkout/orders/{}", payment.reference);
        match self.get::<Order>(&path).await {
            Ok(order) => order.payment_status(),
            // PayPal forgets orders that nobody has approved after some hours.
            Err(refusal) if refusal.status == Some(StatusCode::NOT_FOUND) => {
                Ok(PaymentStatus::Expired)
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Each attempt has a key of its own: under the same one, PayPal repeats a refusal for 6 hours. It captures an order once in any case.
    async fn capture(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        let path = format!("v2/checkout/orders/{}/capture", payment.reference);
        let key = format!("capture-{}", Uuid::now_v7());
        let body = serde_json::json!({});
        match self.post::<Order>(&path, Some(&key), &body).await {
            Ok(order) => order.payment_status(),
            Err(refusal) if refusal.says_one_of(&DECLINED) => {
                Ok(PaymentStatus::Failed(NOT_TAKEN.to_owned()))
            }
            Err(refusal) if refusal.says_one_of(&READ_THE_ORDER) => self.payment(payment).await,
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// PayPal cannot close an order. One that nobody has approved is left to expire: it is captured by us alone, so no money follows.
    async fn cancel(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(match self.payment(payment).await? {
            PaymentStatus::Waiting => PaymentStatus::Cancelled,
            status => status,
        })
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<Transfer, ProviderError> {
        let body = NewRefund::new(refund)?;
        let path = format!("v2/payments/captures/{}/refund", refund.reference);
        let key = format!("refund-{}", refund.idempotency_key);
        let made: Refund = self.post(&path, Some(&key), &body).await?;
        made.transfer()
    }

    async fn refund_status(&self, reference: &str) -> Result<TransferStatus, ProviderError> {
        let path = format!("v2/payments/refunds/{reference}");
        let found: Refund = self.get(&path).await?;
        Ok(found.transfer()?.status)
    }

    /// An e-mail address, or the 13 characters of a PayPal id.
    fn check_recipient(&self, recipient: &str) -> Result<(), &'static str> {
        let is_address = recipient
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        let is_id = recipient.len() == 13 && recipient.bytes().all(|it| it.is_ascii_alphanumeric());
        if is_address || is_id {
            Ok(())
        } else {
            Err("must be an e-mail address, or the 13 characters of a PayPal id")
        }
    }

    /// The reference is that of the batch. PayPal refuses a batch id that it has seen in the last 30 days, and names the batch that has it.
    async fn pay_out(&self, payout: &PayoutOrder) -> Result<Transfer, ProviderError> {
        let body = NewBatch::new(payout)?;
        match self.post::<Batch>("v1/payments/payouts", None, &body).await {
            Ok(batch) => batch.transfer(),
            Err(refusal) => match refusal.earlier_batch() {
                Some(id) => self.batch(&id).await,
                None => Err(refusal.into()),
            },
        }
    }

    async fn payout_status(&self, reference: &str) -> Result<TransferStatus, ProviderError> {
        Ok(self.batch(reference).await?.status)
    }

    async fn receive(&self, delivery: Delivery<'_>) -> Result<Message, WebhookError> {
        webhook::check(self, delivery).await?;
        webhook::read(delivery.body)
    }

    fn read(&self, body: &[u8]) -> Result<Message, WebhookError> {
        webhook::read(body)
    }
}
