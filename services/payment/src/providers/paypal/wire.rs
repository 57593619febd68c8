//! Requests to PayPal, and what is read of its answers.

use serde::{Deserialize, Serialize};

use super::amount::{Amount, decimal};
use crate::providers::{Checkout, PayoutOrder, ProviderError, RefundOrder};

/// Longest note to a customer, in characters.
const LONGEST_NOTE: usize = 255;
/// Longest note to the recipient of a payout, in characters.
const LONGEST_PAYOUT_NOTE: usize = 4_000;

/// The body of `POST /v2/checkout/orders`.
#[derive(Debug, Serialize)]
pub struct NewOrder<'a> {
    intent: &'static str,
    purchase_units: [NewUnit; 1],
    payment_source: Source<'a>,
}

#[derive(Debug, Serialize)]
struct NewUnit {
    amount: Amount,
    description: String,
    /// PayPal repeats it in the order and its captures.
    custom_id: String,
    /// For the merchant. Unique, as PayPal refuses an invoice that was paid before.
    invoice_id: String,
}

#[derive(Debug, Serialize)]
struct Source<'a> {
    paypal: Wallet<'a>,
}

#[derive(Debug, Serialize)]
struct Wallet<'a> {
    experience_context: Experience<'a>,
}

#[derive(Debug, Serialize)]
struct Experience<'a> {
    return_url: &'a str,
    cancel_url: &'a str,
    /// The customer pays on PayPal's page, and does not only go on from there.
    user_action: &'static str,
    /// The order has the address.
    shipping_preference: &'static str,
}

impl<'a> NewOrder<'a> {
    /// A repetition makes the same body.
    pub fn new(checkout: &'a Checkout) -> Result<Self, ProviderError> {
        let url = |url: &'a Option<String>, what| {
            let missing = || ProviderError::Refused(format!("an order needs a {what}"));
            url.as_deref().ok_or_else(missing)
        };
        let (id, number) = (checkout.payment_id, &checkout.order_number);
        Ok(Self {
            intent: "CAPTURE",
            purchase_units: [NewUnit {
                amount: Amount::of(checkout.amount)?,
                description: format!("Order {number}"),
                custom_id: id.to_string(),
                invoice_id: format!("{number}-{id}"),
            }],
            payment_source: Source {
                paypal: Wallet {
                    experience_context: Experience {
                        return_url: url(&checkout.success_url, "return_url")?,
                        cancel_url: url(&checkout.cancel_url, "cancel_url")?,
                        user_action: "PAY_NOW",
                        shipping_preference: "NO_SHIPPING",
                    },
                },
            },
        })
    }
}

/// The body of `POST /v2/payments/captures/{id}/refund`.
#[derive(Debug, Serialize)]
pub struct NewRefund {
    amount: Amount,
    /// PayPal repeats it.
    custom_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note_to_payer: String,
}

impl NewRefund {
    pub fn new(refund: &RefundOrder) -> Result<Self, ProviderError> {
        Ok(Self {
            amount: Amount::of(refund.amount)?,
            custom_id: refund.idempotency_key.to_string(),
            note_to_payer: one_line(&refund.reason, LONGEST_NOTE),
        })
    }
}

/// The body of `POST /v1/payments/payouts`, with one item.
#[derive(Debug, Serialize)]
pub struct NewBatch<'a> {
    sender_batch_header: BatchKey,
    items: [NewItem<'a>; 1],
}

#[derive(Debug, Serialize)]
struct BatchKey {
    sender_batch_id: String,
}

#[derive(Debug, Serialize)]
struct NewItem<'a> {
    recipient_type: &'static str,
    receiver: &'a str,
    amount: PayoutAmount,
    note: String,
    /// PayPal repeats it.
    sender_item_id: String,
}

/// As [`Amount`], by other names.
#[derive(Debug, Serialize)]
struct PayoutAmount {
    currency: String,
    value: String,
}

