//! Categories: a tree with one entry per name; a category with products cannot be deleted.

use futures::future::join_all;
use waybill_proto::order::{
    self as pb, CreateCategoryRequest, CreateProductRequest, ListProductsRequest,
    UpdateCategoryRequest, UpdateProductRequest,
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing, usd};

async fn create(
    shop: &Shop,
    who: &Somebody,
    name: &str,
    parent: &str,
) -> Result<pb::Category, AppError> {
    let request = CreateCategoryRequest {
        name: name.into(),
        parent_id: parent.into(),
        ..Default::default()
    };
    let answer = shop
        .catalogue()
        .create_category(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().category.unwrap())
}

async fn update(shop: &Shop, request: UpdateCategoryRequest) -> Result<pb::Category, AppError> {
    let answer = shop
        .catalogue()
        .update_category(outgoing(&shop.admin.ctx, request))
        .await?;
    Ok(answer.into_inner().category.unwrap())
}

async fn delete(shop: &Shop, id: &str) -> Result<(), AppError> {
    let request = pb::DeleteCategoryRequest {
        id: id.into(),
        version: None,
    };
    shop.catalogue()
        .delete_category(outgoing(&shop.admin.ctx, request))
        .await?;
    Ok(())
}

async fn list(shop: &Shop, who: &Somebody, inactive: bool) -> Vec<pb::Category> {
    let request = pb::ListCategoriesRequest {
        include_inactive: inactive,
    };
    let answer = shop
        .catalogue()
        .list_categories(outgoing(&who.ctx, request))
        .await;
    answer.unwrap().into_inner().categories
}

fn request(name: &str, category: &str) -> CreateProductRequest {
    CreateProductRequest {
        name: name.into(),
        kind: pb::ProductKind::Service.into(),
        price: Some(usd(5)),
        category: category.into(),
        ..Default::default()
    }
}

async fn product(shop: &Shop, name: &str, category: &str) -> Result<pb::Product, AppError> {
    let request = outgoing(&shop.admin.ctx, request(name, category));
    let answer = shop.catalogue().create_product(request).await?;
    Ok(answer.into_inner().product.unwrap())
}

async fn put_into(shop: &Shop, product: &pb::Product, category: &str) -> pb::Product {
    let request = UpdateProductRequest {
        id: product.id.clone(),
        category: Some(category.into()),
        ..Default::default()
    };
    let request = outgoing(&shop.admin.ctx, request);
    let answer = shop.catalogue().update_product(request).await;
    answer.unwrap().into_inner().product.unwrap()
}

async fn names(shop: &Shop, category: &str) -> Vec<String> {
    let request = ListProductsRequest {
        category: category.into(),
        sort: pb::ProductSort::Name.into(),
        ..Default::default()
    };
    let answer = shop.catalogue().list_products(request).await;
    let products = answer.unwrap().into_inner().products;
    products.into_iter().map(|product| product.name).collect()
}

