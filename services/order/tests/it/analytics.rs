//! Figures of orders: they equal a full count in all cases.

use std::sync::Arc;

use sea_orm::ConnectionTrait as _;
use waybill_order::rebuild_analytics;
use waybill_primitives::{Currency, Money, Role};
use waybill_proto::{
    order::{self as pb, ChangeRequestKind},
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{AppError, ErrorKind};
use waybill_store::{EventContext, outbox_events};
use waybill_testkit::payment_changed;

use crate::shop::{Shop, Somebody, lines, on_any_database, on_each_database, outgoing};

async fn dashboard(shop: &Shop, who: &Somebody) -> Result<pb::GetDashboardResponse, AppError> {
    let request = outgoing(&who.ctx, pb::GetDashboardRequest {});
    Ok(shop.analytics().get_dashboard(request).await?.into_inner())
}

async fn report(
    shop: &Shop,
    request: pb::GetOrderAnalyticsRequest,
) -> Result<pb::GetOrderAnalyticsResponse, AppError> {
    let request = outgoing(&shop.admin.ctx, request);
    let answer = shop.analytics().get_order_analytics(request).await?;
    Ok(answer.into_inner())
}

/// Placed, paid, completed, cancelled, revenue, refunded.
fn figures(totals: Option<&pb::OrderTotals>) -> [i64; 6] {
    let totals = totals.unwrap();
    let amount = |money: &Option<Money>| money.unwrap().amount;
    [
        totals.placed,
        totals.paid,
        totals.completed,
        totals.cancelled,
        amount(&totals.revenue),
        amount(&totals.refunded),
    ]
}

async fn statement(shop: &Shop, sql: &str) {
    let tx = shop.db.begin(&EventContext::default()).await.unwrap();
    tx.conn().execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

/// Orders with different outcomes: unpaid, paid, completed by a worker, refunded after a cancellation.
async fn a_few_orders(shop: &Shop) -> (pb::Product, Somebody) {
    let (carla, will) = (shop.customer(), shop.worker());
    let fence = shop.service("Fence", 1_000).await;
    let mut orders = Vec::new();
    for units in 1..=4 {
        orders.push(shop.place(&carla, &[(&fence, units)]).await);
    }
    for order in &orders[1..3] {
        shop.pay(order).await;
    }
    let refunded = shop.pay(&orders[3]).await;
    shop.claim(&will, &orders[2]).await.unwrap();
    let kind = ChangeRequestKind::Completion;
    let request = shop.ask(&will, &orders[2], kind).await.unwrap();
    shop.decide(&request, true).await.unwrap();
    shop.cancel(&shop.admin, &orders[3]).await.unwrap();
    let back = payment::Payment {
        version: 2,
        ..refunded
    };
    let event = payment_changed(PaymentEvent::Refunded, &back);
    shop.send_event(&back, &event).await;
    shop.flush().await;
    (fence, will)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_shows_the_figures_of_all_orders() {
    on_each_database(async |shop| {
        let (fence, will) = a_few_orders(shop).await;
        let board = dashboard(shop, &shop.admin).await.unwrap();
        // Two of 2,000 and 3,000 stay paid; the one of 4,000 is refunded.
        let expected = [4, 3, 1, 1, 5_000, 4_000];
        assert_eq!(figures(board.current.as_ref()), expected);
        assert_eq!(figures(board.all_time.as_ref()), expected);
        assert_eq!(figures(board.previous.as_ref()), [0; 6]);
        assert_eq!(
            board.current.unwrap().average_order,
            Some(Money::new(3_000, Currency::USD))
        );
        let by_status = pb::OrdersByStatus {
            pending: 2,
            completed: 1,
            cancelled: 1,
            ..Default::default()
        };
        assert_eq!(board.orders_by_status, Some(by_status));
        assert_eq!(board.top_products.len(), 1);
        let top = &board.top_products[0];
        assert_eq!((top.product_id.as_str(), top.units), (fence.id.as_str(), 5));
        assert_eq!(
            (top.name.as_str(), top.revenue.as_ref().unwrap().amount),
            ("Fence", 5_000)
        );
        assert_eq!(board.recent_orders.len(), 4);
        assert_eq!(board.pending_events, 0);

        let report = report(shop, pb::GetOrderAnalyticsRequest::default())
            .await
            .unwrap();
        assert_eq!(figures(report.totals.as_ref()), expected);
        assert_eq!(report.buckets.len(), 30);
        let today = report.buckets.last().unwrap();
        assert_eq!(figures(today.totals.as_ref()), expected);
        assert_eq!(report.workers.len(), 1);
        let worker = &report.workers[0];
        assert_eq!(worker.worker_id, will.id.to_string());
        assert_eq!(
            (worker.name.as_str(), worker.claimed, worker.completed),
            ("Will Worker", 1, 1)
        );
        assert_eq!(worker.completed_total.as_ref().unwrap().amount, 3_000);
        assert!(worker.mean_seconds.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_for_administrators_and_need_a_valid_time_span() {
    on_any_database(async |shop| {
        for who in [shop.customer(), shop.worker()] {
            let refused = dashboard(shop, &who).await.unwrap_err();
            assert_eq!(refused.kind, ErrorKind::Forbidden);
        }
        let at = |seconds| Some(waybill_primitives::Timestamp::from_secs(seconds));
        for (request, field) in [
            (
                pb::GetOrderAnalyticsRequest {
                    from: at(2_000),
                    to: at(1_000),
                    bucket: 0,
                },
                "from",
            ),
            (
                pb::GetOrderAnalyticsRequest {
                    from: at(0),
                    to: at(1_700_000_000),
                    bucket: 3,
                },
                "from",
            ),
            (
                pb::GetOrderAnalyticsRequest {
                    from: at(0),
                    to: at(200_000_000),
                    bucket: 1,
                },
                "bucket",
            ),
            (
                pb::GetOrderAnalyticsRequest {
                    from: None,
                    to: None,
                    bucket: 9,
                },
                "bucket",
            ),
        ] {
            let refused = report(shop, request).await.unwrap_err();
            assert_eq!(refused.fields[0].field, field);
        }
    })
    .await;
}

async fn order_events(shop: &Shop) -> Vec<waybill_bus::Envelope> {
    outbox_events(&shop.db, "order", None, 100_000)
        .await
        .unwrap()
}

/// As if nothing had ever been counted.
async fn forget(shop: &Shop) {
    for sql in [
        "DELETE FROM order_projections",
        "DELETE FROM analytics_daily",
        "DELETE FROM order_words",
        "DELETE FROM inbox WHERE consumer = 'order-projections'",
    ] {
        statement(shop, sql).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_come_again_late_or_in_another_order_count_once() {
    on_each_database(async |shop| {
        a_few_orders(shop).await;
        let before = dashboard(shop, &shop.admin).await.unwrap();
        let other = shop.second().await;
        // With the inbox, and after the inbox was cleared.
        let mut events = order_events(shop).await;
        for event in &events {
            other.deliver(event.clone()).await;
        }
        statement(
            shop,
            "DELETE FROM inbox WHERE consumer = 'order-projections'",
        )
        .await;
        other.close().await;
        let other = shop.second().await;
        for event in &events {
            other.deliver(event.clone()).await;
        }
        assert_eq!(dashboard(shop, &shop.admin).await.unwrap(), before);
        shop.verify().await;

        // From scratch, latest first: missing changes are read from the history.
        forget(shop).await;
        events.reverse();
        other.close().await;
        let other = shop.second().await;
        for event in &events {
            other.deliver(event.clone()).await;
        }
        assert_eq!(dashboard(shop, &shop.admin).await.unwrap(), before);
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_count_each_event_once() {
    on_each_database(async |shop| {
        for _ in 0..4 {
            a_few_orders(shop).await;
        }
        let before = dashboard(shop, &shop.admin).await.unwrap();
        forget(shop).await;
        let events = order_events(shop).await;
        let replicas = [Arc::new(shop.second().await), Arc::new(shop.second().await)];
        let mut tasks = tokio::task::JoinSet::new();
        for replica in &replicas {
            for event in &events {
                let (replica, event) = (Arc::clone(replica), event.clone());
                tasks.spawn(async move { replica.deliver(event).await });
            }
        }
        tasks.join_all().await;
        assert_eq!(dashboard(shop, &shop.admin).await.unwrap(), before);
        for replica in replicas {
            replica.close().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_repairs_figures_while_events_flow_and_never_shows_partial_ones() {
    on_each_database(async |shop| {
        a_few_orders(shop).await;
        statement(
            shop,
            "UPDATE analytics_daily SET quantity = quantity + 7 WHERE metric = 'PAID'",
        )
        .await;
        statement(shop, "DELETE FROM order_words").await;
        statement(shop, "UPDATE orders SET search = 'Old Text'").await;
        let wrong = waybill_order::verify(&shop.db).await.unwrap();
        assert!(
            wrong.iter().any(|finding| finding.contains("figure PAID")),
            "{wrong:?}"
        );

        let fence = shop.service("Gate", 300).await;
        let carla = shop.somebody(Role::Customer, "Carla Customer");
        let busy = async {
            for turn in 0..30 {
                let order = shop.place(&carla, &[(&fence, 1)]).await;
                if turn % 3 > 0 {
                    shop.pay(&order).await;
                }
                // During the rebuild, every earlier order is counted exactly once.
                let board = dashboard(shop, &shop.admin).await.unwrap();
                let placed = board.all_time.unwrap().placed;
                assert!(
                    (4..=4 + turn + 1).contains(&placed),
                    "{placed} in turn {turn}"
                );
            }
        };
        let rebuilding = async {
            for _ in 0..5 {
                rebuild_analytics(&shop.db, |_| {}).await.unwrap();
            }
        };
        tokio::join!(busy, rebuilding);
        shop.flush().await;
        shop.verify().await;
        let board = dashboard(shop, &shop.admin).await.unwrap();
        assert_eq!(board.all_time.unwrap().placed, 34);
        let found = crate::search::found(shop, &shop.admin, "carla").await;
        assert_eq!(found.len(), 20, "words are back");
        let found = crate::search::found(shop, &shop.admin, "carl").await;
        assert_eq!(found.len(), 20, "and by a beginning");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_without_lines_counts_too() {
    on_any_database(async |shop| {
        let request = pb::PlaceOrderRequest {
            title: Some("Paint the hall".into()),
            description: Some("White".into()),
            ..lines(&[])
        };
        // A request for a quote counts once it is paid, with the price that was accepted.
        let who = shop.customer();
        let placed = shop.try_place(&who, request).await.unwrap();
        let order = placed.order.unwrap();
        shop.flush().await;
        let board = dashboard(shop, &shop.admin).await.unwrap();
        assert_eq!(figures(board.all_time.as_ref())[..2], [1, 0]);
        shop.quote(&shop.admin, &order, 700).await.unwrap();
        let accepted = shop.accept(&who, &order, 1).await.unwrap();
        shop.pay(&accepted).await;
        shop.flush().await;
        let board = dashboard(shop, &shop.admin).await.unwrap();
        assert_eq!(figures(board.all_time.as_ref())[..2], [1, 1]);
        let revenue = board.all_time.as_ref().unwrap().revenue;
        assert_eq!(revenue, Some(crate::people::usd(700)));
        assert!(board.top_products.is_empty());
    })
    .await;
}
