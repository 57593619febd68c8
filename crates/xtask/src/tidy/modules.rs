//! The modules of a crate: which of its siblings each of them names.
//!
//! No cycles: of the modules in one folder of `src`, none depends on another that depends on it, by any path (a name that a
//! parent re-exports counts for the module that defines it). A module and what is inside it count as one: they may name each
//! other.
//!
//! The order of layers is a line at the top of the file of their parent, such as `Layers: base ← shop, stock ← orders`. An arrow
//! that goes up is a violation, and so is a module that the line leaves out. Every service has such a line in its lib.rs.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
};

use anyhow::{Context as _, Result};

use super::{layers::shipped, words};
use crate::root;

/// The beginning of the line that declares the order of modules.
const LAYERS: &str = "//! Layers: ";
/// Between a layer and the one above it.
const BELOW: char = '←';
/// The service that only combines the others.
const WITHOUT: &str = "waybill";
/// How many renamed and re-exported names are followed.
const MOST_NAMES: usize = 8;

/// The path of a module from the root of its crate, which is empty.
type Module = Vec<String>;

/// The reason for an arrow: the file and what it names.
type Reason = (String, String);

/// The arrows between the direct children of one module.
type Arrows = BTreeMap<(String, String), Reason>;

/// The source of one crate.
#[derive(Debug, Default)]
struct Source {
    files: BTreeMap<Module, File>,
    modules: BTreeSet<Module>,
}

#[derive(Debug, Default)]
struct File {
    path: String,
    layers: Option<Vec<Vec<String>>>,
    /// What `use` imports, by its local name.
    names: BTreeMap<String, Vec<String>>,
    /// Every path that is named.
    paths: BTreeSet<Vec<String>>,
}

/// Checks the crates that contain these files.
pub fn check<'a>(
    files: impl IntoIterator<Item = &'a (String, String)>,
    findings: &mut Vec<String>,
) {
    for (folder, source) in sources(files) {
        let arrows = source.arrows();
        for (parent, arrows) in &arrows {
            cycles(&folder, parent, arrows, findings);
        }
        source.ordered(&folder, &arrows, findings);
    }
}

/// Prints the layers of a crate and their modules as a Mermaid graph. An arrow is left out where a path of other arrows leads
/// there.
pub fn draw(folder: &str) -> Result<()> {
    let mut texts = Vec::new();
    for file in super::files(&[root().join(folder)], "rs")? {
        let text = fs::read_to_string(root().join(&file))?;
        texts.push((file, text));
    }
    let source = sources(&texts).remove(folder);
    let source = source.with_context(|| format!("{folder}/src has no modules"))?;
    print!("{}", picture(&source));
    Ok(())
}

fn picture(source: &Source) -> String {
    let mut lines = vec!["graph TD".to_owned()];
    let arrows = source.arrows();
    let top = source.children(&[]).filter(|name| *name != "main");
    let top: BTreeSet<_> = top.collect();
    for name in &top {
        let module = vec![(*name).to_owned()];
        let inside: Vec<_> = source.children(&module).collect();
        if source.layers(&module).is_none() || inside.is_empty() {
            lines.push(format!("  {name}"));
            continue;
        }
        lines.push(format!("  subgraph {name}"));
        lines.extend(inside.iter().map(|one| format!("    {name}.{one}[{one}]")));
        for (from, to) in arrows.get(&module).into_iter().flat_map(shortened) {
            lines.push(format!("    {name}.{from} --> {name}.{to}"));
        }
        lines.push("  end".to_owned());
    }
    for (from, to) in arrows.get(&Module::new()).into_iter().flat_map(shortened) {
        lines.push(format!("  {from} --> {to}"));
    }
    lines.join("\n") + "\n"
}

/// The arrows without those that a longer path replaces.
fn shortened(arrows: &Arrows) -> Vec<(&str, &str)> {
    let all: Vec<(&str, &str)> = arrows
        .keys()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let detour = |from: &str, to: &str| {
        let rest = all.iter().filter(|arrow| **arrow != (from, to));
        let rest: Vec<_> = rest.copied().collect();
        way(&rest, from, to).is_some()
    };
    let direct = all.iter().filter(|(from, to)| !detour(from, to));
    direct.copied().collect()
}

