//! Use cases of the CSV import and export of products.

mod export;
mod import;
mod plan;

use std::sync::Arc;

use crate::shop::app_context::AppContext;

pub use import::Answer;

/// Import and export of products, for administrators.
#[derive(Debug, Clone)]
pub struct ImportExport {
    context: Arc<AppContext>,
}

impl ImportExport {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }
}
