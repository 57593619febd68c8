//! Payments by hand: a bank transfer, or cash. Nobody can be asked about them: an administrator says when money has arrived
//! ([`crate::receipts`]), or was sent.

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    BegunPayment, Checkout, CheckoutSession, Delivery, Message, PaymentProvider, PaymentStatus,
    PayoutOrder, ProviderError, RefundOrder, Transfer, TransferStatus, WebhookError,
};
use crate::entity::payment::Provider;

#[derive(Debug, Clone)]
pub struct Manual {
    /// How customers pay.
    instructions: Option<String>,
}

impl Manual {
    pub fn new(instructions: Option<&str>) -> Self {
        Self {
            instructions: instructions.map(str::to_owned),
        }
    }
}

/// Somebody has to do it; then an administrator confirms it.
fn by_hand(id: Uuid) -> Transfer {
    Transfer {
        reference: id.to_string(),
        status: TransferStatus::Pending,
    }
}

#[async_trait]
impl PaymentProvider for Manual {
    fn name(&self) -> Provider {
        Provider::Manual
    }

    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError> {
        Ok(CheckoutSession {
            reference: format!("manual_{}", checkout.payment_id),
            redirect_url: String::new(),
            instructions: self.instructions.clone(),
        })
    }

    async fn payment(&self, _: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(PaymentStatus::Waiting)
    }

    /// There is nothing to take: the money comes, or does not.
    async fn capture(&self, _: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(PaymentStatus::Waiting)
    }

    async fn cancel(&self, _: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Ok(PaymentStatus::Cancelled)
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<Transfer, ProviderError> {
        Ok(by_hand(refund.idempotency_key))
    }

    async fn refund_status(&self, _: &str) -> Result<TransferStatus, ProviderError> {
        Ok(TransferStatus::Pending)
    }

    /// A person reads it.
    fn check_recipient(&self, _: &str) -> Result<(), &'static str> {
        Ok(())
    }

    async fn pay_out(&self, payout: &PayoutOrder) -> Result<Transfer, ProviderError> {
        Ok(by_hand(payout.idempotency_key))
    }

    async fn payout_status(&self, _: &str) -> Result<TransferStatus, ProviderError> {
        Ok(TransferStatus::Pending)
    }

    async fn receive(&self, _: Delivery<'_>) -> Result<Message, WebhookError> {
        Err(WebhookError::Signature("nobody sends messages about it"))
    }

    fn read(&self, _: &[u8]) -> Result<Message, WebhookError> {
        Err(WebhookError::Malformed(
            "nobody sends messages about it".to_owned(),
        ))
    }
}
