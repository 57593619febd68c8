//! Visibility of orders, and lists.

use waybill_primitives::Role;
use waybill_proto::{
    common::PageRequest,
    json::Named as _,
    order::{self as pb, ListOrdersRequest, OrderSort},
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, on_each_database, outgoing};

async fn list(
    shop: &Shop,
    who: &Somebody,
    request: ListOrdersRequest,
) -> Result<pb::ListOrdersResponse, AppError> {
    Ok(shop
        .orders()
        .list_orders(outgoing(&who.ctx, request))
        .await?
        .into_inner())
}

async fn ids(shop: &Shop, who: &Somebody, request: ListOrdersRequest) -> Vec<String> {
    let answer = list(shop, who, request).await.unwrap();
    answer.orders.into_iter().map(|order| order.id).collect()
}

fn all() -> ListOrdersRequest {
    ListOrdersRequest::default()
}

#[tokio::test]
async fn foreign_orders_do_not_exist() {
    on_each_database(async |shop| {
        let (owner, stranger) = (shop.customer(), shop.customer());
        let (worker, other) = (shop.worker(), shop.somebody(Role::Staff, "Wanda"));
        let advice = shop.service("Advice", 5).await;
        let order = shop.place(&owner, &[(&advice, 1)]).await;
        for nobody in [&stranger, &worker] {
            assert_eq!(
                shop.get(nobody, &order).await.unwrap_err().code,
                ErrorCode::NotFound
            );
            assert_eq!(
                shop.cancel(nobody, &order).await.unwrap_err().code,
                ErrorCode::NotFound
            );
            let history = pb::GetHistoryRequest {
                limit: 0,
                order_id: order.id.clone(),
                after_version: 0,
            };
            let error = shop
                .orders()
                .get_history(outgoing(&nobody.ctx, history))
                .await
                .unwrap_err();
            assert_eq!(AppError::from(error).code, ErrorCode::NotFound);
            assert!(ids(shop, nobody, all()).await.is_empty());
        }
        shop.pay(&order).await;
        // In the pool every worker may read it, but it is in no worker's list.
        shop.get(&worker, &order).await.unwrap();
        assert!(ids(shop, &worker, all()).await.is_empty());
        shop.claim(&worker, &order).await.unwrap();
        assert_eq!(
            shop.get(&other, &order).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        for somebody in [&owner, &worker, &shop.admin] {
            shop.get(somebody, &order).await.unwrap();
            assert_eq!(
                ids(shop, somebody, all()).await,
                std::slice::from_ref(&order.id)
            );
        }
        // No filter reveals it.
        let by_customer = ListOrdersRequest {
            customer_id: owner.id.to_string(),
            ..all()
        };
        assert!(ids(shop, &stranger, by_customer.clone()).await.is_empty());
        assert!(ids(shop, &other, by_customer).await.is_empty());
        let by_worker = ListOrdersRequest {
            assignee_id: worker.id.to_string(),
            ..all()
        };
        assert!(ids(shop, &other, by_worker.clone()).await.is_empty());
        assert_eq!(ids(shop, &shop.admin, by_worker).await.len(), 1);
        let anonymous = shop
            .orders()
            .get_order(pb::GetOrderRequest {
                id: order.id.clone(),
            })
            .await;
        assert_eq!(
            AppError::from(anonymous.unwrap_err()).code,
            ErrorCode::Unauthenticated
        );
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_the_list() {
    on_each_database(async |shop| {
        let ada = shop.somebody(Role::Customer, "Ada Löwe");
        let bob = shop.somebody(Role::Customer, "Bob 100%");
        let cup = shop.goods("Cup", 1000, 100).await;
        // New orders are found before they are indexed; with a time in the future they stay new, however slow the machine is.
        shop.clock.advance(std::time::Duration::from_hours(1));
        let mut placed = Vec::new();
        for (who, title, quantity) in [
            (&ada, "Red fence", 1),
            (&ada, "Blue FENCE", 2),
            (&bob, "Roof", 3),
        ] {
            let request = pb::PlaceOrderRequest {
                title: Some(title.into()),
                ..crate::shop::lines(&[(&cup, quantity)])
            };
            placed.push(shop.try_place(who, request).await.unwrap().order.unwrap());
            shop.clock.advance(std::time::Duration::from_mins(1));
        }
        let [red, blue, roof] = placed.try_into().unwrap();
        shop.pay(&roof).await;
        shop.cancel(&ada, &red).await.unwrap();
        let admin = &shop.admin;
        let check = async |request: ListOrdersRequest, expected: &[&pb::Order]| {
            let expected: Vec<_> = expected.iter().map(|order| order.id.clone()).collect();
            assert_eq!(
                ids(shop, admin, request.clone()).await,
                expected,
                "{request:?}"
            );
        };
        check(all(), &[&roof, &blue, &red]).await;
        let q = |q: &str| ListOrdersRequest {
            q: q.into(),
            ..all()
        };
        check(q("fence"), &[&blue, &red]).await;
        check(q("fence RED"), &[&red]).await;
        check(q("löwe"), &[&blue, &red]).await;
        check(q("100%"), &[&roof]).await;
        // A search without any word finds nothing.
        check(q("%"), &[]).await;
        check(q("_"), &[]).await;
        check(q(&roof.order_number.to_lowercase()), &[&roof]).await;
        // All but the last character: shorter prefixes are sometimes shared by two of the three.
        check(q(&roof.order_number[..14]), &[&roof]).await;
        check(q(&roof.order_number[..4]), &[&roof, &blue, &red]).await;
        check(
            ListOrdersRequest {
                statuses: vec![pb::OrderStatus::Cancelled.into()],
                ..all()
            },
            &[&red],
        )
        .await;
        check(
            ListOrdersRequest {
                unassigned: true,
                ..all()
            },
            &[&roof, &blue, &red],
        )
        .await;
        for (kinds, expected) in [
            (vec![pb::OrderKind::Goods], vec![&roof, &blue, &red]),
            (vec![pb::OrderKind::Service, pb::OrderKind::Mixed], vec![]),
        ] {
            let kinds = kinds.into_iter().map(Into::into).collect();
            check(ListOrdersRequest { kinds, ..all() }, &expected).await;
        }
        let (pending, cancelled) = (pb::OrderStatus::Pending, pb::OrderStatus::Cancelled);
        let all_statuses = pb::OrderStatus::NAMES
            .iter()
            .map(|(_, status)| (*status).into());
        for (statuses, expected) in [
            (
                vec![cancelled.into(), pending.into(), cancelled.into()],
                vec![&roof, &blue, &red],
            ),
            (
                vec![cancelled.into(), pb::OrderStatus::OnHold.into()],
                vec![&red],
            ),
            (all_statuses.collect(), vec![&roof, &blue, &red]),
        ] {
            let any = |sort: OrderSort| ListOrdersRequest {
                statuses: statuses.clone(),
                sort: sort.into(),
                ..all()
            };
            check(any(OrderSort::Newest), &expected).await;
            check(any(OrderSort::TotalDesc), &expected).await;
        }
        check(
            ListOrdersRequest {
                payment_statuses: vec![pb::PaymentStatus::Paid.into()],
                ..all()
            },
            &[&roof],
        )
        .await;
        check(
            ListOrdersRequest {
                customer_id: ada.id.to_string(),
                ..all()
            },
            &[&blue, &red],
        )
        .await;
        check(
            ListOrdersRequest {
                from: blue.created_at,
                ..all()
            },
            &[&roof, &blue],
        )
        .await;
        check(
            ListOrdersRequest {
                to: blue.created_at,
                ..all()
            },
            &[&red],
        )
        .await;
        check(
            ListOrdersRequest {
                min_total: Some(2000),
                max_total: Some(2999),
                ..all()
            },
            &[&blue],
        )
        .await;
        let sorted = |sort: OrderSort| ListOrdersRequest {
            sort: sort.into(),
            ..all()
        };
        check(sorted(OrderSort::Oldest), &[&red, &blue, &roof]).await;
        check(sorted(OrderSort::TotalAsc), &[&red, &blue, &roof]).await;
        check(sorted(OrderSort::TotalDesc), &[&roof, &blue, &red]).await;
        for bad in [
            ListOrdersRequest {
                customer_id: "ada".into(),
                ..all()
            },
            ListOrdersRequest {
                statuses: vec![pb::OrderStatus::Pending.into(), 99],
                ..all()
            },
            ListOrdersRequest {
                page: Some(PageRequest {
                    limit: 101,
                    ..Default::default()
                }),
                ..all()
            },
            ListOrdersRequest {
                page: Some(PageRequest {
                    cursor: "%".into(),
                    ..Default::default()
                }),
                ..all()
            },
        ] {
            assert_eq!(
                list(shop, admin, bad).await.unwrap_err().code,
                ErrorCode::ValidationError
            );
        }
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_in_every_sort() {
    on_each_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 1000, 1000).await;
        for n in 0..23 {
            // Also with equal keys: the id decides.
            shop.place(&who, &[(&cup, 1 + n % 3)]).await;
        }
        for sort in [
            OrderSort::Newest,
            OrderSort::Oldest,
            OrderSort::TotalAsc,
            OrderSort::TotalDesc,
        ] {
            let whole = ids(
                shop,
                &who,
                ListOrdersRequest {
                    sort: sort.into(),
                    page: Some(PageRequest {
                        limit: 100,
                        ..Default::default()
                    }),
                    ..all()
                },
            )
            .await;
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = PageRequest {
                    limit: 5,
                    cursor,
                    total: true,
                };
                let request = ListOrdersRequest {
                    sort: sort.into(),
                    page: Some(page),
                    ..all()
                };
                let answer = list(shop, &who, request).await.unwrap();
                paged.extend(answer.orders.into_iter().map(|order| order.id));
                let info = answer.page.unwrap();
                assert_eq!(info.total, Some(23));
                cursor = info.next_cursor.unwrap_or_default();
                if cursor.is_empty() {
                    break;
                }
            }
            assert_eq!(paged, whole, "{sort:?}");
            assert_eq!(paged.len(), 23);
        }
        // A cursor belongs to its sort.
        let first = list(
            shop,
            &who,
            ListOrdersRequest {
                page: Some(PageRequest {
                    limit: 5,
                    ..Default::default()
                }),
                ..all()
            },
        )
        .await
        .unwrap();
        let cursor = first.page.unwrap().next_cursor.unwrap_or_default();
        let wrong = ListOrdersRequest {
            sort: OrderSort::TotalAsc.into(),
            page: Some(PageRequest {
                cursor,
                ..Default::default()
            }),
            ..all()
        };
        assert_eq!(
            list(shop, &who, wrong).await.unwrap_err().code,
            ErrorCode::ValidationError
        );
    })
    .await;
}
