//! What the states of PayPal's objects mean here.

use super::{
    NOT_TAKEN,
    amount::Amount,
    wire::{Batch, Capture, Item, Order, Refund},
};
use crate::providers::{self, PaymentStatus, ProviderError, Transfer, TransferStatus};

fn unknown(what: &str, status: Option<&str>) -> ProviderError {
    let status = status.unwrap_or("none");
    ProviderError::Unavailable(format!("{what} has the status {status}"))
}

impl Order {
    /// The state of the payment: <https://developer.paypal.com/docs/api/orders/v2/#orders_get>.
    pub fn payment_status(&self) -> Result<PaymentStatus, ProviderError> {
        // An attempt that was declined does not count if another one took the money.
        let best = self.captures().min_by_key(|capture| capture.rank());
        if let Some(capture) = best {
            return capture.payment_status();
        }
        match self.status.as_deref() {
            Some("CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED") => Ok(PaymentStatus::Waiting),
            Some("APPROVED") => Ok(PaymentStatus::Authorized),
            Some("VOIDED") => Ok(PaymentStatus::Cancelled),
            other => Err(unknown("an order without payments", other)),
        }
    }
}

impl Capture {
    /// Which of several captures tells the state of their order: the lowest.
    fn rank(&self) -> u8 {
        match self.status.as_deref() {
            Some("COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED") => 0,
            Some("DECLINED" | "FAILED") => 2,
            _ => 1,
        }
    }

    /// See <https://developer.paypal.com/docs/api/payments/v2/#captures_get>.
    pub fn payment_status(&self) -> Result<PaymentStatus, ProviderError> {
        match self.status.as_deref() {
            // Refunds are told by themselves.
            Some("COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED") => {
                self.captured().map(PaymentStatus::Captured)
            }
            // A bank must pay PayPal, or somebody must look at it. Days may pass; it cannot be taken back.
            Some("PENDING") => Ok(PaymentStatus::Authorized),
            Some("DECLINED" | "FAILED") => Ok(PaymentStatus::Failed(NOT_TAKEN.to_owned())),
            other => Err(unknown("a capture", other)),
        }
    }

    fn captured(&self) -> Result<providers::Capture, ProviderError> {
        let amount = self.amount.as_ref().and_then(Amount::money);
        let amount = amount
            .ok_or_else(|| ProviderError::Unavailable("a capture has no amount".to_owned()))?;
        let breakdown = self.seller_receivable_breakdown.as_ref();
        let fee = breakdown.and_then(|breakdown| breakdown.paypal_fee.as_ref()?.money());
        Ok(providers::Capture {
            reference: self.id.clone(),
            amount,
            fee: fee.filter(|fee| fee.currency == amount.currency),
        })
    }
}

impl Refund {
    /// See <https://developer.paypal.com/docs/api/payments/v2/#refunds_get>.
    pub fn transfer(&self) -> Result<Transfer, ProviderError> {
        let status = match self.status.as_deref() {
            Some("COMPLETED") => TransferStatus::Done,
            Some("PENDING") => TransferStatus::Pending,
            Some(status @ ("CANCELLED" | "FAILED")) => {
                TransferStatus::Failed(format!("PayPal says {status}"))
            }
            other => return Err(unknown("a refund", other)),
        };
        Ok(Transfer {
            reference: self.id.clone(),
            status,
        })
    }
}

impl Batch {
    /// The state of its only payout; see <https://developer.paypal.com/docs/api/payments.payouts-batch/v1/#payouts_get>.
    pub fn transfer(&self) -> Result<Transfer, ProviderError> {
        if let Some(item) = self.items.first() {
            return item.transfer();
        }
        let status = match self.batch_header.batch_status.as_deref() {
            Some(status @ ("DENIED" | "CANCELED")) => {
                TransferStatus::Failed(format!("PayPal says {status}"))
            }
            // Its item tells how it ends.
            Some(_) => TransferStatus::Pending,
            None => return Err(unknown("a batch", None)),
        };
        Ok(Transfer {
            reference: self.batch_header.payout_batch_id.clone(),
            status,
        })
    }
}

impl Item {
    /// See <https://developer.paypal.com/docs/api/payments.payouts-batch/v1/#payouts-item_get>.
    pub fn transfer(&self) -> Result<Transfer, ProviderError> {
        let status = match self.transaction_status.as_deref() {
            Some("SUCCESS") => TransferStatus::Done,
            // The recipient has no account yet, or somebody must look at it. What is not claimed comes back after 30 days.
            Some("NEW" | "PENDING" | "UNCLAIMED" | "ONHOLD") => TransferStatus::Pending,
            // REVERSED and REFUNDED: the money came back after it had left.
            Some(
                status @ ("FAILED" | "RETURNED" | "BLOCKED" | "DENIED" | "CANCELED" | "REFUNDED"
                | "REVERSED"),
            ) => TransferStatus::Failed(self.why(status)),
            other => return Err(unknown("a payout", other)),
        };
        Ok(Transfer {
            reference: self.payout_batch_id.clone(),
            status,
        })
    }

