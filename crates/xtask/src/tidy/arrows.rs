//! The arrows between our crates: exactly those that arrows.txt lists, and none that the architecture forbids.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::{DependencyKind, Metadata};

use super::workspace;

/// The allowed arrows, one `from -> to` per line: a new one is visible in review.
const ALLOWED: &str = include_str!("../../arrows.txt");

/// The one package below services/ that may depend on services: it runs them all in one process.
const EMBEDDED: &str = "waybill";
/// The targets of the fuzzer, which are no part of the product.
const FUZZ: &str = "waybill-fuzz";
/// For tests only.
const TESTKIT: &str = "waybill-testkit";

/// One of our crates depends on another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    from: String,
    to: String,
    /// Only its tests do.
    dev: bool,
}

impl Arrow {
    fn shown(&self) -> String {
        format!("{} -> {}", self.from, self.to)
    }
}

pub fn check(metadata: &Metadata, findings: &mut Vec<String>) {
    let arrows = arrows(metadata);
    let services = metadata
        .packages
        .iter()
        .filter(|package| {
            let path = package.manifest_path.strip_prefix(&metadata.workspace_root);
            path.is_ok_and(|path| path.starts_with("services"))
        })
        .map(|package| package.name.to_string())
        .collect();
    listed(&arrows, ALLOWED, findings);
    forbidden(&arrows, &services, findings);
}

/// Prints the arrows as a Mermaid graph.
pub fn draw() -> Result<()> {
    println!("graph LR");
    for arrow in arrows(&workspace()?).iter().filter(|arrow| !arrow.dev) {
        let short = |name: &str| name.replace("waybill-", "");
        println!("  {} --> {}", short(&arrow.from), short(&arrow.to));
    }
    Ok(())
}

/// The arrows of the manifests.
fn arrows(metadata: &Metadata) -> BTreeSet<Arrow> {
    let members: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut arrows = BTreeSet::new();
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            if members.contains(dependency.name.as_str()) {
                arrows.insert(Arrow {
                    from: package.name.to_string(),
                    to: dependency.name.clone(),
                    dev: dependency.kind == DependencyKind::Development,
                });
            }
        }
    }
    arrows
}

/// Checks that the arrows of shipped code are exactly those of the list.
fn listed(arrows: &BTreeSet<Arrow>, list: &str, findings: &mut Vec<String>) {
    let drawn: BTreeSet<String> = arrows
        .iter()
        .filter(|arrow| !arrow.dev)
        .map(Arrow::shown)
        .collect();
    let allowed: BTreeSet<String> = list
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(str::to_owned)
        .collect();
    for arrow in drawn.difference(&allowed) {
        findings.push(format!(
            "the arrow {arrow} is not in crates/xtask/arrows.txt"
        ));
    }
    for arrow in allowed.difference(&drawn) {
        findings.push(format!(
            "crates/xtask/arrows.txt allows {arrow}, which nothing draws"
        ));
    }
}

/// Checks what no list can allow: a crate that depends on a service, unless it is the embedded shape or the fuzzer (the same
/// for tests of a service); the testkit in shipped code.
fn forbidden(arrows: &BTreeSet<Arrow>, services: &BTreeSet<String>, findings: &mut Vec<String>) {
    for arrow in arrows {
        if services.contains(&arrow.to) && ![EMBEDDED, FUZZ].contains(&arrow.from.as_str()) {
            findings.push(format!(
                "{}: nothing depends on a service but {EMBEDDED}; ask it by gRPC or listen to its events",
                arrow.shown()
            ));
        }
        if arrow.to == TESTKIT && !arrow.dev {
            findings.push(format!(
                "{}: the testkit is for tests; make it a dev-dependency",
                arrow.shown()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(from: &str, to: &str, dev: bool) -> Arrow {
        Arrow {
            from: from.to_owned(),
            to: to.to_owned(),
            dev,
        }
    }

    #[test]
    fn an_arrow_that_is_not_listed_is_found_and_so_is_one_that_is_gone() {
        let arrows = BTreeSet::from([
            arrow("chat", "store", false),
            arrow("chat", "bus", false),
            arrow("chat", "kit", true),
        ]);
        let mut findings = Vec::new();
        listed(
            &arrows,
            "# why\n\nchat -> bus\nchat -> store\n",
            &mut findings,
        );
        assert!(findings.is_empty(), "{findings:?}");
        listed(&arrows, "chat -> bus\nchat -> proto\n", &mut findings);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(
            findings[0].contains("chat -> store is not in"),
            "{findings:?}"
        );
        assert!(findings[1].contains("allows chat -> proto"), "{findings:?}");
    }

    #[test]
    fn nothing_but_the_embedded_shape_depends_on_a_service() {
        let services = BTreeSet::from(["waybill-order".to_owned(), EMBEDDED.to_owned()]);
        let mut findings = Vec::new();
        let good = BTreeSet::from([
            arrow(EMBEDDED, "waybill-order", false),
            arrow("waybill-order", TESTKIT, true),
        ]);
        forbidden(&good, &services, &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        for bad in [
            arrow("waybill-payment", "waybill-order", false),
            arrow("waybill-payment", "waybill-order", true),
            arrow("waybill-gateway", EMBEDDED, false),
            arrow("waybill-order", TESTKIT, false),
        ] {
            findings.clear();
            forbidden(&BTreeSet::from([bad.clone()]), &services, &mut findings);
            assert_eq!(findings.len(), 1, "{bad:?}");
        }
    }
}
