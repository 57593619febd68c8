//! Orders that are placed at the same time share a transaction; what one is refused for is its own.

use std::collections::BTreeMap;

use futures::future::join_all;
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, fields, lines, on_any_database, on_each_database, outgoing};

type Outcome = Result<pb::PlaceOrderResponse, AppError>;

/// Places all of them at once.
async fn at_once(shop: &Shop, calls: Vec<(Somebody, pb::PlaceOrderRequest)>) -> Vec<Outcome> {
    let calls = calls.into_iter().map(|(who, request)| {
        let mut orders = shop.orders();
        tokio::spawn(async move { orders.place_order(outgoing(&who.ctx, request)).await })
    });
    let outcomes = join_all(calls).await.into_iter();
    outcomes
        .map(|outcome| {
            let answer = outcome.expect("no panic").map_err(AppError::from);
            answer.map(tonic::Response::into_inner)
        })
        .collect()
}

#[tokio::test]
async fn what_one_is_refused_for_fails_no_other() {
    on_each_database(async |shop| {
        let (plenty, few) = (
            shop.goods("Plenty", 5, 1000).await,
            shop.goods("Few", 5, 10).await,
        );
        let repeated = shop.customer().with_key("again and again");
        let known = shop.customer().with_key("known");
        let first = shop.try_place(&known, lines(&[(&plenty, 1)])).await;
        let mut gone = plenty.clone();
        gone.id = uuid::Uuid::now_v7().to_string();
        let mut calls = Vec::new();
        for _ in 0..10 {
            calls.extend([
                (shop.customer(), lines(&[(&plenty, 2)])),
                (shop.customer(), lines(&[(&few, 1), (&plenty, 1)])),
                (shop.customer(), lines(&[(&few, 1)])),
                (shop.customer(), lines(&[(&gone, 1)])),
                (repeated.clone(), lines(&[(&plenty, 1)])),
                (known.clone(), lines(&[(&plenty, 1)])),
                // The key is taken, by another request.
                (known.clone(), lines(&[(&plenty, 7)])),
            ]);
        }
        let mut refused = BTreeMap::new();
        let mut placed = BTreeMap::new();
        for (place, outcome) in at_once(shop, calls).await.into_iter().enumerate() {
            let kind = place % 7;
            match outcome {
                Ok(answer) => {
                    let order = answer.order.expect("an order");
                    *placed.entry((kind, answer.replayed)).or_insert(0) += 1;
                    if kind == 5 {
                        assert_eq!(
                            Some(&order),
                            first.as_ref().ok().and_then(|it| it.order.as_ref())
                        );
                    }
                }
                Err(error) => {
                    if kind == 3 {
                        assert_eq!(fields(&error), ["items[0].productId"]);
                    }
                    *refused.entry((kind, error.code)).or_insert(0) += 1;
                }
            }
        }
        // Ten of the twenty who wanted the few got one.
        let of = |kind: usize| placed.get(&(kind, false)).copied().unwrap_or(0);
        assert_eq!(of(1) + of(2), 10, "{placed:?} {refused:?}");
        let short = |kind| refused.get(&(kind, ErrorCode::OutOfStock)).copied();
        assert_eq!(short(1).unwrap_or(0) + short(2).unwrap_or(0), 10);
        assert_eq!((of(0), of(4), placed.get(&(4, true))), (10, 1, Some(&9)));
        assert_eq!(placed.get(&(5, true)), Some(&10));
        assert_eq!(refused.get(&(3, ErrorCode::ValidationError)), Some(&10));
        assert_eq!(
            refused.get(&(6, ErrorCode::IdempotencyKeyReused)),
            Some(&10)
        );
        assert_eq!(shop.level(&few).await, (10, 10));
        let plenty_reserved = 1 + 10 * 2 + of(1) + 1;
        assert_eq!(shop.level(&plenty).await, (1000, plenty_reserved));
        shop.verify().await;
    })
    .await;
}

/// One after the other, an order is refused only if what is left is too little for it, and what is left never grows. So of orders that
/// were placed at once, each refused one must not fit into what is left after all of them.
#[tokio::test]
async fn a_group_takes_and_refuses_as_one_after_the_other_would() {
    on_any_database(async |shop| {
        let mut runner = TestRunner::deterministic();
        let wish = proptest::collection::vec((0..3_usize, 1..5_i64), 1..4);
        let wishes = proptest::collection::vec(wish, 40);
        for _ in 0..8 {
            let mut products = Vec::new();
            for name in ["A", "B", "C"] {
                products.push(shop.goods(name, 5, 25).await);
            }
            let wishes = wishes.new_tree(&mut runner).expect("a value").current();
            let calls = wishes.iter().map(|wish| {
                let items: Vec<_> = wish.iter().map(|(at, n)| (&products[*at], *n)).collect();
                (shop.customer(), lines(&items))
            });
            let outcomes = at_once(shop, calls.collect()).await;
            let units = |wish: &[(usize, i64)], product: usize| -> i64 {
                let its = wish.iter().filter(|(at, _)| *at == product);
                its.map(|(_, n)| n).sum()
            };
            let mut left = [25; 3];
            for (wish, outcome) in wishes.iter().zip(&outcomes) {
                for (product, left) in left.iter_mut().enumerate() {
                    *left -= outcome.as_ref().map_or(0, |_| units(wish, product));
                }
            }
            for (product, left) in products.iter().zip(left) {
                assert_eq!(shop.level(product).await, (25, 25 - left));
            }
            for (wish, outcome) in wishes.iter().zip(&outcomes) {
                if let Err(error) = outcome {
                    assert_eq!(error.code, ErrorCode::OutOfStock);
                    let fits = (0..3).all(|product| units(wish, product) <= left[product]);
                    assert!(!fits, "{wish:?} fits into {left:?}");
                }
            }
        }
        shop.verify().await;
    })
    .await;
}

/// On PostgreSQL, rows show the transaction that wrote them.
#[tokio::test]
async fn orders_at_the_same_time_share_a_transaction() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 1000).await;
        let calls = (0..50).map(|_| (shop.customer(), lines(&[(&cup, 1)])));
        for outcome in at_once(shop, calls.collect()).await {
            outcome.expect("placed");
        }
        if let Some(transactions) = shop.transactions_of("orders").await {
            assert!(transactions < 25, "{transactions} transactions");
        }
        assert_eq!(shop.level(&cup).await, (1000, 50));
    })
    .await;
}
