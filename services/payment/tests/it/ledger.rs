//! The ledger: the shares of a completed order, who reads it, and what `verify` finds.

use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use waybill_payment::verify;
use waybill_primitives::{Currency, Money, Role, Timestamp, UserId};
use waybill_proto::{
    common::PageRequest,
    order::{self, OrderEvent},
    payment as proto,
};
use waybill_service_kit::CallContext;
use waybill_store::EventContext;
use waybill_testkit::order_changed;

use crate::shop::{Shop, TOTAL, code, on_any_database, on_each_database};

fn completed(order: &order::Order, worker: Option<UserId>) -> order::Order {
    let mut order = order.clone();
    order.set_status(order::OrderStatus::Completed);
    order.set_payment_status(order::PaymentStatus::Paid);
    order.assignee = worker.map(|id| order::Assignee {
        id: id.to_string(),
        name: "Wim Worker".to_owned(),
    });
    order
}

async fn publish_completed(shop: &Shop, order: &order::Order) {
    let event = order_changed(OrderEvent::Completed, order);
    shop.publish(&order.id, &event).await;
}

fn line(kind: &str, account: impl Into<String>, amount: i64) -> (String, String, i64) {
    (kind.to_owned(), account.into(), amount)
}

async fn accrual_of(shop: &Shop, order: &order::Order) -> Vec<(String, String, i64)> {
    let mut books = shop.books_of(order).await;
    books.retain(|(kind, ..)| kind == "ACCRUAL");
    books
}

