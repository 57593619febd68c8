//! Messages of providers, in whatever order and however often they come, and asking when none comes.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use waybill_payment::{Capture, PaymentStatus};
use waybill_primitives::{Currency, Money};
use waybill_proto::payment::{Payment, PaymentState, SandboxOutcome};
use waybill_store::EventContext;

use crate::shop::{Shop, TOTAL, code, on_any_database, on_each_database};

fn captured() -> PaymentStatus {
    PaymentStatus::Captured(Capture {
        reference: "cap_1".to_owned(),
        amount: Money::new(TOTAL, Currency::USD),
        fee: None,
    })
}

async fn tell(shop: &Shop, id: &str, kind: &str, payment: &Payment) {
    let body = json!({"id": id, "kind": kind, "payment": payment.id, "capture": "cap_1"});
    shop.webhook(&body, "good").await.unwrap();
    shop.run_jobs().await.unwrap();
}

async fn words(shop: &Shop, payment: &Payment) -> Vec<String> {
    let events = shop.events_of(&payment.id).await;
    events.into_iter().map(|(_, word)| word).collect()
}

#[tokio::test]
async fn a_message_has_its_effect_once() {
    on_each_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        for _ in 0..3 {
            tell(shop, "m1", "captured", &payment).await;
        }
        // The same news under another id.
        tell(shop, "m2", "captured", &payment).await;
        assert_eq!(words(shop, &payment).await, ["created", "succeeded"]);
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Succeeded);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_deliveries_of_a_message_are_one() {
    on_each_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        let body = json!({"id": "m1", "kind": "captured", "payment": payment.id});
        let deliveries = (0..8).map(|_| shop.webhook(&body, "good"));
        for delivered in futures::future::join_all(deliveries).await {
            delivered.unwrap();
        }
        let runs = (0..4).map(|_| shop.run_jobs());
        for run in futures::future::join_all(runs).await {
            run.unwrap();
        }
        assert_eq!(words(shop, &payment).await, ["created", "succeeded"]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn money_counts_whatever_was_said_before_it() {
    on_any_database(async |shop| {
        for earlier in ["failed", "cancelled", "expired"] {
            let (_, _, payment) = shop.pending().await;
            tell(shop, &format!("{earlier}-1"), earlier, &payment).await;
            tell(shop, &format!("{earlier}-2"), "captured", &payment).await;
            assert_eq!(
                words(shop, &payment).await,
                ["created", earlier, "succeeded"]
            );
            // What is late changes nothing any more.
            tell(shop, &format!("{earlier}-3"), earlier, &payment).await;
            assert_eq!(shop.state_of(&payment.id).await, PaymentState::Succeeded);
        }
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_customer_authorised_is_captured() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        tell(shop, "m1", "authorized", &payment).await;
        let expected = ["created", "authorized", "succeeded"];
        assert_eq!(words(shop, &payment).await, expected);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_signed_or_does_not_matter_has_no_effect() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        let body = json!({"id": "m1", "kind": "captured", "payment": payment.id});
        for signature in ["", "bad"] {
            let refused = shop.webhook(&body, signature).await;
            assert_eq!(code(refused), "MALFORMED");
        }
        let huge = json!({"id": "m2", "kind": "x".repeat(70_000)});
        assert_eq!(code(shop.webhook(&huge, "good").await), "MALFORMED");
        let unknown = json!({"id": "m3", "kind": "customer.created"});
        shop.webhook(&unknown, "good").await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Pending);
        // It was not stored under its id: the true one counts.
        tell(shop, "m1", "captured", &payment).await;
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Succeeded);
    })
    .await;
}

