//! `cargo xtask run`: the embedded shape with demo data, for a first look.

use std::env;

use anyhow::Result;

use crate::{cargo, check, web};

pub fn run(args: &[String]) -> Result<()> {
    let pages = web::current()?;
    check(cargo().args(["build", "--package", "waybill"]))?;
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "waybill", "--", "--demo"]);
    if let Some(pages) = pages.filter(|_| env::var_os("WAYBILL_WEB").is_none()) {
        command.env("WAYBILL_WEB", pages);
    }
    check(command.args(args))
}
