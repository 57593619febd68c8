//! The README of each service names every call in its proto files, every event that it publishes and every setting that it reads.

use std::fs;

use anyhow::{Context as _, Result};

use super::files;
use crate::root;

/// The table of events.
const EVENTS: &str = "crates/proto/src/events.rs";

pub fn check(findings: &mut Vec<String>) -> Result<()> {
    let table = fs::read_to_string(root().join(EVENTS))?;
    for entry in fs::read_dir(root().join("services"))? {
        let folder = entry?.path();
        if !folder.join("Cargo.toml").exists() {
            continue;
        }
        let service = folder.file_name().context("a folder has a name")?;
        let service = service.to_string_lossy();
        let Ok(readme) = fs::read_to_string(folder.join("README.md")) else {
            findings.push(format!("services/{service} has no README.md"));
            continue;
        };
        let protos = root().join("proto/waybill").join(service.as_ref());
        if protos.exists() {
            for file in files(&[protos], "proto")? {
                let text = fs::read_to_string(root().join(file))?;
                names(&service, &readme, calls(&text), findings);
            }
        }
        names(&service, &readme, events(&table, &service), findings);
        if let Ok(text) = fs::read_to_string(folder.join("src/config.rs")) {
            names(&service, &readme, settings(&text), findings);
        }
    }
    Ok(())
}

fn calls(proto: &str) -> impl Iterator<Item = &str> {
    let lines = proto.lines();
    lines.filter_map(|line| line.trim().strip_prefix("rpc ")?.split('(').next())
}

/// The events of a service, from lines `"waybill.<service>.<aggregate>.<what>" => …`.
fn events<'a>(table: &'a str, service: &str) -> impl Iterator<Item = &'a str> {
    let prefix = format!("\"waybill.{service}.");
    table.lines().filter_map(move |line| {
        let (subject, _) = line.trim().strip_prefix(&prefix)?.split_once('"')?;
        Some(subject.rsplit_once('.').map_or(subject, |(_, what)| what))
    })
}

/// The names that a settings table declares: `field: Type = "WAYBILL_NAME", …`.
fn settings(config: &str) -> impl Iterator<Item = &str> {
    let declarations = config.lines().filter_map(|line| line.split_once("= \""));
    declarations
        .filter_map(|(_, after)| after.split('"').next())
        .filter(|name| name.starts_with("WAYBILL_"))
}

/// A README may name several settings at once by a prefix, as in `WAYBILL_AUTH_*`.
fn names<'a>(
    service: &str,
    readme: &str,
    expected: impl Iterator<Item = &'a str>,
    findings: &mut Vec<String>,
) {
    let named: Vec<&str> = readme
        .split(|c: char| !c.is_alphanumeric() && !"_*…".contains(c))
        .collect();
    for name in expected {
        let is_named = named.iter().any(|word| {
            let prefix = word.strip_suffix(['*', '…']);
            *word == name || prefix.is_some_and(|p| p.len() > 8 && name.starts_with(p))
        });
        if !is_named {
            findings.push(format!("services/{service}/README.md does not name {name}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_event_or_setting_that_the_readme_leaves_out_is_found() {
        let proto =
            "service ChatService {\n  rpc MarkRead(MarkReadRequest) returns (MarkReadResponse);\n}";
        let config = "pub wait: Duration = \"WAYBILL_CHAT_WAIT\", default \"3s\";\nlet x = \"no\";";
        let table = "    \"waybill.chat.message.posted\" => chat::MessagePosted,\n\
            \"waybill.order.order.paid\" => order::OrderPaid,";
        let found = |readme: &str| {
            let expected = calls(proto).chain(events(table, "chat"));
            let mut findings = Vec::new();
            names(
                "chat",
                readme,
                expected.chain(settings(config)),
                &mut findings,
            );
            findings.len()
        };
        assert_eq!(found("`MarkRead`, `posted`, `WAYBILL_CHAT_WAIT`"), 0);
        assert_eq!(found("MarkRead, message.posted, WAYBILL_CHAT_*"), 0);
        assert_eq!(found("`MarkReads`, `unposted`, `WAYBILL_CHAT_WAITS`"), 3);
        assert_eq!(found("MarkRead, posted, as every process: WAYBILL_*"), 1);
    }
}
