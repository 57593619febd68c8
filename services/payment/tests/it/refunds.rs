//! Refunds, whatever fails on the way.

use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use waybill_proto::{
    order::{self, OrderEvent},
    payment::PaymentState,
};
use waybill_service_kit::AppError;
use waybill_store::{EventContext, dead_letters};
use waybill_testkit::order_changed;

use crate::{
    fake::Trouble,
    shop::{Shop, TOTAL, on_any_database, on_each_database, replica},
};

fn refunded_events() -> Vec<(i64, String)> {
    ["created", "succeeded", "refunded"]
        .into_iter()
        .zip(1..)
        .map(|(word, version)| (version, word.to_owned()))
        .collect()
}

/// Paid and refunded, once, in the ledger, at the bank and in the events.
async fn assert_refunded_once(shop: &Shop, order: &order::Order, payment_id: &str) {
    assert_eq!(shop.state_of(payment_id).await, PaymentState::Refunded);
    assert_eq!(shop.events_of(payment_id).await, refunded_events());
    assert_eq!(shop.bank.returned(), TOTAL);
    let books = shop.books_of(order).await;
    let expected = [
        ("PAYMENT", "orders", -TOTAL),
        ("PAYMENT", "provider:SANDBOX", TOTAL),
        ("REFUND", "orders", TOTAL),
        ("REFUND", "provider:SANDBOX", -TOTAL),
    ];
    let expected = expected.map(|(kind, account, n)| (kind.to_owned(), account.to_owned(), n));
    assert_eq!(books, expected);
    shop.assert_sound().await;
}

#[tokio::test]
async fn a_payment_that_the_order_rejects_is_refunded_once() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.paid().await;
        shop.publish_rejected(&order, &payment.id).await;
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Refunding);
        shop.assert_sound().await;
        shop.run_jobs().await.unwrap();
        assert_refunded_once(shop, &order, &payment.id).await;

        // Rejected once more and cancelled, and the jobs run again.
        shop.publish_rejected(&order, &payment.id).await;
        shop.publish_cancelled(&order).await;
        shop.run_jobs().await.unwrap();
        assert_refunded_once(shop, &order, &payment.id).await;
        // The customer who clicks again gets the same response; no money moves.
        let again = shop.succeed(&payment.id).await.unwrap();
        assert_eq!(again.state(), PaymentState::Refunded);
        assert_refunded_once(shop, &order, &payment.id).await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_order_gives_back_what_was_paid_and_later_money_too() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let late = shop.begin(&customer, &order).await;
        let paid = shop.begin(&customer, &order).await;
        shop.succeed(&paid.id).await.unwrap();
        shop.publish_cancelled(&order).await;
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&paid.id).await, PaymentState::Refunded);
        assert_eq!(shop.state_of(&late.id).await, PaymentState::Pending);

        // The customer had a second page open and pays there. The order rejects that.
        shop.succeed(&late.id).await.unwrap();
        shop.publish_rejected(&order, &late.id).await;
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&late.id).await, PaymentState::Refunded);
        assert_eq!(shop.bank.returned(), 2 * TOTAL);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn an_expired_order_gives_back_money_that_came_at_the_last_moment() {
    on_any_database(async |shop| {
        let (_, order, payment) = shop.paid().await;
        let expired = order_changed(OrderEvent::Expired, &order);
        shop.publish(&order.id, &expired).await;
        shop.run_jobs().await.unwrap();
        assert_refunded_once(shop, &order, &payment.id).await;
    })
    .await;
}

/// Runs the jobs as a process would: a panic in one of them ends only that run.
async fn run_jobs(shop: &Shop) -> Result<(), AppError> {
    let job = shop.jobs[0].clone();
    let run = tokio::spawn(async move { (job.run)().await });
    run.await.unwrap_or(Ok(()))
}

