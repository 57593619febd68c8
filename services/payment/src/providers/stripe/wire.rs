//! Requests to Stripe as forms, and what is read of its answers.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, Money, Timestamp};

use super::super::{self as providers, Checkout, PayoutOrder, ProviderError, RefundOrder};
use crate::providers::TransferStatus;

/// The body of `POST /v1/checkout/sessions`: <https://docs.stripe.com/api/checkout/sessions/create>.
#[derive(Debug, Serialize)]
pub struct NewSession<'a> {
    mode: &'static str,
    client_reference_id: String,
    success_url: &'a str,
    cancel_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(rename = "metadata[payment_id]")]
    payment_id: String,
    #[serde(rename = "payment_intent_data[metadata][payment_id]")]
    intent_payment_id: String,
    #[serde(rename = "payment_intent_data[description]")]
    description: String,
    #[serde(rename = "line_items[0][quantity]")]
    quantity: u32,
    #[serde(rename = "line_items[0][price_data][currency]")]
    currency: String,
    #[serde(rename = "line_items[0][price_data][unit_amount]")]
    unit_amount: i64,
    #[serde(rename = "line_items[0][price_data][product_data][name]")]
    name: String,
}

impl<'a> NewSession<'a> {
    /// A repetition makes the same form, as Stripe asks for.
    pub fn new(checkout: &'a Checkout) -> Result<Self, ProviderError> {
        let url = |url: &'a Option<String>, what| {
            let missing = || ProviderError::Refused(format!("a session needs a {what}"));
            url.as_deref().ok_or_else(missing)
        };
        let id = checkout.payment_id.to_string();
        let name = format!("Order {}", checkout.order_number);
        Ok(Self {
            mode: "payment",
            client_reference_id: id.clone(),
            success_url: url(&checkout.success_url, "success_url")?,
            cancel_url: url(&checkout.cancel_url, "cancel_url")?,
            expires_at: checkout.expires_at.map(Timestamp::secs),
            payment_id: id.clone(),
            intent_payment_id: id,
            description: name.clone(),
            quantity: 1,
            currency: code(checkout.amount.currency),
            unit_amount: minor_units(checkout.amount)?,
            name,
        })
    }
}

/// The body of `POST /v1/refunds`: <https://docs.stripe.com/api/refunds/create>.
#[derive(Debug, Serialize)]
pub struct NewRefund<'a> {
    payment_intent: &'a str,
    amount: i64,
    #[serde(rename = "metadata[refund_id]")]
    refund_id: String,
    #[serde(rename = "metadata[reason]")]
    reason: &'a str,
}

impl<'a> NewRefund<'a> {
    pub fn new(payment_intent: &'a str, refund: &'a RefundOrder) -> Result<Self, ProviderError> {
        Ok(Self {
            payment_intent,
            amount: minor_units(refund.amount)?,
            refund_id: refund.idempotency_key.to_string(),
            reason: &refund.reason,
        })
    }
}

/// The body of `POST /v1/transfers`: <https://docs.stripe.com/api/transfers/create>.
#[derive(Debug, Serialize)]
pub struct NewTransfer<'a> {
    amount: i64,
    currency: String,
    destination: &'a str,
    description: &'a str,
    /// By which it is found again.
    transfer_group: String,
    #[serde(rename = "metadata[payout_id]")]
    payout_id: String,
}

impl<'a> NewTransfer<'a> {
    pub fn new(payout: &'a PayoutOrder) -> Result<Self, ProviderError> {
        Ok(Self {
            amount: minor_units(payout.amount)?,
            currency: code(payout.amount.currency),
            destination: &payout.recipient,
            description: &payout.note,
            transfer_group: payout.idempotency_key.to_string(),
            payout_id: payout.idempotency_key.to_string(),
        })
    }
}

/// As Stripe writes it.
fn code(currency: Currency) -> String {
    currency.to_string().to_lowercase()
}

/// Currencies that Stripe does not count in the minor units of ISO 4217: <https://docs.stripe.com/currencies#special-cases>.
const COUNTED_OTHERWISE: [&str; 3] = ["ISK", "MGA", "UGX"];

/// An amount for Stripe, in minor units. A currency that Stripe counts otherwise is refused: its amount would be taken for another.
fn minor_units(amount: Money) -> Result<i64, ProviderError> {
    if COUNTED_OTHERWISE.contains(&amount.currency.as_str()) {
        let currency = amount.currency;
        let why = format!("payments in {currency} by Stripe are not supported");
        return Err(ProviderError::Refused(why));
    }
    Ok(amount.amount)
}

