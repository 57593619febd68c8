//! `cargo xtask bench`.

use anyhow::Result;

#[derive(clap::Args)]
pub struct Options {}

pub fn bench(_options: &Options) -> Result<()> {
    Ok(())
}
