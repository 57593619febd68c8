//! The tests and files that Markdown pages name exist, and `deploy/security.md` answers every requirement.

use std::{collections::BTreeSet, fs, path::Path};

use crate::compose::root;

const README: &str = "README.md";
const SECURITY: &str = "deploy/security.md";
const PAGES: [&str; 6] = [
    README,
    "CHANGELOG.md",
    "deploy/README.md",
    "deploy/faults.md",
    "deploy/secrets/README.md",
    SECURITY,
];

/// Requirements of levels 1 and 2 in each section of ASVS 4.0.3, by the last part of their numbers; deleted ones are left out.
const ASVS: [(&str, &[u8]); 67] = [
    ("1.1", &[1, 2, 3, 4, 5, 6, 7]),
    ("1.2", &[1, 2, 3, 4]),
    ("1.4", &[1, 4, 5]),
    ("1.5", &[1, 2, 3, 4]),
    ("1.6", &[1, 2, 3, 4]),
    ("1.7", &[1, 2]),
    ("1.8", &[1, 2]),
    ("1.9", &[1, 2]),
    ("1.10", &[1]),
    ("1.11", &[1, 2]),
    ("1.12", &[2]),
    ("1.14", &[1, 2, 3, 4, 5, 6]),
    ("2.1", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ("2.2", &[1, 2, 3]),
    ("2.3", &[1, 2, 3]),
    ("2.4", &[1, 2, 3, 4, 5]),
    ("2.5", &[1, 2, 3, 4, 5, 6, 7]),
    ("2.6", &[1, 2, 3]),
    ("2.7", &[1, 2, 3, 4, 5, 6]),
    ("2.8", &[1, 2, 3, 4, 5, 6, 7]),
    ("2.9", &[1, 2, 3]),
    ("2.10", &[1, 2, 3, 4]),
    ("3.1", &[1]),
    ("3.2", &[1, 2, 3, 4]),
    ("3.3", &[1, 2, 3, 4]),
    ("3.4", &[1, 2, 3, 4, 5]),
    ("3.5", &[1, 2, 3]),
    ("3.7", &[1]),
    ("4.1", &[1, 2, 3, 5]),
    ("4.2", &[1, 2]),
    ("4.3", &[1, 2, 3]),
    ("5.1", &[1, 2, 3, 4, 5]),
    ("5.2", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ("5.3", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("5.4", &[1, 2, 3]),
    ("5.5", &[1, 2, 3, 4]),
    ("6.1", &[1, 2, 3]),
    ("6.2", &[1, 2, 3, 4, 5, 6]),
    ("6.3", &[1, 2]),
    ("6.4", &[1, 2]),
    ("7.1", &[1, 2, 3, 4]),
    ("7.2", &[1, 2]),
    ("7.3", &[1, 3, 4]),
    ("7.4", &[1, 2, 3]),
    ("8.1", &[1, 2, 3, 4]),
    ("8.2", &[1, 2, 3]),
    ("8.3", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ("9.1", &[1, 2, 3]),
    ("9.2", &[1, 2, 3, 4]),
    ("10.2", &[1, 2]),
    ("10.3", &[1, 2, 3]),
    ("11.1", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ("12.1", &[1, 2, 3]),
    ("12.2", &[1]),
    ("12.3", &[1, 2, 3, 4, 5, 6]),
    ("12.4", &[1, 2]),
    ("12.5", &[1, 2]),
    ("12.6", &[1]),
    ("13.1", &[1, 3, 4, 5]),
    ("13.2", &[1, 2, 3, 5, 6]),
    ("13.3", &[1, 2]),
    ("13.4", &[1, 2]),
    ("14.1", &[1, 2, 3, 4]),
    ("14.2", &[1, 2, 3, 4, 5, 6]),
    ("14.3", &[2, 3]),
    ("14.4", &[1, 2, 3, 4, 5, 6, 7]),
    ("14.5", &[1, 2, 3, 4]),
];
/// Risks of the API Security Top 10.
const RISKS: usize = 10;

/// Begins a claim that no test has to hold.
const UNTESTED: [&str; 5] = [
    PARTLY,
    "**Not met**: ",
    "**Not applicable**: ",
    "**Operator**: ",
    BY_DESIGN,
];
/// Some of it is met, and tests may hold that part.
const PARTLY: &str = "**Partly met**: ";
/// The claim links to what shows it.
const BY_DESIGN: &str = "**By design**: ";

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).expect(page)
}

/// `(text, target)` of every link of Markdown text to a file of the repository.
fn links(text: &str) -> Vec<(String, String)> {
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

/// The links to tests, which are named by their functions; files of code are named with their ending.
fn tests(text: &str) -> Vec<(String, String)> {
    let mut tests = links(text);
    tests.retain(|(label, target)| {
        Path::new(target).extension() == Some("rs".as_ref()) && !label.contains('.')
    });
    tests
}

/// The folder of a page, from which its links lead.
fn folder(page: &str) -> &Path {
    Path::new(page).parent().expect("a page is in a folder")
}

#[test]
fn tests_that_pages_name_exist() {
    for (page, least) in [(README, 20), (SECURITY, 200)] {
        let named = tests(&read(page));
        for (name, target) in &named {
            let file = root().join(folder(page)).join(target);
            let file = fs::read_to_string(file).unwrap_or_default();
            let there = file.contains(&format!("fn {name}("));
            assert!(there, "{page}: {target} has no test {name}");
        }
        assert!(named.len() > least, "{page} names {} tests", named.len());
    }
}

#[test]
fn links_point_to_existing_files() {
    for page in PAGES {
        for (label, target) in links(&read(page)) {
            let path = root()
                .join(folder(page))
                .join(target.split('#').next().unwrap_or_default());
            assert!(
                path.exists(),
                "{page}: {label} links to {target}, which does not exist"
            );
        }
    }
}

#[test]
fn every_security_requirement_is_answered_once() {
    let page = read(SECURITY);
    let mut chapter = "";
    let mut answered = BTreeSet::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            chapter = title.split(' ').next().unwrap_or_default();
        }
        let Some(row) = line.strip_prefix("| ") else {
            continue;
        };
        let cells: Vec<&str> = row
            .trim_end_matches('|')
            .split(" | ")
            .map(str::trim)
            .collect();
        let (number, claim, held) = match cells[..] {
            [number, _level, _about, claim, held] if chapter.starts_with('V') => {
                let within = chapter[1..].to_owned() + ".";
                if !number.starts_with(&within) {
                    continue;
                }
                (number, claim, held)
            }
            [risk, _about, claim, held] if risk.starts_with("API") => (risk, claim, held),
            _ => continue,
        };
        assert!(
            answered.insert(number.to_owned()),
            "{number} is there twice"
        );
        let has_tests = !tests(held).is_empty();
        match UNTESTED.iter().find(|word| claim.starts_with(**word)) {
            None => assert!(has_tests, "{number} has no test, and does not say why"),
            Some(&PARTLY) => {}
            Some(&BY_DESIGN) => assert!(!links(claim).is_empty(), "{number} shows no place"),
            Some(word) => assert!(!has_tests, "{number} has a test and says {word}"),
        }
    }
    let requirements = ASVS.iter().flat_map(|(section, numbers)| {
        numbers
            .iter()
            .map(move |number| format!("{section}.{number}"))
    });
    let risks = (1..=RISKS).map(|risk| format!("API{risk}"));
    let asked: BTreeSet<String> = requirements.chain(risks).collect();
    let missing: Vec<_> = asked.difference(&answered).collect();
    let unknown: Vec<_> = answered.difference(&asked).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing: {missing:?}, unknown: {unknown:?}"
    );
}
