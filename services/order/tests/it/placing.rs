//! Placing: idempotent, checked field by field, complete.

use std::{collections::HashSet, time::Duration};

use futures::future::join_all;
use waybill_proto::order::{self as pb, OrderEvent, OrderStatus, PaymentStatus};
use waybill_service_kit::{AppError, ErrorCode, ErrorKind};

use crate::shop::{EXPIRY, fields, lines, on_any_database, on_each_database, outgoing, usd};

#[tokio::test]
async fn an_order_has_prices_totals_history_and_its_event() {
    on_any_database(async |shop| {
        let (cup, advice) = (
            shop.goods("Cup", 1999, 10).await,
            shop.service("Advice", 5000).await,
        );
        let who = shop.customer();
        let request = pb::PlaceOrderRequest {
            title: Some("For the kitchen".into()),
            shipping_address: Some(pb::Address {
                line1: "1 High Street".into(),
                city: "Leeds".into(),
                country: "GB".into(),
                ..Default::default()
            }),
            ..lines(&[(&cup, 2), (&advice, 1)])
        };
        let placed = shop.try_place(&who, request).await.unwrap();
        assert!(!placed.replayed);
        let order = placed.order.unwrap();
        assert_eq!(order.total, Some(usd(8998)));
        assert_eq!(order.subtotal, Some(usd(8998)));
        assert_eq!(order.items[0].line_total, Some(usd(3998)));
        assert_eq!(order.kind(), pb::OrderKind::Mixed);
        assert_eq!(
            (order.status(), order.payment_status()),
            (OrderStatus::Pending, PaymentStatus::Unpaid)
        );
        assert_eq!(order.customer.as_ref().unwrap().name, "Carla Customer");
        let left = order.expires_at.unwrap().secs() - order.created_at.unwrap().secs();
        assert_eq!(left, EXPIRY.as_secs() as i64);
        // The stored order equals the answer.
        assert_eq!(shop.get(&who, &order).await.unwrap(), order);
        let history = shop.history(&who, &order).await;
        assert_eq!(history.len(), 1);
        assert_eq!(
            (history[0].event(), history[0].to()),
            (OrderEvent::Placed, "PENDING")
        );
        assert_eq!(history[0].actor.as_ref().unwrap().id, who.id.to_string());
        let event = shop.last_change(OrderEvent::Placed, &order).await;
        assert_eq!(event.order, Some(order.clone()));
        // A later price changes nothing.
        let patch = pb::UpdateProductRequest {
            id: cup.id.clone(),
            price: Some(usd(1)),
            ..Default::default()
        };
        shop.catalogue()
            .update_product(outgoing(&shop.admin.ctx, patch))
            .await
            .unwrap();
        assert_eq!(
            shop.refresh(&order).await.items[0].unit_price,
            Some(usd(1999))
        );
    })
    .await;
}

