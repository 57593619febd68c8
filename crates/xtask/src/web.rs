//! `cargo xtask web`: the web pages in `services/web`, built and tested by Node.js.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result, bail};

use crate::{check, root};

/// The oldest Node.js that builds them.
const OLDEST: (u32, u32) = (20, 19);
/// What a build is made from.
const SOURCES: [&str; 5] = [
    "src",
    "scripts",
    "index.html",
    "package-lock.json",
    "vite.config.ts",
];

/// Builds the pages, whether they changed or not.
pub fn web() -> Result<()> {
    require_node()?;
    build()?;
    println!("built {}", dist().display());
    Ok(())
}

/// The folder with the built pages, built again if a source is newer; none without Node.js, which it says in one line.
pub fn current() -> Result<Option<PathBuf>> {
    let built = modified(&dist().join("pages.json"));
    let sources = SOURCES.iter().map(|source| newest(&folder().join(source)));
    let changed = sources.max().flatten();
    if built.is_some() && built >= changed {
        return Ok(Some(dist()));
    }
    if let Err(missing) = require_node() {
        println!("the web pages are not built: {missing:#}");
        return Ok(built.map(|_| dist()));
    }
    build()?;
    Ok(Some(dist()))
}

/// Format, types, the client's types against the OpenAPI document, unit tests, and a build.
pub fn test() -> Result<()> {
    if let Err(missing) = require_node() {
        if env::var_os("CI").is_some() {
            return Err(missing);
        }
        println!("SKIPPED: the tests of the web pages: {missing:#}");
        return Ok(());
    }
    install()?;
    for script in ["check", "api:check", "test", "build"] {
        npm(&["run", "--silent", script])?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    root().join("services/web")
}

fn dist() -> PathBuf {
    folder().join("dist")
}

fn build() -> Result<()> {
    install()?;
    npm(&["run", "--silent", "build"])
}

/// Installs what the lock file says, unless that is there.
fn install() -> Result<()> {
    let installed = modified(&folder().join("node_modules/.package-lock.json"));
    let wanted = modified(&folder().join("package-lock.json"));
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund", "--silent"])
}

fn npm(args: &[&str]) -> Result<()> {
    check(Command::new("npm").args(args).current_dir(folder()))
}

fn require_node() -> Result<()> {
    let (major, minor) = OLDEST;
    let install = format!("install Node.js {major}.{minor} or newer, with npm");
    let output = Command::new("node").arg("--version").output();
    let output = output.with_context(|| install.clone())?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if parse(&version).is_none_or(|found| found < OLDEST) {
        bail!("{install}; found {version}");
    }
    Ok(())
}

/// Major and minor number of a version such as `v20.19.2`.
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.');
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// The time of the last change of a file, or of anything in a folder.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else {
        return modified(path);
    };
    let inside = entries.flatten().map(|entry| newest(&entry.path()));
    inside.max().flatten().max(modified(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_by_number() {
        for (version, good) in [
            ("v20.19.0", true),
            ("v22.3.1", true),
            ("v20.9.0", false),
            ("v18.20.0", false),
            ("", false),
            ("garbage", false),
        ] {
            let found = parse(version);
            assert_eq!(
                found.is_some_and(|found| found >= OLDEST),
                good,
                "{version}"
            );
        }
    }
}
