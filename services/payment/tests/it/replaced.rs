//! Replacements of orders: the money goes with them.

use waybill_primitives::UserId;
use waybill_proto::{
    order::{self, OrderEvent},
    payment::PaymentState,
};
use waybill_testkit::order_changed;

use crate::shop::{Shop, TOTAL, on_any_database, on_each_database};

/// Another order for the same customer, opened in place of `order`.
fn replacement_of(shop: &Shop, order: &order::Order) -> order::Order {
    let opened = order::Order {
        id: uuid::Uuid::now_v7().to_string(),
        order_number: "W261121-REPLACE".to_owned(),
        replaces_id: Some(order.id.clone()),
        payment_status: order::PaymentStatus::Paid.into(),
        ..order.clone()
    };
    shop.orders.put(&opened);
    opened
}

async fn publish_replaced(shop: &Shop, closed: &order::Order, opened: &order::Order) {
    let event = order::OrderChanged {
        replacement: Some(opened.clone()),
        ..order_changed(
            OrderEvent::Replaced,
            &order::Order {
                status: order::OrderStatus::Cancelled.into(),
                payment_status: order::PaymentStatus::Unpaid.into(),
                replaced_by_id: Some(opened.id.clone()),
                ..closed.clone()
            },
        )
    };
    shop.publish(&closed.id, &event).await;
}

async fn publish_cancelled(shop: &Shop, order: &order::Order, payment_id: &str) {
    let event = order::OrderChanged {
        payment_id: payment_id.to_owned(),
        ..order_changed(
            OrderEvent::Cancelled,
            &order::Order {
                status: order::OrderStatus::Cancelled.into(),
                ..order.clone()
            },
        )
    };
    shop.publish(&order.id, &event).await;
}

async fn orders_account(shop: &Shop, order: &order::Order) -> i64 {
    let books = shop.books_of(order).await;
    let lines = books.iter().filter(|(_, account, _)| account == "orders");
    lines.map(|(.., amount)| amount).sum()
}

#[tokio::test]
async fn the_worker_of_the_replacement_earns_its_money_once() {
    on_each_database(async |shop| {
        let (_, closed, payment) = shop.paid().await;
        let opened = replacement_of(shop, &closed);
        publish_replaced(shop, &closed, &opened).await;
        publish_replaced(shop, &closed, &opened).await;
        let admin = shop.admin();
        let moved = shop.get(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(
            (moved.order_id, moved.order_number),
            (opened.id.clone(), opened.order_number.clone())
        );
        assert_eq!(orders_account(shop, &closed).await, 0);
        assert_eq!(orders_account(shop, &opened).await, -TOTAL);
        shop.assert_sound().await;

        let worker = UserId::new();
        let done = order_changed(
            OrderEvent::Completed,
            &order::Order {
                status: order::OrderStatus::Completed.into(),
                assignee: Some(order::Assignee {
                    id: worker.to_string(),
                    name: "Wanda".to_owned(),
                }),
                ..opened.clone()
            },
        );
        shop.publish(&opened.id, &done).await;
        assert_eq!(orders_account(shop, &opened).await, 0);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn cancelling_the_replacement_gives_the_money_back_whichever_event_comes_first() {
    on_each_database(async |shop| {
        for cancelled_first in [false, true] {
            let returned = shop.bank.returned();
            let (_, closed, payment) = shop.paid().await;
            let between = replacement_of(shop, &closed);
            let opened = replacement_of(shop, &between);
            if cancelled_first {
                publish_cancelled(shop, &opened, &payment.id).await;
            }
            publish_replaced(shop, &closed, &between).await;
            publish_replaced(shop, &between, &opened).await;
            if !cancelled_first {
                publish_cancelled(shop, &opened, &payment.id).await;
            }
            shop.run_jobs().await.unwrap();
            assert_eq!(shop.state_of(&payment.id).await, PaymentState::Refunded);
            assert_eq!(shop.bank.returned() - returned, TOTAL);
            for order in [&closed, &between, &opened] {
                assert_eq!(orders_account(shop, order).await, 0);
            }
            shop.assert_sound().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_payment_under_way_pays_the_replacement() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let closed = shop.order_of(&customer);
        let payment = shop.begin(&customer, &closed).await;
        let opened = replacement_of(shop, &closed);
        publish_replaced(shop, &closed, &opened).await;
        let paid = shop.succeed(&payment.id).await.unwrap();
        assert_eq!(paid.order_id, opened.id);
        assert_eq!(orders_account(shop, &closed).await, 0);
        assert_eq!(orders_account(shop, &opened).await, -TOTAL);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_begins_while_its_order_is_replaced_pays_the_replacement() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let closed = shop.order_of(&customer);
        let between = replacement_of(shop, &closed);
        let opened = replacement_of(shop, &between);
        // The order is looked up, and then the provider is slow.
        let blocked = shop.bank.block_checkouts().await;
        let begins = shop.bank.begins();
        let replacing = async {
            while shop.bank.begins() == begins {
                tokio::task::yield_now().await;
            }
            publish_replaced(shop, &closed, &between).await;
            publish_replaced(shop, &between, &opened).await;
            drop(blocked);
        };
        let (payment, ()) = tokio::join!(shop.begin(&customer, &closed), replacing);
        assert_eq!(
            (&payment.order_id, &payment.order_number),
            (&opened.id, &opened.order_number)
        );
        shop.assert_sound().await;
        shop.succeed(&payment.id).await.unwrap();
        assert_eq!(orders_account(shop, &closed).await, 0);
        assert_eq!(orders_account(shop, &opened).await, -TOTAL);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn money_finds_its_order_when_the_events_of_two_replacements_come_the_wrong_way_round() {
    on_any_database(async |shop| {
        let (_, closed, payment) = shop.paid().await;
        let between = replacement_of(shop, &closed);
        let opened = replacement_of(shop, &between);
        publish_replaced(shop, &between, &opened).await;
        publish_replaced(shop, &closed, &between).await;
        let moved = shop.get(&shop.admin().ctx, &payment.id).await.unwrap();
        assert_eq!(moved.order_id, opened.id);
        assert_eq!(orders_account(shop, &opened).await, -TOTAL);
        shop.assert_sound().await;
    })
    .await;
}
