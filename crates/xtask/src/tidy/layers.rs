//! The layers of a slice and the arrows between them: `grpc, consumers, jobs → app → events → wire → domain`; `app → store → domain`.
//!
//! Only the services that consist of slices have them: not the gateway, and not the embedded shape.

use std::collections::BTreeSet;

use super::words;

/// What only the database layers may name: sea-orm and the crates below it.
const DATABASE: [&str; 3] = ["sea_orm", "sea_orm_migration", "sqlx"];
/// Those layers: stores, entities, migrations.
const DATABASE_LAYERS: [&str; 3] = ["store", "entity", "migrations"];

/// Where `tonic` may be named.
const GRPC_LAYERS: [&str; 4] = ["grpc", "lib", "clients", "client"];

/// What a domain never names: it has no I/O and is not async.
const IMPURE: [&str; 8] = [
    "async",
    "fs",
    "sea_orm",
    "tokio",
    "tokio_util",
    "tonic",
    "waybill_bus",
    "waybill_store",
];

/// The layers that an arrow may leave or reach.
const LAYERS: [&str; 8] = [
    "grpc",
    "consumers",
    "jobs",
    "app",
    "events",
    "store",
    "wire",
    "domain",
];

/// The layers that a layer may name besides itself; any other layer, and code in no layer, may name all.
fn below(layer: &str) -> Option<&'static [&'static str]> {
    match layer {
        "app" => Some(&["events", "store", "wire", "domain"]),
        "events" => Some(&["wire", "domain"]),
        "store" | "wire" => Some(&["domain"]),
        "domain" => Some(&[]),
        _ => None,
    }
}

pub fn check(file: &str, text: &str, findings: &mut Vec<String>) {
    let Some((service, path)) = file
        .strip_prefix("services/")
        .and_then(|path| path.split_once("/src/"))
    else {
        return;
    };
    let layers: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    // Tests may name anything.
    if ["gateway", "waybill"].contains(&service) || layers.contains(&"tests") {
        return;
    }
    let named = named(shipped(text));
    let is_in = |allowed: &[&str]| layers.iter().any(|layer| allowed.contains(layer));

    for word in DATABASE {
        if named.contains(word) && !is_in(&DATABASE_LAYERS) {
            findings.push(format!(
                "{file} names {word}, which belongs to store.rs, entity.rs and migrations"
            ));
        }
    }
    if named.contains("tonic") && !is_in(&GRPC_LAYERS) {
        findings.push(format!(
            "{file} names tonic, which belongs to grpc.rs, lib.rs and clients"
        ));
    }
    let Some(layer) = layers.iter().find(|layer| LAYERS.contains(layer)) else {
        return;
    };
    if *layer == "domain" {
        for word in IMPURE {
            if named.contains(word) {
                findings.push(format!("{file} names {word}: a domain is pure"));
            }
        }
    }
    if let Some(below) = below(layer) {
        for other in LAYERS {
            if named.contains(other) && other != *layer && !below.contains(&other) {
                findings.push(format!("{file} names {other}, which is above {layer}"));
            }
        }
    }
}

/// The text before the tests at its end.
pub fn shipped(text: &str) -> &str {
    let mut lines = text.match_indices("#[cfg(test)]\n").filter(|(at, mark)| {
        let next = text[at + mark.len()..].lines().next().unwrap_or_default();
        next.starts_with("mod ") && next.ends_with('{')
    });
    lines.next().map_or(text, |(at, _)| &text[..at])
}

/// The names in code: the parts of paths, what `use` imports, and `async`.
fn named(code: &str) -> BTreeSet<&str> {
    let words = words(code);
    let mut named = BTreeSet::new();
    let mut in_use = false;
    for (at, word) in words.iter().enumerate() {
        match *word {
            "use" => in_use = true,
            ";" => in_use = false,
            "async" => _ = named.insert("async"),
            _ if in_use || words.get(at + 1) == Some(&"::") => _ = named.insert(word),
            _ => {}
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(file: &str, text: &str) -> Vec<String> {
        let mut findings = Vec::new();
        check(file, text, &mut findings);
        findings
    }

    #[test]
    fn each_layer_may_name_what_is_its_own() {
        for (file, text) in [
            (
                "order/src/work/grpc.rs",
                "use tonic::Status;\nuse super::app;",
            ),
            (
                "order/src/work/app.rs",
                "use super::{domain, store::Rows};\nasync fn f() {}",
            ),
            (
                "order/src/work/store.rs",
                "use sea_orm::Set;\nuse super::domain::Order;",
            ),
            ("order/src/work/store/read.rs", "use sea_orm::Set;"),
            (
                "order/src/work/domain.rs",
                "use waybill_primitives::Money; // not tonic::Status",
            ),
            (
                "order/src/work/domain.rs",
                "fn f(store: u8) -> u8 { store }",
            ),
            (
                "order/src/work/domain.rs",
                "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use tokio::fs;\n}",
            ),
            ("order/src/work/domain/tests.rs", "use tokio::fs;"),
            ("payment/src/clients.rs", "use tonic::Status;"),
            ("gateway/src/error.rs", "use tonic::Status;"),
        ] {
            let found = findings(&format!("services/{file}"), text);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_belongs_to_another_layer_is_found() {
        for (file, text) in [
            ("order/src/work/app.rs", "use sea_orm::Set;"),
            ("order/src/work/app.rs", "fn f() -> sea_orm::DbErr { g() }"),
            ("order/src/jobs.rs", "use tonic::Status;"),
            ("order/src/work/app.rs", "use super::grpc;"),
            (
                "order/src/work/app.rs",
                "use crate::{error::Error, jobs::Expiry};",
            ),
            ("order/src/work/store.rs", "use super::app::Work;"),
            (
                "order/src/work/store/read.rs",
                "fn f() { crate::work::app::g() }",
            ),
            ("order/src/work/wire.rs", "use super::store;"),
            ("order/src/work/events.rs", "use super::app::Work;"),
            ("order/src/work/domain.rs", "use super::store;"),
            ("order/src/work/domain.rs", "use waybill_store::Tx;"),
            ("order/src/work/domain.rs", "async fn f() {}"),
            ("order/src/work/domain/listing.rs", "use tokio::time;"),
            (
                "order/src/work/domain.rs",
                "#[cfg(test)]\nmod tests;\n\nuse waybill_bus::Bus;",
            ),
        ] {
            let found = findings(&format!("services/{file}"), text);
            assert_eq!(found.len(), 1, "{file}: {text}: {found:?}");
        }
    }
}
