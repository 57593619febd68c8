//! The sandbox: a provider for development and demonstrations. We host its page, and everyone with the link decides how the
//! payment ends. It moves no money, so it is not available in production.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use waybill_primitives::{Money, PaymentId, string_enum};
use waybill_proto::payment::SandboxOutcome;

use super::{
    BegunPayment, Capture, Checkout, CheckoutSession, Delivery, Message, News, PaymentKey,
    PaymentProvider, PaymentStatus, PayoutOrder, ProviderError, RefundOrder, Transfer,
    TransferStatus, WebhookError,
};
use crate::entity::payment::{Model as Payment, Provider};

/// Why it is not used in production.
pub const NO_SANDBOX: &str = "the sandbox moves no money and is refused in production \
    (WAYBILL_ENVIRONMENT=production); choose another provider";

/// How late the money of SUCCEED_LATE is.
pub const LATE: Duration = Duration::from_secs(30);

/// What the customer sees after DECLINE.
const DECLINED: &str = "The card was declined (sandbox).";

string_enum! {
    /// How a visit to the hosted page ends.
    pub enum Outcome as SandboxOutcome {
        Succeed = "SUCCEED",
        Decline = "DECLINE",
        /// The customer leaves; the payment stays PENDING.
        Stall = "STALL",
        /// The customer returns; a message tells of the money after [`LATE`].
        SucceedLate = "SUCCEED_LATE",
        /// The message that tells of the money comes twice.
        SucceedTwice = "SUCCEED_TWICE",
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

/// What the sandbox says at once about an outcome, under an id that is the same for the same outcome; none if it says nothing, or by a
/// message.
pub fn outcome(payment: &Payment, outcome: Outcome) -> Option<(String, PaymentStatus)> {
    let (word, status) = match outcome {
        Outcome::Succeed => {
            let reference = &payment.provider_reference;
            ("captured", captured(reference, payment.money()))
        }
        Outcome::Decline => ("failed", PaymentStatus::Failed(DECLINED.to_owned())),
        Outcome::Stall | Outcome::SucceedLate | Outcome::SucceedTwice => return None,
    };
    Some((message_id(payment, word), status))
}

fn message_id(payment: &Payment, word: &str) -> String {
    format!("{}.{word}", payment.provider_reference)
}

/// The body of a message of the sandbox.
#[derive(Debug, Serialize, Deserialize)]
struct SandboxMessage {
    id: String,
    payment_id: PaymentId,
    reference: String,
    amount: Money,
}

/// The message that tells of the money.
pub fn captured_message(payment: &Payment) -> Result<String, serde_json::Error> {
    serde_json::to_string(&SandboxMessage {
        id: message_id(payment, "captured"),
        payment_id: payment.id,
        reference: payment.provider_reference.clone(),
        amount: payment.money(),
    })
}

fn captured(reference: &str, amount: Money) -> PaymentStatus {
    PaymentStatus::Captured(Capture {
        reference: reference.to_owned(),
        amount,
        fee: None,
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
            instructions: None,
        })
    }

    /// Choices on the page take effect at once, so what is asked about has none.
    async fn payment(&self, _: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(PaymentStatus::Waiting)
    }

    async fn capture(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(captured(&payment.reference, payment.amount))
    }

    async fn cancel(&self, _: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(PaymentStatus::Cancelled)
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<Transfer, ProviderError> {
        Ok(done(format!("sandbox_refund_{}", refund.idempotency_key)))
    }

    async fn refund_status(&self, _: &str) -> Result<TransferStatus, ProviderError> {
        Ok(TransferStatus::Done)
    }

    fn check_recipient(&self, _: &str) -> Result<(), &'static str> {
        Ok(())
    }

    async fn pay_out(&self, payout: &PayoutOrder) -> Result<Transfer, ProviderError> {
        Ok(done(format!("sandbox_payout_{}", payout.idempotency_key)))
    }

    async fn payout_status(&self, _: &str) -> Result<TransferStatus, ProviderError> {
        Ok(TransferStatus::Done)
    }

    /// Nobody but us sends its messages.
    async fn receive(&self, _: Delivery<'_>) -> Result<Message, WebhookError> {
        Err(WebhookError::Signature("the sandbox signs nothing"))
    }

    fn read(&self, body: &[u8]) -> Result<Message, WebhookError> {
        let message: SandboxMessage = serde_json::from_slice(body)
            .map_err(|error| WebhookError::Malformed(error.to_string()))?;
        Ok(Message {
            id: message.id,
            kind: "payment.captured".to_owned(),
            news: Some(News::Payment {
                of: PaymentKey::Id(message.payment_id),
                status: captured(&message.reference, message.amount),
            }),
        })
    }
}

fn done(reference: String) -> Transfer {
    Transfer {
        reference,
        status: TransferStatus::Done,
    }
}

#[cfg(test)]
mod tests {
    use waybill_primitives::Currency;

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
    fn an_outcome_is_one_message_however_often_it_is_chosen() {
        let payment = payment(Money::new(100, Currency::USD));
        let (succeeded, _) = outcome(&payment, Outcome::Succeed).unwrap();
        let again = outcome(&payment, Outcome::Succeed).unwrap();
        assert_eq!(again.0, succeeded);
        let (declined, _) = outcome(&payment, Outcome::Decline).unwrap();
        assert_ne!(declined, succeeded);
        assert_eq!(outcome(&payment, Outcome::Stall), None);
    }
}
