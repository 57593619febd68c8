//! Stock: never oversold, equal to its ledger, released on expiry.

use std::sync::Arc;

use futures::future::join_all;
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{
    EXPIRY, Shop, Somebody, fields, lines, on_any_database, on_each_database, outgoing,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_buyers_of_ten_units_make_ten_orders() {
    on_each_database(async |shop| {
        let product = Arc::new(shop.goods("Last of its kind", 500, 10).await);
        let attempts = (0..64).map(|_| {
            let (mut orders, who) = (shop.orders(), shop.customer());
            let request = lines(&[(&product, 1)]);
            tokio::spawn(async move { orders.place_order(outgoing(&who.ctx, request)).await })
        });
        let (mut placed, mut refused) = (0, 0);
        for outcome in join_all(attempts).await {
            match outcome.unwrap().map_err(AppError::from) {
                Ok(_) => placed += 1,
                Err(error) => {
                    assert_eq!(error.code, ErrorCode::OutOfStock, "{error:?}");
                    assert_eq!(error.metadata["product_id"], product.id);
                    assert_eq!(error.metadata["available"], "0");
                    refused += 1;
                }
            }
        }
        assert_eq!((placed, refused), (10, 54));
        assert_eq!(shop.level(&product).await, (10, 10));
        assert_eq!(shop.look_at(&product).await.available, Some(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_of_the_same_products_in_opposite_order_do_not_block_each_other() {
    on_each_database(async |shop| {
        let (a, b) = (
            shop.goods("A", 5, 1000).await,
            shop.goods("B", 5, 1000).await,
        );
        let attempts = (0..60).map(|n| {
            let (mut orders, who) = (shop.orders(), shop.customer());
            let request = if n % 2 == 0 {
                lines(&[(&a, 1), (&b, 2)])
            } else {
                lines(&[(&b, 2), (&a, 1)])
            };
            tokio::spawn(async move { orders.place_order(outgoing(&who.ctx, request)).await })
        });
        for outcome in join_all(attempts).await {
            outcome.unwrap().unwrap();
        }
        assert_eq!(shop.level(&a).await, (1000, 60));
        assert_eq!(shop.level(&b).await, (1000, 120));
    })
    .await;
}

#[tokio::test]
async fn two_lines_of_a_product_are_summed_before_the_check() {
    on_each_database(async |shop| {
        let product = shop.goods("Cup", 5, 5).await;
        let error = shop
            .try_place(&shop.customer(), lines(&[(&product, 3), (&product, 3)]))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::OutOfStock);
        assert_eq!(error.metadata["available"], "5");
        assert_eq!(error.fields[0].field, "items[0].quantity");
        assert_eq!(shop.level(&product).await, (5, 0));
        shop.place(&shop.customer(), &[(&product, 3), (&product, 2)])
            .await;
        assert_eq!(shop.level(&product).await, (5, 5));
    })
    .await;
}

async fn adjust(
    shop: &Shop,
    who: &Somebody,
    id: &str,
    delta: i64,
) -> Result<pb::Product, AppError> {
    let request = pb::AdjustStockRequest {
        version: None,
        product_id: id.to_owned(),
        delta,
        reason: "count".into(),
    };
    Ok(shop
        .stock()
        .adjust_stock(outgoing(&who.ctx, request))
        .await?
        .into_inner()
        .product
        .unwrap())
}

async fn ledger(shop: &Shop, product: &pb::Product) -> Vec<(String, i64, i64)> {
    let request = pb::ListMovementsRequest {
        product_id: product.id.clone(),
        ..Default::default()
    };
    let answer = shop
        .stock()
        .list_movements(outgoing(&shop.admin.ctx, request))
        .await;
    let mut lines = answer.unwrap().into_inner().movements;
    lines.reverse();
    lines
        .into_iter()
        .map(|line| {
            (
                line.kind().to_string(),
                line.on_hand_delta,
                line.reserved_delta,
            )
        })
        .collect()
}

#[tokio::test]
async fn the_ledger_has_all_movements_of_a_reservation() {
    on_each_database(async |shop| {
        let product = shop.goods("Cup", 5, 10).await;
        let who = shop.customer();
        let sold = shop.place(&who, &[(&product, 2)]).await;
        shop.pay(&sold).await;
        assert_eq!(shop.level(&product).await, (8, 0));
        shop.cancel(&who, &sold).await.unwrap();
        assert_eq!(shop.level(&product).await, (10, 0));
        let released = shop.place(&who, &[(&product, 3)]).await;
        shop.cancel(&who, &released).await.unwrap();
        assert_eq!(shop.level(&product).await, (10, 0));
        shop.place(&who, &[(&product, 4)]).await;
        assert_eq!(shop.level(&product).await, (10, 4));
        shop.clock.advance(EXPIRY);
        shop.expire_due().await;
        assert_eq!(shop.level(&product).await, (10, 0));
        let line = |kind: &str, hand, reserved| (kind.to_owned(), hand, reserved);
        let expected = [
            line("OPENING", 10, 0),
            line("RESERVED", 0, 2),
            line("SOLD", -2, -2),
            line("RETURNED", 2, 0),
            line("RESERVED", 0, 3),
            line("RELEASED", 0, -3),
            line("RESERVED", 0, 4),
            line("RELEASED", 0, -4),
        ];
        assert_eq!(ledger(shop, &product).await, expected);
    })
    .await;
}

#[tokio::test]
async fn an_adjustment_keeps_reserved_units_and_is_published() {
    on_any_database(async |shop| {
        let product = shop.goods("Cup", 5, 10).await;
        shop.place(&shop.customer(), &[(&product, 4)]).await;
        let after = adjust(shop, &shop.admin, &product.id, -6).await.unwrap();
        assert_eq!(
            (after.on_hand, after.reserved, after.available),
            (Some(4), Some(4), Some(0))
        );
        let error = adjust(shop, &shop.admin, &product.id, -1)
            .await
            .unwrap_err();
        assert_eq!(
            (error.code, error.metadata["on_hand"].as_str()),
            (ErrorCode::Conflict, "4")
        );
        adjust(shop, &shop.admin, &product.id, 1).await.unwrap();
        // Low stock is reported, too, by the watch job.
        let mut events = shop.events("stock", &product.id).await;
        events.retain(|what| what != "low");
        assert_eq!(events, ["changed", "changed"]);
        for delta in [0, i64::MIN, i64::MAX] {
            let error = adjust(shop, &shop.admin, &product.id, delta)
                .await
                .unwrap_err();
            assert_eq!(error.code, ErrorCode::ValidationError);
        }
        let error = adjust(shop, &shop.worker(), &product.id, 1)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let service = shop.service("Advice", 5).await;
        assert_eq!(
            adjust(shop, &shop.admin, &service.id, 1)
                .await
                .unwrap_err()
                .code,
            ErrorCode::Conflict
        );
        let unknown = uuid::Uuid::now_v7().to_string();
        assert_eq!(
            adjust(shop, &shop.admin, &unknown, 1)
                .await
                .unwrap_err()
                .code,
            ErrorCode::NotFound
        );
    })
    .await;
}

#[tokio::test]
async fn stock_that_is_set_with_the_product_is_an_adjustment() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let set = async |change: pb::UpdateProductRequest| {
            let change = pb::UpdateProductRequest {
                id: cup.id.clone(),
                ..change
            };
            let change = outgoing(&shop.admin.ctx, change);
            let answer = shop.catalogue().update_product(change).await;
            answer
                .map(|answer| answer.into_inner().product.unwrap())
                .map_err(AppError::from)
        };
        let order = shop.place(&shop.customer(), &[(&cup, 4)]).await;
        let changed = set(pb::UpdateProductRequest {
            name: Some("Mug".into()),
            kind: pb::ProductKind::Goods.into(),
            stock: Some(25),
            ..Default::default()
        });
        let changed = changed.await.unwrap();
        assert_eq!((changed.name.as_str(), changed.on_hand), ("Mug", Some(25)));
        assert_eq!(changed.reserved, Some(4));
        assert_eq!(shop.level(&cup).await, (25, 4));
        let lines = ledger(shop, &cup).await;
        assert_eq!(lines.last(), Some(&("ADJUSTED".to_owned(), 15, 0)));
        assert_eq!(shop.acts().await.last().unwrap().action, "stock.adjust");
        // A repeat is no change.
        let same = set(pb::UpdateProductRequest {
            stock: Some(25),
            ..Default::default()
        });
        assert_eq!(same.await.unwrap(), changed);
        assert_eq!(ledger(shop, &cup).await.len(), lines.len());
        let refused = [
            (
                3,
                pb::ProductKind::Unspecified,
                ErrorCode::Conflict,
                "stock",
            ),
            (
                -1,
                pb::ProductKind::Unspecified,
                ErrorCode::ValidationError,
                "stock",
            ),
            (
                30,
                pb::ProductKind::Service,
                ErrorCode::ValidationError,
                "kind",
            ),
        ];
        for (stock, kind, code, field) in refused {
            let request = pb::UpdateProductRequest {
                name: Some("Nothing of this".into()),
                kind: kind.into(),
                stock: Some(stock),
                ..Default::default()
            };
            let error = set(request).await.unwrap_err();
            assert!(error.is(code), "{error}");
            assert_eq!(fields(&error), [field]);
        }
        let now = shop.look_at(&cup).await;
        assert_eq!((now.name.as_str(), now.on_hand), ("Mug", Some(25)));
        shop.cancel(&shop.admin, &order).await.unwrap();
    })
    .await;
}

/// A level that is set while others buy has the requested value at that moment; `verify` compares it with the ledger afterwards.
#[tokio::test]
async fn stock_set_during_orders_agrees_with_its_ledger() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 1_000).await;
        let buyers = (0..24).map(|_| async {
            let order = shop.place(&shop.customer(), &[(&cup, 1)]).await;
            shop.pay(&order).await;
        });
        let setters = (0..6).map(|round| {
            let change = pb::UpdateProductRequest {
                id: cup.id.clone(),
                stock: Some(500 + round),
                ..Default::default()
            };
            let change = outgoing(&shop.admin.ctx, change);
            let mut catalogue = shop.catalogue();
            async move { catalogue.update_product(change).await.map(drop).unwrap() }
        });
        futures::join!(join_all(buyers), join_all(setters));
        let (on_hand, reserved) = shop.level(&cup).await;
        assert_eq!(reserved, 0);
        assert!((476..=505).contains(&on_hand), "{on_hand}");
    })
    .await;
}
