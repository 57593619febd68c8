//! Compose files as Docker Compose reads them: interpolation, anchors and merge keys, overrides with `!reset` and `!override`.

use std::{collections::BTreeMap, fs};

use serde_yaml_ng::{Mapping, Value};

use super::root;

/// Lists that an override replaces; other lists are appended to.
const REPLACED_LISTS: [&str; 3] = ["command", "entrypoint", "test"];

/// Compose files, merged in this order, with the operator's variables.
pub struct Compose {
    pub files: &'static [&'static str],
    document: Value,
}

impl Compose {
    pub fn read(files: &'static [&'static str], variables: &[(&str, &str)]) -> Self {
        let mut merged = Value::Mapping(Mapping::new());
        for file in files {
            let text = fs::read_to_string(root().join(file)).expect(file);
            let mut document: Value = serde_yaml_ng::from_str(&text).expect(file);
            document.apply_merge().expect(file);
            interpolate_all(&mut document, &variables.iter().copied().collect());
            merge(&mut merged, document, "");
        }
        Self {
            files,
            document: merged,
        }
    }

    /// The services by name.
    pub fn services(&self) -> impl Iterator<Item = Service<'_>> {
        self.section("services")
            .into_iter()
            .map(|(name, value)| Service { name, value })
    }

    pub fn service(&self, name: &str) -> Option<Service<'_>> {
        self.services().find(|service| service.name == name)
    }

    /// The entries of a section of the top level, such as `volumes`.
    pub fn section(&self, name: &str) -> BTreeMap<&str, &Value> {
        entries(&self.document[name])
    }

    /// The host file of a secret.
    pub fn secret_file(&self, name: &str) -> Option<&str> {
        self.document["secrets"][name]["file"].as_str()
    }
}

/// One service of a compose file.
#[derive(Clone, Copy)]
pub struct Service<'a> {
    pub name: &'a str,
    value: &'a Value,
}

impl<'a> Service<'a> {
    pub fn get(&self, key: &str) -> &'a Value {
        &self.value[key]
    }

    /// Whether it runs our image.
    pub fn ours(&self) -> bool {
        self.get("build").is_mapping()
    }

    /// Whether it is a one-shot task.
    pub fn ends(&self) -> bool {
        matches!(self.get("restart").as_str(), Some("no" | "on-failure"))
    }

    pub fn command(&self) -> Vec<&'a str> {
        self.list("command")
    }

    /// The items of a list; those of a map are its keys.
    pub fn list(&self, key: &str) -> Vec<&'a str> {
        match self.get(key) {
            Value::Sequence(items) => items.iter().filter_map(Value::as_str).collect(),
            map => entries(map).into_keys().collect(),
        }
    }

    /// `(secret, path in the container)`.
    pub fn secrets(&self) -> Vec<(&'a str, String)> {
        let Some(items) = self.get("secrets").as_sequence() else {
            return Vec::new();
        };
        items
            .iter()
            .map(|item| match item.as_str() {
                Some(name) => (name, format!("/run/secrets/{name}")),
                None => (
                    item["source"].as_str().expect("a secret has a source"),
                    item["target"]
                        .as_str()
                        .expect("a secret has a target")
                        .to_owned(),
                ),
            })
            .collect()
    }

    /// `(volume or path on the host, path in the container)`.
    pub fn volumes(&self) -> Vec<(&'a str, &'a str)> {
        self.list("volumes")
            .into_iter()
            .map(|volume| {
                let mut parts = volume.split(':');
                let from = parts.next().expect("a volume has a source");
                (from, parts.next().expect("a volume has a target"))
            })
            .collect()
    }

    /// Its environment variables; all must be quoted, because `on` and `1e3` are not strings in YAML.
    pub fn environment(&self) -> BTreeMap<&'a str, &'a str> {
        entries(self.get("environment"))
            .into_iter()
            .map(|(name, value)| {
                let text = value.as_str();
                let text = text.unwrap_or_else(|| panic!("{}: quote {name}", self.name));
                (name, text)
            })
            .collect()
    }

    /// The port of a setting such as `WAYBILL_GRPC_LISTEN`.
    pub fn port(&self, setting: &str) -> Option<u16> {
        let address = *self.environment().get(setting)?;
        let address: std::net::SocketAddr = address.parse().expect("an address and a port");
        assert!(
            address.ip().is_unspecified(),
            "{}: {setting} must be reachable from other containers",
            self.name
        );
        Some(address.port())
    }
}

