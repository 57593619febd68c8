//! `cargo xtask lint`: format, clippy with warnings as errors, tidy.

use anyhow::Result;

use crate::{cargo, check, tidy};

pub fn lint() -> Result<()> {
    check(cargo().args(["fmt", "--all", "--", "--check"]))?;
    tidy::tidy()?;
    check(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}
