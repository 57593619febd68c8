//! Payments and the ledger.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::{
    json::Version,
    payment::{Payment, Provider, SandboxOutcome},
};

use super::rules::web_url;
use crate::extract::Origin;

/// The payment with `redirectUrl` as a full URL.
pub fn seen_from(origin: &Origin, mut payment: Payment) -> Payment {
    payment.redirect_url = payment.redirect_url.map(|url| origin.absolute(url));
    payment
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

impl Version for PaymentCreated {
    fn version(&self) -> i64 {
        self.payment.version
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"outcome": "SUCCEED"}))]
pub struct SandboxChoice {
    #[garde(skip)]
    pub outcome: SandboxOutcome,
}
