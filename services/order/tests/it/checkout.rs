//! Ordering from the cart: exactly what it showed, once.

use futures::future::join_all;
use waybill_proto::order as pb;
use waybill_service_kit::ErrorCode;

use crate::{
    shop::{fields, lines as wanted, on_any_database, on_each_database, outgoing, usd},
    shopper::{Shopper, adjust, set_price},
};

#[tokio::test]
async fn the_order_is_what_the_cart_showed_and_the_cart_is_empty() {
    on_any_database(async |shop| {
        let (cup, advice) = (
            shop.goods("Cup", 1_999, 10).await,
            shop.service("Advice", 5_000).await,
        );
        let who = shop.customer();
        let mut shopper = Shopper::with(shop, who.ctx.clone());
        shopper.put(&cup, 2).await;
        shopper.put(&advice, 1).await;
        let placed = shopper.try_order("the first time", None).await.unwrap();
        let order = placed.order.unwrap();
        assert_eq!(order.total, Some(usd(8_998)));
        assert_eq!(order.items.len(), 2);
        assert!(!order.guest);
        assert_eq!(shop.get(&who, &order).await.unwrap(), order);
        assert_eq!(shop.level(&cup).await, (10, 2));
        assert_eq!(shopper.get().await.items, []);
        // The answer was lost: the same key returns the same order, although the cart is empty.
        let again = shopper.try_order("the first time", None).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.order, Some(order));
        let error = shopper.try_order("another time", None).await.unwrap_err();
        assert!(error.is(ErrorCode::CartEmpty), "{error}");
        let error = shopper.try_order("", None).await.unwrap_err();
        assert!(error.is(ErrorCode::CartEmpty), "{error}");
        assert_eq!(shop.level(&cup).await, (10, 2));
        shopper.put(&cup, 1).await;
        assert_eq!(shopper.get().await.items.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_orders_at_a_price_that_the_cart_has_not_shown() {
    on_any_database(async |shop| {
        let (cup, pot) = (
            shop.goods("Cup", 1_000, 10).await,
            shop.goods("Pot", 2_000, 5).await,
        );
        let mut shopper = Shopper::with(shop, shop.customer().ctx);
        shopper.put(&cup, 2).await;
        shopper.put(&pot, 4).await;
        set_price(shop, &cup, 1_200).await;
        adjust(shop, &pot, -3).await;
        // Refused until the cart is read again.
        for _ in 0..2 {
            let error = shopper.try_order("a key", None).await.unwrap_err();
            assert!(error.is(ErrorCode::CartChanged), "{error}");
            assert_eq!(
                fields(&error),
                ["cart.items[0].unitPrice", "cart.items[1].quantity"]
            );
        }
        assert_eq!(shop.level(&pot).await, (2, 0));
        let seen = shopper.get().await;
        set_price(shop, &cup, 1_300).await;
        let newer = shopper.get().await;
        assert!(newer.version > seen.version);
        // Another tab has read the cart since; this one has not seen the price.
        let error = shopper.try_order("a second key", Some(seen.version)).await;
        assert!(error.unwrap_err().is(ErrorCode::CartChanged));
        // The first key is free: its request was refused.
        let placed = shopper.try_order("a key", Some(newer.version)).await;
        let order = placed.unwrap().order.unwrap();
        assert_eq!(order.total, Some(usd(2 * 1_300 + 2 * 2_000)));
        assert_eq!(newer.subtotal, order.total);
    })
    .await;
}

/// Each answer with the cart shows all of it, after a change, merge or removal as well as after a read.
#[tokio::test]
async fn content_shown_by_any_answer_can_be_ordered() {
    on_any_database(async |shop| {
        let (cup, pot) = (
            shop.goods("Cup", 1_000, 10).await,
            shop.goods("Pot", 2_000, 50).await,
        );
        let mut shopper = Shopper::with(shop, shop.customer().ctx);
        shopper.put(&cup, 5).await;
        set_price(shop, &cup, 1_500).await;
        adjust(shop, &cup, -7).await;
        let seen = shopper.put(&pot, 1).await;
        assert_eq!(seen.subtotal, Some(usd(3 * 1_500 + 2_000)));
        let placed = shopper.try_order("", Some(seen.version)).await;
        let order = placed.unwrap().order.unwrap();
        assert_eq!(order.total, seen.subtotal);

        let mut guest = Shopper::guest(shop);
        guest.put(&pot, 2).await;
        shopper.put(&pot, 1).await;
        set_price(shop, &pot, 2_500).await;
        let seen = shopper.merge(&guest.token).await.unwrap();
        assert_eq!(seen.subtotal, Some(usd(3 * 2_500)));
        let placed = shopper.try_order("", Some(seen.version)).await;
        assert_eq!(placed.unwrap().order.unwrap().total, seen.subtotal);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_longer_sold_is_left_out_once_the_cart_says_so() {
    on_any_database(async |shop| {
        let (cup, old) = (
            shop.goods("Cup", 1_000, 10).await,
            shop.goods("Old", 2_000, 5).await,
        );
        let mut shopper = Shopper::with(shop, shop.customer().ctx);
        shopper.put(&cup, 1).await;
        shopper.put(&old, 1).await;
        let request = pb::ArchiveProductRequest {
            id: old.id.clone(),
            version: None,
        };
        let request = outgoing(&shop.admin.ctx, request);
        shop.catalogue().archive_product(request).await.unwrap();
        let error = shopper.try_order("", None).await.unwrap_err();
        assert!(error.is(ErrorCode::CartChanged), "{error}");
        shopper.get().await;
        let order = shopper.try_order("", None).await.unwrap().order.unwrap();
        assert_eq!(order.items.len(), 1);
        assert_eq!(shopper.get().await.items, []);
    })
    .await;
}

#[tokio::test]
async fn a_guest_orders_the_cart_of_their_token() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 1_000, 10).await;
        let mut shopper = Shopper::guest(shop);
        shopper.put(&cup, 3).await;
        let guest = shop.guest();
        let known = Shopper {
            shop,
            ctx: guest.ctx.clone(),
            token: shopper.token.clone(),
        };
        let order = known.try_order("", None).await.unwrap().order.unwrap();
        assert!(order.guest);
        assert_eq!(order.customer.as_ref().unwrap().id, guest.id.to_string());
        assert_eq!(order.customer.as_ref().unwrap().name, "Grace Guest");
        assert_eq!(shop.get(&guest, &order).await.unwrap(), order);
        let other = shop.guest();
        assert!(shop.get(&other, &order).await.is_err());
        assert_eq!(shopper.get().await.items, []);
        // A customer who has just registered can order the cart of the token, too.
        shopper.put(&cup, 1).await;
        let registered = Shopper {
            shop,
            ctx: shop.customer().ctx,
            token: shopper.token.clone(),
        };
        let order = registered.try_order("", None).await.unwrap().order.unwrap();
        assert!(!order.guest);
        assert_eq!(order.items[0].quantity, 1);
        // Guests have no account to merge a cart into.
        let error = known.merge(&shopper.token).await.unwrap_err();
        assert!(error.is(ErrorCode::Forbidden), "{error}");
    })
    .await;
}

#[tokio::test]
async fn items_and_the_cart_together_are_refused() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 1_000, 10).await;
        let who = shop.customer();
        Shopper::with(shop, who.ctx.clone()).put(&cup, 1).await;
        let request = pb::PlaceOrderRequest {
            from_cart: true,
            ..wanted(&[(&cup, 1)])
        };
        let error = shop.try_place(&who, request).await.unwrap_err();
        assert_eq!(fields(&error), ["items"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_is_ordered_once_however_many_try_at_once() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 1_000, 100).await;
        // With different keys: one of them orders the cart, the others find it empty.
        let mut shopper = Shopper::with(shop, shop.customer().ctx);
        shopper.put(&cup, 3).await;
        let keys: Vec<_> = (0..8).map(|n| format!("key {n}")).collect();
        let tries = keys.iter().map(|key| shopper.try_order(key, None));
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(tries).await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 7));
        for outcome in lost {
            let error = outcome.unwrap_err();
            assert!(error.is(ErrorCode::CartEmpty), "{error}");
        }
        assert_eq!(shop.level(&cup).await, (100, 3));
        // With the same key: the same order for all.
        shopper.put(&cup, 2).await;
        let tries = (0..8).map(|_| shopper.try_order("one key", None));
        let mut ids = Vec::new();
        for outcome in join_all(tries).await {
            ids.push(outcome.unwrap().order.unwrap().id);
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(shop.level(&cup).await, (100, 5));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn carts_that_want_the_same_units_never_oversell() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 1_000, 10).await;
        let mut shoppers = Vec::new();
        for _ in 0..16 {
            let mut shopper = Shopper::with(shop, shop.customer().ctx);
            shopper.put(&cup, 2).await;
            shoppers.push(shopper);
        }
        let tries = shoppers.iter().map(|shopper| shopper.try_order("", None));
        let outcomes = join_all(tries).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 5);
        for error in outcomes.into_iter().filter_map(Result::err) {
            let expected = error.is(ErrorCode::OutOfStock) || error.is(ErrorCode::CartChanged);
            assert!(expected, "{error}");
        }
        assert_eq!(shop.level(&cup).await, (10, 10));
    })
    .await;
}
