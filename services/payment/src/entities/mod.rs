//! The tables as sea-orm sees them. Times are microseconds since 1970 (UTC), amounts minor units, enums the API's words.

pub mod commission;
pub mod ledger_entry;
pub mod ledger_line;
pub mod order_succession;
pub mod payment;
pub mod provider_event;
pub mod refund;
