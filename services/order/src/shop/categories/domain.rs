//! Categories and their tree. Pure.

use std::collections::HashSet;

use uuid::Uuid;
use waybill_primitives::{CategoryId, FieldErrors, Timestamp};
use waybill_proto::order as pb;

pub use super::entity::Model as Category;
use crate::shop::products::domain::{InCategory, MAX_CATEGORY_NAME as MAX_NAME};

/// Longest slug, in characters.
pub const MAX_SLUG: usize = pb::Category::MAX_SLUG;
/// Longest description.
pub const MAX_DESCRIPTION: usize = pb::Category::MAX_DESCRIPTION;
/// Maximum number of levels of the tree.
pub const MAX_DEPTH: usize = 5;
/// Maximum number of categories of a shop: lists contain all of them.
pub const MAX_CATEGORIES: usize = 2_000;
/// Positions among siblings run from 0 to this.
pub const MAX_POSITION: i32 = pb::Category::MAX_POSITION;

impl From<&Category> for InCategory {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id,
            name: category.name.clone(),
        }
    }
}

/// The request for a new category.
#[derive(Debug, Clone, Default)]
pub struct NewCategory {
    pub name: String,
    /// Generated from the name if empty.
    pub slug: String,
    pub description: String,
    /// Empty: top level.
    pub parent: String,
    pub position: i32,
    pub active: bool,
}

/// Fields of a category that change; absent ones stay.
#[derive(Debug, Clone, Default)]
pub struct CategoryPatch {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub description: Option<String>,
    /// Empty: top level.
    pub parent: Option<String>,
    pub position: Option<i32>,
    pub active: Option<bool>,
}

/// All categories of the shop.
#[derive(Debug, Clone, Default)]
pub struct Tree(Vec<Category>);

impl Tree {
    /// Sorts them as in lists: by position, then by name.
    pub fn new(mut all: Vec<Category>) -> Self {
        all.sort_by_cached_key(|one| (one.position, one.name.to_lowercase(), one.id));
        Self(all)
    }

    pub fn all(&self) -> &[Category] {
        &self.0
    }

    pub fn into_all(self) -> Vec<Category> {
        self.0
    }

    pub fn add(&mut self, category: Category) {
        self.0.push(category);
    }

    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.0.iter().find(|category| category.id == id)
    }

    /// By id, slug or name (whatever its capitals), in this order; of several with one name the oldest.
    pub fn find(&self, text: &str) -> Option<&Category> {
        let text = text.trim();
        if let Ok(id) = text.parse() {
            return self.get(id);
        }
        let by_slug = self.0.iter().find(|category| category.slug == text);
        by_slug.or_else(|| self.named(text))
    }

    fn named(&self, name: &str) -> Option<&Category> {
        let name = name.to_lowercase();
        self.0
            .iter()
            .filter(|category| category.name.to_lowercase() == name)
            .min_by_key(|category| (category.created_at, category.id))
    }

    /// Another one with its name (whatever its capitals) and its parent.
    pub fn twin(&self, category: &Category) -> Option<&Category> {
        let name = category.name.to_lowercase();
        self.children_of(category.parent_id)
            .find(|other| other.id != category.id && other.name.to_lowercase() == name)
    }

    /// A unique name of this category: its name if unique, else its slug.
    pub fn label(&self, id: CategoryId) -> Option<&str> {
        let category = self.get(id)?;
        let found = self.find(&category.name);
        Some(if found.is_some_and(|found| found.id == id) {
            &category.name
        } else {
            &category.slug
        })
    }

    fn children(&self, id: CategoryId) -> impl Iterator<Item = &Category> {
        self.children_of(Some(id))
    }

    /// Those below a category, or at the top.
    fn children_of(&self, parent: Option<CategoryId>) -> impl Iterator<Item = &Category> {
        let all = self.0.iter();
        all.filter(move |category| category.parent_id == parent)
    }

    pub fn has_children(&self, id: CategoryId) -> bool {
        self.children(id).next().is_some()
    }

    /// The category and all below it.
    pub fn with_descendants(&self, id: CategoryId) -> Vec<CategoryId> {
        let (mut found, mut seen) = (vec![id], HashSet::from([id]));
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            next += 1;
            for child in self.children(parent) {
                // Cycles are impossible; this guard prevents an endless loop all the same.
                if seen.insert(child.id) {
                    found.push(child.id);
                }
            }
        }
        found
    }

    /// Levels from the top down to this category.
    fn depth(&self, id: CategoryId) -> usize {
        let mut at = self.get(id);
        let mut depth = 0;
        while let Some(category) = at {
            depth += 1;
            if depth > self.0.len() {
                break;
            }
            at = category.parent_id.and_then(|parent| self.get(parent));
        }
        depth
    }

    /// Levels of the category and what is below it.
    fn height(&self, id: CategoryId) -> usize {
        let mut level = vec![id];
        let mut height = 0;
        while !level.is_empty() && height <= self.0.len() {
            height += 1;
            level = level
                .iter()
                .flat_map(|parent| self.children(*parent).map(|child| child.id))
                .collect();
        }
        height
    }

    /// Checks the new parent of `of` (none: a new category).
    fn parent(
        &self,
        errors: &mut FieldErrors,
        of: Option<CategoryId>,
        text: &str,
    ) -> Option<CategoryId> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let found = text.parse().ok().and_then(|id| self.get(id));
        let Some(parent) = found else {
            errors.add("parentId", "no category has this id");
            return None;
        };
        if of.is_some_and(|of| self.with_descendants(of).contains(&parent.id)) {
            errors.add("parentId", "a category cannot be below itself");
            return None;
        }
        let height = of.map_or(1, |of| self.height(of));
        if self.depth(parent.id) + height > MAX_DEPTH {
            let message = format!("categories are at most {MAX_DEPTH} levels deep");
            errors.add("parentId", message);
        }
        Some(parent.id)
    }

    /// A slug for this name that no other category has.
    pub fn free_slug(&self, name: &str) -> String {
        let slug = slug_of(name);
        let taken = |slug: &str| self.0.iter().any(|category| category.slug == slug);
        if !taken(&slug) {
            return slug;
        }
        let numbered = (2_u64..).map(|number| {
            let suffix = format!("-{number}");
            let base = slug.chars().take(MAX_SLUG - suffix.len());
            base.chain(suffix.chars()).collect::<String>()
        });
        // With more numbers than categories, one is free.
        numbered
            .take(self.0.len() + 1)
            .find(|slug| !taken(slug))
            .unwrap_or(slug)
    }
}

