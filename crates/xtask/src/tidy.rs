//! `cargo xtask tidy`: what the compiler does not check. Arrows between crates and between the rooms of a slice,
//! manifests that inherit from the workspace, module docs.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::root;

/// The allowed arrows between our crates, one `from -> to` a line: a new one shows in review.
const ARROWS: &str = include_str!("../arrows.txt");

/// Where `sea_orm` may be named: stores, entities, migrations, and the crate that wraps it.
const DATABASE_ROOMS: [&str; 6] = [
    "store.rs",
    "/store/",
    "entity.rs",
    "/entity/",
    "/entities/",
    "/migrations/",
];

/// Where `tonic` may be named.
const GRPC_ROOMS: [&str; 5] = ["grpc.rs", "/grpc/", "lib.rs", "clients.rs", "client.rs"];

pub fn tidy() -> Result<()> {
    let mut faults = Vec::new();
    crate_arrows(&mut faults)?;
    manifests(&mut faults)?;
    for file in rust_files(root())? {
        let text = fs::read_to_string(root().join(&file))?;
        module_docs(&file, &text, &mut faults);
        rooms(&file, &text, &mut faults);
    }
    if faults.is_empty() {
        println!("tidy: no faults");
        return Ok(());
    }
    for fault in &faults {
        println!("tidy: {fault}");
    }
    bail!("tidy found {} faults", faults.len())
}

/// Prints the arrows for the README.
pub fn draw() -> Result<()> {
    println!("graph LR");
    for arrow in arrows()? {
        let arrow = arrow.replace("waybill-", "");
        let (from, to) = arrow.split_once(" -> ").context("an arrow has two ends")?;
        println!("  {from} --> {to}");
    }
    Ok(())
}

/// The arrows that the manifests draw, without those of tests.
fn arrows() -> Result<BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()?;
    let members: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let mut arrows = BTreeSet::new();
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            if dependency.kind == DependencyKind::Normal && members.contains(&dependency.name) {
                arrows.insert(format!("{} -> {}", package.name, dependency.name));
            }
        }
    }
    Ok(arrows)
}

fn crate_arrows(faults: &mut Vec<String>) -> Result<()> {
    let drawn = arrows()?;
    let allowed: BTreeSet<String> = ARROWS
        .lines()
        .filter(|line| line.contains("->"))
        .map(str::to_owned)
        .collect();
    for arrow in drawn.difference(&allowed) {
        faults.push(format!(
            "the arrow {arrow} is not in crates/xtask/arrows.txt"
        ));
    }
    for arrow in allowed.difference(&drawn) {
        faults.push(format!(
            "crates/xtask/arrows.txt allows {arrow}, which nothing draws"
        ));
    }
    Ok(())
}

fn manifests(faults: &mut Vec<String>) -> Result<()> {
    for group in ["crates", "services"] {
        for entry in fs::read_dir(root().join(group))? {
            let path = entry?.path().join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let name = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .display()
                .to_string();
            if !text.contains("[lints]\nworkspace = true") {
                faults.push(format!("{name} does not inherit the workspace's lints"));
            }
            for key in ["version", "edition", "rust-version", "license"] {
                if !text.contains(&format!("{key}.workspace = true")) {
                    faults.push(format!("{name} does not inherit {key}"));
                }
            }
            let mut in_dependencies = false;
            for line in text.lines() {
                if line.starts_with('[') {
                    in_dependencies = line.contains("dependencies");
                } else if in_dependencies
                    && line.contains('=')
                    && !line.contains("workspace = true")
                {
                    faults.push(format!(
                        "{name}: `{line}` does not take its version from the workspace"
                    ));
                }
            }
        }
    }
    Ok(())
}

fn rust_files(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.join("crates"), folder.join("services")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path.strip_prefix(root())?.display().to_string());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn module_docs(file: &str, text: &str, faults: &mut Vec<String>) {
    if !text.trim_start().starts_with("//!") {
        faults.push(format!("{file} does not begin with a module doc (`//!`)"));
    }
}

/// Inside a service, `tonic` and `sea_orm` stay in their rooms, and `domain` knows neither I/O nor the rooms above it.
fn rooms(file: &str, text: &str, faults: &mut Vec<String>) {
    let Some(path) = file.strip_prefix("services/") else {
        return;
    };
    let inside = path.contains("/src/");
    if !inside || path.starts_with("gateway/") || path.starts_with("waybill/") {
        return;
    }
    // Tests inside a file may use what they like.
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    let uses = |word: &str| {
        code.lines().any(|line| {
            let line = line.trim_start();
            !line.starts_with("//") && line.contains(&format!("{word}::"))
        })
    };
    let in_room = |rooms: &[&str]| rooms.iter().any(|room| file.contains(room));
    if uses("sea_orm") && !in_room(&DATABASE_ROOMS) {
        faults.push(format!(
            "{file} names sea_orm, which belongs to store.rs, entities and migrations"
        ));
    }
    if uses("tonic") && !in_room(&GRPC_ROOMS) {
        faults.push(format!(
            "{file} names tonic, which belongs to grpc.rs, lib.rs and clients"
        ));
    }
    if file.ends_with("/domain.rs") || file.contains("/domain/") {
        for word in ["sea_orm", "tonic", "tokio", "waybill_store", "waybill_bus"] {
            if uses(word) {
                faults.push(format!("{file} names {word}: a domain is pure"));
            }
        }
        if code.contains("async fn") {
            faults.push(format!("{file} has an async function: a domain is pure"));
        }
    }
    let store = file.ends_with("/store.rs") || file.contains("/store/");
    if store && (code.contains("super::app") || code.contains("::grpc")) {
        faults.push(format!("{file}: a store does not know the rooms above it"));
    }
}
