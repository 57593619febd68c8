//! Finding orders by words and by parts of their numbers.

use waybill_order::{searched, set_search};
use waybill_proto::{
    common::PageRequest,
    order::{self as pb, OrderSort},
};
use waybill_store::EventContext;

use crate::shop::{Shop, Somebody, lines, on_each_database, outgoing};

pub async fn list(
    shop: &Shop,
    who: &Somebody,
    request: pb::ListOrdersRequest,
) -> pb::ListOrdersResponse {
    let answer = shop.orders().list_orders(outgoing(&who.ctx, request)).await;
    answer.unwrap().into_inner()
}

/// The titles that a search finds, newest first.
pub async fn found(shop: &Shop, who: &Somebody, q: &str) -> Vec<String> {
    let request = pb::ListOrdersRequest {
        q: q.to_owned(),
        ..Default::default()
    };
    let answer = list(shop, who, request).await;
    answer
        .orders
        .into_iter()
        .map(|order| order.title.unwrap_or_default())
        .collect()
}

async fn order(shop: &Shop, who: &Somebody, title: &str) -> pb::Order {
    let request = pb::PlaceOrderRequest {
        title: Some(title.to_owned()),
        description: Some("as agreed".into()),
        ..lines(&[])
    };
    shop.try_place(who, request).await.unwrap().order.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_found_by_prefix() {
    on_each_database(async |shop| {
        let (zoe, adam) = (
            shop.somebody(waybill_primitives::Role::Customer, "Zoë O'Brien"),
            shop.somebody(waybill_primitives::Role::Customer, "Adam 50%_off"),
        );
        for title in ["Garden-Fence, oak", "Fenster putzen", "Paint the hall"] {
            order(shop, &zoe, title).await;
        }
        order(shop, &adam, "Fence of steel").await;
        shop.flush().await;
        for (q, expected) in [
            (
                "fen",
                &["Fence of steel", "Fenster putzen", "Garden-Fence, oak"][..],
            ),
            ("FENCE", &["Fence of steel", "Garden-Fence, oak"]),
            ("fence zo", &["Garden-Fence, oak"]),
            ("fence o'brien", &["Garden-Fence, oak"]),
            ("ence", &[]),
            ("hall paint", &["Paint the hall"]),
            (
                "zoë",
                &["Paint the hall", "Fenster putzen", "Garden-Fence, oak"],
            ),
            ("50", &["Fence of steel"]),
            ("%", &[]),
            ("_", &[]),
            ("nothing", &[]),
        ] {
            assert_eq!(found(shop, &shop.admin, q).await, expected, "{q}");
        }
        // Customers find their own.
        assert_eq!(found(shop, &adam, "fen").await, ["Fence of steel"]);
        assert_eq!(found(shop, &adam, "zoë").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_can_be_combined_with_every_filter_sort_and_page() {
    on_each_database(async |shop| {
        let carla = shop.customer();
        let fence = shop.service("Fence", 100).await;
        let mut placed = Vec::new();
        for units in [3, 1, 2, 5, 4] {
            let request = pb::PlaceOrderRequest {
                title: Some(format!("Fence of {units}")),
                ..lines(&[(&fence, units)])
            };
            placed.push(
                shop.try_place(&carla, request)
                    .await
                    .unwrap()
                    .order
                    .unwrap(),
            );
        }
        shop.pay(&placed[3]).await;
        shop.flush().await;
        let request = |sort: OrderSort, cursor: &str| pb::ListOrdersRequest {
            q: "fen".into(),
            sort: sort.into(),
            min_total: Some(200),
            page: Some(PageRequest {
                limit: 2,
                cursor: cursor.into(),
                total: true,
            }),
            ..Default::default()
        };
        let first = list(shop, &shop.admin, request(OrderSort::TotalDesc, "")).await;
        let page = first.page.unwrap();
        assert_eq!((page.total, page.total_capped), (Some(4), false));
        let second = list(
            shop,
            &shop.admin,
            request(OrderSort::TotalDesc, page.next_cursor()),
        )
        .await;
        let titles: Vec<_> = first
            .orders
            .iter()
            .chain(&second.orders)
            .map(pb::Order::title)
            .collect();
        assert_eq!(
            titles,
            ["Fence of 5", "Fence of 4", "Fence of 3", "Fence of 2"]
        );
        let paid = pb::ListOrdersRequest {
            q: "fence".into(),
            payment_statuses: vec![pb::PaymentStatus::Paid.into()],
            ..Default::default()
        };
        let paid = list(shop, &shop.admin, paid).await;
        assert_eq!(paid.orders.len(), 1);
        assert_eq!(paid.orders[0].id, placed[3].id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_found_whole_and_by_prefix() {
    on_each_database(async |shop| {
        let order = order(shop, &shop.customer(), "Fence").await;
        let number = order.order_number.as_str();
        for q in [
            number,
            &number.to_lowercase(),
            &number[..3],
            &number[..6],
            &number[..7],
            &number[..10],
        ] {
            assert_eq!(found(shop, &shop.admin, q).await, ["Fence"], "{q}");
        }
        assert_eq!(found(shop, &shop.admin, &order.id).await, ["Fence"]);
        let another = waybill_primitives::OrderId::new().to_string();
        assert!(found(shop, &shop.admin, &another).await.is_empty());
        for q in ["W19", "W1911", "W261331"] {
            assert!(found(shop, &shop.admin, q).await.is_empty(), "{q}");
        }
    })
    .await;
}

/// The index of words is written asynchronously; a new order must be found before that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_order_is_found_by_all_its_words() {
    on_each_database(async |shop| {
        // New orders are recognised by the current time; with a time in the future they stay new, however slow the machine is.
        shop.clock.advance(std::time::Duration::from_hours(1));
        let who = shop.customer();
        let kettle = shop.goods("Copper kettle", 5, 1_000).await;
        for round in 0..20 {
            let request = pb::PlaceOrderRequest {
                title: Some(format!("Round {round}")),
                description: Some(format!("Engraved with unique{round}x, please")),
                ..lines(&[(&kettle, 1)])
            };
            let placed = shop.try_place(&who, request).await.unwrap().order.unwrap();
            for q in [format!("unique{round}x"), format!("kettle round {round}")] {
                let found = found(shop, &shop.admin, &q).await;
                assert!(
                    found.iter().any(|title| title == placed.title()),
                    "{q}: {found:?}"
                );
            }
        }
        shop.flush().await;
        let found = found(shop, &shop.admin, "copper unique7x").await;
        assert_eq!(found, ["Round 7"]);
    })
    .await;
}

#[tokio::test]
async fn the_words_of_an_edit_are_not_overwritten_by_a_stale_read() {
    on_each_database(async |shop| {
        let zoe = shop.customer();
        let order = order(shop, &zoe, "Fence").await;
        let id = order.id.parse().unwrap();
        let tx = shop.db.begin(&EventContext::default()).await.unwrap();
        set_search(&tx, id, order.version - 1, "read before")
            .await
            .unwrap();
        let searched = searched(tx.conn(), &[id]).await.unwrap();
        assert!(searched[&id].contains("fence"), "{searched:?}");
        set_search(&tx, id, order.version, "as it is")
            .await
            .unwrap();
        let after = waybill_order::searched(tx.conn(), &[id]).await;
        assert_eq!(after.unwrap()[&id], "as it is");
        tx.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_found_by_the_address_the_end_of_the_number_the_kind_and_without_a_worker() {
    on_each_database(async |shop| {
        let (ada, bob) = (
            shop.somebody(waybill_primitives::Role::Customer, "Ada"),
            shop.somebody(waybill_primitives::Role::Customer, "Bob"),
        );
        let will = shop.hired("Will").await;
        // With a time in the future they stay new, however slow the machine is.
        shop.clock.advance(std::time::Duration::from_hours(1));
        let (cup, advice) = (
            shop.goods("Cup", 5, 9).await,
            shop.service("Advice", 5).await,
        );
        let goods = shop.place(&ada, &[(&cup, 1)]).await;
        let service = shop.place(&bob, &[(&advice, 1)]).await;
        let mixed = shop.place(&bob, &[(&cup, 1), (&advice, 1)]).await;
        shop.pay(&service).await;
        shop.claim(&will, &service).await.unwrap();
        let address = |order: &pb::Order| order.customer.clone().unwrap().email.unwrap();
        let check = async |request: pb::ListOrdersRequest, expected: &[&pb::Order]| {
            let found = list(shop, &shop.admin, request.clone()).await.orders;
            let found: Vec<_> = found.into_iter().map(|order| order.id).collect();
            let expected: Vec<_> = expected.iter().map(|order| order.id.clone()).collect();
            assert_eq!(found, expected, "{request:?}");
        };
        let q = |q: &str| pb::ListOrdersRequest {
            q: q.to_owned(),
            ..Default::default()
        };
        let of = |kinds: &[pb::OrderKind]| pb::ListOrdersRequest {
            kinds: kinds.iter().map(|kind| i32::from(*kind)).collect(),
            ..Default::default()
        };
        // By their own columns at first, then by the index.
        for indexed in [false, true] {
            if indexed {
                shop.flush().await;
            }
            check(q(&address(&goods)), &[&goods]).await;
            check(q(&address(&service).to_uppercase()), &[&mixed, &service]).await;
            check(q("nobody@example.com"), &[]).await;
            for order in [&goods, &service, &mixed] {
                let number = &order.order_number;
                check(q(&number[8..]), &[order]).await;
                check(q(&number[10..].to_lowercase()), &[order]).await;
            }
            check(of(&[pb::OrderKind::Mixed]), &[&mixed]).await;
            check(
                of(&[pb::OrderKind::Goods, pb::OrderKind::Service]),
                &[&service, &goods],
            )
            .await;
            let unassigned = pb::ListOrdersRequest {
                unassigned: true,
                statuses: vec![
                    pb::OrderStatus::Pending.into(),
                    pb::OrderStatus::InProgress.into(),
                ],
                ..Default::default()
            };
            check(unassigned, &[&mixed, &goods]).await;
        }
        // Another kind after an edit.
        let edit = pb::EditOrderRequest {
            id: goods.id.clone(),
            items: Some(pb::EditedLines {
                lines: vec![pb::EditedLine {
                    product_id: Some(advice.id.clone()),
                    quantity: 1,
                }],
            }),
            ..Default::default()
        };
        shop.orders()
            .edit_order(outgoing(&ada.ctx, edit))
            .await
            .unwrap();
        shop.flush().await;
        check(of(&[pb::OrderKind::Goods]), &[]).await;
        check(of(&[pb::OrderKind::Service]), &[&service, &goods]).await;
        // In the pool nobody finds out an address.
        shop.pay(&mixed).await;
        let request = pb::ListAvailableRequest {
            q: address(&service),
            ..Default::default()
        };
        let request = outgoing(&will.ctx, request);
        let pool = shop.work().list_available(request).await.unwrap();
        assert!(pool.into_inner().orders.is_empty());
    })
    .await;
}