impl NewCategory {
    pub fn build(self, tree: &Tree, now: Timestamp) -> Result<Category, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.required_line("name", &self.name, MAX_NAME);
        let slug = if self.slug.trim().is_empty() {
            tree.free_slug(&name)
        } else {
            checked_slug(&mut errors, &self.slug)
        };
        let description = errors.paragraph("description", &self.description, MAX_DESCRIPTION);
        let parent_id = tree.parent(&mut errors, None, &self.parent);
        errors.number("position", self.position.into(), 0, MAX_POSITION.into());
        let category = Category {
            id: CategoryId::new(),
            slug,
            name,
            description,
            parent_id,
            position: self.position,
            active: self.active,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        errors.or(category)
    }
}

impl Category {
    /// The category after the change, or none if nothing changes.
    pub fn patched(
        &self,
        patch: &CategoryPatch,
        tree: &Tree,
        now: Timestamp,
    ) -> Result<Option<Self>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut next = self.clone();
        if let Some(name) = &patch.name {
            next.name = errors.required_line("name", name, MAX_NAME);
        }
        if let Some(slug) = &patch.slug {
            next.slug = checked_slug(&mut errors, slug);
        }
        if let Some(text) = &patch.description {
            next.description = errors.paragraph("description", text, MAX_DESCRIPTION);
        }
        if let Some(parent) = &patch.parent {
            next.parent_id = tree.parent(&mut errors, Some(self.id), parent);
        }
        if let Some(position) = patch.position {
            errors.number("position", position.into(), 0, MAX_POSITION.into());
            next.position = position;
        }
        if let Some(active) = patch.active {
            next.active = active;
        }
        let changed = next != *self;
        next.version += 1;
        next.updated_at = now;
        errors.or(changed.then_some(next))
    }
}

fn checked_slug(errors: &mut FieldErrors, slug: &str) -> String {
    let slug = errors.required_line("slug", slug, MAX_SLUG);
    let well_formed = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || c == '-';
    if !slug.chars().all(well_formed) || slug.starts_with('-') || slug.ends_with('-') {
        errors.add(
            "slug",
            "may contain small letters, digits and '-' between them",
        );
    } else if Uuid::try_parse(&slug).is_ok() {
        errors.add("slug", "must not look like an id");
    }
    slug
}

/// The letters and digits of a name in lower case, with hyphens for everything between them.
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let mut slug: String = slug.chars().take(MAX_SLUG).collect();
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() || Uuid::try_parse(&slug).is_ok() {
        return "category".to_owned();
    }
    slug
}

#[cfg(test)]
mod tests;
