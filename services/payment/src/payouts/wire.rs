//! Payouts and balances as messages.

use waybill_primitives::UserId;
use waybill_proto::payment as proto;

use super::{balances::Balance, domain::Payout};
use crate::{
    entity::payment::Provider,
    payees::{OWNER, Payee},
};

impl Payout {
    /// Who gets it; none for the owner.
    pub fn worker(&self) -> Option<UserId> {
        (self.payee_id != OWNER).then_some(self.payee_id)
    }
}

impl From<&Payout> for proto::Payout {
    fn from(payout: &Payout) -> Self {
        Self {
            id: payout.id.to_string(),
            worker_id: payout.worker().map(|id| id.to_string()),
            name: payout.name.clone(),
            amount: Some(payout.money()),
            state: payout.state.into(),
            method: payout.method.into(),
            recipient: payout.recipient.clone(),
            note: payout.note.clone(),
            reference: payout.provider_reference.clone(),
            reason: payout.last_error.clone(),
            paid_at: payout.paid_at,
            version: payout.version,
            created_at: Some(payout.created_at),
            updated_at: Some(payout.updated_at),
        }
    }
}

impl From<&Balance> for proto::Balance {
    fn from(balance: &Balance) -> Self {
        Self {
            available: Some(balance.available()),
            in_flight: Some(balance.in_flight()),
            paid: Some(balance.paid()),
            earned: Some(balance.earned()),
        }
    }
}

impl From<&Payee> for proto::PayoutAccount {
    fn from(payee: &Payee) -> Self {
        Self {
            method: payee.method.unwrap_or(Provider::Manual).into(),
            recipient: payee.recipient.clone(),
            version: payee.version,
            updated_at: Some(payee.updated_at),
        }
    }
}

pub fn payee(payee: &Payee, balances: &[Balance]) -> proto::Payee {
    proto::Payee {
        worker_id: (payee.id != OWNER).then(|| payee.id.to_string()),
        name: payee.name.clone(),
        balances: balances.iter().map(Into::into).collect(),
        account: Some(payee.into()),
    }
}