fn entries(value: &Value) -> BTreeMap<&str, &Value> {
    let Some(map) = value.as_mapping() else {
        return BTreeMap::new();
    };
    map.iter()
        .map(|(key, value)| (key.as_str().expect("keys are texts"), value))
        .collect()
}

/// In every string value, but not in keys.
fn interpolate_all(value: &mut Value, variables: &BTreeMap<&str, &str>) {
    match value {
        Value::String(text) => *text = interpolate(text, variables),
        Value::Sequence(items) => {
            for item in items {
                interpolate_all(item, variables);
            }
        }
        Value::Mapping(map) => {
            for value in map.values_mut() {
                interpolate_all(value, variables);
            }
        }
        Value::Tagged(tagged) => interpolate_all(&mut tagged.value, variables),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `${NAME}` and `${NAME:-default}`; `$$` is a dollar.
fn interpolate(text: &str, variables: &BTreeMap<&str, &str>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        result.push_str(before);
        if let Some(after) = after.strip_prefix("$$") {
            result.push('$');
            rest = after;
            continue;
        }
        let (inside, after) = after
            .strip_prefix("${")
            .and_then(|after| after.split_once('}'))
            .expect("a dollar begins ${…} or $$");
        let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
        let given = variables.get(name).filter(|value| !value.is_empty());
        result.push_str(given.unwrap_or(&default));
        rest = after;
    }
    result + rest
}

/// Merges as Compose does: maps by key, lists appended, anything else replaced.
fn merge(base: &mut Value, over: Value, key: &str) {
    match over {
        Value::Tagged(tagged) if tagged.tag == "!override" => *base = tagged.value,
        Value::Tagged(tagged) => panic!("{key}: unknown tag {}", tagged.tag),
        Value::Mapping(over) => {
            if !base.is_mapping() {
                *base = Value::Mapping(Mapping::new());
            }
            let map = base.as_mapping_mut().expect("made a map just now");
            for (key, value) in over {
                let name = key.as_str().unwrap_or_default().to_owned();
                if matches!(&value, Value::Tagged(tagged) if tagged.tag == "!reset") {
                    map.remove(&key);
                } else {
                    merge(map.entry(key).or_insert(Value::Null), value, &name);
                }
            }
        }
        Value::Sequence(over) if !REPLACED_LISTS.contains(&key) => match base.as_sequence_mut() {
            Some(items) => items.extend(over),
            None => *base = Value::Sequence(over),
        },
        over => *base = over,
    }
}

#[test]
fn overrides_merge_as_compose_does() {
    let read = |text: &str| serde_yaml_ng::from_str::<Value>(text).expect("YAML");
    let mut base = read("{a: {list: [1], command: [x], gone: 1, whole: {b: 1}}}");
    let over = "{a: {list: [2], command: [y], gone: !reset null, whole: !override {c: 2}}}";
    merge(&mut base, read(over), "");
    let expected = "{a: {list: [1, 2], command: [y], whole: {c: 2}}}";
    assert_eq!(base, read(expected));
}

#[test]
fn variables_have_defaults() {
    let variables = BTreeMap::from([("A", "1"), ("EMPTY", "")]);
    assert_eq!(
        interpolate("${A:-x} ${B:-y} ${EMPTY:-z} ${C} $$D", &variables),
        "1 y z  $D"
    );
}
