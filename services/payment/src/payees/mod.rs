//! Who gets payouts: workers, and the owner of the platform.

mod store;

pub use store::{OWNER, Payee, defer_account, find, list, locked, note, unknown};
