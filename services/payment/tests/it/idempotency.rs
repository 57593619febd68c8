//! Repeated requests for the same payment.

use futures::future::join_all;
use waybill_proto::payment as proto;

use crate::shop::{code, on_any_database, on_each_database};

#[tokio::test]
async fn the_same_key_gives_the_first_answer_again() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let ctx = customer.ctx.clone().with_idempotency_key("key-1");
        let first = shop.create(&ctx, &order.id).await.unwrap();
        assert!(!first.replayed);
        let payment = first.payment.clone().unwrap();
        shop.succeed(&payment.id).await.unwrap();
        // The first response, although the payment has changed and the order could not be paid again.
        let again = shop.create(&ctx, &order.id).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.payment, first.payment);

        let other = proto::CreatePaymentRequest {
            order_id: order.id.clone(),
            provider: proto::Provider::Sandbox.into(),
            success_url: "/elsewhere".to_owned(),
            cancel_url: String::new(),
        };
        let refused = shop.create_with(&ctx, other).await.unwrap_err();
        assert_eq!(
            refused.code,
            waybill_service_kit::ErrorCode::IdempotencyKeyReused
        );
        assert_eq!(refused.kind.http_status(), 422);

        // Keys are separate for each user.
        let somebody = shop.customer();
        let theirs = shop.order_of(&somebody);
        let ctx = somebody.ctx.clone().with_idempotency_key("key-1");
        assert!(!shop.create(&ctx, &theirs.id).await.unwrap().replayed);
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let ctx = customer.ctx.clone().with_idempotency_key("key-1");
        shop.orders.set_away(true);
        assert_eq!(code(shop.create(&ctx, &order.id).await), "UNAVAILABLE");
        shop.orders.set_away(false);
        assert!(!shop.create(&ctx, &order.id).await.unwrap().replayed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_requests_with_one_key_one_succeeds() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let ctx = customer.ctx.clone().with_idempotency_key("key-1");
        let answers = join_all((0..32).map(|_| shop.create(&ctx, &order.id))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        let fresh = answers.iter().filter(|answer| !answer.replayed).count();
        assert_eq!(fresh, 1, "one of them created it");
        assert!(
            answers
                .iter()
                .all(|answer| answer.payment == answers[0].payment)
        );
        assert_eq!(shop.events().await.len(), 1);
        let list = proto::ListPaymentsRequest {
            order_id: order.id.clone(),
            ..proto::ListPaymentsRequest::default()
        };
        let page = shop.list(&customer.ctx, list).await.unwrap();
        assert_eq!(page.payments.len(), 1);
    })
    .await;
}
