//! Payments and the ledger.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::payment as pb;

use crate::extract::Origin;

use super::{Money, PaymentState, Provider, SandboxOutcome, filled, moment, money, rules::web_url};

/// One attempt to pay an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[schema(value_type = uuid::Uuid)]
    pub order_id: String,
    pub order_number: String,
    #[schema(value_type = Provider)]
    pub provider: &'static str,
    pub amount: Money,
    #[schema(value_type = PaymentState)]
    pub state: &'static str,
    /// Where the customer pays.
    #[schema(required)]
    pub redirect_url: Option<String>,
    #[schema(required)]
    pub failure_reason: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Payment {
    /// With `redirectUrl` as a full URL.
    #[must_use]
    pub fn seen_from(mut self, origin: &Origin) -> Self {
        self.redirect_url = self.redirect_url.map(|url| origin.absolute(url));
        self
    }
}

impl From<pb::Payment> for Payment {
    fn from(payment: pb::Payment) -> Self {
        Self {
            provider: Provider::text(payment.provider),
            state: PaymentState::text(payment.state),
            id: payment.id,
            order_id: payment.order_id,
            order_number: payment.order_number,
            amount: money(payment.amount),
            redirect_url: filled(payment.redirect_url),
            failure_reason: filled(payment.failure_reason),
            version: payment.version,
            created_at: moment(payment.created_at),
            updated_at: moment(payment.updated_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"provider": "SANDBOX", "successUrl": "https://shop.example.com/thanks", "cancelUrl": "https://shop.example.com/cart"}))]
pub struct NewPayment {
    #[garde(skip)]
    pub provider: Provider,
    /// Where the customer goes after paying.
    #[garde(inner(custom(web_url)), length(bytes, max = 2_000))]
    #[schema(max_length = 2000)]
    pub success_url: Option<String>,
    /// Where the customer goes after giving up.
    #[garde(inner(custom(web_url)), length(bytes, max = 2_000))]
    #[schema(max_length = 2000)]
    pub cancel_url: Option<String>,
}

/// A new payment, and where to send the customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentCreated {
    #[schema(required)]
    pub redirect_url: Option<String>,
    pub payment: Payment,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"outcome": "SUCCEED"}))]
pub struct SandboxChoice {
    #[garde(skip)]
    pub outcome: SandboxOutcome,
}

/// What the sandbox did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutResult {
    pub payment: Payment,
    /// Where a browser goes next.
    #[schema(required)]
    pub redirect_url: Option<String>,
}

/// One line of the double-entry ledger; the lines of an entry add up to zero.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerLine {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[schema(value_type = uuid::Uuid)]
    pub entry_id: String,
    #[schema(example = "PAYMENT")]
    pub kind: String,
    #[schema(example = "provider:SANDBOX")]
    pub account: String,
    /// Debit positive, credit negative.
    pub amount: Money,
    #[schema(required, value_type = Option<uuid::Uuid>)]
    pub order_id: Option<String>,
    #[schema(required, value_type = Option<uuid::Uuid>)]
    pub payment_id: Option<String>,
    pub at: DateTime<Utc>,
}

impl From<pb::LedgerLine> for LedgerLine {
    fn from(line: pb::LedgerLine) -> Self {
        Self {
            id: line.id,
            entry_id: line.entry_id,
            kind: line.kind,
            account: line.account,
            amount: money(line.amount),
            order_id: filled(line.order_id),
            payment_id: filled(line.payment_id),
            at: moment(line.at),
        }
    }
}
