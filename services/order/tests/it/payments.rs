//! Effects of payments and expiry on orders.

use std::time::Duration;

use futures::future::join;
use waybill_primitives::Clock as _;
use waybill_proto::{
    order::{self, OrderEvent, OrderStatus, PaymentStatus},
    payment::{self, PaymentEvent},
};
use waybill_service_kit::ErrorCode;
use waybill_testkit::payment_changed;

use crate::shop::{EXPIRY, on_any_database, on_each_database, payment_of, usd};

#[tokio::test]
async fn a_payment_pays_the_order_once_however_often_its_event_arrives() {
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
        shop.send_event(&paid, &payment_changed(PaymentEvent::Succeeded, &paid))
            .await;
        let now = shop.refresh(&order).await;
        assert_eq!(
            (now.payment_status(), now.version),
            (PaymentStatus::Paid, 2)
        );
        assert_eq!((now.status(), now.expires_at), (OrderStatus::Pending, None));
        let event = shop.last_change(OrderEvent::Paid, &order).await;
        assert!(event.available && event.payment_id == paid.id);
        assert_eq!(shop.level(&cup).await, (9, 0));
        let history = shop.history(&shop.admin, &order).await;
        assert_eq!(
            (history[1].event(), history[1].from(), history[1].to()),
            (OrderEvent::Paid, "UNPAID", "PAID")
        );
        assert_eq!(history[1].actor, None);
    })
    .await;
}