    fn why(&self, status: &str) -> String {
        let error = self.errors.as_ref();
        let name = error.and_then(|error| error.name.as_deref());
        let message = error.and_then(|error| error.message.as_deref());
        match (name, message) {
            (Some(name), Some(message)) => format!("{name}: {message}"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) => format!("PayPal says {status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};
    use waybill_primitives::{Currency, Money};
    use waybill_testkit::shared;

    use super::*;

    fn of<T: DeserializeOwned>(value: &Value) -> T {
        serde_json::from_value(value.clone()).unwrap()
    }

    fn order(status: &str, captures: &[&str]) -> Result<PaymentStatus, ProviderError> {
        let amount = json!({"currency_code": "USD", "value": "100.00"});
        let captures: Vec<_> = captures
            .iter()
            .map(|status| json!({"id": *status, "status": status, "amount": amount}))
            .collect();
        let units = json!([{"payments": {"captures": captures}}]);
        of::<Order>(&json!({"id": "1", "status": status, "purchase_units": units})).payment_status()
    }

    #[test]
    fn the_capture_that_took_the_money_counts() {
        let captured = |reference: &str| {
            Ok(PaymentStatus::Captured(providers::Capture {
                reference: reference.to_owned(),
                amount: Money::new(10_000, Currency::USD),
                fee: None,
            }))
        };
        assert_eq!(
            order("COMPLETED", &["DECLINED", "COMPLETED"]),
            captured("COMPLETED")
        );
        assert_eq!(order("COMPLETED", &["REFUNDED"]), captured("REFUNDED"));
        assert_eq!(
            order("COMPLETED", &["PENDING"]),
            Ok(PaymentStatus::Authorized)
        );
        let declined = order("COMPLETED", &["DECLINED"]);
        assert!(
            matches!(declined, Ok(PaymentStatus::Failed(_))),
            "{declined:?}"
        );
        for (status, meaning) in [
            ("CREATED", PaymentStatus::Waiting),
            ("PAYER_ACTION_REQUIRED", PaymentStatus::Waiting),
            ("APPROVED", PaymentStatus::Authorized),
            ("VOIDED", PaymentStatus::Cancelled),
        ] {
            assert_eq!(order(status, &[]), Ok(meaning));
        }
        for unknown in [order("COMPLETED", &[]), order("COMPLETED", &["A_NEW_ONE"])] {
            assert!(
                matches!(unknown, Err(ProviderError::Unavailable(_))),
                "{unknown:?}"
            );
        }
    }

    #[test]
    fn a_payout_is_what_its_item_says() {
        let batch = |batch: &str, item: Option<&str>| {
            let items = item.map(|it| json!({"payout_batch_id": "B1", "transaction_status": it}));
            let header = json!({"payout_batch_id": "B1", "batch_status": batch});
            let items: Vec<_> = items.into_iter().collect();
            let batch: Batch = of(&json!({"batch_header": header, "items": items}));
            batch.transfer().map(|transfer| transfer.status)
        };
        assert_eq!(batch("PENDING", None), Ok(TransferStatus::Pending));
        assert_eq!(batch("SUCCESS", Some("SUCCESS")), Ok(TransferStatus::Done));
        assert_eq!(
            batch("SUCCESS", Some("UNCLAIMED")),
            Ok(TransferStatus::Pending)
        );
        for failed in [batch("DENIED", None), batch("SUCCESS", Some("RETURNED"))] {
            assert!(
                matches!(failed, Ok(TransferStatus::Failed(_))),
                "{failed:?}"
            );
        }
        assert!(batch("SUCCESS", Some("A_NEW_ONE")).is_err());
    }

    #[test]
    fn paypals_own_examples_are_understood() {
        let Some(path) = shared("specs/paypal.json") else {
            return;
        };
        let description: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let example = |method: &str, path: &str, status: &str| {
            let answer = &description["paths"][path][method]["responses"][status];
            answer["content"]["application/json"]["example"].clone()
        };
        let made: Order = of(&example("post", "/v2/checkout/orders", "201"));
        assert!(made.page().unwrap().contains(&made.id));
        assert_eq!(made.payment_status(), Ok(PaymentStatus::Waiting));
        let approved: Order = of(&example("get", "/v2/checkout/orders/{id}", "200"));
        assert_eq!(approved.payment_status(), Ok(PaymentStatus::Authorized));
        let captured: Order = of(&example("post", "/v2/checkout/orders/{id}/capture", "201"));
        let usd = |amount| Money::new(amount, Currency::USD);
        let capture = providers::Capture {
            reference: "3C679366HH908993F".to_owned(),
            amount: usd(10_000),
            fee: Some(usd(398)),
        };
        assert_eq!(
            captured.payment_status(),
            Ok(PaymentStatus::Captured(capture))
        );
        for refund in [
            example("post", "/v2/payments/captures/{capture_id}/refund", "201"),
            example("get", "/v2/payments/refunds/{refund_id}", "200"),
        ] {
            let refund = of::<Refund>(&refund).transfer().unwrap();
            assert_eq!(refund.status, TransferStatus::Done);
        }
        let batch: Batch = of(&example("post", "/v1/payments/payouts", "201"));
        assert_eq!(batch.transfer().unwrap().status, TransferStatus::Pending);
        let paid: Batch = of(&example("get", "/v1/payments/payouts/{id}", "200"));
        let paid = paid.transfer().unwrap();
        assert_eq!(
            paid,
            Transfer {
                reference: "5UXD2E8A7EBQJ".to_owned(),
                status: TransferStatus::Done
            }
        );
    }
}
