//! `cargo xtask run`: the embedded shape with demo data, for a first look.

use anyhow::Result;

use crate::{cargo, check};

pub fn run(args: &[String]) -> Result<()> {
    check(cargo().args(["build", "--package", "waybill"]))?;
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "waybill", "--", "--demo"]);
    check(command.args(args))
}
