//! The sandbox's page: how a payment ends.

use futures::future::join_all;
use waybill_proto::payment::{PaymentState, SandboxOutcome};
use waybill_service_kit::{ErrorCode, ErrorKind, settings::Environment};
use waybill_testkit::{DatabaseKind, TestDb};

use crate::shop::{Shop, TOTAL, code, on_any_database, on_each_database, sqlite};

fn paid() -> Vec<(String, String, i64)> {
    vec![
        ("PAYMENT".to_owned(), "orders".to_owned(), -TOTAL),
        ("PAYMENT".to_owned(), "provider:SANDBOX".to_owned(), TOTAL),
    ]
}

#[tokio::test]
async fn a_success_moves_state_books_and_event_together_and_once() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.pending().await;
        let page = shop.checkout(&payment.id).await.unwrap();
        assert_eq!(
            (page.success_url.as_str(), page.cancel_url.as_str()),
            ("/thanks", "/again")
        );

        let done = shop
            .complete(&payment.id, SandboxOutcome::Succeed)
            .await
            .unwrap();
        assert_eq!(done.redirect_url, Some("/thanks".to_owned()));
        assert_eq!(
            done.payment.as_ref().unwrap().state(),
            PaymentState::Succeeded
        );
        assert_eq!(done.payment.as_ref().unwrap().version, 2);
        let again = shop
            .complete(&payment.id, SandboxOutcome::Succeed)
            .await
            .unwrap();
        assert_eq!(again, done, "the same answer");

        let expected = [(1, "created".to_owned()), (2, "succeeded".to_owned())];
        assert_eq!(shop.events_of(&payment.id).await, expected);
        assert_eq!(shop.books_of(&order).await, paid());
        let decline = shop.complete(&payment.id, SandboxOutcome::Decline).await;
        let refused = decline.unwrap_err();
        assert_eq!(
            (refused.kind, refused.code),
            (ErrorKind::Conflict, ErrorCode::CheckoutClosed)
        );
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Succeeded);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_decline_fails_the_payment_and_books_nothing() {
    on_any_database(async |shop| {
        let (customer, order, payment) = shop.pending().await;
        let done = shop
            .complete(&payment.id, SandboxOutcome::Decline)
            .await
            .unwrap();
        assert_eq!(done.redirect_url, Some("/again".to_owned()));
        let failed = done.payment.clone().unwrap();
        assert_eq!(failed.state(), PaymentState::Failed);
        assert!(
            failed.failure_reason().contains("declined"),
            "{}",
            failed.failure_reason()
        );
        let again = shop
            .complete(&payment.id, SandboxOutcome::Decline)
            .await
            .unwrap();
        assert_eq!(again, done);
        assert_eq!(code(shop.succeed(&payment.id).await), "CHECKOUT_CLOSED");
        let expected = [(1, "created".to_owned()), (2, "failed".to_owned())];
        assert_eq!(shop.events_of(&payment.id).await, expected);
        assert!(shop.books_of(&order).await.is_empty());

        // The order can be paid by another attempt.
        let second = shop.begin(&customer, &order).await;
        shop.succeed(&second.id).await.unwrap();
        assert_eq!(shop.books_of(&order).await, paid());
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_customer_who_walks_away_leaves_the_payment_pending() {
    let shop = sqlite().await;
    let (_, _, payment) = shop.pending().await;
    let stalled = shop
        .complete(&payment.id, SandboxOutcome::Stall)
        .await
        .unwrap();
    assert_eq!(stalled.payment.unwrap(), payment);
    assert_eq!(stalled.redirect_url, None);
    assert_eq!(shop.events_of(&payment.id).await.len(), 1);
    let nothing = shop
        .complete(&payment.id, SandboxOutcome::Unspecified)
        .await;
    assert_eq!(code(nothing), "VALIDATION_ERROR");
    // The customer comes back.
    shop.succeed(&payment.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_successes_at_once_are_one_entry_and_one_event() {
    on_each_database(async |shop| {
        let (_, order, payment) = shop.pending().await;
        let answers = join_all((0..50).map(|_| shop.succeed(&payment.id))).await;
        for answer in answers {
            assert_eq!(answer.unwrap().state(), PaymentState::Succeeded);
        }
        let expected = [(1, "created".to_owned()), (2, "succeeded".to_owned())];
        assert_eq!(shop.events_of(&payment.id).await, expected);
        assert_eq!(shop.books_of(&order).await, paid());
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_opposite_choices_at_once_one_wins_and_the_other_is_refused() {
    on_each_database(async |shop| {
        for _ in 0..10 {
            let (_, order, payment) = shop.pending().await;
            let (succeed, decline) = tokio::join!(
                shop.complete(&payment.id, SandboxOutcome::Succeed),
                shop.complete(&payment.id, SandboxOutcome::Decline),
            );
            let (expected, books) = match (succeed, decline) {
                (Ok(_), Err(error)) if error.is(ErrorCode::CheckoutClosed) => {
                    (PaymentState::Succeeded, 2)
                }
                (Err(error), Ok(_)) if error.is(ErrorCode::CheckoutClosed) => {
                    (PaymentState::Failed, 0)
                }
                other => panic!("one of them wins: {other:?}"),
            };
            assert_eq!(shop.state_of(&payment.id).await, expected);
            assert_eq!(shop.events_of(&payment.id).await.len(), 2);
            assert_eq!(shop.books_of(&order).await.len(), books);
        }
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn production_has_no_sandbox() {
    let database = TestDb::migrated::<waybill_payment::Migrator>(DatabaseKind::Sqlite)
        .await
        .unwrap();
    let shop = Shop::open_in(database, Environment::Production).await;
    let customer = shop.customer();
    let order = shop.order_of(&customer);
    let refused = shop.create(&customer.ctx, &order.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ValidationError);
    assert!(
        refused.message.contains("WAYBILL_ENVIRONMENT=production"),
        "{refused}"
    );
    let nobody = uuid::Uuid::now_v7().to_string();
    assert_eq!(code(shop.checkout(&nobody).await), "FORBIDDEN");
    let complete = shop.complete(&nobody, SandboxOutcome::Succeed).await;
    assert_eq!(code(complete), "FORBIDDEN");
    assert!(shop.events().await.is_empty());
}

#[tokio::test]
async fn links_to_nothing_are_not_found() {
    let shop = sqlite().await;
    let nowhere = uuid::Uuid::now_v7().to_string();
    assert_eq!(code(shop.checkout(&nowhere).await), "NOT_FOUND");
    assert_eq!(code(shop.succeed(&nowhere).await), "NOT_FOUND");
    assert_eq!(code(shop.succeed("1").await), "VALIDATION_ERROR");
}
