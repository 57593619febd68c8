//! Stripe: Checkout Sessions for payments, refunds of their PaymentIntents, transfers to connected accounts for payouts.
//!
//! The API version is fixed, so that answers keep their form: <https://docs.stripe.com/api/versioning>.

mod webhook;
mod wire;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use waybill_service_kit::AppError;

use self::wire::{Intent, List, NewRefund, NewSession, NewTransfer, Reference, Refund, Session};
use super::{
    BegunPayment, Capture, Checkout, CheckoutSession, Delivery, Message, PaymentProvider,
    PaymentStatus, PayoutOrder, ProviderError, RefundOrder, Transfer, TransferStatus, WebhookError,
    http::Http,
};
use crate::entity::payment::Provider;

/// The version of the API that the types here are of.
const VERSION: &str = "2023-08-16";
/// The account with Stripe.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    pub secret_key: SecretString,
    /// Signing secrets of the webhook; one that fits is enough.
    pub webhook_secrets: Vec<SecretString>,
    /// `https://api.stripe.com`, without a trailing slash.
    pub url: String,
}

/// Stripe as a payment provider.
#[derive(Debug)]
pub struct Stripe {
    settings: StripeSettings,
    http: Http,
}

impl Stripe {
    /// # Errors
    /// If there is no HTTP client on this machine.
    pub fn new(settings: StripeSettings) -> Result<Self, AppError> {
        Ok(Self {
            settings,
            http: Http::new(Provider::Stripe, wire::explain)?,
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let key = self.settings.secret_key.expose_secret();
        let url = format!("{}/v1/{path}", self.settings.url);
        let request = self.http.client().request(method, url);
        request.bearer_auth(key).header("stripe-version", VERSION)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, expand: &str) -> Result<T, ProviderError> {
        let mut request = self.request(Method::GET, path);
        if !expand.is_empty() {
            request = request.query(&[("expand[]", expand)]);
        }
        self.http.send(request).await
    }

    /// What was made before. Refunds and transfers are looked up before they are made: an attempt may be repeated for longer than Stripe
    /// keeps its key.
    async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        filter: &[(&str, &str)],
    ) -> Result<List<T>, ProviderError> {
        let request = self.request(Method::GET, path).query(filter);
        self.http.send(request.query(&[("limit", "100")])).await
    }

    /// Stripe keeps the answer under the key for a day: <https://docs.stripe.com/api/idempotent_requests>.
    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        form: &impl Serialize,
    ) -> Result<T, ProviderError> {
        let request = self.request(Method::POST, path).form(form);
        self.http.send(request.header("idempotency-key", key)).await
    }

    async fn session(&self, reference: &str) -> Result<Session, ProviderError> {
        let path = format!("checkout/sessions/{reference}");
        self.get(&path, "payment_intent.latest_charge.balance_transaction")
            .await
    }

    /// What refunds name: the PaymentIntent of a session, unless it is named already.
    async fn intent_of(&self, reference: &str) -> Result<String, ProviderError> {
        if !reference.starts_with("cs_") {
            return Ok(reference.to_owned());
        }
        let intent = self.session(reference).await?.payment_intent;
        let none = || ProviderError::Refused("the session has no payment".to_owned());
        Ok(intent.ok_or_else(none)?.id().to_owned())
    }
}

#[async_trait]
impl PaymentProvider for Stripe {
    fn name(&self) -> Provider {
        Provider::Stripe
    }

    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError> {
        let form = NewSession::new(checkout)?;
        let key = format!("session-{}", checkout.payment_id);
        let session: Session = self.post("checkout/sessions", &key, &form).await?;
        let url = session.url.ok_or_else(|| {
            ProviderError::Unavailable("the session has no address yet".to_owned())
        })?;
        Ok(CheckoutSession {
            reference: session.id,
            redirect_url: url,
            instructions: None,
        })
    }

    async fn payment(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        self.session(&payment.reference).await?.payment_status()
    }

    /// Checkout captures by itself.
    async fn capture(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        self.payment(payment).await
    }

