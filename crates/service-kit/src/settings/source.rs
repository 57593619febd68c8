//! Where values come from: file, environment, flags.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use super::{LogFormat, PREFIX, SettingType as _};

/// Names under this prefix belong to the tests and are not settings.
const TEST_PREFIX: &str = "WAYBILL_TEST_";
/// The setting that names the file; read before all others.
pub(super) const CONFIG: &str = "WAYBILL_CONFIG";
/// The origin of variables that may not be meant for this program.
pub(super) const ENVIRONMENT: &str = "environment";

/// A value and its origin, for error messages.
#[derive(Debug, Clone)]
pub(super) struct RawValue {
    pub text: String,
    pub origin: String,
}

/// The values of all sources, by name. `Debug` shows the names only.
#[derive(Clone, Default)]
pub struct Sources {
    pub(super) values: BTreeMap<String, RawValue>,
    /// What could not be read at all.
    pub(super) errors: Vec<String>,
    /// Errors of variables, with their names: ignored where the program has no such setting.
    pub(super) doubts: Vec<(String, String)>,
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Sources {
    /// Defaults only; for tests, which add their own by [`Sources::with`].
    pub fn empty() -> Self {
        Self::default()
    }

    /// File, then environment of this process. `config` (the flag) wins over `WAYBILL_CONFIG`.
    pub fn from_process(config: Option<&Path>) -> Self {
        let mut sources = Self::default();
        let file = config
            .map(PathBuf::from)
            .or_else(|| env::var_os(CONFIG).map(PathBuf::from))
            .filter(|path| !path.as_os_str().is_empty());
        if let Some(file) = file {
            sources.add_file(&file);
        }
        let mut variables = Vec::new();
        for (name, value) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with(PREFIX) || name.starts_with(TEST_PREFIX) || name == CONFIG {
                continue;
            }
            match value.into_string() {
                Ok(value) => variables.push((name, value)),
                Err(_) => sources.doubts.push((name, "not valid UTF-8".to_owned())),
            }
        }
        sources.add_environment(variables);
        sources
    }

    /// The flags that every binary has: `--config FILE` and `--set NAME=VALUE`, as often as needed. Returns the other arguments.
    pub fn from_arguments(arguments: impl IntoIterator<Item = String>) -> (Self, Vec<String>) {
        let mut config = None;
        let mut sets = Vec::new();
        let mut errors = Vec::new();
        let mut rest = Vec::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
                None => (argument.clone(), None),
            };
            let target = match flag.as_str() {
                "--config" | "--set" => inline.or_else(|| arguments.next()),
                _ => {
                    rest.push(argument);
                    continue;
                }
            };
            match (flag.as_str(), target) {
                ("--config", Some(path)) => config = Some(PathBuf::from(path)),
                (_, Some(pair)) if pair.contains('=') => sets.push(pair),
                (_, Some(pair)) => errors.push(format!("--set {pair}: expected NAME=VALUE")),
                (flag, None) => errors.push(format!("{flag}: a value must follow")),
            }
        }
        let mut sources = Self::from_process(config.as_deref());
        sources.errors.extend(errors);
        for pair in sets {
            if let Some((name, value)) = pair.split_once('=') {
                sources.add_flag("--set", name.trim(), value);
            }
        }
        (sources, rest)
    }

    /// The configured format of log lines, for messages before the settings are read.
    pub fn log_format(&self) -> LogFormat {
        let value = self.values.get(LogFormat::NAME);
        value
            .and_then(|value| LogFormat::parse(value.text.trim()).ok())
            .unwrap_or_default()
    }

    /// Whether a setting (or the file that it is read from) is given.
    pub fn has(&self, name: &str) -> bool {
        let given = |name: &str| self.values.get(name).is_some_and(|it| !it.text.is_empty());
        given(name) || given(&format!("{name}_FILE"))
    }

    /// Adds a value that overrides the earlier ones.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.put(name, value.into(), "given by the program");
        self
    }

    /// Adds a value of a flag, which overrides the earlier ones.
    pub fn add_flag(&mut self, flag: &str, name: &str, value: &str) {
        self.put(name, value.to_owned(), flag);
    }

    /// Reports an error together with those that [`load`](super::load) finds.
    pub fn add_error(&mut self, error: impl Into<String>) {
        self.errors.push(error.into());
    }

    /// Drops all values that `keep` does not accept: for a process that gets the settings of several.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.values.retain(|name, _| keep(name));
    }

    fn put(&mut self, name: &str, text: String, origin: &str) {
        // A direct value replaces its file variant. In the other direction the reader decides, because it knows whether the
        // setting has one: an unrelated `NAME_FILE` must not remove a value.
        self.values.remove(&format!("{name}_FILE"));
        self.values.insert(
            name.to_owned(),
            RawValue {
                text,
                origin: origin.to_owned(),
            },
        );
    }

    fn add_environment(&mut self, variables: Vec<(String, String)>) {
        let both: Vec<_> = variables
            .iter()
            .filter_map(|(name, _)| name.strip_suffix("_FILE"))
            .filter(|base| variables.iter().any(|(name, _)| name == base))
            .map(str::to_owned)
            .collect();
        for base in both {
            let error = format!("set directly and by {base}_FILE; use one");
            self.doubts.push((base, error));
        }
        for (name, value) in variables {
            self.put(&name, value, ENVIRONMENT);
        }
    }

    /// Reads a TOML file. Tables join their keys: `[database] url` is `database_url` is `WAYBILL_DATABASE_URL`.
    fn add_file(&mut self, path: &Path) {
        let origin = path.display().to_string();
        let table = match fs::read_to_string(path) {
            Ok(text) => text
                .parse::<toml::Table>()
                .map_err(|error| not_toml(&text, &error)),
            Err(error) => Err(error.to_string()),
        };
        match table {
            Ok(table) => self.add_table(&origin, PREFIX, &table),
            Err(problem) => self.errors.push(format!("{origin}: {problem}")),
        }
    }

    fn add_table(&mut self, origin: &str, prefix: &str, table: &toml::Table) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.replace(['-', '.'], "_").to_uppercase());
            match value {
                toml::Value::Table(inner) => self.add_table(origin, &format!("{name}_"), inner),
                toml::Value::Array(items) => {
                    let items: Vec<_> = items.iter().map(plain_text).collect();
                    self.put(&name, items.join(","), origin);
                }
                value => self.put(&name, plain_text(value), origin),
            }
        }
    }

    #[cfg(test)]
    pub(super) fn from_file(path: &Path) -> Self {
        let mut sources = Self::default();
        sources.add_file(path);
        sources
    }

    #[cfg(test)]
    pub(super) fn from_environment(variables: &[(&str, &str)]) -> Self {
        let mut sources = Self::default();
        sources.add_environment(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        );
        sources
    }
}

/// Where a file is not valid TOML, in one line.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!(
        "line {line} is not valid TOML: a setting is written as database_url = \"…\", each once, with texts in quotes"
    )
}

fn plain_text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
