//! Money that a provider moves for us, refunds and payouts: the job that asks the provider until it confirms or refuses.
//!
//! Each step may be repeated: 1. somebody opens the row; 2. a replica leases it; 3. the provider is called with the row's id as the
//! idempotency key; 4. the answer, later messages, or asking again close it.

pub mod flow;
mod store;

pub use flow::{Flow, Tools, shortened};
pub use store::{Columns, Row, accepted};