    async fn cancel(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        let path = format!("checkout/sessions/{}/expire", payment.reference);
        let key = format!("expire-{}", payment.id);
        let expired: Result<Session, _> = self.post(&path, &key, &()).await;
        match expired {
            Ok(session) => session.payment_status(),
            // Only an open session can be closed: the customer was faster, or its time was over.
            Err(ProviderError::Refused(_)) => self.payment(payment).await,
            Err(error) => Err(error),
        }
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<Transfer, ProviderError> {
        let intent = self.intent_of(&refund.reference).await?;
        let made: List<Refund> = self.list("refunds", &[("payment_intent", &intent)]).await?;
        let id = refund.idempotency_key.to_string();
        if let Some(made) = made.data.into_iter().find(|made| made.is(&id)) {
            return Ok(made.into());
        }
        let form = NewRefund::new(&intent, refund)?;
        let key = format!("refund-{}", refund.idempotency_key);
        let made: Refund = self.post("refunds", &key, &form).await?;
        Ok(made.into())
    }

    async fn refund_status(&self, reference: &str) -> Result<TransferStatus, ProviderError> {
        let found: Refund = self.get(&format!("refunds/{reference}"), "").await?;
        Ok(Transfer::from(found).status)
    }

    fn check_recipient(&self, recipient: &str) -> Result<(), &'static str> {
        if recipient.starts_with("acct_") {
            Ok(())
        } else {
            Err(
                "must be the id of an account that is connected to the shop's, such as acct_1NxyzABC",
            )
        }
    }

    async fn pay_out(&self, payout: &PayoutOrder) -> Result<Transfer, ProviderError> {
        let id = payout.idempotency_key.to_string();
        let made: List<wire::Transfer> = self.list("transfers", &[("transfer_group", &id)]).await?;
        if let Some(made) = made.data.into_iter().next() {
            return Ok(made.into());
        }
        let key = format!("payout-{id}");
        let form = NewTransfer::new(payout)?;
        let made: wire::Transfer = self.post("transfers", &key, &form).await?;
        Ok(made.into())
    }

    async fn payout_status(&self, reference: &str) -> Result<TransferStatus, ProviderError> {
        let found: wire::Transfer = self.get(&format!("transfers/{reference}"), "").await?;
        Ok(Transfer::from(found).status)
    }

    async fn receive(&self, delivery: Delivery<'_>) -> Result<Message, WebhookError> {
        webhook::check(&self.settings.webhook_secrets, delivery)?;
        webhook::read(delivery.body)
    }

    fn read(&self, body: &[u8]) -> Result<Message, WebhookError> {
        webhook::read(body)
    }
}

impl Session {
    /// The state of the payment; see <https://docs.stripe.com/api/checkout/sessions/object>.
    fn payment_status(self) -> Result<PaymentStatus, ProviderError> {
        let unknown = |what: &str, value: &str| {
            ProviderError::Unavailable(format!("a session has the {what} {value}"))
        };
        match (self.status.as_deref(), self.payment_status.as_deref()) {
            (Some("open") | None, _) => Ok(PaymentStatus::Waiting),
            (Some("expired"), _) => Ok(PaymentStatus::Expired),
            (Some("complete"), Some("paid")) => self.captured().map(PaymentStatus::Captured),
            (Some("complete"), Some("unpaid")) => Ok(PaymentStatus::Authorized),
            (Some("complete"), other) => Err(unknown("payment status", other.unwrap_or("none"))),
            (Some(other), _) => Err(unknown("status", other)),
        }
    }

    fn captured(self) -> Result<Capture, ProviderError> {
        let incomplete =
            |what: &str| ProviderError::Unavailable(format!("a session has no {what}"));
        let amount = self.amount().ok_or_else(|| incomplete("amount"))?;
        let intent = self.payment_intent.ok_or_else(|| incomplete("payment"))?;
        let fee = intent.object().and_then(Intent::fee);
        Ok(Capture {
            reference: intent.id().to_owned(),
            amount,
            fee: fee.filter(|fee| fee.currency == amount.currency),
        })
    }
}

impl<T> Reference<T> {
    /// The object, if the answer has it and not only its id.
    fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}
