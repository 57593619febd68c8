//! Refunds in part, by administrators.

use std::time::Duration;

use waybill_primitives::UserId;
use waybill_proto::{
    order::{self, OrderEvent},
    payment::{PaymentState, Refund, RefundState},
};
use waybill_testkit::order_changed;

use crate::{
    fake::Trouble,
    shop::{Shop, TOTAL, code, on_any_database, on_each_database},
};

fn cents(money: Option<waybill_primitives::Money>) -> i64 {
    money.unwrap_or_default().amount
}

/// State, refunded and refundable cents of a payment.
async fn standing(shop: &Shop, id: &str) -> (PaymentState, i64, i64) {
    let payment = shop.get(&shop.admin().ctx, id).await.unwrap();
    (
        payment.state(),
        cents(payment.refunded),
        cents(payment.refundable),
    )
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_until_nothing_is_left() {
    on_each_database(async |shop| {
        let (customer, order, payment) = shop.paid().await;
        let admin = shop.admin();
        let first = shop
            .refund(&admin.ctx, &payment.id, Some(3_000))
            .await
            .unwrap();
        assert_eq!(first.state(), RefundState::Pending);
        let waiting = (PaymentState::Succeeded, 0, 7_000);
        assert_eq!(standing(shop, &payment.id).await, waiting);
        shop.assert_sound().await;
        shop.run_jobs().await.unwrap();
        let refunded = (PaymentState::Succeeded, 3_000, 7_000);
        assert_eq!(standing(shop, &payment.id).await, refunded);

        // More than is left is refused, and changes nothing.
        for amount in [Some(7_001), Some(i64::MAX)] {
            let refused = shop.refund(&admin.ctx, &payment.id, amount).await;
            assert_eq!(code(refused), "REFUND_TOO_LARGE");
        }
        for amount in [Some(0), Some(-1)] {
            let refused = shop.refund(&admin.ctx, &payment.id, amount).await;
            assert_eq!(code(refused), "VALIDATION_ERROR");
        }
        shop.refund(&admin.ctx, &payment.id, None).await.unwrap();
        let all = (PaymentState::Refunding, 3_000, 0);
        assert_eq!(standing(shop, &payment.id).await, all);
        shop.run_jobs().await.unwrap();
        let done = (PaymentState::Refunded, TOTAL, 0);
        assert_eq!(standing(shop, &payment.id).await, done);
        let refused = shop.refund(&admin.ctx, &payment.id, None).await;
        assert_eq!(code(refused), "REFUND_TOO_LARGE");
        assert_eq!(shop.bank.returned(), TOTAL);

        let events = shop.events_of(&payment.id).await;
        let words: Vec<_> = events.iter().map(|(_, word)| word.as_str()).collect();
        assert_eq!(words, ["created", "succeeded", "refunded", "refunded"]);
        let parts: Vec<_> = shop
            .events()
            .await
            .iter()
            .filter(|event| event.subject.ends_with("refunded"))
            .map(|event| {
                waybill_store::decode::<waybill_proto::payment::PaymentChanged>(event).unwrap()
            })
            .map(|event| (cents(event.refund), cents(event.refunded)))
            .collect();
        assert_eq!(parts, [(3_000, 3_000), (7_000, TOTAL)]);
        let books = shop.books_of(&order).await;
        let booked: Vec<_> = books
            .iter()
            .filter(|(kind, account, _)| kind == "REFUND" && account == "orders")
            .map(|(_, _, amount)| *amount)
            .collect();
        assert_eq!(booked, [3_000, 7_000]);

        // The customer sees them, nobody else does.
        let seen = shop.refunds(&customer.ctx, &payment.id).await.unwrap();
        let states: Vec<_> = seen.iter().map(Refund::state).collect();
        assert_eq!(states, [RefundState::Succeeded; 2]);
        let stranger = shop.customer();
        assert_eq!(
            code(shop.refunds(&stranger.ctx, &payment.id).await),
            "NOT_FOUND"
        );
        assert_eq!(code(shop.refunds(&customer.ctx, "").await), "FORBIDDEN");
        let refused = shop.refund(&customer.ctx, &payment.id, None).await;
        assert_eq!(code(refused), "FORBIDDEN");
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_refunds_never_exceed_the_payment() {
    on_each_database(async |shop| {
        let (_, _, payment) = shop.paid().await;
        let admin = shop.admin();
        let requests = (0..12).map(|_| shop.refund(&admin.ctx, &payment.id, Some(1_500)));
        let outcomes = futures::future::join_all(requests).await;
        let opened = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(opened, 6, "{outcomes:?}");
        for refused in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(code(refused), "REFUND_TOO_LARGE");
        }
        shop.run_jobs().await.unwrap();
        let expected = (PaymentState::Succeeded, 9_000, 1_000);
        assert_eq!(standing(shop, &payment.id).await, expected);
        assert_eq!(shop.bank.returned(), 9_000);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_refunds_once() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.paid().await;
        let mut admin = shop.admin().ctx;
        admin.idempotency_key = Some("refund-1".to_owned());
        let first = shop.refund(&admin, &payment.id, Some(1_000)).await.unwrap();
        let again = shop.refund(&admin, &payment.id, Some(1_000)).await.unwrap();
        assert_eq!(first.id, again.id);
        let other = shop.refund(&admin, &payment.id, Some(2_000)).await;
        assert_eq!(code(other), "IDEMPOTENCY_KEY_REUSED");
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.returned(), 1_000);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_takes_time_is_done_when_the_bank_says_so() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.paid().await;
        let admin = shop.admin();
        shop.bank.plan([Trouble::Slow, Trouble::Slow]);
        let [told, asked] = [1_000, 2_000].map(Some);
        let told = shop.refund(&admin.ctx, &payment.id, told).await.unwrap();
        shop.run_jobs().await.unwrap();
        shop.refund(&admin.ctx, &payment.id, asked).await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(standing(shop, &payment.id).await.1, 0);
        // One by its webhook, which comes twice.
        let body = serde_json::json!({
            "id": "m1", "kind": "done", "refund": format!("bank_{}", told.id),
        });
        for _ in 0..2 {
            shop.webhook(&body, "good").await.unwrap();
            shop.run_jobs().await.unwrap();
        }
        assert_eq!(standing(shop, &payment.id).await.1, 1_000);
        // The other when it is asked after a while.
        shop.clock.advance(Duration::from_mins(11));
        shop.run_jobs().await.unwrap();
        assert_eq!(standing(shop, &payment.id).await.1, 3_000);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_comes_back_can_be_made_again() {
    on_any_database(async |shop| {
        let (_, _, payment) = shop.paid().await;
        let admin = shop.admin();
        shop.bank.plan([Trouble::Rejected]);
        shop.refund(&admin.ctx, &payment.id, None).await.unwrap();
        shop.run_jobs().await.unwrap();
        let refunds = shop.refunds(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(refunds[0].state(), RefundState::Failed);
        assert_eq!(refunds[0].last_error(), "the account is closed");
        let back = (PaymentState::Succeeded, 0, TOTAL);
        assert_eq!(standing(shop, &payment.id).await, back);
        shop.assert_sound().await;
        shop.refund(&admin.ctx, &payment.id, None).await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.returned(), TOTAL);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_after_the_completion_takes_the_shares_back() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.paid().await;
        let admin = shop.admin();
        let worker = UserId::new();
        // A part before the completion: only the rest is shared.
        shop.refund(&admin.ctx, &payment.id, Some(1_000))
            .await
            .unwrap();
        shop.run_jobs().await.unwrap();
        let mut completed = order.clone();
        completed.set_status(order::OrderStatus::Completed);
        completed.set_payment_status(order::PaymentStatus::PartiallyRefunded);
        completed.assignee = Some(order::Assignee {
            id: worker.to_string(),
            name: "Wim".to_owned(),
        });
        let event = order::OrderChanged {
            commission_basis_points: Some(2_000),
            ..order_changed(OrderEvent::Completed, &completed)
        };
        shop.publish(&order.id, &event).await;
        let shares = |books: &[(String, String, i64)], kind: &str| -> Vec<(String, i64)> {
            books
                .iter()
                .filter(|(it, account, _)| it == kind && account != "orders")
                .map(|(_, account, amount)| (account.clone(), *amount))
                .collect()
        };
        let of_worker = format!("worker:{worker}");
        let books = shop.books_of(&order).await;
        let shared = [("platform".to_owned(), -1_800), (of_worker.clone(), -7_200)];
        assert_eq!(shares(&books, "ACCRUAL"), shared);

        // 33.33 of 90.00: the worker gives back 80 % rounded down, the platform the rest.
        shop.refund(&admin.ctx, &payment.id, Some(3_333))
            .await
            .unwrap();
        shop.run_jobs().await.unwrap();
        let books = shop.books_of(&order).await;
        let first = [("platform".to_owned(), 667), (of_worker.clone(), 2_666)];
        assert_eq!(shares(&books, "CLAWBACK"), first);
        // The rest takes back exactly what is left of the shares.
        shop.refund(&admin.ctx, &payment.id, None).await.unwrap();
        shop.run_jobs().await.unwrap();
        let books = shop.books_of(&order).await;
        let sum = |account: &str| -> i64 {
            let lines = books.iter().filter(|(_, it, _)| it == account);
            lines.map(|(_, _, amount)| amount).sum()
        };
        for account in ["orders", "platform", of_worker.as_str(), "provider:SANDBOX"] {
            assert_eq!(sum(account), 0, "{account}: {books:?}");
        }
        assert_eq!(shop.bank.returned(), TOTAL);
        shop.assert_sound().await;
    })
    .await;
}
