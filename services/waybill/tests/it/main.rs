//! The platform: what is deployed, and the reference of its settings.

mod compose;
mod crashes;
mod races;
mod readme;
mod scenario;
mod settings_reference;
mod support;
