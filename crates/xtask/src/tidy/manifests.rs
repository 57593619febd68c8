//! The manifests: members inherit from the workspace; each dependency has a reason and a user.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context as _, Result};
use cargo_metadata::{Metadata, Package};

use super::{files, words};
use crate::root;

/// Dependencies that a member needs although its sources do not name them, each with its reason.
const UNNAMED: [(&str, &str); 3] = [
    ("waybill-proto", "tonic"),           // named by the generated code
    ("waybill-proto", "tonic-prost"),     // named by the generated code
    ("waybill-payment", "rustls-webpki"), // its library is called webpki
];

pub fn check(metadata: &Metadata, findings: &mut Vec<String>) -> Result<()> {
    for package in &metadata.packages {
        let text = fs::read_to_string(&package.manifest_path)?;
        inherits(&package.name, &text, findings);
        let folder = package.manifest_path.parent();
        let folder = folder.context("a manifest has a folder")?;
        let mut code = String::new();
        for file in files(&[folder], "rs")? {
            code.push_str(&fs::read_to_string(root().join(file))?);
        }
        unnamed(&package.name, &dependencies(package), &code, findings);
    }
    let used: BTreeSet<&str> = metadata.packages.iter().flat_map(dependencies).collect();
    let text = fs::read_to_string(root().join("Cargo.toml"))?;
    reasons(&text, &used, findings);
    Ok(())
}

fn dependencies(package: &Package) -> BTreeSet<&str> {
    let names = package.dependencies.iter();
    names.map(|dependency| dependency.name.as_str()).collect()
}

/// Checks that a member takes lints, versions and the like from the workspace.
fn inherits(name: &str, text: &str, findings: &mut Vec<String>) {
    if !text.contains("[lints]\nworkspace = true") {
        findings.push(format!("{name} does not inherit the workspace's lints"));
    }
    for key in ["version", "edition", "rust-version", "license"] {
        if !text.contains(&format!("{key}.workspace = true")) {
            findings.push(format!("{name} does not inherit {key}"));
        }
    }
    let mut in_dependencies = false;
    for line in text.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
            findings.push(format!(
                "{name}: `{line}` does not take its version from the workspace"
            ));
        }
    }
}

/// Checks that a member names its dependencies in its code.
fn unnamed(name: &str, dependencies: &BTreeSet<&str>, code: &str, findings: &mut Vec<String>) {
    let named: BTreeSet<&str> = words(code).into_iter().collect();
    for dependency in dependencies {
        if !named.contains(dependency.replace('-', "_").as_str())
            && !UNNAMED.contains(&(name, dependency))
        {
            findings.push(format!(
                "{name} depends on {dependency} and does not name it; remove it from its Cargo.toml"
            ));
        }
    }
}

/// Checks that the workspace gives a reason for each external crate, and that some member uses it.
fn reasons(text: &str, used: &BTreeSet<&str>, findings: &mut Vec<String>) {
    let declared: BTreeMap<&str, &str> = text
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .collect();
    for (name, value) in declared {
        let ours = value.contains("path = ");
        let reason = value.rsplit_once(" # ").map_or("", |(_, reason)| reason);
        if !ours && reason.trim().is_empty() {
            findings.push(format!(
                "Cargo.toml does not say what {name} is for; add a comment to its line"
            ));
        }
        if !used.contains(name) {
            findings.push(format!("Cargo.toml declares {name}, which no member uses"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"x\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\n\n[lints]\nworkspace = true\n\n\
        [dependencies]\nserde.workspace = true\nhyper = { workspace = true, features = [\"client\"] }\n";

    #[test]
    fn a_member_that_does_not_inherit_is_found() {
        let mut findings = Vec::new();
        inherits("x", GOOD, &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        for (planted, by) in [
            ("[lints]\nworkspace = true", "[lints]"),
            ("edition.workspace = true", "edition = \"2021\""),
            ("serde.workspace = true", "serde = \"1\""),
        ] {
            findings.clear();
            inherits("x", &GOOD.replace(planted, by), &mut findings);
            assert_eq!(findings.len(), 1, "{by}: {findings:?}");
        }
    }

    #[test]
    fn a_dependency_that_the_code_does_not_name_is_found() {
        let dependencies = BTreeSet::from(["serde", "tokio-util"]);
        let mut findings = Vec::new();
        let code = "use serde::Serialize;\nfn stop(t: tokio_util::sync::CancellationToken) {}";
        unnamed("x", &dependencies, code, &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        let code = "use serde::Serialize; // tokio_util is not used";
        unnamed("x", &dependencies, code, &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("tokio-util"), "{findings:?}");
    }

    #[test]
    fn a_declaration_without_a_reason_or_a_user_is_found() {
        let text = "[workspace.dependencies]\n# Ours.\nx = { path = \"crates/x\" }\nserde = \"1\" # JSON\n\n\
            [profile.dev]\ndebug = 1\n";
        let mut findings = Vec::new();
        reasons(text, &BTreeSet::from(["serde", "x"]), &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        reasons(text, &BTreeSet::from(["x"]), &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.clear();
        let planted = text.replace(" # JSON", "");
        reasons(&planted, &BTreeSet::from(["serde", "x"]), &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}
