//! `deploy/settings.md` matches the declared settings.

use std::{env, fs};

use crate::compose::root;

#[test]
fn settings_reference_snapshot() {
    let path = root().join("deploy/settings.md");
    let reference = waybill::config::reference();
    if env::var_os("UPDATE_SNAPSHOT").is_some() {
        fs::write(&path, &reference).expect("deploy/settings.md can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == reference,
        "deploy/settings.md is out of date; write it again with `cargo xtask settings`"
    );
}
