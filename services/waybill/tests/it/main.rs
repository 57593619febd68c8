//! The platform: what is deployed, and the reference of its settings.

mod bad_input;
mod compose;
mod crashes;
mod late_payments;
mod operations;
mod permissions;
mod races;
mod readme;
mod revocation;
mod scenario;
mod settings_reference;
mod support;
