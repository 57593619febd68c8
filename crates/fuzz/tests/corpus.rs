//! Every input of the corpus, without a fuzzer: what once found a bug is tried with every change.

use std::{fs, path::Path};

#[track_caller]
fn run(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let mut inputs = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        eprintln!("{}", path.display());
        check(&fs::read(path).unwrap());
        inputs += 1;
    }
    assert!(inputs > 3, "{} has {inputs} inputs", folder.display());
}

#[test]
fn cursors() {
    run("cursors", waybill_fuzz::cursors);
}

#[test]
fn csv() {
    run("csv", waybill_fuzz::csv);
}

#[test]
fn multipart() {
    run("multipart", waybill_fuzz::multipart);
}

#[test]
fn packets() {
    run("packets", waybill_fuzz::packets);
}
