//! The tables and the types of their columns.

pub mod commission;
pub mod difference;
pub mod ledger_entry;
pub mod ledger_line;
pub mod order_replacement;
pub mod payee;
pub mod payment;
pub mod payout;
pub mod provider_event;
pub mod receipt;
pub mod refund;
pub mod webhook;
