//! The tree of categories.

use super::*;

fn add(tree: &mut Tree, name: &str, parent: Option<CategoryId>) -> CategoryId {
    let new = NewCategory {
        name: name.into(),
        parent: parent.map(|id| id.to_string()).unwrap_or_default(),
        active: true,
        ..Default::default()
    };
    let category = new.build(tree, Timestamp::UNIX_EPOCH).unwrap();
    let id = category.id;
    tree.add(category);
    id
}

fn moved(tree: &Tree, id: CategoryId, parent: CategoryId) -> Result<(), Vec<String>> {
    let patch = CategoryPatch {
        parent: Some(parent.to_string()),
        ..Default::default()
    };
    let category = tree.get(id).unwrap();
    match category.patched(&patch, tree, Timestamp::UNIX_EPOCH) {
        Ok(_) => Ok(()),
        Err(errors) => Err(errors.0.into_iter().map(|error| error.field).collect()),
    }
}

#[test]
fn slugs_are_made_from_names_and_never_collide() {
    assert_eq!(slug_of("  Tea & Coffee! "), "tea-coffee");
    assert_eq!(slug_of("Größe XL"), "größe-xl");
    assert_eq!(slug_of("!!!"), "category");
    assert_eq!(slug_of(&"a b".repeat(100)).chars().count(), 100);
    let mut tree = Tree::default();
    let (first, second) = (add(&mut tree, "Tea", None), add(&mut tree, "tea!", None));
    assert_eq!(tree.get(first).unwrap().slug, "tea");
    assert_eq!(tree.get(second).unwrap().slug, "tea-2");
}

#[test]
fn a_category_is_found_by_id_slug_and_name() {
    let mut tree = Tree::default();
    let tea = add(&mut tree, "Green Tea", None);
    for text in [&tea.to_string(), "green-tea", "GREEN TEA", " Green Tea "] {
        assert_eq!(tree.find(text).map(|found| found.id), Some(tea), "{text}");
    }
    assert_eq!(tree.find("tea"), None);
    assert_eq!(tree.label(tea), Some("Green Tea"));
    let same = add(&mut tree, "Green tea", None);
    assert_eq!(tree.label(same), Some("green-tea-2"));
}

#[test]
fn the_tree_has_no_circles_and_is_at_most_five_levels_deep() {
    let mut tree = Tree::default();
    let mut path = vec![add(&mut tree, "1", None)];
    for name in ["2", "3", "4", "5"] {
        let parent = path.last().copied();
        path.push(add(&mut tree, name, parent));
    }
    let below = NewCategory {
        name: "6".into(),
        parent: path[4].to_string(),
        ..Default::default()
    };
    let errors = below.build(&tree, Timestamp::UNIX_EPOCH).unwrap_err();
    assert_eq!(errors.0[0].field, "parentId");
    assert_eq!(moved(&tree, path[0], path[4]), Err(vec!["parentId".into()]));
    assert_eq!(moved(&tree, path[1], path[1]), Err(vec!["parentId".into()]));
    let other = add(&mut tree, "other", None);
    assert_eq!(moved(&tree, path[1], other), Ok(()));
    assert_eq!(moved(&tree, path[0], other), Err(vec!["parentId".into()]));
    assert_eq!(tree.with_descendants(path[2]), path[2..]);
    assert_eq!(
        moved(&tree, other, CategoryId::new()),
        Err(vec!["parentId".into()])
    );
}

#[test]
fn each_bad_field_is_named() {
    let tree = Tree::default();
    let bad = NewCategory {
        name: " ".into(),
        slug: "Not a slug".into(),
        description: "\0".into(),
        parent: "nobody".into(),
        position: -1,
        active: true,
    };
    let errors = bad.build(&tree, Timestamp::UNIX_EPOCH).unwrap_err();
    let fields: Vec<_> = errors.0.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        ["name", "slug", "description", "parentId", "position"]
    );
}
