//! A payment for unit tests.

use waybill_primitives::{Money, OrderId, PaymentId, Timestamp, UserId};

use super::domain::{Payment, PaymentState, Provider};

pub fn payment(amount: Money) -> Payment {
    let id = PaymentId::new();
    Payment {
        id,
        order_id: OrderId::new(),
        order_number: "W261121-7K3M9QX".to_owned(),
        customer_id: UserId::new(),
        provider: Provider::Sandbox,
        provider_reference: format!("sandbox_{id}"),
        capture_reference: None,
        amount: amount.amount,
        currency: amount.currency,
        refunded: 0,
        refunding: 0,
        received: 0,
        state: PaymentState::Pending,
        redirect_url: "/".to_owned(),
        instructions: None,
        success_url: None,
        cancel_url: None,
        failure_reason: None,
        version: 1,
        checked_at: None,
        created_at: Timestamp::from_secs(0),
        updated_at: Timestamp::from_secs(0),
    }
}
