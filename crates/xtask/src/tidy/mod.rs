//! `cargo xtask tidy`: what the compiler does not check. Arrows between crates, between modules and between the layers of a
//! slice, manifests that inherit from the workspace, unused dependencies, module docs, READMEs of the services.
//!
//! Every check is a function from text to findings, and a test plants the violation that it must find.

mod arrows;
mod layers;
mod manifests;
mod modules;
mod readmes;

use std::{fs, path::Path};

use anyhow::{Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

pub use arrows::draw;
pub use modules::draw as draw_modules;

use crate::root;

pub fn tidy() -> Result<()> {
    let metadata = workspace()?;
    let mut findings = Vec::new();
    arrows::check(&metadata, &mut findings);
    manifests::check(&metadata, &mut findings)?;
    readmes::check(&mut findings)?;
    let mut texts = Vec::new();
    for file in files(&[root().join("crates"), root().join("services")], "rs")? {
        let text = fs::read_to_string(root().join(&file))?;
        module_docs(&file, &text, &mut findings);
        layers::check(&file, &text, &mut findings);
        texts.push((file, text));
    }
    modules::check(&texts, &mut findings);
    if findings.is_empty() {
        println!("tidy: no findings");
        return Ok(());
    }
    for finding in &findings {
        println!("tidy: {finding}");
    }
    bail!("tidy found {} findings", findings.len())
}

/// The workspace's members and what their manifests say.
fn workspace() -> Result<Metadata> {
    Ok(MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()?)
}

/// The files below some folders with this extension, relative to the workspace's folder, sorted.
fn files(folders: &[impl AsRef<Path>], extension: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders: Vec<_> = folders.iter().map(|f| f.as_ref().to_path_buf()).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path.strip_prefix(root())?.display().to_string());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn module_docs(file: &str, text: &str, findings: &mut Vec<String>) {
    if !text.trim_start().starts_with("//!") {
        findings.push(format!("{file} does not begin with a module doc (`//!`)"));
    }
}

/// The length of the raw string, in which backslashes are text, that `rest` begins with.
fn raw(rest: &str) -> Option<usize> {
    let (begin, end) = match rest {
        _ if rest.starts_with("r\"") => (2, "\""),
        _ if rest.starts_with("r#\"") => (3, "\"#"),
        _ => return None,
    };
    let text = rest[begin..].find(end);
    Some(text.map_or(rest.len(), |text| begin + text + end.len()))
}

/// The words of Rust code, without comments and string literals; `::` counts as a word.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => quoted(rest),
            'r' if let Some(length) = raw(rest) => length,
            ':' if rest.starts_with("::") => 2,
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len()),
            // A quote as a character would open a string.
            '\'' if rest.starts_with("'\"'") => 3,
            c => c.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        let text = word.starts_with('"') || raw(word).is_some();
        if !word.starts_with("//") && !text && !word.trim().is_empty() {
            words.push(word);
        }
        rest = after;
    }
    words
}

/// The length of the string that begins here, both quotes included.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_module_doc_is_found() {
        let mut findings = Vec::new();
        module_docs("a.rs", "//! Says what it is for.\n", &mut findings);
        assert!(findings.is_empty());
        module_docs("b.rs", "use std::fs;\n//! Too late.\n", &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }

    #[test]
    fn words_are_those_of_the_code() {
        let code = "let a = b::c(\"tonic::Code \\\" x\"); // sea_orm::Db\nd('\"', r#\"one \" f\"#, r\"\\\", e)";
        let expected = "let a = b :: c ( ) ; d ( '\"' , , , e )";
        assert_eq!(words(code).join(" "), expected);
    }
}
