//! Workers who are limited to categories.

use waybill_proto::order::{self as pb, ProductKind};
use waybill_service_kit::ErrorCode;

use crate::{
    crew::result_codes,
    shop::{Shop, Somebody, fields, on_any_database, outgoing, usd},
};

pub async fn category(shop: &Shop, name: &str, parent: &str) -> String {
    let request = pb::CreateCategoryRequest {
        name: name.to_owned(),
        parent_id: parent.to_owned(),
        ..pb::CreateCategoryRequest::default()
    };
    let created = shop
        .catalogue()
        .create_category(outgoing(&shop.admin.ctx, request))
        .await;
    created.unwrap().into_inner().category.unwrap().id
}

pub async fn service(shop: &Shop, name: &str, category: &str) -> pb::Product {
    let request = pb::CreateProductRequest {
        name: name.to_owned(),
        kind: ProductKind::Service.into(),
        price: Some(usd(5)),
        category: category.to_owned(),
        ..pb::CreateProductRequest::default()
    };
    let created = shop
        .catalogue()
        .create_product(outgoing(&shop.admin.ctx, request))
        .await;
    created.unwrap().into_inner().product.unwrap()
}

async fn pool(shop: &Shop, who: &Somebody, request: pb::ListAvailableRequest) -> Vec<String> {
    let page = shop
        .work()
        .list_available(outgoing(&who.ctx, request))
        .await;
    let orders = page.unwrap().into_inner().orders;
    orders.into_iter().map(|order| order.id).collect()
}

fn skills(worker: &Somebody, categories: &[&str]) -> pb::UpdateWorkerRequest {
    pb::UpdateWorkerRequest {
        id: worker.id.to_string(),
        category_ids: Some(pb::CategoryIds {
            category_ids: categories.iter().map(|id| (*id).to_owned()).collect(),
        }),
        ..pb::UpdateWorkerRequest::default()
    }
}

#[tokio::test]
async fn a_worker_gets_only_orders_of_their_categories_and_subcategories() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let print = category(shop, "Print", "").await;
        let flyers = category(shop, "Flyers", &print).await;
        let web = category(shop, "Web", "").await;
        let flyer = service(shop, "A flyer", &flyers).await;
        let site = service(shop, "A site", &web).await;
        let plain = shop.service("Talk", 5).await;
        let printed = shop.waiting(&customer, &flyer).await;
        let online = shop.waiting(&customer, &site).await;
        let both = shop.place(&customer, &[(&flyer, 1), (&site, 1)]).await;
        shop.pay(&both).await;
        let talk = shop.waiting(&customer, &plain).await;
        let set = shop
            .set_worker(skills(&will, &[&print, &print]))
            .await
            .unwrap();
        assert_eq!(set.category_ids, std::slice::from_ref(&print));
        let unknown = skills(&will, &[&customer.id.to_string()]);
        assert_eq!(
            fields(&shop.set_worker(unknown).await.unwrap_err()),
            ["categoryIds[0]"]
        );

        let mine = pb::ListAvailableRequest {
            only_mine: true,
            ..Default::default()
        };
        assert_eq!(
            pool(shop, &will, mine.clone()).await,
            [printed.id.clone(), talk.id.clone()]
        );
        for (text, expected) in [
            (print.as_str(), vec![&printed.id, &both.id]),
            ("web", vec![&online.id, &both.id]),
            ("FLYERS", vec![&printed.id, &both.id]),
            ("nothing of the kind", vec![]),
        ] {
            let request = pb::ListAvailableRequest {
                category: text.to_owned(),
                ..Default::default()
            };
            let found = pool(shop, &will, request).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
        }

        let all = [&printed, &online, &both, &talk];
        let results = shop.claim_all(&will, &all).await.unwrap();
        let error = "NOT_QUALIFIED";
        assert_eq!(result_codes(&results), ["", error, error, ""]);
        assert_eq!(
            shop.refresh(&online).await,
            online,
            "it is still in the pool"
        );
        let given = shop.assign(&will, &[&online], false).await.unwrap();
        assert_eq!(result_codes(&given), [error]);
        let given = shop.assign(&will, &[&online], true).await.unwrap();
        assert_eq!(result_codes(&given), [""]);
        // Nothing is revealed about an unpaid order, not even its categories.
        let unpaid = shop.place(&customer, &[(&site, 1)]).await;
        let error = shop.claim(&will, &unpaid).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        // Without categories, a worker gets all orders.
        shop.set_worker(skills(&will, &[])).await.unwrap();
        shop.claim(&will, &both).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_reassignment_to_a_named_worker_keeps_to_their_categories() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        let (print, web) = (
            category(shop, "Print", "").await,
            category(shop, "Web", "").await,
        );
        let site = service(shop, "A site", &web).await;
        let order = shop.waiting(&customer, &site).await;
        shop.claim(&will, &order).await.unwrap();
        shop.set_worker(skills(&wanda, &[&print])).await.unwrap();
        let refused = shop.reassign(&will, &order, Some(&wanda), true).await;
        assert_eq!(refused.unwrap_err().code, ErrorCode::NotQualified);
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "paid", "claimed"]
        );
    })
    .await;
}
