//! Double-entry bookkeeping. An entry is built from transfers between two accounts, so that it balances by construction.

use std::collections::BTreeMap;

use uuid::Uuid;
use waybill_primitives::{Currency, Money, OrderId, PaymentId, UserId, share_of};

pub use crate::entity::{
    ledger_entry::EntryKind,
    ledger_line::{Account, Model as BookedLine, UnknownAccount},
};
use crate::{
    entity::{
        ledger_entry::NO_ORDER,
        payee::OWNER,
        payment::Provider,
        payout::{Model as Payout, PayoutState},
        receipt::Model as Receipt,
        refund::Model as Refund,
    },
    payments::domain::Payment,
};

/// Why an entry cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("an entry moves a positive amount; {0} is not")]
    NotPositive(i64),
    #[error("the commission is {0} basis points; it is at most 10000")]
    Commission(u32),
}

/// A balanced set of lines that is booked as one. The fields are private: only the constructors below create one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    kind: EntryKind,
    source: Uuid,
    order_id: OrderId,
    payment_id: Option<PaymentId>,
    currency: Currency,
    lines: BTreeMap<Account, i64>,
}

impl Entry {
    /// The provider received the customer's money for an order. What came by hand was booked as it arrived.
    pub fn payment(payment: &Payment) -> Result<Self, EntryError> {
        let from = match payment.provider {
            Provider::Manual => Account::Receipts,
            provider => Account::Provider(provider),
        };
        Self::new(
            EntryKind::Payment,
            payment.id.uuid(),
            payment.order_id,
            Some(payment.id),
            payment.money(),
        )?
        .transfer(from, Account::Orders, payment.amount)
    }

    /// Money of a payment by hand arrived.
    pub fn receipt(payment: &Payment, receipt: &Receipt) -> Result<Self, EntryError> {
        let entry = Self::of_receipt(EntryKind::Receipt, payment, receipt)?;
        let hand = Account::Provider(payment.provider);
        entry.transfer(hand, Account::Receipts, receipt.amount)
    }

    /// It went back before the payment was complete.
    pub fn receipt_returned(payment: &Payment, receipt: &Receipt) -> Result<Self, EntryError> {
        let entry = Self::of_receipt(EntryKind::ReceiptReturned, payment, receipt)?;
        let hand = Account::Provider(payment.provider);
        entry.transfer(Account::Receipts, hand, receipt.amount)
    }

    fn of_receipt(
        kind: EntryKind,
        payment: &Payment,
        receipt: &Receipt,
    ) -> Result<Self, EntryError> {
        Self::new(
            kind,
            receipt.id,
            payment.order_id,
            Some(payment.id),
            receipt.money(),
        )
    }

    /// The provider refunded money of a payment.
    pub fn refund(payment: &Payment, refund: &Refund) -> Result<Self, EntryError> {
        let provider = Account::Provider(payment.provider);
        Self::new(
            EntryKind::Refund,
            refund.id,
            payment.order_id,
            Some(payment.id),
            refund.money(),
        )?
        .transfer(Account::Orders, provider, refund.amount)
    }

    /// The provider keeps a fee of a payment.
    pub fn fee(payment: &Payment, fee: Money) -> Result<Self, EntryError> {
        let provider = Account::Provider(payment.provider);
        Self::new(
            EntryKind::Fee,
            payment.id.uuid(),
            payment.order_id,
            Some(payment.id),
            fee,
        )?
        .transfer(Account::Fees, provider, fee.amount)
    }

    /// Takes back of the shares of a completed order what a refund needs beyond what was left of its money. None if enough was left.
    ///
    /// Each share gives back its part of all that was taken back so far, rounded down, and the platform the rest. So nothing is lost to
    /// rounding, and a refund of everything takes back exactly what was shared.
    pub fn clawback(
        payment: &Payment,
        refund: &Refund,
        books: &OrderBooks,
    ) -> Result<Option<Self>, EntryError> {
        let shared: i64 = books.shared.values().sum();
        let missing = (refund.amount - books.left.max(0)).min(shared - books.taken_back);
        if missing <= 0 {
            return Ok(None);
        }
        let mut entry = Self::new(
            EntryKind::Clawback,
            refund.id,
            payment.order_id,
            Some(payment.id),
            Money::new(missing, payment.currency),
        )?;
        let mut rest = missing;
        let workers = books.shared.iter();
        for (worker, share) in workers.filter(|(account, _)| **account != Account::Platform) {
            let until = |taken| share_of(*share, taken, shared);
            let part = until(books.taken_back + missing) - until(books.taken_back);
            if part > 0 {
                entry = entry.transfer(*worker, Account::Orders, part)?;
                rest -= part;
            }
        }
        if rest > 0 {
            entry = entry.transfer(Account::Platform, Account::Orders, rest)?;
        }
        Ok(Some(entry))
    }

