//! The image contains every binary that a container runs, and its build gets all files that it needs.

use std::{collections::BTreeSet, fs, path::Path};

use cargo_metadata::{MetadataCommand, TargetKind};

use super::{Service, root, shapes};

fn dockerfile() -> String {
    let text = fs::read_to_string(root().join("deploy/Dockerfile")).expect("deploy/Dockerfile");
    // One instruction per line.
    text.replace("\\\n", " ")
}

/// `(binary, package, the package's folder)` of the workspace.
fn binaries() -> Vec<(String, String, String)> {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let mut binaries = Vec::new();
    for package in &metadata.packages {
        let folder = package
            .manifest_path
            .parent()
            .expect("a manifest is in a folder");
        let folder = folder
            .strip_prefix(&metadata.workspace_root)
            .expect("inside the workspace");
        for target in &package.targets {
            if target.kind.contains(&TargetKind::Bin) {
                let package = package.name.to_string();
                binaries.push((target.name.clone(), package, folder.to_string()));
            }
        }
    }
    binaries
}

/// The binaries in the image's last stage.
fn installed() -> BTreeSet<String> {
    let file = dockerfile();
    let build = file
        .lines()
        .find(|line| line.contains("cargo build"))
        .expect("a build");
    let (_, install) = build.split_once("install -D").expect("an install");
    install
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("target/release/"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn containers_run_binaries_that_the_image_has() {
    let installed = installed();
    let binaries = binaries();
    let file = dockerfile();
    assert!(file.contains("COPY --from=build /out/ /usr/local/bin/"));
    for name in &installed {
        let found = binaries.iter().find(|(binary, ..)| binary == name);
        let (_, package, _) = found.unwrap_or_else(|| panic!("no package has a binary {name}"));
        let built = file.split_whitespace().collect::<Vec<_>>();
        let built = built
            .windows(2)
            .any(|words| words == ["--package", package]);
        assert!(built, "the Dockerfile does not build {package}");
    }
    let mut run = BTreeSet::new();
    for compose in shapes() {
        for service in compose.services().filter(Service::ours) {
            let check = service.get("healthcheck")["test"][1].as_str();
            let binary = match service.list("entrypoint")[..] {
                [] => *service.command().first().expect("a command"),
                ["sh", "-c", _, name] => name,
                ref other => panic!("{}: {other:?}", service.name),
            };
            for binary in check.into_iter().chain([binary]) {
                assert!(installed.contains(binary), "{}: no {binary}", service.name);
                run.insert(binary.to_owned());
            }
            if let Some(process) = binary.strip_prefix("waybill-") {
                assert_eq!(process, service.name);
            }
        }
    }
    assert_eq!(run, installed, "the image has other binaries");
}

#[test]
fn the_build_gets_the_whole_workspace_and_no_secrets() {
    let file = dockerfile();
    let copied: Vec<&str> = file
        .lines()
        .take_while(|line| !line.contains("cargo build"))
        .filter_map(|line| line.strip_prefix("COPY "))
        .flat_map(|line| {
            let mut words: Vec<_> = line.split_whitespace().collect();
            words.pop();
            words
        })
        .collect();
    let ignored = fs::read_to_string(root().join(".dockerignore")).expect(".dockerignore");
    assert!(
        ignored.lines().any(|line| line == "*"),
        "everything is excluded unless it is listed"
    );
    for path in &copied {
        assert!(root().join(path).exists(), "no {path} to copy");
        let let_in = ignored
            .lines()
            .any(|line| line.strip_prefix('!') == Some(path));
        assert!(let_in, ".dockerignore keeps {path} out");
    }
    for line in ignored.lines().filter_map(|line| line.strip_prefix('!')) {
        assert!(
            copied.contains(&line),
            ".dockerignore includes {line}, which is never copied"
        );
    }
    for path in ["Cargo.toml", "Cargo.lock", "proto"] {
        assert!(copied.contains(&path), "the build needs {path}");
    }
    for (_, package, folder) in binaries() {
        let top = Path::new(&folder)
            .iter()
            .next()
            .and_then(|top| top.to_str());
        assert!(
            top.is_some_and(|top| copied.contains(&top)),
            "the build needs {package}"
        );
    }
    assert!(file.contains("--locked"), "with the versions of Cargo.lock");
}

#[test]
fn the_image_builds_with_our_rust_and_does_not_run_as_root() {
    let file = dockerfile();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let rust = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .expect("a version of Rust");
    let rust = rust.trim_matches('"');
    assert!(
        file.contains(&format!("ARG RUST={rust}\n")),
        "the workspace needs Rust {rust}"
    );
    let last = file.rsplit("\nFROM ").next().expect("a last stage");
    let user = last.lines().find_map(|line| line.strip_prefix("USER "));
    let user = user.expect("the image names its user");
    assert!(
        user.split(':')
            .all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)),
        "{user}"
    );
    // A process warns about unknown variables, so the image sets none.
    assert!(!last.lines().any(|line| line.starts_with("ENV")));
}
