//! Low stock is reported once when it falls below its threshold, and again only after restocking.

use waybill_proto::order::{self as pb, UpdateProductRequest};

use crate::shop::{Shop, on_any_database, on_each_database, outgoing};

async fn adjust(shop: &Shop, product: &pb::Product, delta: i64) {
    let request = pb::AdjustStockRequest {
        version: None,
        product_id: product.id.clone(),
        delta,
        reason: "count".into(),
    };
    let request = outgoing(&shop.admin.ctx, request);
    shop.stock().adjust_stock(request).await.unwrap();
}

async fn set_threshold(shop: &Shop, product: &pb::Product, threshold: i64) -> pb::Product {
    let request = UpdateProductRequest {
        id: product.id.clone(),
        low_stock_threshold: Some(threshold),
        ..Default::default()
    };
    let request = outgoing(&shop.admin.ctx, request);
    let answer = shop.catalogue().update_product(request).await;
    answer.unwrap().into_inner().product.unwrap()
}

async fn warnings(shop: &Shop, product: &pb::Product) -> usize {
    let events = shop.events("stock", &product.id).await;
    events.iter().filter(|event| *event == "low").count()
}

async fn low(shop: &Shop, low: bool) -> Vec<String> {
    let request = pb::ListProductsRequest {
        low_stock: Some(low),
        ..Default::default()
    };
    let request = outgoing(&shop.admin.ctx, request);
    let answer = shop.catalogue().list_products(request).await;
    let products = answer.unwrap().into_inner().products;
    products.into_iter().map(|product| product.name).collect()
}

#[tokio::test]
async fn low_stock_is_reported_once_until_restocked() {
    on_each_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 5, 10).await;
        shop.watch_stock().await;
        // Five are left, and the shop's threshold is five.
        shop.place(&who, &[(&cup, 5)]).await;
        shop.watch_stock().await;
        assert_eq!(warnings(shop, &cup).await, 0);
        let order = shop.place(&who, &[(&cup, 1)]).await;
        shop.watch_stock().await;
        shop.watch_stock().await;
        assert_eq!(warnings(shop, &cup).await, 1);
        assert_eq!(low(shop, true).await, ["Cup"]);
        // A further decrease is not reported.
        shop.place(&who, &[(&cup, 2)]).await;
        shop.watch_stock().await;
        assert_eq!(warnings(shop, &cup).await, 1);
        // Restocked by an administrator, and by a cancelled order.
        adjust(shop, &cup, 2).await;
        shop.cancel(&who, &order).await.unwrap();
        shop.watch_stock().await;
        assert_eq!(low(shop, true).await, Vec::<String>::new());
        assert_eq!(low(shop, false).await, ["Cup"]);
        shop.place(&who, &[(&cup, 1)]).await;
        shop.watch_stock().await;
        assert_eq!(warnings(shop, &cup).await, 2);
    })
    .await;
}

#[tokio::test]
async fn changes_of_thresholds_and_adjustments_are_checked_at_once() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        assert_eq!(
            set_threshold(shop, &cup, 20).await.low_stock_threshold,
            Some(20)
        );
        assert_eq!(warnings(shop, &cup).await, 1);
        adjust(shop, &cup, 10).await;
        assert_eq!(low(shop, true).await, Vec::<String>::new());
        adjust(shop, &cup, -1).await;
        assert_eq!(warnings(shop, &cup).await, 2);
        assert_eq!(
            shop.events("stock", &cup.id).await,
            ["low", "changed", "changed", "low"]
        );
        // The shop's own threshold again.
        assert_eq!(
            set_threshold(shop, &cup, -1).await.low_stock_threshold,
            None
        );
        assert_eq!(low(shop, true).await, Vec::<String>::new());
        // A product that starts without stock is not reported.
        let empty = shop.goods("Empty", 5, 0).await;
        shop.watch_stock().await;
        assert_eq!(warnings(shop, &empty).await, 0);
        assert_eq!(low(shop, true).await, ["Empty"]);
    })
    .await;
}

#[tokio::test]
async fn two_replicas_report_once_and_a_new_one_finds_missed_changes() {
    on_each_database(async |shop| {
        let who = shop.customer();
        let second = shop.second().await;
        shop.watch_stock().await;
        second.watch_stock().await;
        let mut products = Vec::new();
        for n in 0..10 {
            let product = shop.goods(&format!("Thing {n}"), 5, 6).await;
            shop.place(&who, &[(&product, 3)]).await;
            products.push(product);
        }
        futures::future::join(shop.watch_stock(), second.watch_stock()).await;
        second.close().await;
        for product in &products {
            assert_eq!(warnings(shop, product).await, 1);
        }
        // This was sold while no replica was checking.
        let late = shop.goods("Late", 5, 6).await;
        shop.place(&who, &[(&late, 6)]).await;
        let third = shop.second().await;
        third.watch_stock().await;
        third.close().await;
        assert_eq!(warnings(shop, &late).await, 1);
    })
    .await;
}
