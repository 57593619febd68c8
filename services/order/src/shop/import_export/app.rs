//! Use cases of the exchange of products as CSV.

mod export;
mod import;
mod plan;

use std::sync::Arc;

use crate::shop::app_context::AppContext;

pub use import::Answer;

/// Products out to files and in from them, for administrators.
#[derive(Debug, Clone)]
pub struct Exchange {
    context: Arc<AppContext>,
}

impl Exchange {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }
}