/// The crates by their folders.
fn sources<'a>(files: impl IntoIterator<Item = &'a (String, String)>) -> BTreeMap<String, Source> {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    for (path, text) in files {
        let Some((folder, inner)) = path.split_once("/src/") else {
            continue;
        };
        let mut module: Module = inner
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        if module.iter().any(|part| part == "tests" || part == "bin") {
            continue;
        }
        if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
            module.pop();
        }
        let source = sources.entry(folder.to_owned()).or_default();
        source
            .modules
            .extend((0..=module.len()).map(|end| module[..end].to_vec()));
        source.files.insert(module, File::read(path, text));
    }
    sources
}

impl File {
    fn read(path: &str, text: &str) -> Self {
        let layers = text.lines().find_map(|line| line.strip_prefix(LAYERS));
        let layers = layers.map(|layers| {
            let layers = layers.trim_end_matches('.').split(BELOW);
            layers
                .map(|layer| {
                    let names = layer.split(',');
                    names
                        .map(|name| name.trim().trim_matches('`').to_owned())
                        .collect()
                })
                .collect()
        });
        let mut file = Self {
            path: path.to_owned(),
            layers,
            ..Self::default()
        };
        let words = words(shipped(text));
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            if *word == "use" {
                at = file.tree(&words, at, &[]);
            } else if is_name(word) && words.get(at) == Some(&"::") {
                let mut path = vec![(*word).to_owned()];
                while words.get(at) == Some(&"::") && words.get(at + 1).is_some_and(|w| is_name(w))
                {
                    path.push(words[at + 1].to_owned());
                    at += 2;
                }
                file.paths.insert(path);
            }
        }
        file
    }

    /// Reads one tree of a `use` from this word on. Returns where it ends.
    fn tree(&mut self, words: &[&str], mut at: usize, before: &[String]) -> usize {
        let mut path = before.to_vec();
        while let Some(word) = words.get(at) {
            match *word {
                "::" => {}
                "{" => {
                    at += 1;
                    while words.get(at).is_some_and(|word| *word != "}") {
                        at = self.tree(words, at, &path);
                        if words.get(at) == Some(&",") {
                            at += 1;
                        }
                    }
                    return at + 1;
                }
                "as" => {
                    self.names.insert(words[at + 1].to_owned(), path.clone());
                    self.paths.insert(path);
                    return at + 2;
                }
                "self" if !path.is_empty() => {}
                word if is_name(word) || word == "*" => path.push(word.to_owned()),
                _ => break,
            }
            at += 1;
        }
        if let Some(last) = path.last() {
            self.names
                .entry(last.clone())
                .or_insert_with(|| path.clone());
        }
        self.paths.insert(path);
        at
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

impl Source {
    /// The direct children of this module.
    fn children<'a>(&'a self, parent: &'a [String]) -> impl Iterator<Item = &'a str> {
        self.modules
            .iter()
            .filter(move |module| module.len() == parent.len() + 1 && module.starts_with(parent))
            .filter_map(|module| module.last())
            .map(String::as_str)
    }

    fn layers(&self, module: &[String]) -> Option<&Vec<Vec<String>>> {
        self.files.get(module)?.layers.as_ref()
    }

    /// The arrows between siblings, by their parent.
    fn arrows(&self) -> BTreeMap<Module, Arrows> {
        let mut arrows: BTreeMap<Module, Arrows> = BTreeMap::new();
        for (module, file) in &self.files {
            for path in &file.paths {
                let Some(named) = self.resolved(module, path, MOST_NAMES) else {
                    continue;
                };
                let common = module
                    .iter()
                    .zip(&named)
                    .take_while(|(a, b)| a == b)
                    .count();
                if let (Some(from), Some(to)) = (module.get(common), named.get(common)) {
                    arrows
                        .entry(module[..common].to_vec())
                        .or_default()
                        .entry((from.clone(), to.clone()))
                        .or_insert_with(|| (file.path.clone(), path.join("::")));
                }
            }
        }
        arrows
    }

    /// The module that defines what a path names; none if it is in another crate.
    fn resolved(&self, module: &[String], path: &[String], names: usize) -> Option<Module> {
        let mut rest = path;
        let mut at = module.to_vec();
        match path.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                let child = [module, &[first.to_owned()]].concat();
                if !self.modules.contains(&child) {
                    let brought = self.files.get(module)?.names.get(first)?;
                    if names == 0 || brought.first()? == first {
                        return None;
                    }
                    let path = [brought.as_slice(), &path[1..]].concat();
                    return self.resolved(module, &path, names - 1);
                }
            }
        }
        while let Some(part) = rest.first() {
            at.push(part.clone());
            if !self.modules.contains(&at) {
                at.pop();
                break;
            }
            rest = &rest[1..];
        }
        // What the module only re-exports belongs to another one.
        let passed_on = rest
            .first()
            .and_then(|name| self.files.get(&at)?.names.get(name));
        if let Some(from) = passed_on
            && names > 0
            && at != module
            && let Some(found) = self.resolved(&at, &[from, &rest[1..]].concat(), names - 1)
        {
            return Some(found);
        }
        Some(at)
    }

    /// Checks that the arrows go down, where an order is declared.
    fn ordered(&self, folder: &str, arrows: &BTreeMap<Module, Arrows>, findings: &mut Vec<String>) {
        let service = folder.strip_prefix("services/");
        if service.is_some_and(|name| name != WITHOUT) && self.layers(&[]).is_none() {
            findings.push(format!(
                "{folder}/src/lib.rs does not say its layers in a line `{LAYERS}…`"
            ));
        }
        for (module, file) in &self.files {
            let Some(layers) = &file.layers else { continue };
            let place = |name: &str| {
                layers
                    .iter()
                    .position(|layer| layer.iter().any(|one| one == name))
            };
            let named = layers.iter().flatten();
            let children: BTreeSet<_> = self.children(module).collect();
            for name in children
                .iter()
                .filter(|name| **name != "main" && place(name).is_none())
            {
                findings.push(format!(
                    "{} does not say in which layer {name} is",
                    file.path
                ));
            }
            for name in named.filter(|name| !children.contains(name.as_str())) {
                findings.push(format!(
                    "{} names the layer of {name}, which is no module",
                    file.path
                ));
            }
            for ((from, to), (reason, path)) in arrows.get(module).into_iter().flatten() {
                if let Some((lower, higher)) = place(from).zip(place(to))
                    && lower < higher
                {
                    findings.push(format!(
                        "{reason} names {path}: {from} is below {to}, by {}",
                        file.path
                    ));
                }
            }
        }
    }
}