#[tokio::test]
async fn another_amount_than_the_orders_is_not_taken_as_payment() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        let body = json!({"id": "m1", "kind": "captured", "payment": payment.id, "amount": 1});
        shop.webhook(&body, "good").await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Pending);
        assert_eq!(words(shop, &payment).await, ["created"]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_providers_fee_is_in_the_books() {
    on_any_database(async |shop| {
        let (_, order, payment) = shop.pending().await;
        let body = json!({"id": "m1", "kind": "captured", "payment": payment.id, "fee": 320});
        shop.webhook(&body, "good").await.unwrap();
        shop.run_jobs().await.unwrap();
        let books = shop.books_of(&order).await;
        let fee = [("fees", 320), ("provider:SANDBOX", -320)];
        let fee = fee.map(|(account, amount)| ("FEE".to_owned(), account.to_owned(), amount));
        assert_eq!(books[..2], fee);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_customer_who_returns_finds_out() {
    on_any_database(async |shop| {
        let (customer, _, payment) = shop.pending().await;
        let waiting = shop.capture(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(waiting.state(), PaymentState::Pending);
        shop.bank.knows(&payment, captured());
        let stranger = shop.customer();
        assert_eq!(
            code(shop.capture(&stranger.ctx, &payment.id).await),
            "NOT_FOUND"
        );
        for _ in 0..2 {
            let paid = shop.capture(&customer.ctx, &payment.id).await.unwrap();
            assert_eq!(paid.state(), PaymentState::Succeeded);
        }
        assert_eq!(shop.bank.asked(), 2, "what is known is not asked again");
        tell(shop, "m1", "captured", &payment).await;
        assert_eq!(words(shop, &payment).await, ["created", "succeeded"]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_of_which_no_message_came_is_asked_about() {
    on_each_database(async |shop| {
        let (_, _, lost) = shop.pending().await;
        let (_, _, left) = shop.pending().await;
        shop.bank.knows(&lost, captured());
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.asked(), 0, "too early");
        shop.clock.advance(Duration::from_mins(2));
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&lost.id).await, PaymentState::Succeeded);
        assert_eq!(shop.state_of(&left.id).await, PaymentState::Pending);
        assert_eq!(shop.bank.asked(), 2);
        // Each pause is as long as the payment was old.
        for (minutes, asked) in [(1, 2), (1, 3), (3, 3), (1, 4)] {
            shop.clock.advance(Duration::from_mins(minutes));
            shop.run_jobs().await.unwrap();
            assert_eq!(shop.bank.asked(), asked, "{minutes}");
        }
        // The customer never came back.
        shop.clock.advance(Duration::from_hours(24));
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&left.id).await, PaymentState::Expired);
        assert_eq!(words(shop, &left).await, ["created", "expired"]);
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.asked(), 5);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_sandbox_reports_late_or_twice() {
    on_any_database(async |shop| {
        let (_, order, late) = shop.pending().await;
        let chosen = SandboxOutcome::SucceedLate;
        let answer = shop.complete(&late.id, chosen).await.unwrap();
        assert_eq!(answer.redirect_url(), "/thanks");
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&late.id).await, PaymentState::Pending);
        shop.clock.advance(Duration::from_secs(30));
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&late.id).await, PaymentState::Succeeded);
        // The order has expired meanwhile: it rejects the money, which goes back.
        shop.publish_rejected(&order, &late.id).await;
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&late.id).await, PaymentState::Refunded);

        let (_, _, twice) = shop.pending().await;
        let chosen = SandboxOutcome::SucceedTwice;
        shop.complete(&twice.id, chosen).await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(words(shop, &twice).await, ["created", "succeeded"]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn old_messages_are_deleted() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        tell(shop, "m1", "captured", &payment).await;
        shop.clock.advance(Duration::from_hours(91 * 24));
        shop.run_jobs().await.unwrap();
        // It is stored as if it were new, and its effect is known.
        tell(shop, "m1", "captured", &payment).await;
        assert_eq!(words(shop, &payment).await, ["created", "succeeded"]);
        let tx = shop.db.begin(&EventContext::default()).await.unwrap();
        let rows = "SELECT COUNT(*) AS n FROM webhooks";
        let row = Statement::from_string(tx.conn().get_database_backend(), rows);
        let row = tx.conn().query_one_raw(row).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), 1);
    })
    .await;
}
