//! The tests and files that Markdown pages name exist.

use std::{fs, path::Path};

use crate::compose::root;

const PAGES: [&str; 5] = [
    "README.md",
    "CHANGELOG.md",
    "deploy/README.md",
    "deploy/faults.md",
    "deploy/secrets/README.md",
];

/// `(text, target)` of every link of a page to a file of the repository.
fn links(page: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(page)).expect(page);
    let mut links = Vec::new();
    for (at, _) in text.match_indices("](") {
        let label = text[..at].rsplit('[').next().unwrap_or_default();
        let target = text[at + 2..].split(')').next().unwrap_or_default();
        if !target.starts_with("http") && !target.starts_with('#') {
            links.push((label.trim_matches('`').to_owned(), target.to_owned()));
        }
    }
    links
}

#[test]
fn the_tests_named_in_the_readme_exist() {
    let mut tests = 0;
    for (name, target) in links("README.md") {
        if Path::new(&target).extension() != Some("rs".as_ref()) {
            continue;
        }
        let file = fs::read_to_string(root().join(&target)).unwrap_or_default();
        let there = file.contains(&format!("fn {name}("));
        assert!(there, "README.md: {target} has no test {name}");
        tests += 1;
    }
    assert!(tests > 20, "only {tests} tests are named");
}

#[test]
fn links_point_to_existing_files() {
    for page in PAGES {
        let folder = Path::new(page).parent().expect("a page is in a folder");
        for (label, target) in links(page) {
            let path = root()
                .join(folder)
                .join(target.split('#').next().unwrap_or_default());
            assert!(
                path.exists(),
                "{page}: {label} links to {target}, which does not exist"
            );
        }
    }
}