/// One cycle of each group of modules that form one.
fn cycles(folder: &str, parent: &[String], arrows: &Arrows, findings: &mut Vec<String>) {
    let place = [&[folder.to_owned(), "src".to_owned()], parent]
        .concat()
        .join("/");
    let all: Vec<(&str, &str)> = arrows
        .keys()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let mut seen = BTreeSet::new();
    for (from, to) in &all {
        if seen.contains(from) {
            continue;
        }
        let Some(back) = way(&all, to, from) else {
            continue;
        };
        // The others in this cycle are reported with this one.
        let both = |other: &&str| way(&all, from, other).and(way(&all, other, from)).is_some();
        seen.extend(all.iter().map(|(other, _)| *other).filter(both));
        let cycle = [&[*from], back.as_slice()].concat();
        let steps = cycle.windows(2).filter_map(|step| {
            let (file, path) = arrows.get(&(step[0].to_owned(), step[1].to_owned()))?;
            Some(format!("{} → {} ({file}: {path})", step[0], step[1]))
        });
        let steps: Vec<_> = steps.collect();
        findings.push(format!("{place} has a cycle: {}", steps.join(", ")));
    }
}

/// The shortest path along arrows, both ends included.
fn way<'a>(arrows: &[(&'a str, &'a str)], from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut ways = VecDeque::from([vec![from]]);
    let mut seen = BTreeSet::from([from]);
    while let Some(way) = ways.pop_front() {
        let end = *way.last()?;
        if end == to {
            return Some(way);
        }
        for (_, next) in arrows.iter().filter(|(start, _)| *start == end) {
            if seen.insert(next) {
                ways.push_back([way.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files
            .iter()
            .map(|(path, text)| (format!("services/waybill/src/{path}"), (*text).to_owned()))
            .collect()
    }

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let mut findings = Vec::new();
        check(&tree(files), &mut findings);
        findings
    }

    #[test]
    fn arrows_one_way_are_fine_and_so_are_a_module_and_what_is_inside_it() {
        let found = findings(&[
            ("lib.rs", "mod a;\nmod b;\npub use a::A;\nuse b::B;"),
            ("a.rs", "use crate::b::B;\nmod inner;\nuse inner::C;"),
            ("a/inner.rs", "use super::A;\nuse super::super::b;"),
            ("a/tests.rs", "use crate::c::D;"),
            (
                "b.rs",
                "use std::a::A;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}",
            ),
            ("c.rs", "fn f() -> crate::a::A { g() } // crate::c"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_cycle_is_found_by_any_path() {
        for (one, other) in [
            ("use crate::b::B;", "use super::a;"),
            ("use crate::{c, b::{self, B}};", "fn f() { crate::a::g() }"),
            ("use crate::b as second;", "use crate::A;"),
            (
                "use crate::B as Second;\nfn f() { Second::new() }",
                "use crate::a::A;",
            ),
            ("use crate::c;\nfn f() { c::D::new() }", "use crate::a::A;"),
        ] {
            let found = findings(&[
                ("lib.rs", "pub use a::A;\npub use b::B;"),
                ("a.rs", one),
                ("b.rs", other),
                ("c.rs", "pub use crate::b::D;"),
            ]);
            assert_eq!(found.len(), 1, "{one}: {found:?}");
            assert!(found[0].contains("a → "), "{found:?}");
        }
        let found = findings(&[
            ("x/mod.rs", ""),
            ("x/a.rs", "use super::b::B;"),
            ("x/b/mod.rs", ""),
            ("x/b/deep.rs", "use crate::x::c;"),
            ("x/c.rs", "use super::a::A;"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("waybill/src/x has a cycle"), "{found:?}");
    }

    #[test]
    fn an_arrow_up_is_found_and_so_is_a_module_without_a_layer() {
        let lib = |layers: &str| format!("//! Shop.\n//!\n//! Layers: {layers}.\n");
        let found = |layers: &str| {
            findings(&[
                ("lib.rs", &lib(layers)),
                ("base/mod.rs", ""),
                ("shop.rs", "use crate::base::B;"),
                ("orders/app.rs", "use crate::{base, shop::S};"),
            ])
        };
        assert!(found("`base` ← `shop` ← `orders`").is_empty());
        assert!(found("base ← shop, orders").is_empty());
        let up = found("base ← orders ← shop");
        assert_eq!(up.len(), 1, "{up:?}");
        assert!(
            up[0].contains("orders/app.rs names crate::shop::S"),
            "{up:?}"
        );
        assert_eq!(found("base ← orders").len(), 1);
        assert_eq!(found("base ← shop ← orders ← work").len(), 1);
    }

    #[test]
    fn a_service_says_its_layers() {
        let mut findings = Vec::new();
        let file = |text: &str| [("services/chat/src/lib.rs".to_owned(), text.to_owned())];
        check(&file("//! Chat."), &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.clear();
        check(&file("//! Layers: app"), &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }

    #[test]
    fn the_picture_shows_layers_and_leaves_detours_out() {
        let files = tree(&[
            ("lib.rs", "//! Layers: base ← shop ← orders"),
            ("base.rs", ""),
            ("shop/mod.rs", "//! Layers: stock ← cart"),
            ("shop/stock.rs", "use crate::base;"),
            ("shop/cart.rs", "use super::stock;"),
            ("orders.rs", "use crate::{base, shop::cart};"),
        ]);
        let source = sources(&files).remove("services/waybill").unwrap();
        let expected = "graph TD\n  base\n  orders\n  subgraph shop\n    shop.cart[cart]\n    \
            shop.stock[stock]\n    shop.cart --> shop.stock\n  end\n  orders --> shop\n  shop --> base\n";
        assert_eq!(picture(&source), expected);
    }
}