#[tokio::test]
async fn money_that_an_order_cannot_take_is_rejected() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let who = shop.customer();
        // Expired.
        let expired = shop.place(&who, &[(&cup, 1)]).await;
        shop.clock.advance(EXPIRY);
        shop.expire_due().await;
        let late = shop.pay(&expired).await;
        let event = shop
            .last_change(OrderEvent::PaymentRejected, &expired)
            .await;
        assert_eq!(
            (event.payment_id, event.note.as_str()),
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
        let event = shop.last_change(OrderEvent::PaymentRejected, &twice).await;
        assert_eq!(
            (event.payment_id, event.note.as_str()),
            (second.id.clone(), "the order is paid already")
        );
        // The refund of the rejected payment does not touch the order.
        let refunded = payment_changed(PaymentEvent::Refunded, &second);
        shop.send_event(
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
        shop.send_event(&little, &payment_changed(PaymentEvent::Succeeded, &little))
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
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let paid = shop.pay(&order).await;
        let cancelled = shop.cancel(&who, &order).await.unwrap();
        assert_eq!(
            (cancelled.status(), cancelled.payment_status()),
            (OrderStatus::Cancelled, PaymentStatus::Paid)
        );
        let event = shop.last_change(OrderEvent::Cancelled, &order).await;
        assert_eq!(event.order.unwrap().payment_status(), PaymentStatus::Paid);
        let back = payment::Payment { version: 2, ..paid };
        let refunded = payment::PaymentChanged {
            reason: "cancelled".into(),
            ..payment_changed(PaymentEvent::Refunded, &back)
        };
        shop.send_event(&back, &refunded).await;
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
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&shop.customer(), &[(&cup, 1)]).await;
        let mut failed = payment_of(&order);
        failed.failure_reason = Some("declined".into());
        shop.send_event(&failed, &payment_changed(PaymentEvent::Failed, &failed))
            .await;
        let now = shop.refresh(&order).await;
        assert_eq!(
            (now.payment_status(), now.expires_at),
            (PaymentStatus::Failed, order.expires_at)
        );
        assert_eq!(
            shop.history(&shop.admin, &order).await[1].note,
            Some("declined".to_owned())
        );
        shop.pay(&order).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Paid
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_for_an_unknown_order_is_a_dead_letter_and_others_are_processed() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&shop.customer(), &[(&cup, 1)]).await;
        let mut stray = payment_of(&order);
        stray.order_id = uuid::Uuid::now_v7().to_string();
        shop.send_event(&stray, &payment_changed(PaymentEvent::Succeeded, &stray))
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
        assert_eq!(error.code, ErrorCode::InvalidTransition);
        assert_eq!(shop.refresh(&young).await.status(), OrderStatus::Pending);
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_full_refund_of_what_was_not_carried_out_gives_the_goods_back_once() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        // A partial refund: the customer keeps the goods.
        let order = shop.place(&who, &[(&cup, 3)]).await;
        let paid = shop.pay(&order).await;
        shop.refund(&paid, 2, 100, &[]).await;
        let now = shop.refresh(&order).await;
        assert_eq!(now.payment_status(), PaymentStatus::PartiallyRefunded);
        assert_eq!(now.refunded, Some(usd(100)));
        assert_eq!(shop.level(&cup).await, (7, 0));
        // In full.
        shop.refund(&paid, 3, 300, &[]).await;
        let now = shop.refresh(&order).await;
        assert_eq!(now.payment_status(), PaymentStatus::Refunded);
        assert_eq!(now.refunded, Some(usd(300)));
        assert_eq!(shop.level(&cup).await, (10, 0));
        // Neither another event nor a later cancellation returns them again.
        shop.refund(&paid, 4, 300, &[]).await;
        shop.cancel(&shop.admin, &order).await.unwrap();
        assert_eq!(shop.level(&cup).await, (10, 0));
        // Goods of a completed order are not returned by a refund.
        let done = shop.place(&who, &[(&cup, 2)]).await;
        let paid = shop.pay(&done).await;
        for status in [OrderStatus::InProgress, OrderStatus::Completed] {
            shop.change_status(&shop.admin, &done, status)
                .await
                .unwrap();
        }
        shop.refund(&paid, 2, 200, &[]).await;
        let now = shop.refresh(&done).await;
        assert_eq!(now.payment_status(), PaymentStatus::Refunded);
        assert_eq!(shop.level(&cup).await, (8, 0));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_arrives_before_its_payment_is_not_lost() {
    on_any_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 100, 10).await, shop.customer());
        let full = (None, PaymentStatus::Refunded, (10, 0));
        let part = (Some(usd(40)), PaymentStatus::PartiallyRefunded, (9, 0));
        for (refunded, status, level) in [full, part] {
            let order = shop.place(&who, &[(&cup, 1)]).await;
            let paid = payment_of(&order);
            let back = payment::Payment {
                version: 3,
                ..paid.clone()
            };
            let event = payment::PaymentChanged {
                refunded,
                ..payment_changed(PaymentEvent::Refunded, &back)
            };
            shop.send_event(&back, &event).await;
            assert_eq!(
                shop.refresh(&order).await.payment_status(),
                PaymentStatus::Unpaid
            );
            let begun = payment_changed(PaymentEvent::Created, &paid);
            shop.send_event(&paid, &begun).await;
            let succeeded = payment::Payment { version: 2, ..paid };
            let event = payment_changed(PaymentEvent::Succeeded, &succeeded);
            shop.send_event(&succeeded, &event).await;
            assert_eq!(shop.refresh(&order).await.payment_status(), status);
            assert_eq!(
                shop.events("order", &order.id).await,
                ["placed", "paid", "payment_changed"]
            );
            assert_eq!(shop.level(&cup).await, level);
        }
        // If the order has ended in the meantime, the payment is rejected as usual.
        let order = shop.place(&who, &[(&cup, 1)]).await;
        shop.cancel(&who, &order).await.unwrap();
        let paid = payment_of(&order);
        let event = payment_changed(PaymentEvent::Refunded, &paid);
        shop.send_event(&paid, &event).await;
        let event = payment_changed(PaymentEvent::Succeeded, &paid);
        shop.send_event(&paid, &event).await;
        assert_ne!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Paid
        );
        assert_eq!(shop.level(&cup).await, (9, 0));
    })
    .await;
}

