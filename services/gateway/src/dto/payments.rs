//! Payments and the ledger.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::{json::Version, payment::Payment};

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