    /// A paid order is completed: the platform keeps its commission (rounded down), the worker gets the rest. An order without a
    /// worker (goods) goes to the platform alone.
    pub fn accrual(
        order_id: OrderId,
        total: Money,
        worker: Option<UserId>,
        commission_basis_points: u32,
    ) -> Result<Self, EntryError> {
        if commission_basis_points > 10_000 {
            return Err(EntryError::Commission(commission_basis_points));
        }
        let entry = Self::new(EntryKind::Accrual, order_id.uuid(), order_id, None, total)?;
        let Some(worker) = worker else {
            return entry.transfer(Account::Orders, Account::Platform, total.amount);
        };
        let platform = total.share(commission_basis_points).amount;
        let share = total.amount - platform;
        let mut entry = entry;
        if platform > 0 {
            entry = entry.transfer(Account::Orders, Account::Platform, platform)?;
        }
        if share > 0 {
            entry = entry.transfer(Account::Orders, Account::Worker(worker), share)?;
        }
        Ok(entry)
    }

    /// A payout takes its amount out of the balance of who gets it.
    pub fn payout_reserved(payout: &Payout) -> Result<Self, EntryError> {
        let entry = Self::of_payout(EntryKind::PayoutReserved, payout)?;
        entry.transfer(balance_of(payout.payee_id), Account::Payouts, payout.amount)
    }

    /// The provider, or somebody by hand, has paid a payout.
    pub fn payout_paid(payout: &Payout) -> Result<Self, EntryError> {
        let entry = Self::of_payout(EntryKind::PayoutPaid, payout)?;
        let provider = Account::Provider(payout.method);
        entry.transfer(Account::Payouts, provider, payout.amount)
    }

    /// A payout fails or is cancelled, in the state that it had before.
    pub fn payout_returned(payout: &Payout) -> Result<Self, EntryError> {
        let entry = Self::of_payout(EntryKind::PayoutReturned, payout)?;
        let from = match payout.state {
            PayoutState::Paid => Account::Provider(payout.method),
            _ => Account::Payouts,
        };
        entry.transfer(from, balance_of(payout.payee_id), payout.amount)
    }

    fn of_payout(kind: EntryKind, payout: &Payout) -> Result<Self, EntryError> {
        Self::new(kind, payout.id.uuid(), NO_ORDER, None, payout.money())
    }

    fn new(
        kind: EntryKind,
        source: Uuid,
        order_id: OrderId,
        payment_id: Option<PaymentId>,
        moved: Money,
    ) -> Result<Self, EntryError> {
        if moved.amount <= 0 {
            return Err(EntryError::NotPositive(moved.amount));
        }
        Ok(Self {
            kind,
            source,
            order_id,
            payment_id,
            currency: moved.currency,
            lines: BTreeMap::new(),
        })
    }

    /// Debits one account and credits the other with the same amount. The sums stay in range: an entry's transfers add up to the
    /// amount of its payment or order.
    fn transfer(
        mut self,
        debit: Account,
        credit: Account,
        amount: i64,
    ) -> Result<Self, EntryError> {
        if amount <= 0 {
            return Err(EntryError::NotPositive(amount));
        }
        *self.lines.entry(debit).or_default() += amount;
        *self.lines.entry(credit).or_default() -= amount;
        Ok(self)
    }

    pub fn kind(&self) -> EntryKind {
        self.kind
    }

    /// What it is booked for: once per kind.
    pub fn source(&self) -> Uuid {
        self.source
    }

    pub fn order_id(&self) -> OrderId {
        self.order_id
    }

    pub fn payment_id(&self) -> Option<PaymentId> {
        self.payment_id
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Account and amount in minor units: debit positive, credit negative.
    pub fn lines(&self) -> impl Iterator<Item = (Account, i64)> {
        self.lines
            .iter()
            .map(|(account, amount)| (*account, *amount))
    }
}

/// The account that payouts to somebody are paid from.
pub fn balance_of(payee: UserId) -> Account {
    if payee == OWNER {
        Account::Platform
    } else {
        Account::Worker(payee)
    }
}

/// What the ledger says about the money of an order, in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderBooks {
    /// What customers paid for it that is neither shared nor refunded.
    pub left: i64,
    /// What worker and platform got when it was completed.
    pub shared: BTreeMap<Account, i64>,
    /// What was taken back of that.
    pub taken_back: i64,
}

