//! Carts: nothing is lost between tabs, changes are shown until the line is written, a merge happens once.

use std::time::Duration;

use futures::future::join_all;
use waybill_proto::order as pb;
use waybill_service_kit::{ErrorCode, ErrorKind};

use crate::{
    shop::{fields, on_any_database, on_each_database, outgoing, usd},
    shopper::{Shopper, adjust, codes_of, lines, set_price},
};

#[tokio::test]
async fn a_guest_gets_a_token_and_finds_the_cart_by_it() {
    on_any_database(async |shop| {
        let (cup, advice) = (
            shop.goods("Cup", 1_999, 10).await,
            shop.service("Advice", 5_000).await,
        );
        let mut guest = Shopper::guest(shop);
        assert_eq!(guest.get().await.items, []);
        guest.put(&cup, 2).await;
        let token = guest.token.clone();
        assert_eq!(token.len(), 43);
        let cart = guest.put(&advice, 1).await;
        assert_eq!(guest.token, token);
        assert_eq!(lines(&cart), [("Cup", 2), ("Advice", 1)]);
        assert_eq!(cart.subtotal, Some(usd(8_998)));
        assert_eq!(cart.items[0].available, Some(10));
        assert_eq!(cart.items[1].available, None);
        assert!(!cart.changed);
        assert_eq!(guest.get().await, cart);
        // A repeat only renews the lifetime of the cart.
        let again = guest.put(&advice, 1).await;
        assert_eq!(again.items, cart.items);
        // The cart reserves nothing.
        assert_eq!(shop.level(&cup).await, (10, 0));

        let request = pb::RemoveCartItemRequest {
            cart_token: token.clone(),
            product_id: cup.id.clone(),
        };
        let left = shop
            .carts()
            .remove_cart_item(outgoing(&guest.ctx, request))
            .await;
        assert_eq!(
            lines(&left.unwrap().into_inner().cart.unwrap()),
            [("Advice", 1)]
        );
        let request = pb::ClearCartRequest { cart_token: token };
        let empty = shop.carts().clear_cart(outgoing(&guest.ctx, request)).await;
        assert_eq!(empty.unwrap().into_inner().cart.unwrap().items, []);
        assert_eq!(lines(&guest.put(&cup, 1).await), [("Cup", 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_cart_is_accessible_only_to_its_owner() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 1_999, 10).await;
        let (carla, dora) = (shop.customer(), shop.customer());
        let mut carla = Shopper::with(shop, carla.ctx);
        carla.put(&cup, 3).await;
        assert_eq!(carla.token, "", "an account's cart needs no token");
        assert_eq!(Shopper::with(shop, dora.ctx.clone()).get().await.items, []);

        let mut guest = Shopper::guest(shop);
        guest.put(&cup, 1).await;
        // A made-up token belongs to no cart and is never used for a new one.
        let mut liar = Shopper::guest(shop);
        for made_up in ["guess", &"A".repeat(43), &"%".repeat(300)] {
            liar.token = made_up.to_owned();
            assert_eq!(liar.get().await.items, []);
        }
        liar.token = "A".repeat(43);
        liar.put(&cup, 2).await;
        assert_ne!(liar.token, "A".repeat(43));
        // Signed-in customers have their own cart, whatever token they send.
        let mut dora = Shopper::with(shop, dora.ctx);
        dora.token.clone_from(&guest.token);
        assert_eq!(dora.get().await.items, []);
        assert_eq!(lines(&guest.get().await), [("Cup", 1)]);
    })
    .await;
}

#[tokio::test]
async fn invalid_lines_are_refused_with_a_reason() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 1_999, 3).await;
        let archived = shop.goods("Old", 5, 3).await;
        let request = pb::ArchiveProductRequest {
            id: archived.id.clone(),
            version: None,
        };
        let request = outgoing(&shop.admin.ctx, request);
        shop.catalogue().archive_product(request).await.unwrap();
        let mut guest = Shopper::guest(shop);
        let error = guest.try_put(&cup, 4).await.unwrap_err();
        assert!(error.is(ErrorCode::OutOfStock), "{error}");
        assert_eq!(error.metadata["available"], "3");
        assert_eq!(fields(&error), ["quantity"]);
        for quantity in [0, -1, 1_000_001, i64::MAX] {
            let error = guest.try_put(&cup, quantity).await.unwrap_err();
            assert_eq!(fields(&error), ["quantity"]);
        }
        let error = guest.try_put(&archived, 1).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert_eq!(guest.get().await.items, [], "nothing was opened");
    })
    .await;
}

