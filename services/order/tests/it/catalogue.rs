//! The catalogue: administrators write, everyone reads.

use waybill_primitives::{Currency, Money};
use waybill_proto::{
    common::PageRequest,
    order::{
        self as pb, CreateProductRequest, ListProductsRequest, ProductSort, UpdateProductRequest,
    },
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing, usd};

async fn create(
    shop: &Shop,
    who: &Somebody,
    request: CreateProductRequest,
) -> Result<pb::Product, AppError> {
    let answer = shop
        .catalogue()
        .create_product(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().product.unwrap())
}

async fn update(
    shop: &Shop,
    who: &Somebody,
    request: UpdateProductRequest,
) -> Result<pb::Product, AppError> {
    let answer = shop
        .catalogue()
        .update_product(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().product.unwrap())
}

async fn archive(shop: &Shop, product: &pb::Product) -> pb::Product {
    let request = pb::ArchiveProductRequest {
        id: product.id.clone(),
        version: None,
    };
    let answer = shop
        .catalogue()
        .archive_product(outgoing(&shop.admin.ctx, request))
        .await;
    answer.unwrap().into_inner().product.unwrap()
}

fn goods(name: &str, sku: &str, price: i64) -> CreateProductRequest {
    CreateProductRequest {
        sku: sku.into(),
        name: name.into(),
        kind: pb::ProductKind::Goods.into(),
        price: Some(usd(price)),
        stock: 5,
        ..Default::default()
    }
}

async fn names(shop: &Shop, request: ListProductsRequest) -> Vec<String> {
    let answer = shop
        .catalogue()
        .list_products(request)
        .await
        .unwrap()
        .into_inner();
    answer
        .products
        .into_iter()
        .map(|product| product.name)
        .collect()
}

#[tokio::test]
async fn products_are_created_changed_and_archived_with_events() {
    on_any_database(async |shop| {
        let product = create(shop, &shop.admin, goods("Cup", "CUP-1", 500))
            .await
            .unwrap();
        assert_eq!(
            (product.version, product.available, product.on_hand),
            (1, Some(5), Some(5))
        );
        let patch = UpdateProductRequest {
            id: product.id.clone(),
            name: Some("Mug".into()),
            version: Some(1),
            ..Default::default()
        };
        let changed = update(shop, &shop.admin, patch.clone()).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.version), ("Mug", 2));
        let error = update(shop, &shop.admin, patch).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::VersionConflict);
        // An edit without changes: no new version, no event.
        let same = UpdateProductRequest {
            id: product.id.clone(),
            name: Some("Mug".into()),
            ..Default::default()
        };
        assert_eq!(update(shop, &shop.admin, same).await.unwrap().version, 2);
        assert!(!archive(shop, &product).await.active);
        assert_eq!(archive(shop, &product).await.version, 3);
        assert_eq!(
            shop.events("product", &product.id).await,
            ["created", "updated", "archived"]
        );
        // Archived: hidden from the public, readable for administrators, cannot be ordered.
        let get = || pb::GetProductRequest {
            id: product.id.clone(),
        };
        let error = shop.catalogue().get_product(get()).await.unwrap_err();
        assert_eq!(AppError::from(error).code, ErrorCode::NotFound);
        shop.look_at(&product).await;
        let error = shop
            .try_place(&shop.customer(), crate::shop::lines(&[(&product, 1)]))
            .await
            .unwrap_err();
        assert_eq!(fields(&error), ["items[0].productId"]);
        let back = UpdateProductRequest {
            id: product.id.clone(),
            active: Some(true),
            ..Default::default()
        };
        assert!(update(shop, &shop.admin, back).await.unwrap().active);
        shop.catalogue().get_product(get()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_sku_is_unique_and_only_administrators_write() {
    on_each_database(async |shop| {
        let first = create(shop, &shop.admin, goods("Cup", "CUP-1", 500))
            .await
            .unwrap();
        let error = create(shop, &shop.admin, goods("Other", "CUP-1", 500))
            .await
            .unwrap_err();
        assert_eq!(
            (error.code, fields(&error)),
            (ErrorCode::SkuTaken, vec!["sku"])
        );
        let other = create(shop, &shop.admin, goods("Other", "", 500))
            .await
            .unwrap();
        assert!(!other.sku.is_empty());
        let patch = UpdateProductRequest {
            id: other.id.clone(),
            sku: Some("CUP-1".into()),
            ..Default::default()
        };
        assert_eq!(
            update(shop, &shop.admin, patch).await.unwrap_err().code,
            ErrorCode::SkuTaken
        );
        for who in [shop.customer(), shop.worker()] {
            let error = create(shop, &who, goods("Mine", "", 1)).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Forbidden);
            let patch = UpdateProductRequest {
                id: first.id.clone(),
                ..Default::default()
            };
            assert_eq!(
                update(shop, &who, patch).await.unwrap_err().code,
                ErrorCode::Forbidden
            );
        }
        let bad = CreateProductRequest {
            name: " ".into(),
            price: Some(Money::new(-1, Currency::EUR)),
            stock: -1,
            ..Default::default()
        };
        let error = create(shop, &shop.admin, bad).await.unwrap_err();
        assert_eq!(
            fields(&error),
            ["name", "price.amount", "price.currency", "stock"]
        );
    })
    .await;
}

