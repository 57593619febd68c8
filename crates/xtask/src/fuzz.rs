//! `cargo xtask fuzz`: the targets of `crates/fuzz`, each for a while, by cargo-fuzz.

use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{cargo, check, root, target_dir};

/// The targets of `crates/fuzz`.
const TARGETS: [&str; 4] = ["cursors", "csv", "multipart", "packets"];

#[derive(clap::Args)]
pub struct Options {
    /// Targets to run; without any, all.
    targets: Vec<String>,
    /// How long each runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

pub fn fuzz(options: &Options) -> Result<()> {
    for target in &options.targets {
        let known = TARGETS.contains(&target.as_str());
        ensure!(
            known,
            "{target}: no such target; there are {}",
            TARGETS.join(", ")
        );
    }
    let version = cargo().args(["fuzz", "--version"]).output();
    if !version.is_ok_and(|output| output.status.success()) {
        let how = "cargo-fuzz is missing: cargo install --locked cargo-fuzz";
        if env::var_os("CI").is_some() {
            bail!("{how}");
        }
        println!("SKIPPED: {how}");
        return Ok(());
    }
    for target in TARGETS {
        if !options.targets.is_empty() && !options.targets.iter().any(|name| name == target) {
            continue;
        }
        // New inputs go to the output folder: the corpus has only what somebody chose.
        let found = target_dir().join("fuzz-corpus").join(target);
        fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
        println!("fuzzing {target} for {} s", options.seconds);
        check(
            cargo()
                .args(["fuzz", "run", "--fuzz-dir", "crates/fuzz"])
                // Our crates have no unsafe code, and the sanitizers need a nightly compiler.
                .args(["--sanitizer", "none", "--features", "engine"])
                .arg("--target-dir")
                .arg(target_dir().join("fuzz"))
                .arg(target)
                .arg(&found)
                .arg(root().join("crates/fuzz/corpus").join(target))
                .args(["--", "-max_len=8192", "-timeout=10"])
                .arg(format!("-max_total_time={}", options.seconds)),
        )?;
    }
    Ok(())
}
