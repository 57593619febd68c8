//! `cargo xtask web`: the web pages in `services/web`, built and tested by Node.js.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result, bail};

use crate::{check, junit, root, target_dir};

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

/// Format, types, the client's types against the OpenAPI document, a build and its size, unit tests, and journeys through the real
/// server in Chromium. What is missing on this machine is added to `skips`; with `CI` it is an error.
pub fn test(skips: &Path) -> Result<()> {
    if let Err(missing) = require_node() {
        return skip(skips, "tests of the web pages", &format!("{missing:#}"));
    }
    install()?;
    for script in ["check", "api:check", "build", "sizes"] {
        npm(&["run", "--silent", script])?;
    }
    let results = folder().join("test-results");
    let report = |name: &str| results.join(name);
    let _ = fs::remove_dir_all(&results);
    let units = report("units.xml");
    let output = format!("--outputFile.junit={}", units.display());
    let reporters = ["--reporter=dot", "--reporter=junit"];
    let mut outcome = npm(&[
        &["run", "--silent", "test", "--"],
        &reporters[..],
        &[&output],
    ]
    .concat());
    let mut reports = vec![units];
    if let Some(chromium) = chromium() {
        let browser = report("browser.xml");
        let mut command = Command::new("npm");
        command.args(["run", "--silent", "e2e"]);
        command.current_dir(folder());
        command.env("WAYBILL_CHROMIUM", chromium);
        command.env("WAYBILL_BIN", target_dir().join("debug/waybill"));
        command.env("PLAYWRIGHT_JUNIT_OUTPUT_FILE", &browser);
        outcome = outcome.and(check(&mut command));
        reports.push(browser);
    } else {
        let missing = "install Chromium (`chromium` in Debian), or name it in WAYBILL_CHROMIUM";
        skip(skips, "browser tests of the web pages", missing)?;
    }
    let mut tests = Vec::new();
    for report in reports {
        let text = fs::read_to_string(&report).with_context(|| report.display().to_string())?;
        tests.extend(junit::cases(&text)?);
    }
    let failed = tests.iter().filter(|test| test.failed).count();
    println!("web: {} passed, {failed} failed", tests.len() - failed);
    outcome
}

fn skip(skips: &Path, what: &str, missing: &str) -> Result<()> {
    if env::var_os("CI").is_some() {
        bail!("{what}: {missing}");
    }
    let mut log = OpenOptions::new().create(true).append(true).open(skips)?;
    writeln!(log, "{what}: {missing}")?;
    Ok(())
}

/// The browser: what `WAYBILL_CHROMIUM` names, or one that is installed.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("WAYBILL_CHROMIUM") {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut places = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    places.find(|place| place.is_file())
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