#[tokio::test]
async fn a_name_in_the_same_place_is_taken_whatever_its_case() {
    on_each_database(async |shop| {
        let kitchen = create(shop, &shop.admin, "Kitchen", "").await.unwrap();
        let cups = create(shop, &shop.admin, "Cups", &kitchen.id).await;
        let taken = |outcome: Result<pb::Category, AppError>| {
            let error = outcome.unwrap_err();
            assert!(error.is(ErrorCode::NameTaken), "{error}");
            assert_eq!(error.kind.http_status(), 409);
            assert_eq!(fields(&error), ["name"]);
        };
        taken(create(shop, &shop.admin, "kitchen", "").await);
        taken(create(shop, &shop.admin, "Cups", &kitchen.id).await);
        // Elsewhere it is free, until it moves here.
        let others = create(shop, &shop.admin, "Cups", "").await.unwrap();
        let here = UpdateCategoryRequest {
            id: others.id,
            parent_id: Some(kitchen.id.clone()),
            ..Default::default()
        };
        taken(update(shop, here).await);
        let same = UpdateCategoryRequest {
            id: cups.unwrap().id,
            name: Some("Cups".into()),
            ..Default::default()
        };
        update(shop, same).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn categories_form_a_tree_that_filters_products() {
    on_each_database(async |shop| {
        let home = create(shop, &shop.admin, "Home & Garden", "")
            .await
            .unwrap();
        assert_eq!((home.slug.as_str(), home.version), ("home-garden", 1));
        let kitchen = create(shop, &shop.admin, "Kitchen", &home.id)
            .await
            .unwrap();
        product(shop, "Vase", "home-garden").await.unwrap();
        let cup = product(shop, "Cup", &kitchen.id).await.unwrap();
        assert_eq!(
            (cup.category(), cup.category_id()),
            ("Kitchen", kitchen.id.as_str())
        );
        product(shop, "Loose", "").await.unwrap();
        for filter in [&home.id, "home-garden", "HOME & garden"] {
            assert_eq!(names(shop, filter).await, ["Cup", "Vase"], "{filter}");
        }
        assert_eq!(names(shop, "kitchen").await, ["Cup"]);
        assert_eq!(names(shop, "nothing").await, Vec::<String>::new());
        // A new name is visible at once, and the old name matches no more.
        let renamed = UpdateCategoryRequest {
            id: kitchen.id.clone(),
            name: Some("Cookery".into()),
            slug: Some("cookery".into()),
            version: Some(1),
            ..Default::default()
        };
        assert_eq!(update(shop, renamed.clone()).await.unwrap().version, 2);
        assert_eq!(
            update(shop, renamed).await.unwrap_err().code,
            ErrorCode::VersionConflict
        );
        assert_eq!(names(shop, "Cookery").await, ["Cup"]);
        assert_eq!(names(shop, "Kitchen").await, Vec::<String>::new());
        assert_eq!(
            shop.look_at(&cup).await.category,
            Some("Cookery".to_owned())
        );
        let all = list(shop, &shop.customer(), false).await;
        let counted: Vec<_> = all
            .iter()
            .map(|one| (one.name.as_str(), one.products))
            .collect();
        assert_eq!(counted, [("Cookery", 1), ("Home & Garden", 1)]);
        assert_eq!(
            shop.events("category", &kitchen.id).await,
            ["changed", "changed"]
        );
        // No cycle.
        let circle = UpdateCategoryRequest {
            id: home.id.clone(),
            parent_id: Some(kitchen.id.clone()),
            ..Default::default()
        };
        assert_eq!(
            fields(&update(shop, circle).await.unwrap_err()),
            ["parentId"]
        );
        // Removed from the category.
        let loose = put_into(shop, &cup, "").await;
        assert_eq!((loose.category(), loose.category_id()), ("", ""));
        assert_eq!(names(shop, "cookery").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_category_with_products_or_children_stays() {
    on_any_database(async |shop| {
        let top = create(shop, &shop.admin, "Top", "").await.unwrap();
        let below = create(shop, &shop.admin, "Below", &top.id).await.unwrap();
        let thing = product(shop, "Thing", &below.id).await.unwrap();
        assert_eq!(
            delete(shop, &top.id).await.unwrap_err().code,
            ErrorCode::CategoryInUse
        );
        assert_eq!(
            delete(shop, &below.id).await.unwrap_err().code,
            ErrorCode::CategoryInUse
        );
        put_into(shop, &thing, "Elsewhere").await;
        delete(shop, &below.id).await.unwrap();
        delete(shop, &top.id).await.unwrap();
        assert_eq!(
            delete(shop, &top.id).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        let left = list(shop, &shop.admin, true).await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].name, "Elsewhere");
        let acts: Vec<_> = shop
            .acts()
            .await
            .into_iter()
            .map(|act| act.action)
            .collect();
        assert_eq!(
            acts.iter().filter(|act| *act == "category.create").count(),
            3
        );
        assert_eq!(
            acts.iter().filter(|act| *act == "category.delete").count(),
            2
        );
        let gone = product(shop, "Late", &top.id).await.unwrap_err();
        assert_eq!(fields(&gone), ["category"]);
    })
    .await;
}

#[tokio::test]
async fn an_inactive_category_is_for_administrators_and_everybody_reads_the_rest() {
    on_any_database(async |shop| {
        let hidden = CreateCategoryRequest {
            name: "Hidden".into(),
            active: Some(false),
            ..Default::default()
        };
        let hidden = outgoing(&shop.admin.ctx, hidden);
        shop.catalogue().create_category(hidden).await.unwrap();
        create(shop, &shop.admin, "Shown", "").await.unwrap();
        assert_eq!(list(shop, &shop.customer(), true).await.len(), 1);
        assert_eq!(list(shop, &shop.admin, false).await.len(), 1);
        assert_eq!(list(shop, &shop.admin, true).await.len(), 2);
        for who in [shop.customer(), shop.worker()] {
            let error = create(shop, &who, "Mine", "").await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Forbidden);
        }
        let taken = CreateCategoryRequest {
            name: "Other".into(),
            slug: "shown".into(),
            ..Default::default()
        };
        let taken = outgoing(&shop.admin.ctx, taken);
        let error = AppError::from(shop.catalogue().create_category(taken).await.unwrap_err());
        assert_eq!(
            (error.code, fields(&error)),
            (ErrorCode::SlugTaken, vec!["slug"])
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_that_many_products_bring_at_once_becomes_one_category() {
    on_each_database(async |shop| {
        let attempts = (0..16).map(|n| {
            let (mut catalogue, ctx) = (shop.catalogue(), shop.admin.ctx.clone());
            let request = request(&format!("Thing {n}"), "Brand new");
            tokio::spawn(async move { catalogue.create_product(outgoing(&ctx, request)).await })
        });
        for outcome in join_all(attempts).await {
            outcome.unwrap().unwrap();
        }
        let all = list(shop, &shop.admin, true).await;
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].slug.as_str(), all[0].products), ("brand-new", 16));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_product_never_ends_in_a_category_that_is_gone() {
    on_each_database(async |shop| {
        for round in 0..8 {
            let category = create(shop, &shop.admin, &format!("Round {round}"), "").await;
            let id = category.unwrap().id;
            let (mut catalogue, ctx) = (shop.catalogue(), shop.admin.ctx.clone());
            let new = request("Thing", &id);
            let making =
                tokio::spawn(async move { catalogue.create_product(outgoing(&ctx, new)).await });
            let deleted = delete(shop, &id).await;
            let made = making.await.unwrap();
            assert!(made.is_ok() != deleted.is_ok(), "{made:?} {deleted:?}");
        }
        // `verify`, which runs at the end, finds products whose category is missing.
    })
    .await;
}
