//! Reads structs of settings from the sources and collects every error.

use std::{collections::BTreeSet, fmt, fs};

use waybill_primitives::non_empty;

use super::{
    Environment, PREFIX, SettingInfo, SettingType, Settings, Sources, Table, source::ENVIRONMENT,
};

/// `EX_USAGE` of sysexits.h: the command or its settings are wrong.
pub const EX_USAGE: u8 = 64;

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub Vec<String>);

impl SettingsError {
    /// The exit code of a process with invalid settings.
    pub const EXIT_CODE: u8 = EX_USAGE;

    pub fn one(error: impl Into<String>) -> Self {
        Self(vec![error.into()])
    }

    /// Errors as pairs of a setting and its problem; `Ok` if there are none.
    pub fn check(errors: impl IntoIterator<Item = (&'static str, String)>) -> Result<(), Self> {
        let lines = errors.into_iter();
        let lines = lines.map(|(name, problem)| format!("{name}: {problem}"));
        let errors: Vec<_> = lines.collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(Self(errors))
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, s) = (self.0.len(), if self.0.len() == 1 { "" } else { "s" });
        write!(f, "the settings have {count} error{s}:")?;
        for error in &self.0 {
            write!(f, "\n  - {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

/// Where all settings are described.
const REFERENCE: &str = "deploy/settings.md";

/// The error is recorded already.
struct Invalid;

/// Looks values up and collects errors.
#[derive(Debug)]
pub struct Reader<'a> {
    sources: &'a Sources,
    production: bool,
    errors: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(sources: &'a Sources) -> Self {
        let environment = sources
            .values
            .get(Environment::NAME)
            .map(|value| Environment::parse(value.text.trim()));
        Self {
            sources,
            production: matches!(environment, Some(Ok(Environment::Production))),
            errors: sources.errors.clone(),
        }
    }

    /// Records an error of the named setting.
    pub fn error(&mut self, name: &str, problem: impl fmt::Display) {
        let error = match self.sources.values.get(name) {
            Some(value) => format!("{name} ({}): {problem}", value.origin),
            None => format!("{name}: {problem}"),
        };
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// The value of a setting from the strongest source that has one.
    pub fn value<T: SettingType>(&mut self, info: &SettingInfo) -> Option<T> {
        let given = match self.secret_file(info) {
            Ok(None) => {
                let value = self.sources.values.get(info.name);
                value.map(|value| value.text.clone())
            }
            Ok(text) => text,
            Err(Invalid) => return None,
        };
        if self.production
            && info.development_default.is_some()
            && given.as_deref() == info.development_default
        {
            self.error(
                info.name,
                "is the value for development; give production one of its own",
            );
            return None;
        }
        let development = if self.production {
            None
        } else {
            info.development_default
        };
        let text = given.or_else(|| info.default.or(development).map(str::to_owned));
        let Some(text) = text else {
            if info.optional {
                return T::absent();
            }
            let file = if info.secret {
                format!(" (or {}_FILE)", info.name)
            } else {
                String::new()
            };
            self.error(info.name, format!("must be set{file}: {}", info.kind));
            return None;
        };
        T::parse(text.trim())
            .map_err(|problem| self.error(info.name, problem))
            .ok()
    }

    /// The contents of the file that `NAME_FILE` names, if it is set.
    fn secret_file(&mut self, info: &SettingInfo) -> Result<Option<String>, Invalid> {
        let name = format!("{}_FILE", info.name);
        let Some(path) = self.sources.values.get(&name).filter(|_| info.secret) else {
            return Ok(None);
        };
        match fs::read_to_string(&path.text) {
            Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => {
                self.error(&name, format!("cannot read {}: {error}", path.text));
                Err(Invalid)
            }
        }
    }

    /// Errors in names: those that the program does not have, and ambiguous ones that it has. An unknown variable in the
    /// environment is not an error, see [`strays`].
    fn check_names(&mut self, tables: &[Table]) {
        let known = known(tables);
        for (name, error) in &self.sources.doubts {
            if known.contains(name) {
                self.errors.push(format!("{name}: {error}"));
            }
        }
        let unknown: Vec<_> = unknown(self.sources, &known)
            .filter(|(_, from_environment, _)| !from_environment)
            .map(|(name, _, hint)| {
                let hint =
                    non_empty(hint).unwrap_or_else(|| format!("; {REFERENCE} lists them all"));
                (name.to_owned(), format!("no such setting{hint}"))
            })
            .collect();
        for (name, problem) in unknown {
            self.error(&name, problem);
        }
    }
}

/// The names that a program knows.
fn known(tables: &[Table]) -> BTreeSet<String> {
    let infos = tables.iter().flat_map(|table| table.settings);
    infos
        .flat_map(|info| {
            let file = info.secret.then(|| format!("{}_FILE", info.name));
            std::iter::once(info.name.to_owned()).chain(file)
        })
        .collect()
}

/// The candidate that a misspelt name means: the most similar one, if at most a third of the letters differ.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let tolerance = (name.len() + 1) / 3;
    let measured = candidates.map(|candidate| (strsim::osa_distance(name, candidate), candidate));
    let (distance, candidate) = measured.min()?;
    (distance <= tolerance).then_some(candidate)
}

/// Unknown names that were given: each with whether it is in the environment, and which name may have been meant.
fn unknown<'a>(
    sources: &'a Sources,
    known: &'a BTreeSet<String>,
) -> impl Iterator<Item = (&'a str, bool, String)> {
    let strange = sources
        .values
        .iter()
        .filter(|(name, _)| !known.contains(*name));
    strange.map(|(name, value)| {
        let bare = |name: &'a str| name.strip_prefix(PREFIX).unwrap_or(name);
        let hint = nearest(bare(name), known.iter().map(|known| bare(known)))
            .map(|candidate| format!("; did you mean {PREFIX}{candidate}?"))
            .unwrap_or_default();
        (name.as_str(), value.origin == ENVIRONMENT, hint)
    })
}

/// Warnings about variables in the environment that are not the program's own: left over, or meant for another program. They are
/// no errors, but one of them may be a misspelt setting.
pub fn strays<S: Sections>(sources: &Sources) -> Vec<String> {
    let known = known(&S::tables());
    unknown(sources, &known)
        .filter(|(_, from_environment, _)| *from_environment)
        .map(|(name, _, hint)| {
            format!("{name} (environment) is no setting of this program and has no effect{hint}")
        })
        .collect()
}

/// One or several structs of settings that a program has.
pub trait Sections: Sized {
    fn tables() -> Vec<Table>;
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

macro_rules! sections {
    ($($name:ident)+) => {
        impl<$($name: Settings),+> Sections for ($($name,)+) {
            fn tables() -> Vec<Table> { vec![$($name::TABLE),+] }
            #[allow(non_snake_case, reason = "type parameters name the values")]
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                // Every section is read before the first error ends it.
                $(let $name = $name::read(reader);)+
                Some(($($name?,)+))
            }
        }
    };
}

sections!(A);
sections!(A B);
sections!(A B C);
sections!(A B C D);
sections!(A B C D E);
sections!(A B C D E F);
sections!(A B C D E F G);
sections!(A B C D E F G H);
sections!(A B C D E F G H I);
sections!(A B C D E F G H I J);

/// Reads all sections of a program: a tuple of structs made by [`settings!`](crate::settings!). Names that none of them declares
/// are errors, except in the environment ([`strays`]).
pub fn load<S: Sections>(sources: &Sources) -> Result<S, SettingsError> {
    let mut reader = Reader::new(sources);
    let sections = S::read(&mut reader);
    reader.check_names(&S::tables());
    match sections {
        Some(sections) if reader.errors.is_empty() => Ok(sections),
        _ => Err(SettingsError(reader.errors)),
    }
}
