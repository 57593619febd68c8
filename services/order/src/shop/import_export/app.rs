//! Use cases of products as CSV, in and out.

mod export;
mod import;
mod plan;

use std::sync::Arc;

use crate::shop::app_context::AppContext;

pub use import::Answer;

/// Products out to files and in from them, for administrators.
#[derive(Debug, Clone)]
pub struct ImportExport {
    context: Arc<AppContext>,
}

impl ImportExport {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }
}
