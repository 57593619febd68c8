//! The platform: what is deployed, and the reference of its settings.

mod compose;
mod settings_reference;