/// An amount of Stripe; none if it is in no currency that is taken here.
fn money(amount: Option<i64>, currency: Option<&str>) -> Option<Money> {
    let currency = currency?.to_uppercase().parse().ok()?;
    let amount = Money::new(amount?, currency);
    minor_units(amount).is_ok().then_some(amount)
}

/// Another object by its id, or the object itself where an answer is expanded.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Reference<T> {
    Id(String),
    Object(T),
}

impl Reference<Intent> {
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(intent) => &intent.id,
        }
    }
}

/// Our ids, which Stripe repeats.
#[expect(clippy::struct_field_names, reason = "the names that requests give")]
#[derive(Debug, Default, Deserialize)]
pub struct Metadata {
    pub payment_id: Option<String>,
    pub refund_id: Option<String>,
    pub payout_id: Option<String>,
}

/// A Checkout Session.
#[derive(Debug, Deserialize)]
pub struct Session {
    pub id: String,
    pub url: Option<String>,
    pub status: Option<String>,
    pub payment_status: Option<String>,
    pub payment_intent: Option<Reference<Intent>>,
    pub client_reference_id: Option<String>,
    pub metadata: Option<Metadata>,
    amount_total: Option<i64>,
    currency: Option<String>,
}

impl Session {
    pub fn amount(&self) -> Option<Money> {
        money(self.amount_total, self.currency.as_deref())
    }
}

#[derive(Debug, Deserialize)]
pub struct Intent {
    id: String,
    latest_charge: Option<Reference<Charge>>,
}

#[derive(Debug, Deserialize)]
pub struct Charge {
    balance_transaction: Option<Reference<BalanceTransaction>>,
}

#[derive(Debug, Deserialize)]
pub struct BalanceTransaction {
    fee: Option<i64>,
    currency: Option<String>,
}

impl Intent {
    /// What Stripe keeps; known only from expanded answers.
    pub fn fee(&self) -> Option<Money> {
        let charge = self.latest_charge.as_ref()?.object()?;
        let balance = charge.balance_transaction.as_ref()?.object()?;
        money(balance.fee, balance.currency.as_deref())
    }
}

/// The first page of a list.
#[derive(Debug, Deserialize)]
pub struct List<T> {
    pub data: Vec<T>,
}

#[derive(Debug, Deserialize)]
pub struct Refund {
    id: String,
    status: Option<String>,
    failure_reason: Option<String>,
    pub metadata: Option<Metadata>,
}

impl Refund {
    /// Whether it is ours with this id.
    pub fn is(&self, id: &str) -> bool {
        let ours = self.metadata.as_ref();
        ours.and_then(|ours| ours.refund_id.as_deref()) == Some(id)
    }
}

impl From<Refund> for providers::Transfer {
    fn from(refund: Refund) -> Self {
        let status = match refund.status.as_deref() {
            Some("succeeded") => TransferStatus::Done,
            Some("failed" | "canceled") => {
                let why = refund.failure_reason;
                TransferStatus::Failed(why.unwrap_or_else(|| "Stripe does not say why".to_owned()))
            }
            // pending, requires_action, and what is not known here.
            _ => TransferStatus::Pending,
        };
        Self {
            reference: refund.id,
            status,
        }
    }
}

/// A transfer to a connected account. It is done when it is made, and can only be taken back as a whole or in part.
#[derive(Debug, Deserialize)]
pub struct Transfer {
    id: String,
    #[serde(default)]
    reversed: bool,
    pub metadata: Option<Metadata>,
}

impl From<Transfer> for providers::Transfer {
    fn from(transfer: Transfer) -> Self {
        let status = if transfer.reversed {
            TransferStatus::Failed("the transfer was reversed".to_owned())
        } else {
            TransferStatus::Done
        };
        Self {
            reference: transfer.id,
            status,
        }
    }
}

/// The message of a refusal: <https://docs.stripe.com/api/errors>.
pub fn explain(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: Explained,
    }
    #[derive(Deserialize)]
    struct Explained {
        code: Option<String>,
        message: Option<String>,
    }
    let Explained { code, message } = serde_json::from_slice::<Refusal>(body).ok()?.error;
    match (code, message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_that_stripe_counts_otherwise_is_refused_and_not_read() {
        let of = |code: &str| Money::new(1_999, code.parse().unwrap());
        for code in ["USD", "JPY", "KWD"] {
            assert_eq!(minor_units(of(code)), Ok(1_999));
            assert_eq!(
                money(Some(1_999), Some(&code.to_lowercase())),
                Some(of(code))
            );
        }
        for code in COUNTED_OTHERWISE {
            assert!(minor_units(of(code)).is_err(), "{code}");
            assert_eq!(money(Some(1_999), Some(code)), None);
        }
    }
}
