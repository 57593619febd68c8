//! Pictures of products.

use futures::future::join_all;
use waybill_proto::order::{self as pb, ListProductsRequest};
use waybill_service_kit::{AppError, ErrorCode};

use super::samples::{FULL, messages, of_product, pdf, png};
use crate::{
    people::nobody,
    shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing},
};

async fn add(shop: &Shop, product: &pb::Product, alt: &str) -> Result<pb::Product, AppError> {
    let upload = messages(of_product(product, alt), &png());
    let answer = shop.send(&shop.admin, upload).await?;
    Ok(answer.product.unwrap())
}

async fn arrange(
    shop: &Shop,
    who: &Somebody,
    product: &pb::Product,
    ids: &[&str],
    version: Option<i64>,
) -> Result<pb::Product, AppError> {
    let request = pb::ArrangeProductImagesRequest {
        product_id: product.id.clone(),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        version,
    };
    let answer = shop
        .file_service()
        .arrange_product_images(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().product.unwrap())
}

fn alts(product: &pb::Product) -> Vec<&str> {
    product.images.iter().map(|i| i.alt.as_str()).collect()
}

#[tokio::test]
async fn pictures_change_the_product_and_everybody_sees_them() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 1250, 5).await;
        add(shop, &cup, "Front").await.unwrap();
        let now = add(shop, &cup, "Back").await.unwrap();
        assert_eq!(alts(&now), ["Front", "Back"]);
        assert_eq!((now.version, now.images[0].width), (cup.version + 2, 40));
        let (front, back) = (now.images[0].id.clone(), now.images[1].id.clone());

        let list = ListProductsRequest::default();
        let list = shop
            .catalogue()
            .list_products(outgoing(&nobody(), list))
            .await;
        assert_eq!(
            alts(&list.unwrap().into_inner().products[0]),
            ["Front", "Back"]
        );
        for thumbnail in [false, true] {
            let request = pb::ReadFileRequest {
                id: front.clone(),
                thumbnail,
                ..Default::default()
            };
            let (described, body) = shop.read_as(&nobody(), request).await.unwrap();
            assert_eq!(described.content_type.split('/').next(), Some("image"));
            assert!(image::load_from_memory(&body).is_ok());
        }

        let turned = arrange(shop, &shop.admin, &cup, &[&back, &front], None).await;
        assert_eq!(alts(&turned.unwrap()), ["Back", "Front"]);
        let stale = arrange(shop, &shop.admin, &cup, &[&back, &front], Some(1)).await;
        assert_eq!(stale.unwrap_err().code, ErrorCode::VersionConflict);
        for ids in [
            &[front.as_str()][..],
            &[&front, &front],
            &[&front, &cup.id],
            &[],
        ] {
            let error = arrange(shop, &shop.admin, &cup, ids, None)
                .await
                .unwrap_err();
            assert_eq!(fields(&error), ["ids"]);
        }
        shop.delete_file(&shop.admin, &back).await.unwrap();
        assert_eq!(alts(&shop.look_at(&cup).await), ["Front"]);
        assert_eq!(
            shop.events("product", &cup.id).await,
            ["created", "updated", "updated", "updated", "updated"]
        );
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn only_administrators_and_only_pictures() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 1250, 5).await;
        let with = add(shop, &cup, "").await.unwrap();
        let id = with.images[0].id.as_str();
        for who in [shop.customer(), shop.worker()] {
            let upload = messages(of_product(&cup, ""), &png());
            let refused = [
                shop.send(&who, upload).await.unwrap_err(),
                shop.delete_file(&who, id).await.unwrap_err(),
                arrange(shop, &who, &cup, &[id], None).await.unwrap_err(),
            ];
            for error in refused {
                assert_eq!(error.code, ErrorCode::Forbidden);
            }
        }
        let error = shop
            .upload(&shop.admin, of_product(&cup, ""), &pdf(100))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::UnsupportedMediaType);
        assert!(!error.message.contains("pdf"), "{error}");
        let long = of_product(&cup, &"x".repeat(201));
        let error = shop.upload(&shop.admin, long, &png()).await.unwrap_err();
        assert_eq!(fields(&error), ["alt"]);
        assert_eq!(shop.look_at(&cup).await.images, with.images);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrently_added_pictures_are_all_kept_up_to_the_limit() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 1250, 5).await;
        for _ in 0..FULL - 4 {
            add(shop, &cup, "").await.unwrap();
        }
        let outcomes = join_all((0..8).map(|_| add(shop, &cup, ""))).await;
        let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let now = shop.look_at(&cup).await;
        assert_eq!((taken, now.images.len()), (4, FULL));
        for error in outcomes.into_iter().filter_map(Result::err) {
            assert_eq!(error.code, ErrorCode::TooManyFiles);
        }
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 2 * FULL);
    })
    .await;
}
