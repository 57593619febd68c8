//! One line of a booking: debit positive, credit negative. Kind, order, payment and time repeat the entry's, so that a page of
//! lines is one indexed read.

use std::{fmt, str::FromStr};

use waybill_primitives::{Currency, Money, OrderId, PaymentId, Timestamp, UserId, string_column};
use waybill_store::entity_prelude::*;

use super::{
    ledger_entry::{EntryKind, NO_ORDER},
    payment::Provider,
};

/// The owner of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What a payment provider holds for us (an asset: debit balance).
    Provider(Provider),
    /// What customers have paid for orders that are not completed yet (a liability: credit balance).
    Orders,
    /// What we owe a worker (a liability).
    Worker(UserId),
    /// The platform's own share (income).
    Platform,
    /// What providers keep of payments (an expense: debit balance).
    Fees,
    /// What is in payouts that are not confirmed yet (a liability).
    Payouts,
    /// What has arrived by hand of payments that are not complete (a liability).
    Receipts,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(provider) => write!(f, "provider:{provider}"),
            Self::Orders => f.write_str("orders"),
            Self::Worker(id) => write!(f, "worker:{id}"),
            Self::Platform => f.write_str("platform"),
            Self::Fees => f.write_str("fees"),
            Self::Payouts => f.write_str("payouts"),
            Self::Receipts => f.write_str("receipts"),
        }
    }
}

impl FromStr for Account {
    type Err = UnknownAccount;
    fn from_str(text: &str) -> Result<Self, UnknownAccount> {
        match text.split_once(':') {
            None if text == "orders" => Ok(Self::Orders),
            None if text == "platform" => Ok(Self::Platform),
            None if text == "fees" => Ok(Self::Fees),
            None if text == "payouts" => Ok(Self::Payouts),
            None if text == "receipts" => Ok(Self::Receipts),
            Some(("provider", name)) => {
                name.parse().map(Self::Provider).map_err(|_| UnknownAccount)
            }
            Some(("worker", id)) => id.parse().map(Self::Worker).map_err(|_| UnknownAccount),
            _ => Err(UnknownAccount),
        }
    }
}

/// The text is not an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected orders, platform, fees, payouts, receipts, provider:<PROVIDER> or worker:<user id>"
)]
pub struct UnknownAccount;

string_column!(Account);

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub entry_id: Uuid,
    pub kind: EntryKind,
    pub account: Account,
    /// In minor units.
    pub amount: i64,
    pub currency: Currency,
    /// [`NO_ORDER`] for payouts.
    pub order_id: OrderId,
    pub payment_id: Option<PaymentId>,
    pub at: Timestamp,
}

impl Model {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    pub fn order(&self) -> Option<OrderId> {
        (self.order_id != NO_ORDER).then_some(self.order_id)
    }
}

impl ActiveModelBehavior for ActiveModel {}