impl OrderBooks {
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a BookedLine>) -> Self {
        let mut books = Self::default();
        for line in lines {
            match (line.account, line.kind) {
                (Account::Orders, kind) => {
                    books.left -= line.amount;
                    if kind == EntryKind::Clawback {
                        books.taken_back -= line.amount;
                    }
                }
                (account, EntryKind::Accrual) => {
                    *books.shared.entry(account).or_default() -= line.amount;
                }
                _ => {}
            }
        }
        books
    }
}

/// Moves what customers paid for one order to another: within one account, so that it balances like every entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    from: OrderId,
    to: OrderId,
    paid: Vec<(PaymentId, Money)>,
}

impl Transfer {
    /// None if there is nothing to move.
    pub fn new(from: OrderId, to: OrderId, payments: &[Payment]) -> Option<Self> {
        let paid = payments.iter().map(|payment| {
            let left = payment.amount - payment.refunded;
            (payment.id, Money::new(left, payment.currency))
        });
        let paid: Vec<_> = paid.filter(|(_, left)| left.amount > 0).collect();
        (!paid.is_empty()).then_some(Self { from, to, paid })
    }

    pub fn from(&self) -> OrderId {
        self.from
    }

    /// Order, payment and amount (debit positive) of each line of [`Account::Orders`].
    pub fn lines(&self) -> impl Iterator<Item = (OrderId, PaymentId, Money)> {
        self.paid.iter().flat_map(|(payment, amount)| {
            // An amount is positive, so its negation exists.
            let back = Money::new(-amount.amount, amount.currency);
            [(self.from, *payment, *amount), (self.to, *payment, back)]
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::payments::domain::Provider;

    fn sum(entry: &Entry) -> i128 {
        entry.lines().map(|(_, amount)| i128::from(amount)).sum()
    }

    fn refund_of(payment: &Payment, amount: i64) -> Refund {
        Refund::new(
            payment,
            amount,
            Vec::new(),
            "returned",
            None,
            payment.created_at,
        )
    }

    /// All of a payment by hand at once.
    fn receipt_of(payment: &Payment) -> Receipt {
        Receipt {
            id: Uuid::now_v7(),
            payment_id: payment.id,
            amount: payment.amount,
            currency: payment.currency,
            reference: "cash".to_owned(),
            received_at: payment.created_at,
            recorded_by: UserId::new(),
            returned_at: None,
            return_reference: None,
            returned_by: None,
            created_at: payment.created_at,
        }
    }

    #[test]
    fn accounts_round_trip() {
        let worker = Account::Worker(UserId::new());
        for account in [
            Account::Provider(Provider::Sandbox),
            Account::Orders,
            Account::Platform,
            Account::Fees,
            Account::Payouts,
            Account::Receipts,
            worker,
        ] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        for bad in [
            "",
            "order",
            "worker:",
            "worker:1",
            "provider:sandbox",
            "platform:x",
        ] {
            assert!(bad.parse::<Account>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_completed_order_is_shared_between_worker_and_platform() {
        let worker = UserId::new();
        let total = Money::new(9_999, Currency::USD);
        let entry = Entry::accrual(OrderId::new(), total, Some(worker), 2_000).unwrap();
        let lines: Vec<_> = entry.lines().collect();
        assert_eq!(
            lines,
            [
                (Account::Orders, 9_999),
                (Account::Worker(worker), -8_000),
                (Account::Platform, -1_999),
            ]
        );
    }

    #[test]
    fn goods_without_a_worker_are_the_platforms() {
        let total = Money::new(100, Currency::USD);
        let entry = Entry::accrual(OrderId::new(), total, None, 2_000).unwrap();
        let lines: Vec<_> = entry.lines().collect();
        assert_eq!(lines, [(Account::Orders, 100), (Account::Platform, -100)]);
    }

    #[test]
    fn a_transfer_balances_and_leaves_nothing_behind() {
        let (from, to) = (OrderId::new(), OrderId::new());
        assert_eq!(Transfer::new(from, to, &[]), None);
        let payments = [5, 7].map(|amount| {
            let amount = Money::new(amount, Currency::USD);
            crate::payments::testing::payment(amount)
        });
        let transfer = Transfer::new(from, to, &payments).unwrap();
        let sum = |order: OrderId| {
            let lines = transfer.lines().filter(|line| line.0 == order);
            lines.map(|line| line.2.amount).sum::<i64>()
        };
        assert_eq!((sum(from), sum(to)), (12, -12));
    }

    #[test]
    fn zero_and_negative_amounts_are_not_booked() {
        for amount in [0, -1, i64::MIN] {
            let total = Money::new(amount, Currency::USD);
            assert_eq!(
                Entry::accrual(OrderId::new(), total, None, 0),
                Err(EntryError::NotPositive(amount))
            );
        }
        let total = Money::new(1, Currency::USD);
        assert_eq!(
            Entry::accrual(OrderId::new(), total, None, 10_001),
            Err(EntryError::Commission(10_001))
        );
    }

    proptest! {
        #[test]
        fn every_entry_balances(amount in 1..=i64::MAX, points in 0_u32..=10_000, worked in any::<bool>()) {
            let total = Money::new(amount, Currency::USD);
            let worker = worked.then(UserId::new);
            let accrual = Entry::accrual(OrderId::new(), total, worker, points).unwrap();
            prop_assert_eq!(sum(&accrual), 0);
            prop_assert!(accrual.lines().all(|(_, amount)| amount != 0));

            let payment = crate::payments::testing::payment(total);
            let paid = Entry::payment(&payment).unwrap();
            let all = refund_of(&payment, amount);
            let refund = Entry::refund(&payment, &all).unwrap();
            prop_assert_eq!(sum(&paid), 0);
            prop_assert_eq!(sum(&refund), 0);
            let by_hand = Payment { provider: Provider::Manual, received: amount, ..payment.clone() };
            let receipt = receipt_of(&by_hand);
            let arrived = Entry::receipt(&by_hand, &receipt).unwrap();
            let back = Entry::receipt_returned(&by_hand, &receipt).unwrap();
            let complete = Entry::payment(&by_hand).unwrap();
            prop_assert_eq!((sum(&arrived), sum(&back), sum(&complete)), (0, 0, 0));
            for (account, amount) in arrived.lines() {
                prop_assert!(back.lines().any(|line| line == (account, -amount)));
                let spent = account == Account::Receipts;
                prop_assert_eq!(complete.lines().any(|line| line == (account, -amount)), spent);
            }
            for (account, amount) in paid.lines() {
                prop_assert!(refund.lines().any(|line| line == (account, -amount)));
            }
        }

        /// However an order is refunded after its completion, the shares give back what they got, and not a unit more.
        #[test]
        fn clawbacks_take_back_exactly_what_was_shared(
            total in 1_i64..100_000, points in 0_u32..=10_000, parts in prop::collection::vec(1_i64..40_000, 1..12),
        ) {
            let worker = UserId::new();
            let payment = crate::payments::testing::payment(Money::new(total, Currency::USD));
            let mut books = OrderBooks { left: total, ..OrderBooks::default() };
            let accrual = Entry::accrual(payment.order_id, payment.money(), Some(worker), points).unwrap();
            for (account, amount) in accrual.lines() {
                if account == Account::Orders {
                    books.left -= amount;
                } else {
                    books.shared.insert(account, -amount);
                }
            }
            let shared = books.shared.clone();
            let mut taken: BTreeMap<Account, i64> = BTreeMap::new();
            let mut refunded = 0;
            for part in parts.into_iter().chain([total]) {
                let part = part.min(total - refunded);
                if part == 0 {
                    break;
                }
                let refund = refund_of(&payment, part);
                let entry = Entry::clawback(&payment, &refund, &books).unwrap().expect("all of it was shared");
                prop_assert_eq!(sum(&entry), 0);
                for (account, amount) in entry.lines().filter(|(account, _)| *account != Account::Orders) {
                    *taken.entry(account).or_default() += amount;
                }
                refunded += part;
                books.taken_back += part;
                for (account, amount) in &taken {
                    prop_assert!(*amount <= shared[account], "{account}: {amount}");
                }
            }
            prop_assert_eq!(refunded, total);
            prop_assert_eq!(taken, shared);
        }
    }

    #[test]
    fn what_is_left_of_an_orders_money_goes_back_first() {
        let payment = crate::payments::testing::payment(Money::new(100, Currency::USD));
        let shared = BTreeMap::from([(Account::Platform, 100)]);
        // A second payment of the same order, which it did not accept.
        let books = OrderBooks {
            left: 100,
            shared,
            taken_back: 0,
        };
        let refund = refund_of(&payment, 100);
        assert_eq!(Entry::clawback(&payment, &refund, &books), Ok(None));
        let books = OrderBooks { left: 40, ..books };
        let entry = Entry::clawback(&payment, &refund, &books).unwrap().unwrap();
        let lines: Vec<_> = entry.lines().collect();
        assert_eq!(lines, [(Account::Orders, -60), (Account::Platform, 60)]);
    }
}