#[tokio::test]
async fn a_completed_order_is_shared_once_between_worker_and_platform() {
    on_each_database(async |shop| {
        let worker = UserId::new();
        let (_, order, _) = shop.paid().await;
        let order = completed(&order, Some(worker));
        publish_completed(shop, &order).await;
        publish_completed(shop, &order).await;
        let expected = [
            line("ACCRUAL", "orders", TOTAL),
            line("ACCRUAL", "platform", -TOTAL / 5),
            line("ACCRUAL", format!("worker:{worker}"), -TOTAL / 5 * 4),
        ];
        assert_eq!(accrual_of(shop, &order).await, expected);

        let (_, goods, _) = shop.paid().await;
        let goods = completed(&goods, None);
        publish_completed(shop, &goods).await;
        let expected = [
            line("ACCRUAL", "orders", TOTAL),
            line("ACCRUAL", "platform", -TOTAL),
        ];
        assert_eq!(accrual_of(shop, &goods).await, expected);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_shared_before_it_is_paid_or_if_nothing_was_due() {
    on_any_database(async |shop| {
        let worker = UserId::new();
        let (_, order, payment) = shop.pending().await;
        let mut unpaid = completed(&order, Some(worker));
        unpaid.set_payment_status(order::PaymentStatus::Unpaid);
        publish_completed(shop, &unpaid).await;
        assert!(accrual_of(shop, &order).await.is_empty());

        // The customer pays afterwards.
        shop.succeed(&payment.id).await.unwrap();
        let paid = order::OrderChanged {
            payment_id: payment.id.clone(),
            ..order_changed(OrderEvent::Paid, &completed(&order, Some(worker)))
        };
        shop.publish(&order.id, &paid).await;
        assert_eq!(accrual_of(shop, &order).await.len(), 3);

        let mut free = completed(&shop.order_of(&shop.customer()), Some(worker));
        free.total = Some(Money::zero(Currency::USD));
        publish_completed(shop, &free).await;
        assert!(shop.books_of(&free).await.is_empty());
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_books_are_for_administrators_paged_and_filtered() {
    on_each_database(async |shop| {
        let (customer, order, _) = shop.paid().await;
        shop.paid().await;
        let all = proto::ListLedgerRequest::default();
        for person in [&customer, &shop.person(Role::Staff)] {
            assert_eq!(
                code(shop.ledger(&person.ctx, all.clone()).await),
                "FORBIDDEN"
            );
        }
        let anonymous = CallContext::anonymous();
        assert_eq!(
            code(shop.ledger(&anonymous, all.clone()).await),
            "UNAUTHENTICATED"
        );

        let admin = shop.admin();
        let first = proto::ListLedgerRequest {
            page: Some(PageRequest {
                limit: 3,
                total: true,
                ..PageRequest::default()
            }),
            ..all.clone()
        };
        let page = shop.ledger(&admin.ctx, first).await.unwrap();
        let info = page.page.unwrap();
        assert_eq!((page.lines.len(), info.total), (3, Some(4)));
        let rest = proto::ListLedgerRequest {
            page: Some(PageRequest {
                cursor: info.next_cursor.unwrap_or_default(),
                ..PageRequest::default()
            }),
            ..all.clone()
        };
        let page = shop.ledger(&admin.ctx, rest).await.unwrap();
        assert_eq!(page.lines.len(), 1);
        assert_eq!(page.page.unwrap().next_cursor, None);

        let orders = proto::ListLedgerRequest {
            account: "orders".to_owned(),
            order_id: order.id.clone(),
            ..all.clone()
        };
        let page = shop.ledger(&admin.ctx, orders).await.unwrap();
        assert_eq!(page.lines.len(), 1);
        assert_eq!(page.lines[0].amount.as_ref().unwrap().amount, -TOTAL);

        let nonsense = proto::ListLedgerRequest {
            account: "cash".to_owned(),
            ..all
        };
        assert_eq!(
            code(shop.ledger(&admin.ctx, nonsense).await),
            "VALIDATION_ERROR"
        );
    })
    .await;
}

#[tokio::test]
async fn verify_finds_what_must_not_be() {
    let faults = [
        (
            "UPDATE ledger_lines SET amount = amount + 1 WHERE amount > 0",
            "add up to zero",
        ),
        ("DELETE FROM ledger_lines", "fewer than two lines"),
        (
            "UPDATE payments SET state = 'REFUNDED'",
            "other refunds of it than were made",
        ),
        ("UPDATE payments SET state = 'PENDING'", "took no money"),
        (
            "UPDATE payments SET state = 'REFUNDING'",
            "another amount than it has reserved",
        ),
        (
            "UPDATE payments SET refunding = 20000",
            "more was refunded than was paid",
        ),
        ("UPDATE payments SET amount = 1", "another amount"),
        (
            "UPDATE ledger_entries SET kind = 'REFUND'",
            "exactly one PAYMENT",
        ),
        (
            "UPDATE ledger_lines SET amount = 0 - amount",
            "more was shared",
        ),
    ];
    on_each_database(async |shop| {
        shop.paid().await;
        shop.assert_sound().await;
        for (statement, expected) in faults {
            let tx = shop.db.begin(&EventContext::default()).await.unwrap();
            tx.conn().execute_unprepared(statement).await.unwrap();
            tx.commit().await.unwrap();
            let problems = verify(&shop.db).await.unwrap();
            assert!(
                problems.iter().any(|problem| problem.contains(expected)),
                "{statement}: {problems:#?}"
            );
            reset(shop).await;
            shop.assert_sound().await;
        }
    })
    .await;
}

/// Deletes all rows and creates a new payment.
async fn reset(shop: &Shop) {
    for table in ["ledger_lines", "ledger_entries", "payments"] {
        let tx = shop.db.begin(&EventContext::default()).await.unwrap();
        let statement = format!("DELETE FROM {table}");
        tx.conn().execute_unprepared(&statement).await.unwrap();
        tx.commit().await.unwrap();
    }
    shop.paid().await;
}

#[tokio::test]
async fn an_order_is_shared_by_the_commission_at_its_completion() {
    on_each_database(async |shop| {
        let worker = UserId::new();
        let noon = Timestamp::now();
        let at = |seconds| Some(noon.plus(Duration::from_secs(seconds)));
        let settings = |version, commission, seconds| order::SettingsChanged {
            settings: Some(order::ShopSettings {
                commission_basis_points: commission,
                version,
                updated_at: at(seconds),
                ..Default::default()
            }),
            before: None,
        };
        let key = uuid::Uuid::now_v7().to_string();
        shop.publish(&key, &settings(1, 1_000, 100)).await;
        shop.publish(&key, &settings(2, 5_000, 200)).await;
        // The event of an order may come long after its completion.
        for (seconds, share) in [(50, TOTAL / 5), (150, TOTAL / 10), (250, TOTAL / 2)] {
            let (_, order, _) = shop.paid().await;
            let mut order = completed(&order, Some(worker));
            order.completed_at = at(seconds);
            publish_completed(shop, &order).await;
            let expected = [
                line("ACCRUAL", "orders", TOTAL),
                line("ACCRUAL", "platform", -share),
                line("ACCRUAL", format!("worker:{worker}"), share - TOTAL),
            ];
            assert_eq!(accrual_of(shop, &order).await, expected, "{seconds}");
        }
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_share_in_the_completion_applies_whatever_is_known_of_the_settings() {
    on_any_database(async |shop| {
        let worker = UserId::new();
        // The event of the settings comes through another consumer, and here it is late. A share of 0 is valid, too.
        for (points, share) in [(1_000, TOTAL / 10), (0, 0), (10_000, TOTAL)] {
            let (_, order, _) = shop.paid().await;
            let event = order::OrderChanged {
                commission_basis_points: Some(points),
                ..order_changed(OrderEvent::Completed, &completed(&order, Some(worker)))
            };
            shop.publish(&order.id, &event).await;
            let books = accrual_of(shop, &order).await;
            let platform = books.iter().find(|(_, account, _)| account == "platform");
            assert_eq!(
                platform.map_or(0, |(.., amount)| -amount),
                share,
                "{books:?}"
            );
        }
        shop.assert_sound().await;
    })
    .await;
}
