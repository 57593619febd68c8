//! Use cases of the exchange of products as CSV.

mod export;
mod import;
mod plan;

use std::sync::Arc;

use crate::parts::Parts;

pub use import::{Answer, Import};

/// Products out to files and in from them, for administrators.
#[derive(Debug, Clone)]
pub struct Exchange {
    parts: Arc<Parts>,
}

impl Exchange {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }
}