#[tokio::test]
async fn a_full_cart_accepts_no_further_product() {
    on_any_database(async |shop| {
        let mut guest = Shopper::guest(shop);
        let mut last = None;
        for number in 0..101 {
            let product = shop.service(&format!("Service {number}"), 1).await;
            match guest.try_put(&product, 1).await {
                Ok(_) => last = Some(product),
                Err(error) => {
                    assert_eq!((number, fields(&error)), (100, vec!["productId"]));
                }
            }
        }
        let cart = guest.put(&last.unwrap(), 7).await;
        assert_eq!(cart.items.len(), 100, "what is in it can be changed");
    })
    .await;
}

#[tokio::test]
async fn changes_are_shown_at_every_read_until_the_line_is_written() {
    on_any_database(async |shop| {
        let (cup, pot) = (
            shop.goods("Cup", 1_000, 10).await,
            shop.goods("Pot", 2_000, 5).await,
        );
        let who = shop.customer();
        let mut shopper = Shopper::with(shop, who.ctx);
        shopper.put(&cup, 2).await;
        shopper.put(&pot, 4).await;
        set_price(shop, &cup, 1_200).await;
        adjust(shop, &pot, -3).await;
        let mut version = 0;
        for _ in 0..3 {
            let cart = shopper.get().await;
            assert!(cart.changed);
            assert_eq!(codes_of(&cart), ["PRICE_CHANGED", "QUANTITY_REDUCED"]);
            assert_eq!(cart.items[0].changes[0].previous_price, Some(usd(1_000)));
            assert_eq!(cart.items[1].changes[0].previous_quantity, Some(4));
            assert_eq!(lines(&cart), [("Cup", 2), ("Pot", 2)]);
            assert_eq!(cart.subtotal, Some(usd(2_400 + 4_000)));
            assert!(version == 0 || version == cart.version);
            version = cart.version;
        }
        let cart = shopper.put(&cup, 2).await;
        assert_eq!(codes_of(&cart), ["QUANTITY_REDUCED"]);
        // The requested quantity is restored when the stock is back.
        adjust(shop, &pot, 10).await;
        let cart = shopper.get().await;
        assert_eq!(lines(&cart), [("Cup", 2), ("Pot", 4)]);
        assert!(!cart.changed);
        // The answer to a write shows a price that no read has shown.
        set_price(shop, &cup, 1_300).await;
        let cart = shopper.put(&cup, 3).await;
        assert_eq!(codes_of(&cart), ["PRICE_CHANGED"]);
        adjust(shop, &cup, -10).await;
        let request = pb::ArchiveProductRequest {
            id: pot.id.clone(),
            version: None,
        };
        let request = outgoing(&shop.admin.ctx, request);
        shop.catalogue().archive_product(request).await.unwrap();
        let cart = shopper.get().await;
        assert_eq!(
            codes_of(&cart),
            ["PRICE_CHANGED", "OUT_OF_STOCK", "UNAVAILABLE"]
        );
        assert_eq!(cart.subtotal, Some(usd(0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_add_at_once_lose_nothing() {
    on_each_database(async |shop| {
        let mut products = Vec::new();
        for number in 0..12 {
            products.push(shop.goods(&format!("P{number}"), 10, 100).await);
        }
        let who = shop.customer();
        // The cart does not exist yet: one of them creates it.
        let tabs = products.iter().map(|product| async {
            Shopper::with(shop, who.ctx.clone()).put(product, 1).await;
        });
        join_all(tabs).await;
        let cart = Shopper::with(shop, who.ctx.clone()).get().await;
        assert_eq!(cart.items.len(), 12);
        // The same product from many tabs: one line with one of the quantities.
        let tabs = (1..=8).map(|quantity| {
            let (who, product) = (who.ctx.clone(), &products[0]);
            async move { Shopper::with(shop, who).put(product, quantity).await }
        });
        join_all(tabs).await;
        let cart = Shopper::with(shop, who.ctx.clone()).get().await;
        assert_eq!(cart.items.len(), 12);
        let first = cart.items.iter().find(|line| line.name == "P0").unwrap();
        assert!((1..=8).contains(&first.quantity));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_adds_up_once_however_often_it_is_sent() {
    on_each_database(async |shop| {
        let (cup, pot, pan) = (
            shop.goods("Cup", 10, 100).await,
            shop.goods("Pot", 20, 5).await,
            shop.goods("Pan", 30, 100).await,
        );
        let who = shop.customer();
        let mut user = Shopper::with(shop, who.ctx.clone());
        user.put(&cup, 1).await;
        user.put(&pot, 3).await;
        let mut guest = Shopper::guest(shop);
        guest.put(&pot, 4).await;
        guest.put(&pan, 2).await;
        let merges = (0..8).map(|_| user.merge(&guest.token));
        for merged in join_all(merges).await {
            let cart = merged.unwrap();
            assert_eq!(lines(&cart), [("Cup", 1), ("Pot", 5), ("Pan", 2)]);
            assert_eq!(codes_of(&cart), ["QUANTITY_REDUCED"]);
            assert_eq!(cart.items[1].changes[0].previous_quantity, Some(7));
        }
        assert_eq!(guest.get().await.items, [], "the guest's cart is gone");
        let old = guest.token.clone();
        guest.put(&cup, 1).await;
        assert_ne!(guest.token, old);
        // Other users do not learn into which cart it was merged.
        let other = Shopper::with(shop, shop.customer().ctx);
        for token in [&old, &"A".repeat(43), "guess"] {
            let error = other.merge(token).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::NotFound);
            assert!(error.is(ErrorCode::CartNotFound), "{error}");
        }
        let error = other.merge("").await.unwrap_err();
        assert_eq!(fields(&error), ["X-Cart-Token"]);
        let error = guest.merge(&old).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn a_merge_reports_left_out_lines_also_when_repeated() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let mut user = Shopper::with(shop, who.ctx);
        let mut guest = Shopper::guest(shop);
        for number in 0..99 {
            let product = shop.service(&format!("U{number}"), 1).await;
            user.put(&product, 1).await;
        }
        for number in 0..3 {
            let product = shop.service(&format!("G{number}"), 1).await;
            guest.put(&product, 2).await;
        }
        for _ in 0..2 {
            let cart = user.merge(&guest.token).await.unwrap();
            assert_eq!(
                (cart.items.len(), cart.items[99].name.as_str()),
                (100, "G0")
            );
            let left_out: Vec<_> = cart.left_out.iter().map(|l| l.name.as_str()).collect();
            assert_eq!(left_out, ["G1", "G2"]);
            assert_eq!(
                cart.left_out[0].changes[0].code(),
                pb::CartChangeCode::CartFull
            );
        }
    })
    .await;
}

#[tokio::test]
async fn unused_carts_are_deleted() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 10, 100).await;
        let mut old = Vec::new();
        for _ in 0..3 {
            let mut guest = Shopper::guest(shop);
            guest.put(&cup, 1).await;
            old.push(guest);
        }
        let month = Duration::from_hours(30 * 24);
        shop.clock.advance(month / 2);
        // Reading a cart renews its lifetime.
        assert_eq!(lines(&old[0].get().await), [("Cup", 1)]);
        shop.clock.advance(month / 2 + Duration::from_secs(1));
        let replica = shop.second().await;
        let runs = [&shop.clean_up_carts, &replica.clean_up_carts].map(|job| (job.run)());
        for outcome in join_all(runs).await {
            outcome.unwrap();
        }
        replica.close().await;
        assert_eq!(lines(&old[0].get().await), [("Cup", 1)]);
        assert_eq!(old[1].get().await.items, []);
        let token = old[1].token.clone();
        old[1].put(&cup, 1).await;
        assert_ne!(old[1].token, token);
    })
    .await;
}
