//! `cargo xtask faults`: the campaign against the release build, run by `waybill-faults` of the crate `testkit`.

use std::process::{Command, exit};

use anyhow::{Context as _, Result};

use crate::{bench, target_dir};

#[derive(clap::Args)]
pub struct Options {
    /// Faults to run; without any, all.
    names: Vec<String>,
    /// Only in this shape: `embedded` or `distributed`.
    #[arg(long)]
    shape: Option<String>,
    /// Print the faults and what each does.
    #[arg(long)]
    list: bool,
    /// How long each fault lasts; of the kills, how many rounds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Run the existing build.
    #[arg(long)]
    no_build: bool,
}

pub fn faults(options: &Options) -> Result<()> {
    if !options.no_build {
        bench::build()?;
    }
    let bin = target_dir().join("release");
    let mut command = Command::new(bin.join("waybill-faults"));
    command.arg("--bin").arg(&bin).args(&options.names);
    command.args(["--seconds", &options.seconds.to_string()]);
    if let Some(shape) = &options.shape {
        command.args(["--shape", shape]);
    }
    if options.list {
        command.arg("--list");
    }
    let status = command
        .status()
        .context("cannot start waybill-faults; without --no-build it is built")?;
    if !status.success() {
        // The table says what is wrong.
        exit(status.code().unwrap_or(1));
    }
    Ok(())
}
