//! `cargo xtask lint`: format, clippy with warnings as errors, tidy, cargo-deny.

use std::env;

use anyhow::{Result, bail};

use crate::{cargo, check, tidy};

pub fn lint() -> Result<()> {
    check(cargo().args(["fmt", "--all", "--", "--check"]))?;
    tidy::tidy()?;
    deny()?;
    check(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}

/// Licences, bans and sources of all dependencies, by `.deny.toml`. Known vulnerabilities need a database from the network:
/// `cargo deny check advisories`.
fn deny() -> Result<()> {
    let version = cargo().args(["deny", "--version"]).output();
    if !version.is_ok_and(|output| output.status.success()) {
        let how = "cargo install --locked cargo-deny";
        if env::var_os("CI").is_some() {
            bail!("cargo-deny is missing: {how}");
        }
        println!(
            "SKIPPED: licences, bans and sources are not checked; cargo-deny is missing: {how}"
        );
        return Ok(());
    }
    check(cargo().args([
        "deny",
        "--locked",
        "check",
        "--show-stats",
        "bans",
        "licenses",
        "sources",
    ]))
}
