//! Answers to new payments and payouts.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::{
    json::Version,
    payment::{CreatePayoutsResponse, Payment, Payout, PayoutResults},
};

use crate::{
    answer::{Created, present},
    error::ApiError,
};

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

/// The payout for one recipient, or one result per worker.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PayoutsCreated {
    One(Box<Payout>),
    Each(PayoutResults),
}

impl PayoutsCreated {
    /// `several`: the request named several workers, maybe only one of them.
    pub fn new(answer: CreatePayoutsResponse, several: bool) -> Result<Created<Self>, ApiError> {
        let mut results = answer.results;
        if several {
            return Ok(Created::new(Self::Each(PayoutResults { results })));
        }
        let payout = present(results.pop().and_then(|result| result.payout))?;
        let path = format!("/api/v1/payouts/{}", payout.id);
        Ok(Created::new(Self::One(Box::new(payout))).at(|_| path))
    }
}
