//! A line of the results.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line of the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    /// The row that it is compared with.
    pub ceiling: Option<String>,
    /// With `ratio`, the part of the ceiling that was reached, if there is one.
    pub figures: Value,
}

/// Three digits or more.
pub fn short(number: f64) -> String {
    let digits = match number.abs() {
        large if large >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.digits$}")
}