impl<'a> NewBatch<'a> {
    pub fn new(payout: &'a PayoutOrder) -> Result<Self, ProviderError> {
        let key = payout.idempotency_key.to_string();
        Ok(Self {
            items: [NewItem {
                recipient_type: if payout.recipient.contains('@') {
                    "EMAIL"
                } else {
                    "PAYPAL_ID"
                },
                receiver: &payout.recipient,
                amount: PayoutAmount {
                    value: decimal(payout.amount)?,
                    currency: payout.amount.currency.to_string(),
                },
                note: one_line(&payout.note, LONGEST_PAYOUT_NOTE),
                sender_item_id: key.clone(),
            }],
            sender_batch_header: BatchKey {
                sender_batch_id: key,
            },
        })
    }
}

/// A text as PayPal takes it: on one line, and not too long.
fn one_line(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(longest).collect()
}

#[derive(Debug, Deserialize)]
pub struct Link {
    pub href: String,
    #[serde(default)]
    pub rel: String,
}

/// An order.
#[derive(Debug, Deserialize)]
pub struct Order {
    pub id: String,
    pub status: Option<String>,
    #[serde(default)]
    pub purchase_units: Vec<Unit>,
    #[serde(default)]
    links: Vec<Link>,
}

impl Order {
    /// Where the customer approves it. The name of the link depends on how the order was made.
    pub fn page(&self) -> Option<&str> {
        let mut links = self.links.iter();
        let link = links.find(|link| matches!(link.rel.as_str(), "payer-action" | "approve"));
        link.map(|link| link.href.as_str())
    }

    pub fn captures(&self) -> impl Iterator<Item = &Capture> {
        let payments = self
            .purchase_units
            .iter()
            .filter_map(|unit| unit.payments.as_ref());
        payments.flat_map(|payments| &payments.captures)
    }
}

#[derive(Debug, Deserialize)]
pub struct Unit {
    pub custom_id: Option<String>,
    payments: Option<Payments>,
}

#[derive(Debug, Deserialize)]
struct Payments {
    #[serde(default)]
    captures: Vec<Capture>,
}

/// The customer's money, or the attempt to take it.
#[derive(Debug, Deserialize)]
pub struct Capture {
    pub id: String,
    pub status: Option<String>,
    pub amount: Option<Amount>,
    pub custom_id: Option<String>,
    pub seller_receivable_breakdown: Option<Breakdown>,
    pub supplementary_data: Option<Supplement>,
}

#[derive(Debug, Deserialize)]
pub struct Breakdown {
    /// In the currency of the payment.
    pub paypal_fee: Option<Amount>,
}

#[derive(Debug, Deserialize)]
pub struct Supplement {
    pub related_ids: Option<RelatedIds>,
}

#[derive(Debug, Deserialize)]
pub struct RelatedIds {
    pub order_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Refund {
    pub id: String,
    pub status: Option<String>,
    pub custom_id: Option<String>,
}

/// A batch of payouts.
#[derive(Debug, Deserialize)]
pub struct Batch {
    pub batch_header: BatchHeader,
    #[serde(default)]
    pub items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
pub struct BatchHeader {
    pub payout_batch_id: String,
    pub batch_status: Option<String>,
}

/// A payout of a batch.
#[derive(Debug, Deserialize)]
pub struct Item {
    pub payout_batch_id: String,
    pub transaction_status: Option<String>,
    pub sender_batch_id: Option<String>,
    pub errors: Option<ItemError>,
}

#[derive(Debug, Deserialize)]
pub struct ItemError {
    pub name: Option<String>,
    pub message: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_short_line() {
        assert_eq!(
            one_line(" One cup\n arrived\tbroken ", 255),
            "One cup arrived broken"
        );
        assert_eq!(one_line("Größe", 3), "Grö");
        assert_eq!(one_line("\n", 255), "");
    }
}
