//! What payments and time do to orders.

use futures::future::join;
use waybill_proto::{
    order::{self as pb, OrderStatus, PaymentStatus},
    payment,
};
use waybill_service_kit::codes;

use crate::shop::{EXPIRY, on_each_database, payment_of, usd};

#[tokio::test]
async fn a_payment_pays_the_order_once_however_often_it_is_told() {
    on_each_database(async |shop| {
        let (cup, advice) = (
            shop.goods("Cup", 5, 10).await,
            shop.service("Advice", 7).await,
        );
        let order = shop
            .place(&shop.customer(), &[(&cup, 1), (&advice, 1)])
            .await;
        let paid = shop.pay(&order).await;
        // Another event of the same payment, as after a repair.
        shop.tell(
            &paid,
            &payment::PaymentSucceeded {
                payment: Some(paid.clone()),
            },
        )
        .await;
        let now = shop.refresh(&order).await;
        assert_eq!(
            (now.payment_status(), now.version),
            (PaymentStatus::Paid, 2)
        );
        assert_eq!((now.status(), now.expires_at), (OrderStatus::Pending, None));
        let event: pb::OrderPaid = shop.last_event(&order).await;
        assert!(event.available && event.payment_id == paid.id);
        assert_eq!(shop.level(&cup).await, (9, 0));
        let history = shop.history(&shop.admin, &order).await;
        assert_eq!(
            (
                history[1].event.as_str(),
                history[1].from.as_str(),
                history[1].to.as_str()
            ),
            ("PAID", "UNPAID", "PAID")
        );
        assert_eq!(history[1].actor, None);
    })
    .await;
}

#[tokio::test]
async fn money_that_an_order_cannot_take_is_rejected() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let who = shop.customer();
        // Expired.
        let expired = shop.place(&who, &[(&cup, 1)]).await;
        shop.clock.advance(EXPIRY);
        shop.expire_due().await;
        let late = shop.pay(&expired).await;
        let event: pb::OrderPaymentRejected = shop.last_event(&expired).await;
        assert_eq!(
            (event.payment_id, event.reason.as_str()),
            (late.id, "the order is cancelled")
        );
        assert_eq!(
            shop.events("order", &expired.id).await,
            ["placed", "expired", "payment_rejected"]
        );
        // Paid already.
        let twice = shop.place(&who, &[(&cup, 1)]).await;
        shop.pay(&twice).await;
        let second = shop.pay(&twice).await;
        let event: pb::OrderPaymentRejected = shop.last_event(&twice).await;
        assert_eq!(
            (event.payment_id, event.reason.as_str()),
            (second.id.clone(), "the order is paid already")
        );
        // The refund of the rejected payment does not touch the order.
        let refunded = payment::PaymentRefunded {
            payment: Some(second.clone()),
            ..Default::default()
        };
        shop.tell(
            &payment::Payment {
                version: 2,
                ..second
            },
            &refunded,
        )
        .await;
        assert_eq!(
            shop.refresh(&twice).await.payment_status(),
            PaymentStatus::Paid
        );
        // Another amount.
        let cheap = shop.place(&who, &[(&cup, 1)]).await;
        let mut little = payment_of(&cheap);
        little.amount = Some(usd(1));
        shop.tell(
            &little,
            &payment::PaymentSucceeded {
                payment: Some(little.clone()),
            },
        )
        .await;
        assert_eq!(
            shop.refresh(&cheap).await.payment_status(),
            PaymentStatus::Unpaid
        );
        assert_eq!(shop.level(&cup).await, (9, 1));
    })
    .await;
}

#[tokio::test]
async fn cancelling_a_paid_order_ends_in_a_refund() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let paid = shop.pay(&order).await;
        let cancelled = shop.cancel(&who, &order).await.unwrap();
        assert_eq!(
            (cancelled.status(), cancelled.payment_status()),
            (OrderStatus::Cancelled, PaymentStatus::Paid)
        );
        let event: pb::OrderCancelled = shop.last_event(&order).await;
        assert_eq!(event.order.unwrap().payment_status(), PaymentStatus::Paid);
        let back = payment::Payment { version: 2, ..paid };
        let refunded = payment::PaymentRefunded {
            payment: Some(back.clone()),
            reason: "cancelled".into(),
        };
        shop.tell(&back, &refunded).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Refunded
        );
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "paid", "cancelled", "payment_changed"]
        );
        assert_eq!(shop.level(&cup).await, (10, 0));
    })
    .await;
}

#[tokio::test]
async fn a_failed_payment_leaves_the_order_payable() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&shop.customer(), &[(&cup, 1)]).await;
        let mut failed = payment_of(&order);
        failed.failure_reason = "declined".into();
        shop.tell(
            &failed,
            &payment::PaymentFailed {
                payment: Some(failed.clone()),
            },
        )
        .await;
        let now = shop.refresh(&order).await;
        assert_eq!(
            (now.payment_status(), now.expires_at),
            (PaymentStatus::Failed, order.expires_at)
        );
        assert_eq!(shop.history(&shop.admin, &order).await[1].note, "declined");
        shop.pay(&order).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Paid
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_for_an_unknown_order_is_a_dead_letter_and_the_rest_goes_on() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&shop.customer(), &[(&cup, 1)]).await;
        let mut stray = payment_of(&order);
        stray.order_id = uuid::Uuid::now_v7().to_string();
        shop.tell(
            &stray,
            &payment::PaymentSucceeded {
                payment: Some(stray.clone()),
            },
        )
        .await;
        shop.pay(&order).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Paid
        );
        let letters = waybill_store::dead_letters::list(&shop.db, 10)
            .await
            .unwrap();
        assert_eq!(letters.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_replicas_expire_each_order_once() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 1000).await;
        let who = shop.customer();
        let mut orders = Vec::new();
        for _ in 0..130 {
            orders.push(shop.place(&who, &[(&cup, 1)]).await);
        }
        shop.clock.advance(EXPIRY * 9 / 10);
        shop.expire_due().await;
        assert_eq!(shop.level(&cup).await, (1000, 130));
        let young = shop.place(&who, &[(&cup, 1)]).await;
        shop.clock.advance(EXPIRY / 5);
        let second = shop.second().await;
        join(shop.expire_due(), second.expire_due()).await;
        assert_eq!(shop.level(&cup).await, (1000, 1));
        for order in orders.iter().step_by(10) {
            assert_eq!(shop.events("order", &order.id).await, ["placed", "expired"]);
        }
        let error = shop.cancel(&who, &orders[0]).await.unwrap_err();
        assert_eq!(error.code, codes::INVALID_TRANSITION);
        assert_eq!(shop.refresh(&young).await.status(), OrderStatus::Pending);
        second.close().await;
    })
    .await;
}