#[tokio::test]
async fn a_refund_survives_every_trouble_with_the_provider() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.paid().await;
        let troubles = [
            Trouble::Down,
            Trouble::Refused,
            Trouble::Panic,
            Trouble::AnswerLost,
            Trouble::Down,
        ];
        shop.bank.plan(troubles);
        shop.publish_rejected(&order, &payment.id).await;
        for calls in 1..=troubles.len() {
            run_jobs(shop).await.unwrap();
            assert_eq!(shop.bank.calls(), calls, "one call per turn");
            assert_eq!(shop.state_of(&payment.id).await, PaymentState::Refunding);
            shop.assert_sound().await;
            // Not before it is due.
            run_jobs(shop).await.unwrap();
            assert_eq!(shop.bank.calls(), calls);
            shop.clock.advance(Duration::from_mins(1));
        }
        run_jobs(shop).await.unwrap();
        assert_refunded_once(shop, &order, &payment.id).await;
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_dies_while_the_provider_works_is_replaced_when_its_lease_ends() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.paid().await;
        shop.bank.plan([Trouble::Hangs]);
        shop.publish_rejected(&order, &payment.id).await;
        let job = shop.jobs[0].clone();
        let dying = tokio::spawn(async move { (job.run)().await });
        while shop.bank.calls() == 0 {
            tokio::task::yield_now().await;
        }
        // Another replica does not take it while the lease lasts.
        let other = replica(&shop.deps, &shop.order_channel, &shop.bank).await;
        (other.jobs[0].run)().await.unwrap();
        assert_eq!(shop.bank.calls(), 1);
        dying.abort();
        shop.clock.advance(Duration::from_mins(1));
        (other.jobs[0].run)().await.unwrap();
        assert_eq!(shop.bank.calls(), 2);
        assert_refunded_once(shop, &order, &payment.id).await;
    })
    .await;
}

/// Runs one statement on the service's database.
async fn sql(shop: &Shop, statement: &str) {
    let tx = shop.db.begin(&EventContext::default()).await.unwrap();
    tx.conn().execute_unprepared(statement).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_last_step_happens_as_a_whole_or_not_at_all() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.paid().await;
        shop.publish_rejected(&order, &payment.id).await;
        // The ledger cannot be written: the statement before it in the same transaction must be rolled back.
        sql(shop, "ALTER TABLE ledger_lines RENAME TO ledger_lines_away").await;
        assert!(run_jobs(shop).await.is_err(), "the failure is reported");
        sql(shop, "ALTER TABLE ledger_lines_away RENAME TO ledger_lines").await;
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Refunding);
        assert_eq!(shop.events_of(&payment.id).await.len(), 2);
        shop.assert_sound().await;
        shop.clock.advance(Duration::from_mins(1));
        run_jobs(shop).await.unwrap();
        assert_refunded_once(shop, &order, &payment.id).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_share_the_refunds_and_ask_the_provider_once_each() {
    on_each_database(async |shop| {
        for _ in 0..10 {
            let (_, order, payment) = shop.paid().await;
            shop.publish_rejected(&order, &payment.id).await;
        }
        let mut jobs = shop.jobs.clone();
        for _ in 0..3 {
            let other = replica(&shop.deps, &shop.order_channel, &shop.bank).await;
            jobs.extend(other.jobs);
        }
        let runs = jobs.into_iter().map(|job| async move { (job.run)().await });
        for run in futures::future::join_all(runs).await {
            run.unwrap();
        }
        assert_eq!(shop.bank.calls(), 10);
        assert_eq!(shop.bank.returned(), 10 * TOTAL);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn one_refund_in_trouble_does_not_hold_up_the_others() {
    on_any_database(async |shop| {
        let (_, first_order, first) = shop.paid().await;
        let (_, second_order, second) = shop.paid().await;
        shop.bank.plan([Trouble::Down]);
        shop.publish_rejected(&first_order, &first.id).await;
        shop.clock.advance(Duration::from_millis(1));
        shop.publish_rejected(&second_order, &second.id).await;
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&first.id).await, PaymentState::Refunding);
        assert_eq!(shop.state_of(&second.id).await, PaymentState::Refunded);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_refunded_is_a_dead_letter_and_the_rest_flows() {
    on_any_database(async |shop| {
        let (_, order, pending) = shop.pending().await;
        let unknown = uuid::Uuid::now_v7().to_string();
        shop.publish_rejected(&order, &unknown).await;
        shop.publish_rejected(&order, &pending.id).await;
        shop.publish_rejected(&order, "not an id").await;
        let empty = order::OrderChanged::default();
        shop.publish(&order.id, &empty).await;
        let letters = dead_letters::list(&shop.db, 100).await.unwrap();
        assert_eq!(letters.len(), 4, "{letters:#?}");
        assert!(
            letters
                .iter()
                .all(|letter| letter.consumer == "payment-orders")
        );

        shop.succeed(&pending.id).await.unwrap();
        shop.publish_rejected(&order, &pending.id).await;
        shop.run_jobs().await.unwrap();
        assert_refunded_once(shop, &order, &pending.id).await;
    })
    .await;
}