#[tokio::test]
async fn where_orders_may_be_free_free_text_alone_is_paid_at_once_and_waits_in_the_pool() {
    on_any_database(async |shop| {
        shop.allow_free_orders().await;
        let who = shop.customer();
        let request = pb::PlaceOrderRequest {
            title: Some("Paint my fence".into()),
            ..Default::default()
        };
        let order = shop.try_place(&who, request).await.unwrap().order.unwrap();
        assert_eq!(
            (order.payment_status(), order.version),
            (PaymentStatus::Paid, 2)
        );
        assert_eq!(order.kind(), pb::OrderKind::Service);
        assert_eq!(shop.events("order", &order.id).await, ["placed", "paid"]);
        assert!(shop.last_change(OrderEvent::Paid, &order).await.available);
        shop.claim(&shop.worker(), &order).await.unwrap();
        let free = shop.goods("Sample", 0, 3).await;
        shop.place(&who, &[(&free, 1)]).await;
        assert_eq!(shop.level(&free).await, (2, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_repeats_of_a_key_make_one_order() {
    on_each_database(async |shop| {
        let product = shop.goods("Cup", 5, 1000).await;
        let who = shop.customer().with_key("the key");
        let attempts = (0..200).map(|_| {
            let (mut orders, who, request) = (shop.orders(), who.clone(), lines(&[(&product, 1)]));
            tokio::spawn(async move { orders.place_order(outgoing(&who.ctx, request)).await })
        });
        let (mut ids, mut first) = (HashSet::new(), 0);
        for outcome in join_all(attempts).await {
            let placed = outcome
                .unwrap()
                .map_err(AppError::from)
                .unwrap()
                .into_inner();
            ids.insert(placed.order.unwrap().id);
            first += usize::from(!placed.replayed);
        }
        assert_eq!((ids.len(), first), (1, 1));
        assert_eq!(shop.level(&product).await, (1000, 1));
    })
    .await;
}

#[tokio::test]
async fn a_key_belongs_to_its_request_and_its_caller() {
    on_any_database(async |shop| {
        let product = shop.goods("Cup", 5, 10).await;
        let who = shop.customer().with_key("key-1");
        let first = shop
            .try_place(&who, lines(&[(&product, 10)]))
            .await
            .unwrap();
        // Neither empty stock nor an archived product changes the answer to a repeat.
        let archive = pb::ArchiveProductRequest {
            id: product.id.clone(),
            version: None,
        };
        shop.catalogue()
            .archive_product(outgoing(&shop.admin.ctx, archive))
            .await
            .unwrap();
        let again = shop
            .try_place(&who, lines(&[(&product, 10)]))
            .await
            .unwrap();
        assert!(again.replayed);
        assert_eq!(again.order, first.order);
        let error = shop
            .try_place(&who, lines(&[(&product, 9)]))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.code),
            (ErrorKind::Invalid, ErrorCode::IdempotencyKeyReused)
        );
        let other = shop.goods("Mug", 5, 10).await;
        let stranger = shop.customer().with_key("key-1");
        assert!(
            !shop
                .try_place(&stranger, lines(&[(&other, 1)]))
                .await
                .unwrap()
                .replayed
        );
        let long = shop.customer().with_key(&"k".repeat(256));
        let error = shop
            .try_place(&long, lines(&[(&other, 1)]))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError);
        // An invalid request does not consume its key; one that the state refuses does (see `repeats`).
        let who = shop.customer().with_key("key-2");
        shop.try_place(&who, lines(&[(&other, 0)]))
            .await
            .unwrap_err();
        assert!(
            !shop
                .try_place(&who, lines(&[(&other, 1)]))
                .await
                .unwrap()
                .replayed
        );
    })
    .await;
}

#[tokio::test]
async fn bad_input_is_named_field_by_field_and_changes_nothing() {
    on_any_database(async |shop| {
        let product = shop.goods("Cup", 5, 10).await;
        let dear = shop.goods("Diamond", 1_000_000_000_000, 1_000_000).await;
        let who = shop.customer();
        let refused = async |request: pb::PlaceOrderRequest| {
            let error = shop.try_place(&who, request).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::ValidationError);
            fields(&error).join(" ")
        };
        for quantity in [0, -1, i64::MIN, i64::MAX, 1_000_001] {
            let request = lines(&[(&product, 1), (&product, quantity)]);
            assert_eq!(refused(request).await, "items[1].quantity");
        }
        let unknown = |product_id: &str| pb::PlaceOrderRequest {
            items: vec![pb::OrderLine {
                product_id: product_id.into(),
                quantity: 1,
            }],
            ..Default::default()
        };
        assert_eq!(refused(unknown("cup")).await, "items[0].productId");
        let absent = uuid::Uuid::now_v7().to_string();
        assert_eq!(refused(unknown(&absent)).await, "items[0].productId");
        assert_eq!(refused(pb::PlaceOrderRequest::default()).await, "items");
        assert_eq!(refused(lines(&[(&product, 1); 101])).await, "items");
        assert_eq!(refused(lines(&[(&dear, 1_000_000)])).await, "items");
        let titled = |title: &str| pb::PlaceOrderRequest {
            title: Some(title.into()),
            ..Default::default()
        };
        assert_eq!(refused(titled("a\0b")).await, "title");
        assert_eq!(refused(titled(&"x".repeat(201))).await, "title");
        assert_eq!(shop.level(&product).await, (10, 0));
        let nobody = shop
            .orders()
            .place_order(lines(&[(&product, 1)]))
            .await
            .unwrap_err();
        assert_eq!(AppError::from(nobody).code, ErrorCode::Unauthenticated);
        // Odd but valid text survives.
        let odd = "Grüße 🎉 O'Neil \\ % _ \"";
        let order = shop
            .try_place(&who, titled(odd))
            .await
            .unwrap()
            .order
            .unwrap();
        assert_eq!(shop.refresh(&order).await.title, Some(odd.to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_aborted_by_the_client_break_nothing() {
    on_each_database(async |shop| {
        let product = shop.goods("Cup", 5, 100_000).await;
        let attempts = (0..200_u64).map(|n| {
            let (mut orders, who) = (shop.orders(), shop.customer());
            let request = lines(&[(&product, 1)]);
            tokio::spawn(async move {
                let call = orders.place_order(outgoing(&who.ctx, request));
                // Each at a different point.
                let _ = tokio::time::timeout(Duration::from_micros(n * 97), call).await;
            })
        });
        join_all(attempts).await;
        // Every connection still answers calls.
        let attempts = (0..40).map(|_| {
            let (mut orders, who) = (shop.orders(), shop.customer());
            let request = lines(&[(&product, 1)]);
            tokio::spawn(async move {
                let placed = orders
                    .place_order(outgoing(&who.ctx, request))
                    .await
                    .unwrap();
                let customer = placed.into_inner().order.unwrap().customer.unwrap();
                assert_eq!(customer.id, who.id.to_string());
            })
        });
        for outcome in join_all(attempts).await {
            outcome.unwrap();
        }
    })
    .await;
}
