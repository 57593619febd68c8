//! The sandbox: a provider for development and demonstrations. We host its page, and everyone with the link decides how the
//! payment ends. It moves no money, so it is not available in production.

use async_trait::async_trait;
use waybill_primitives::{PaymentId, string_enum};
use waybill_proto::payment::SandboxOutcome;

use super::{
    Checkout, CheckoutSession, PaymentProvider, ProviderError, ProviderEvent, ProviderEventKind,
    RefundOrder,
};
use crate::entity::payment::{Model as Payment, Provider};

/// Why it is not used in production.
pub const NO_SANDBOX: &str = "the sandbox moves no money and is refused in production \
    (WAYBILL_ENVIRONMENT=production); choose another provider";

/// What the customer sees after DECLINE.
const DECLINED: &str = "The card was declined (sandbox).";

string_enum! {
    /// How a visit to the hosted page ends.
    pub enum Outcome as SandboxOutcome {
        Succeed = "SUCCEED",
        Decline = "DECLINE",
        /// The customer leaves; the payment stays PENDING.
        Stall = "STALL",
    }
}

#[derive(Debug, Clone)]
pub struct Sandbox {
    /// `https://shop.example`, without a trailing slash.
    public_url: Option<String>,
}

impl Sandbox {
    /// Without a public address the links are paths, which the gateway makes absolute.
    pub fn new(public_url: Option<&str>) -> Self {
        Self {
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
        }
    }

    fn page(&self, payment: PaymentId) -> String {
        let base = self.public_url.as_deref().unwrap_or_default();
        format!("{base}/api/v1/sandbox/checkout/{payment}")
    }
}

/// The event of the sandbox for an outcome; none for STALL. The same outcome gives the same event.
pub fn event(payment: &Payment, outcome: Outcome) -> Option<ProviderEvent> {
    let (kind, word, failure_reason) = match outcome {
        Outcome::Succeed => (ProviderEventKind::Captured, "captured", None),
        Outcome::Decline => (
            ProviderEventKind::Failed,
            "failed",
            Some(DECLINED.to_owned()),
        ),
        Outcome::Stall => return None,
    };
    Some(ProviderEvent {
        provider: Provider::Sandbox,
        event_id: format!("{}.{word}", payment.provider_reference),
        reference: payment.provider_reference.clone(),
        kind,
        failure_reason,
    })
}

#[async_trait]
impl PaymentProvider for Sandbox {
    fn name(&self) -> Provider {
        Provider::Sandbox
    }

    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError> {
        Ok(CheckoutSession {
            reference: format!("sandbox_{}", checkout.payment_id),
            redirect_url: self.page(checkout.payment_id),
        })
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<String, ProviderError> {
        Ok(format!("sandbox_refund_{}", refund.idempotency_key))
    }
}

#[cfg(test)]
mod tests {
    use waybill_primitives::{Currency, Money};

    use super::*;
    use crate::payments::testing::payment;

    #[test]
    fn links_are_absolute_only_with_a_public_address() {
        let id = PaymentId::new();
        let path = format!("/api/v1/sandbox/checkout/{id}");
        assert_eq!(Sandbox::new(None).page(id), path);
        let absolute = Sandbox::new(Some("https://shop.example/")).page(id);
        assert_eq!(absolute, format!("https://shop.example{path}"));
    }

    #[test]
    fn an_outcome_is_one_event_however_often_it_is_chosen() {
        let payment = payment(Money::new(100, Currency::USD));
        let succeeded = event(&payment, Outcome::Succeed).unwrap();
        assert_eq!(event(&payment, Outcome::Succeed), Some(succeeded.clone()));
        let declined = event(&payment, Outcome::Decline).unwrap();
        assert_ne!(declined.event_id, succeeded.event_id);
        assert_eq!(event(&payment, Outcome::Stall), None);
    }
}
