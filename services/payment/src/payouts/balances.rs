//! What is available for payouts: the ledger's balance of somebody, per currency.

use std::collections::{BTreeMap, HashMap};

use waybill_primitives::{Currency, Money, UserId};

use crate::{
    ledger::{
        domain::{Account, EntryKind, balance_of},
        store::Booked,
    },
    payees::OWNER,
};

/// Somebody's money in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    currency: Currency,
    available: i64,
    earned: i64,
    in_flight: i64,
}

impl Balance {
    const fn new(currency: Currency) -> Self {
        Self {
            currency,
            available: 0,
            earned: 0,
            in_flight: 0,
        }
    }

    /// Negative after refunds of what was paid out before.
    pub const fn available(&self) -> Money {
        Money::new(self.available, self.currency)
    }

    /// In payouts that are not confirmed.
    pub const fn in_flight(&self) -> Money {
        Money::new(self.in_flight, self.currency)
    }

    /// Less what refunds took back.
    pub const fn earned(&self) -> Money {
        Money::new(self.earned, self.currency)
    }

    pub const fn paid(&self) -> Money {
        let paid = self.earned - self.available - self.in_flight;
        Money::new(paid, self.currency)
    }
}

/// Adds up the balances of these payees by what was booked on their accounts and what is on its way to them. Of the owner: the platform's
/// share, less the fees of providers.
pub fn sum_up(
    payees: &[UserId],
    booked: &[Booked],
    in_flight: &[(UserId, Money)],
) -> HashMap<UserId, Vec<Balance>> {
    let owners = owners(payees);
    let mut balances: BTreeMap<(UserId, Currency), Balance> = BTreeMap::new();
    for booked in booked {
        let Some(payee) = owners.get(&booked.account) else {
            continue;
        };
        let currency = booked.sum.currency;
        let balance = balances.entry((*payee, currency));
        let balance = balance.or_insert(Balance::new(currency));
        // A credit is what we owe.
        balance.available -= booked.sum.amount;
        match booked.kind {
            EntryKind::PayoutReserved | EntryKind::PayoutPaid | EntryKind::PayoutReturned => {}
            EntryKind::Payment
            | EntryKind::Refund
            | EntryKind::Accrual
            | EntryKind::Transfer
            | EntryKind::Clawback
            | EntryKind::Fee
            | EntryKind::Receipt
            | EntryKind::ReceiptReturned => balance.earned -= booked.sum.amount,
        }
    }
    for (payee, sum) in in_flight {
        let balance = balances.entry((*payee, sum.currency));
        balance.or_insert(Balance::new(sum.currency)).in_flight += sum.amount;
    }
    let mut by_payee: HashMap<UserId, Vec<Balance>> = HashMap::new();
    for ((payee, _), balance) in balances {
        by_payee.entry(payee).or_default().push(balance);
    }
    by_payee
}

/// The accounts that balances are made of, with whose they are.
pub fn owners(payees: &[UserId]) -> HashMap<Account, UserId> {
    let own = payees.iter().map(|payee| (balance_of(*payee), *payee));
    let fees = payees.contains(&OWNER).then_some((Account::Fees, OWNER));
    own.chain(fees).collect()
}