#[tokio::test]
async fn an_order_that_cannot_expire_does_not_hold_up_the_others() {
    on_any_database(async |shop| {
        let (cup, bowl) = (
            shop.goods("Cup", 5, 1000).await,
            shop.goods("Bowl", 5, 10).await,
        );
        let who = shop.customer();
        // More than one batch.
        for _ in 0..101 {
            shop.place(&who, &[(&cup, 1)]).await;
        }
        let sound = shop.place(&who, &[(&bowl, 1)]).await;
        // The stock lacks the units that they would release.
        shop.statement("UPDATE stock SET reserved = reserved - 101 WHERE reserved = 101")
            .await;
        shop.clock.advance(EXPIRY);
        shop.expire_due().await;
        assert_eq!(shop.refresh(&sound).await.status(), OrderStatus::Cancelled);
        assert_eq!(shop.level(&bowl).await, (10, 0));
        // Once that is fixed, they follow.
        shop.statement("UPDATE stock SET reserved = 101 WHERE on_hand = 1000")
            .await;
        shop.expire_due().await;
        assert_eq!(shop.level(&cup).await, (1000, 0));
    })
    .await;
}

#[tokio::test]
async fn after_a_run_of_the_expiry_that_failed_another_one_follows_soon() {
    on_any_database(async |shop| {
        shop.statement("ALTER TABLE orders RENAME TO orders_away")
            .await;
        (shop.expire.run)().await.unwrap_err();
        shop.statement("ALTER TABLE orders_away RENAME TO orders")
            .await;
        let wake = shop.expire.wake.as_ref().unwrap();
        let woken = tokio::time::timeout(Duration::from_mins(1), wake.notified()).await;
        assert!(woken.is_ok(), "no alarm was set");
    })
    .await;
}

#[tokio::test]
async fn an_order_waits_for_a_payment_by_hand_from_the_first_one_on() {
    on_any_database(async |shop| {
        const WINDOW: Duration = Duration::from_hours(7 * 24);
        let start = async |order: &order::Order| {
            let started = payment::Payment {
                provider: payment::Provider::Manual.into(),
                ..payment_of(order)
            };
            let event = payment_changed(PaymentEvent::Created, &started);
            shop.send_event(&started, &event).await;
            started
        };
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let until = shop.clock.now().plus(WINDOW);
        let first = start(&order).await;
        let waits = shop.refresh(&order).await;
        assert_eq!(waits.expires_at, Some(until));
        let event = shop.last_change(OrderEvent::PaymentStarted, &order).await;
        assert_eq!(event.payment_id, first.id);
        // Neither others nor another kind of payment move the end, however many there are.
        for day in 1..7 {
            shop.clock.advance(Duration::from_hours(24));
            start(&order).await;
            let other = payment_of(&order);
            let event = payment_changed(PaymentEvent::Created, &other);
            shop.send_event(&other, &event).await;
            shop.expire_due().await;
            assert_eq!(shop.refresh(&order).await, waits, "day {day}");
        }
        shop.clock.advance(Duration::from_hours(24));
        shop.expire_due().await;
        let over = shop.refresh(&order).await;
        assert_eq!(over.status(), OrderStatus::Cancelled);
        assert_eq!(shop.level(&cup).await, (10, 0));
        shop.last_change(OrderEvent::Expired, &order).await;

        // A late start counts as well: the order may be older than other payments keep it.
        let order = shop.place(&who, &[(&cup, 1)]).await;
        shop.clock.advance(EXPIRY / 2);
        start(&order).await;
        let until = shop.clock.now().plus(WINDOW);
        assert_eq!(shop.refresh(&order).await.expires_at, Some(until));
        // Also after it was on hold, which gives it a new expiry.
        let held = OrderStatus::OnHold;
        let held = shop.change_status(&shop.admin, &order, held).await.unwrap();
        let back = OrderStatus::Pending;
        let back = shop.change_status(&shop.admin, &held, back).await.unwrap();
        assert!(back.expires_at.unwrap() < until);
        shop.clock.advance(EXPIRY);
        shop.expire_due().await;
        assert_eq!(shop.refresh(&order).await.expires_at, Some(until));
        shop.clock.advance(Duration::from_hours(6 * 24));
        let paid = shop.pay(&order).await;
        let now = shop.refresh(&order).await;
        assert_eq!(now.payment_status(), PaymentStatus::Paid);
        assert_eq!(now.expires_at, None);
        assert_eq!(
            shop.last_change(OrderEvent::Paid, &order).await.payment_id,
            paid.id
        );
    })
    .await;
}
