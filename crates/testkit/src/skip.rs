//! Skips a check with a message when the machine lacks what it needs.

use std::{env, fs::OpenOptions, io::Write as _};

/// Whether a missing server must fail the run: on CI nothing may be missing.
pub fn strict() -> bool {
    env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1")
}

/// Prints that a check is skipped and why; `cargo xtask test` counts these in its summary. With `CI=true` it panics instead.
///
/// # Panics
/// With `CI=true`.
pub fn skip(check: &str, reason: &str) {
    assert!(!strict(), "{check} cannot run: {reason}");
    eprintln!("SKIPPED: {check}: {reason}");
    if let Some(path) = env::var_os("WAYBILL_TEST_SKIP_LOG")
        && let Ok(mut log) = OpenOptions::new().create(true).append(true).open(path)
    {
        // One short line in one write, so that parallel tests do not mix their lines.
        let _ = log.write_all(format!("{check}: {reason}\n").as_bytes());
    }
}