#[tokio::test]
async fn the_public_sees_what_is_available_but_not_the_stock() {
    on_any_database(async |shop| {
        let product = shop.goods("Cup", 500, 5).await;
        shop.place(&shop.customer(), &[(&product, 2)]).await;
        let request = pb::GetProductRequest {
            id: product.id.clone(),
        };
        let public = shop
            .catalogue()
            .get_product(request)
            .await
            .unwrap()
            .into_inner()
            .product
            .unwrap();
        assert_eq!(
            (public.available, public.on_hand, public.reserved),
            (Some(3), None, None)
        );
        let list = shop
            .catalogue()
            .list_products(ListProductsRequest::default())
            .await
            .unwrap();
        assert_eq!(list.into_inner().products, [public]);
        assert_eq!(shop.level(&product).await, (5, 2));
    })
    .await;
}

#[tokio::test]
async fn lists_are_searched_filtered_sorted_and_paged() {
    on_each_database(async |shop| {
        for (name, sku, price, category) in [
            ("Blue Cup", "C-1", 500, "Kitchen"),
            ("red cup", "C-2", 300, "Kitchen"),
            ("Äpfel 100%", "F-1", 100, "Food"),
            ("Zebra", "Z_9", 900, "Toys"),
        ] {
            let request = CreateProductRequest {
                category: category.into(),
                ..goods(name, sku, price)
            };
            create(shop, &shop.admin, request).await.unwrap();
            shop.clock.advance(std::time::Duration::from_millis(1));
        }
        let sold_out = CreateProductRequest {
            stock: 0,
            ..goods("Sold out", "S-1", 50)
        };
        create(shop, &shop.admin, sold_out).await.unwrap();
        shop.clock.advance(std::time::Duration::from_millis(1));
        // A generated SKU is a search word, too, and could match one of those below.
        let advice = CreateProductRequest {
            kind: pb::ProductKind::Service.into(),
            stock: 0,
            ..goods("Advice", "A-1", 700)
        };
        create(shop, &shop.admin, advice).await.unwrap();
        let all = ListProductsRequest::default;
        let q = |q: &str| ListProductsRequest {
            q: q.into(),
            ..all()
        };
        assert_eq!(names(shop, q("CUP")).await, ["red cup", "Blue Cup"]);
        assert_eq!(names(shop, q("cup blue")).await, ["Blue Cup"]);
        assert_eq!(names(shop, q("äpfel")).await, ["Äpfel 100%"]);
        assert_eq!(names(shop, q("100%")).await, ["Äpfel 100%"]);
        assert_eq!(names(shop, q("%")).await, Vec::<String>::new());
        // A prefix of a word is enough.
        assert_eq!(names(shop, q("zeb")).await, ["Zebra"]);
        assert_eq!(names(shop, q("ebra")).await, Vec::<String>::new());
        assert_eq!(names(shop, q("z_9")).await, ["Zebra"]);
        let category = ListProductsRequest {
            category: "Kitchen".into(),
            ..all()
        };
        assert_eq!(names(shop, category).await, ["red cup", "Blue Cup"]);
        let price = ListProductsRequest {
            min_price: Some(300),
            max_price: Some(500),
            ..all()
        };
        assert_eq!(names(shop, price).await, ["red cup", "Blue Cup"]);
        let empty = ListProductsRequest {
            in_stock: Some(false),
            ..all()
        };
        assert_eq!(names(shop, empty).await, ["Sold out"]);
        let full = ListProductsRequest {
            in_stock: Some(true),
            ..all()
        };
        assert_eq!(names(shop, full).await.len(), 5);
        let kind = ListProductsRequest {
            kinds: vec![pb::ProductKind::Service.into()],
            ..all()
        };
        assert_eq!(names(shop, kind).await, ["Advice"]);
        for (sort, first, last) in [
            (ProductSort::Newest, "Advice", "Blue Cup"),
            (ProductSort::Oldest, "Blue Cup", "Advice"),
            (ProductSort::PriceAsc, "Sold out", "Zebra"),
            (ProductSort::PriceDesc, "Zebra", "Sold out"),
        ] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = Some(PageRequest {
                    limit: 2,
                    cursor,
                    total: true,
                });
                let request = ListProductsRequest {
                    sort: sort.into(),
                    page,
                    ..all()
                };
                let answer = shop
                    .catalogue()
                    .list_products(request)
                    .await
                    .unwrap()
                    .into_inner();
                found.extend(answer.products.into_iter().map(|product| product.name));
                let info = answer.page.unwrap();
                assert_eq!(info.total, Some(6));
                cursor = info.next_cursor.unwrap_or_default();
                if cursor.is_empty() {
                    break;
                }
            }
            assert_eq!(
                (found.len(), found[0].as_str(), found[5].as_str()),
                (6, first, last)
            );
        }
        let by_name = names(
            shop,
            ListProductsRequest {
                sort: ProductSort::Name.into(),
                ..all()
            },
        )
        .await;
        let at = |name: &str| by_name.iter().position(|found| found == name).unwrap();
        assert!(at("Advice") < at("Blue Cup") && at("Blue Cup") < at("red cup"));
    })
    .await;
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_what_stays_while_rows_change() {
    on_each_database(async |shop| {
        for (sort, offset) in [
            (ProductSort::Newest, 0),
            (ProductSort::Oldest, 100),
            (ProductSort::Name, 200),
            (ProductSort::NameDesc, 300),
            (ProductSort::PriceAsc, 400),
            (ProductSort::PriceDesc, 500),
        ] {
            let category = format!("{sort:?}");
            let new = |n: i64| CreateProductRequest {
                category: category.clone(),
                // Some have equal sort keys.
                ..goods(&format!("Thing {:03}", n / 2), "", offset + n / 2)
            };
            let mut staying = Vec::new();
            let mut leaving = Vec::new();
            for n in 0..24 {
                let product = create(shop, &shop.admin, new(n)).await.unwrap();
                if n % 6 == 0 {
                    &mut leaving
                } else {
                    &mut staying
                }
                .push(product);
                if n % 3 == 0 {
                    shop.clock.advance(std::time::Duration::from_millis(1));
                }
            }
            let (mut seen, mut cursor, mut page) = (Vec::new(), String::new(), 0);
            loop {
                let request = ListProductsRequest {
                    category: category.clone(),
                    sort: sort.into(),
                    page: Some(PageRequest {
                        limit: 5,
                        cursor,
                        total: false,
                    }),
                    ..Default::default()
                };
                let answer = shop.catalogue().list_products(request).await;
                let answer = answer.unwrap().into_inner();
                seen.extend(answer.products.into_iter().map(|product| product.id));
                cursor = answer.page.unwrap().next_cursor.unwrap_or_default();
                if cursor.is_empty() {
                    break;
                }
                // Rows are added, removed and moved.
                create(shop, &shop.admin, new(page)).await.unwrap();
                match leaving.pop() {
                    Some(product) if page % 2 == 0 => _ = archive(shop, &product).await,
                    Some(product) => {
                        let moved = UpdateProductRequest {
                            id: product.id,
                            name: Some("Zzz".into()),
                            price: Some(usd(9_000)),
                            ..Default::default()
                        };
                        update(shop, &shop.admin, moved).await.unwrap();
                    }
                    None => {}
                }
                page += 1;
            }
            for product in &staying {
                let times = seen.iter().filter(|id| **id == product.id).count();
                assert_eq!(times, 1, "{sort:?}: {}", product.name);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_longest_name_has_a_valid_cursor() {
    on_each_database(async |shop| {
        for _ in 0..2 {
            let name = "🍎".repeat(200);
            create(shop, &shop.admin, goods(&name, "", 5))
                .await
                .unwrap();
        }
        let list = async |cursor| {
            let request = ListProductsRequest {
                sort: ProductSort::Name.into(),
                page: Some(PageRequest {
                    limit: 1,
                    cursor,
                    total: false,
                }),
                ..Default::default()
            };
            let answer = shop.catalogue().list_products(request).await;
            answer.unwrap().into_inner()
        };
        let first = list(String::new()).await;
        let second = list(first.page.unwrap().next_cursor.unwrap_or_default()).await;
        assert_ne!(first.products[0].id, second.products[0].id);
    })
    .await;
}

#[tokio::test]
async fn every_act_on_a_product_is_recorded_with_what_it_changed() {
    on_any_database(async |shop| {
        let product = create(shop, &shop.admin, goods("Cup", "CUP-1", 500))
            .await
            .unwrap();
        let patch = UpdateProductRequest {
            id: product.id.clone(),
            name: Some("Mug".into()),
            ..Default::default()
        };
        update(shop, &shop.admin, patch).await.unwrap();
        archive(shop, &product).await;
        let acts = shop.acts().await;
        let of = |n: usize| (acts[n].action.as_str(), acts[n].before());
        assert_eq!(of(0), ("product.create", ""));
        assert_eq!(of(1), ("product.update", r#"{"name":"Cup"}"#));
        assert_eq!(acts[1].after, Some(r#"{"name":"Mug"}"#.to_owned()));
        assert_eq!(of(2), ("product.archive", r#"{"active":true}"#));
        assert!(acts.iter().all(|act| act.target_id == product.id));
    })
    .await;
}
