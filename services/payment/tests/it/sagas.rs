//! The flows of money, killed at every point at which a process can wait, and carried on by another replica: nothing is lost, and nothing
//! happens twice.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use waybill_payment::PaymentStatus;
use waybill_proto::payment::{PaymentState, PayoutState};

use crate::{
    payouts::{approved, balance, read, worker},
    shop::{Shop, TOTAL, sqlite},
};

/// Longer than any lease.
const LEASE: Duration = Duration::from_mins(5);
/// More points than any flow has.
const MOST: usize = 500;
/// So many runs must end before all points count as tried.
const ENOUGH: usize = 3;

/// Runs something until it has waited `times` times, and drops it there, as a crash would. What it returned if it was done before.
pub async fn killed_after<F: Future>(times: usize, running: F) -> Option<F::Output> {
    let mut running = pin!(running);
    let mut waited = 0;
    poll_fn(|context| match running.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if waited == times => Poll::Ready(None),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

/// Kills a job at each of its points, every time about something new, and lets the next run carry on. `begin` prepares what the job works
/// on, `check` looks at it in the end. A run that is answered fast waits less often, so one run that ends is not the end.
async fn at_every_point<T>(
    job: &str,
    begin: impl AsyncFn(&Shop) -> T,
    check: impl AsyncFn(&Shop, T, i64),
) {
    let shop = sqlite().await;
    let mut ended = 0;
    for times in 0..MOST {
        let subject = begin(&shop).await;
        let running = shop.jobs.iter().find(|it| it.name == job);
        let done = killed_after(times, (running.expect("the job").run)()).await;
        shop.assert_sound().await;
        shop.clock.advance(LEASE);
        shop.run_jobs().await.expect("the jobs run");
        let rounds = i64::try_from(times).expect("few") + 1;
        check(&shop, subject, rounds).await;
        shop.assert_sound().await;
        if let Some(outcome) = done {
            outcome.expect("the job runs");
            ended += 1;
        }
        if ended == ENOUGH {
            assert!(times >= ENOUGH, "{job} has no points to be killed at");
            return;
        }
    }
    panic!("{job} does not end");
}

#[tokio::test]
async fn a_payout_is_sent_once_wherever_its_sender_dies() {
    at_every_point(
        "payouts",
        async |shop| {
            let (worker, ..) = worker(shop).await;
            let payout = approved(shop, &worker).await;
            (worker, payout)
        },
        async |shop, (worker, payout), rounds| {
            let paid = read(shop, &worker.ctx, &payout.id).await.unwrap();
            assert_eq!(paid.state(), PayoutState::Paid, "round {rounds}");
            assert_eq!(balance(shop, &worker).await, [0, 0, 8_000, 8_000]);
            assert_eq!(shop.bank.payouts.moved(), 8_000 * rounds);
            let events = shop.events_of(&payout.id).await;
            let last = events.last().expect("events");
            assert_eq!((events.len(), last.1.as_str()), (3, "paid"));
        },
    )
    .await;
}

#[tokio::test]
async fn a_refund_is_made_once_wherever_its_sender_dies() {
    at_every_point(
        "refunds",
        async |shop| {
            let (_, _, payment) = shop.paid().await;
            let admin = shop.admin();
            let refund = shop.refund(&admin.ctx, &payment.id, None).await;
            refund.expect("the refund begins");
            payment
        },
        async |shop, payment, rounds| {
            let state = shop.state_of(&payment.id).await;
            assert_eq!(state, PaymentState::Refunded, "round {rounds}");
            assert_eq!(shop.bank.returned(), TOTAL * rounds);
            let events = shop.events_of(&payment.id).await;
            let refunded = events.iter().filter(|(_, word)| word == "refunded");
            assert_eq!(refunded.count(), 1);
        },
    )
    .await;
}

#[tokio::test]
async fn a_message_has_its_effect_once_wherever_its_reader_dies() {
    at_every_point(
        "webhooks",
        async |shop| {
            let (_, order, payment) = shop.pending().await;
            let message = serde_json::json!({
                "id": payment.id, "kind": "captured", "payment": payment.id, "capture": payment.id, "fee": 30,
            });
            shop.webhook(&message, "good").await.expect("it is signed");
            (order, payment)
        },
        async |shop, (order, payment), rounds| {
            let state = shop.state_of(&payment.id).await;
            assert_eq!(state, PaymentState::Succeeded, "round {rounds}");
            let books = shop.books_of(&order).await;
            let fees = books.iter().filter(|(_, account, _)| account == "fees");
            assert_eq!(fees.map(|(.., amount)| amount).sum::<i64>(), 30);
        },
    )
    .await;
}

#[tokio::test]
async fn authorised_money_is_taken_once_wherever_its_taker_dies() {
    at_every_point(
        "reconcile-payments",
        async |shop| {
            let (_, _, payment) = shop.pending().await;
            shop.bank.knows(&payment, PaymentStatus::Authorized);
            shop.clock.advance(Duration::from_mins(10));
            payment
        },
        async |shop, payment, rounds| {
            // It is asked about again after a pause.
            shop.clock.advance(Duration::from_mins(30));
            shop.run_jobs().await.expect("the jobs run");
            let state = shop.state_of(&payment.id).await;
            assert_eq!(state, PaymentState::Succeeded, "round {rounds}");
            let events = shop.events_of(&payment.id).await;
            let succeeded = events.iter().filter(|(_, word)| word == "succeeded");
            assert_eq!(succeeded.count(), 1);
        },
    )
    .await;
}
