//! Editing an unpaid order, and payments that delay its expiry.

use std::time::Duration;

use futures::future::join_all;
use waybill_proto::{
    order::{self as pb, OrderEvent, OrderStatus, PaymentStatus},
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{AppError, ErrorCode, ErrorKind};
use waybill_testkit::payment_changed;

use crate::shop::{
    EXPIRY, Shop, Somebody, fields, lines, on_any_database, on_each_database, outgoing, payment_of,
    usd,
};

pub async fn edit(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
    change: pb::EditOrderRequest,
) -> Result<pb::Order, AppError> {
    let request = pb::EditOrderRequest {
        id: order.id.clone(),
        ..change
    };
    let answer = shop
        .orders()
        .edit_order(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().order.unwrap())
}

pub fn new_lines(items: &[(&pb::Product, i64)]) -> pb::EditOrderRequest {
    pb::EditOrderRequest {
        items: Some(pb::EditedLines {
            lines: items
                .iter()
                .map(|(product, quantity)| pb::EditedLine {
                    product_id: Some(product.id.clone()),
                    quantity: *quantity,
                })
                .collect(),
        }),
        ..Default::default()
    }
}

fn retitled(title: &str) -> pb::EditOrderRequest {
    pb::EditOrderRequest {
        title: Some(title.to_owned()),
        ..Default::default()
    }
}

pub async fn begin(shop: &Shop, order: &pb::Order) -> payment::Payment {
    let begun = payment_of(order);
    let event = payment_changed(PaymentEvent::Created, &begun);
    shop.send_event(&begun, &event).await;
    begun
}

async fn fail(shop: &Shop, payment: &payment::Payment) {
    let failed = payment::Payment {
        version: payment.version + 1,
        ..payment.clone()
    };
    let event = payment_changed(PaymentEvent::Failed, &failed);
    shop.send_event(&failed, &event).await;
}

#[tokio::test]
async fn new_lines_reserve_and_give_back_the_difference() {
    on_any_database(async |shop| {
        let (cup, pot, advice) = (
            shop.goods("Cup", 100, 10).await,
            shop.goods("Pot", 200, 10).await,
            shop.service("Advice", 50).await,
        );
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 5)]).await;
        let changed = edit(shop, &who, &order, new_lines(&[(&pot, 3), (&cup, 2)]))
            .await
            .unwrap();
        assert_eq!(changed.total, Some(usd(800)));
        assert_eq!(changed.version, 2);
        assert_eq!(changed.expires_at, order.expires_at);
        assert_eq!(shop.level(&cup).await, (10, 2));
        assert_eq!(shop.level(&pot).await, (10, 3));
        assert_eq!(shop.get(&who, &order).await.unwrap(), changed);
        let history = shop.history(&who, &order).await;
        assert_eq!(history[1].event(), OrderEvent::Edited);
        assert_eq!(
            history[1].note,
            Some("changed: items; total 5.00 USD → 8.00 USD".to_owned())
        );
        assert_eq!(history[1].actor.as_ref().unwrap().id, who.id.to_string());
        let event = shop.last_change(OrderEvent::Edited, &order).await;
        assert_eq!(event.order, Some(changed));
        assert_eq!(shop.events("order", &order.id).await, ["placed", "updated"]);

        // From goods to a service: all units are released.
        let order = edit(shop, &who, &order, new_lines(&[(&advice, 1)]))
            .await
            .unwrap();
        assert_eq!(order.kind(), pb::OrderKind::Service);
        assert_eq!(shop.level(&cup).await, (10, 0));
        assert_eq!(shop.level(&pot).await, (10, 0));
        shop.pay(&order).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Paid
        );
    })
    .await;
}

#[tokio::test]
async fn text_dates_and_address_change_and_what_is_not_named_stays() {
    on_any_database(async |shop| {
        let advice = shop.service("Advice", 50).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&advice, 1)]).await;
        let address = pb::Address {
            line1: "1 High Street".into(),
            city: "Leeds".into(),
            country: "GB".into(),
            ..Default::default()
        };
        let wanted = order.created_at;
        let change = pb::EditOrderRequest {
            title: Some(" A gate ".into()),
            special_instructions: Some("Ring twice".into()),
            estimated_completion: Some(pb::TimeChange { to: wanted }),
            shipping_address: Some(pb::AddressChange {
                to: Some(address.clone()),
            }),
            ..Default::default()
        };
        let order = edit(shop, &who, &order, change).await.unwrap();
        assert_eq!(order.title, Some("A gate".to_owned()));
        assert_eq!(order.estimated_completion, wanted);
        assert_eq!(order.shipping_address, Some(address));
        assert_eq!(order.items.len(), 1);
        // When the order is sent back as it was read, a date in the past is accepted.
        shop.clock.advance(std::time::Duration::from_hours(49));
        let back = pb::EditOrderRequest {
            estimated_completion: Some(pb::TimeChange { to: wanted }),
            ..Default::default()
        };
        assert_eq!(edit(shop, &who, &order, back).await.unwrap(), order);
        let change = pb::EditOrderRequest {
            estimated_completion: Some(pb::TimeChange::default()),
            shipping_address: Some(pb::AddressChange::default()),
            ..Default::default()
        };
        let order = edit(shop, &who, &order, change).await.unwrap();
        assert_eq!(
            (order.estimated_completion, &order.shipping_address),
            (None, &None)
        );
        assert_eq!(order.special_instructions, Some("Ring twice".to_owned()));
        // It is found by its new title once the event is consumed.
        shop.flush().await;
        let request = pb::ListOrdersRequest {
            q: "gate".into(),
            ..Default::default()
        };
        let found = shop.orders().list_orders(outgoing(&who.ctx, request)).await;
        assert_eq!(
            found.unwrap().into_inner().orders,
            std::slice::from_ref(&order)
        );
        // An edit without changes creates no version.
        let same = edit(shop, &who, &order, retitled("A gate")).await.unwrap();
        assert_eq!(same, order);
    })
    .await;
}

#[tokio::test]
async fn a_paid_order_keeps_its_lines_but_its_text_can_change() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 4)]).await;
        shop.pay(&order).await;
        crate::shopper::set_price(shop, &cup, 200).await;
        // The same lines are no change, whatever they cost now.
        let change = pb::EditOrderRequest {
            special_instructions: Some("Ring twice".into()),
            ..new_lines(&[(&cup, 1), (&cup, 3)])
        };
        let edited = edit(shop, &who, &order, change).await.unwrap();
        assert_eq!(edited.special_instructions, Some("Ring twice".to_owned()));
        assert_eq!(
            (&edited.total, &edited.items),
            (&Some(usd(400)), &order.items)
        );
        assert_eq!(edited.payment_status(), PaymentStatus::Paid);
        assert_eq!(shop.level(&cup).await, (6, 0), "sold, and it stays so");

        // Where orders may be free, free text is paid from the start, but can still be edited.
        shop.allow_free_orders().await;
        let request = pb::PlaceOrderRequest {
            description: Some("\n A gate of oak.\nTwo metres wide. ".into()),
            ..Default::default()
        };
        let request = shop.try_place(&who, request).await.unwrap().order.unwrap();
        assert_eq!(request.title, Some("A gate of oak.".to_owned()));
        let change = pb::EditOrderRequest {
            description: Some("A gate of ash.".into()),
            ..retitled("")
        };
        let edited = edit(shop, &who, &request, change).await.unwrap();
        assert_eq!(edited.title, Some("A gate of ash.".to_owned()));
        assert_eq!(edited.payment_status(), PaymentStatus::Paid);
        let nothing = pb::EditOrderRequest {
            description: Some(String::new()),
            ..retitled("")
        };
        let error = edit(shop, &who, &edited, nothing).await.unwrap_err();
        assert_eq!(fields(&error), ["items"]);
        // Once a worker has it, it cannot be edited.
        let worker = shop.hired("Will").await;
        shop.claim(&worker, &edited).await.unwrap();
        let error = edit(shop, &who, &edited, retitled("x")).await.unwrap_err();
        assert!(error.is(ErrorCode::OrderNotEditable), "{error}");
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_refused_with_its_reason_and_changes_nothing() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 4)]).await;
        shop.place(&who, &[(&cup, 4)]).await;
        let error = edit(shop, &who, &order, new_lines(&[(&cup, 7)]))
            .await
            .unwrap_err();
        assert!(error.is(ErrorCode::OutOfStock), "{error}");
        assert_eq!(error.metadata["available"], "6", "with what is its own");
        let stale = pb::EditOrderRequest {
            version: Some(7),
            ..retitled("x")
        };
        let error = edit(shop, &who, &order, stale).await.unwrap_err();
        assert!(error.is(ErrorCode::VersionConflict), "{error}");
        let error = edit(shop, &who, &order, retitled(&"x".repeat(201)))
            .await
            .unwrap_err();
        assert_eq!(fields(&error), ["title"]);
        let error = edit(shop, &who, &order, new_lines(&[])).await.unwrap_err();
        assert_eq!(fields(&error), ["items"]);
        for stranger in [shop.customer(), shop.worker(), shop.guest()] {
            let error = edit(shop, &stranger, &order, retitled("mine")).await;
            assert_eq!(error.unwrap_err().kind, ErrorKind::NotFound);
        }
        assert_eq!(shop.refresh(&order).await, order);
        assert_eq!(shop.level(&cup).await, (10, 8));

        let cancelled = shop.cancel(&who, &order).await.unwrap();
        let error = edit(shop, &who, &cancelled, retitled("x"))
            .await
            .unwrap_err();
        assert!(error.is(ErrorCode::OrderNotEditable), "{error}");
        let paid = shop.place(&who, &[(&cup, 1)]).await;
        shop.pay(&paid).await;
        let error = edit(shop, &who, &paid, new_lines(&[(&cup, 2)])).await;
        let error = error.unwrap_err();
        assert!(error.is(ErrorCode::OrderNotEditable), "{error}");
    })
    .await;
}

#[tokio::test]
async fn an_administrators_edit_is_in_the_audit_log() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        edit(shop, &who, &order, retitled("Mine")).await.unwrap();
        edit(shop, &shop.admin, &order, retitled("Theirs"))
            .await
            .unwrap();
        let all = waybill_store::outbox_events(&shop.db, "audit", None, 1_000)
            .await
            .unwrap();
        let acts = all.iter().map(|event| {
            use waybill_proto::Event as _;
            assert_eq!([event.subject.as_str()], pb::AuditRecorded::SUBJECTS);
            prost::Message::decode(event.payload.clone())
                .map(|event: pb::AuditRecorded| event.record.unwrap())
                .unwrap()
        });
        let acts: Vec<_> = acts.filter(|act| act.action == "order.edit").collect();
        let [act] = acts.as_slice() else {
            panic!("one act: {acts:?}")
        };
        assert_eq!(act.target_id, order.id);
        assert!(act.before().contains("Mine") && act.after().contains("Theirs"));
    })
    .await;
}

#[tokio::test]
async fn where_orders_may_be_free_an_edit_to_nothing_due_pays_the_order() {
    on_any_database(async |shop| {
        shop.allow_free_orders().await;
        let (cup, gift) = (
            shop.goods("Cup", 100, 10).await,
            shop.goods("Gift", 0, 10).await,
        );
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 2)]).await;
        let order = edit(shop, &who, &order, new_lines(&[(&gift, 3)]))
            .await
            .unwrap();
        assert_eq!(order.payment_status(), PaymentStatus::Paid);
        assert_eq!(order.version, 3);
        assert_eq!(shop.level(&cup).await, (10, 0));
        assert_eq!(shop.level(&gift).await, (7, 0));
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "updated", "paid"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_being_paid_is_not_edited() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let begun = begin(shop, &order).await;
        let error = edit(shop, &who, &order, new_lines(&[(&cup, 2)]))
            .await
            .unwrap_err();
        assert!(error.is(ErrorCode::PaymentUnderWay), "{error}");
        assert_eq!(shop.level(&cup).await, (10, 1));
        fail(shop, &begun).await;
        let order = edit(shop, &who, &order, new_lines(&[(&cup, 2)]))
            .await
            .unwrap();
        // Events arrive in any order: a start after the end of the payment has no effect.
        let late = payment_of(&order);
        fail(shop, &late).await;
        let event = payment_changed(PaymentEvent::Created, &late);
        shop.send_event(&late, &event).await;
        edit(shop, &who, &order, new_lines(&[(&cup, 3)]))
            .await
            .unwrap();
        // An abandoned payment blocks edits only for the payment window.
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let forgotten = begin(shop, &order).await;
        shop.clock.advance(EXPIRY / 2);
        begin(shop, &order).await;
        shop.clock
            .advance(EXPIRY.checked_sub(Duration::from_secs(1)).unwrap());
        // The lines cannot change during a payment; the text can.
        edit(shop, &who, &order, retitled("x")).await.unwrap();
        let more = new_lines(&[(&cup, 2)]);
        let error = edit(shop, &who, &order, more).await.unwrap_err();
        assert!(error.is(ErrorCode::PaymentUnderWay), "{error}");
        shop.clock.advance(Duration::from_secs(2));
        let order = edit(shop, &who, &order, new_lines(&[(&cup, 2)]))
            .await
            .unwrap();
        // A late payment of the old total is rejected and refunded.
        let event = payment_changed(PaymentEvent::Succeeded, &forgotten);
        shop.send_event(&forgotten, &event).await;
        let event = shop.last_change(OrderEvent::PaymentRejected, &order).await;
        assert_eq!(event.note, "the amount is not what the order costs");
    })
    .await;
}

#[tokio::test]
async fn an_order_does_not_expire_while_it_is_being_paid() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        // Right after placing, no extension is needed.
        begin(shop, &order).await;
        assert_eq!(shop.refresh(&order).await, order);
        shop.clock
            .advance(EXPIRY.checked_sub(Duration::from_mins(1)).unwrap());
        let begun = begin(shop, &order).await;
        let extended = shop.refresh(&order).await;
        let more = extended.expires_at.unwrap().secs() - order.expires_at.unwrap().secs();
        assert_eq!(more, 29 * 60);
        let event = shop.last_change(OrderEvent::PaymentStarted, &order).await;
        assert_eq!(event.order.as_ref(), Some(&extended));
        let history = shop.history(&who, &order).await;
        assert_eq!(history.last().unwrap().event(), OrderEvent::PaymentStarted);
        // The event arrives again with another id.
        let event = payment_changed(PaymentEvent::Created, &begun);
        shop.clock.advance(Duration::from_mins(10));
        shop.send_event(&begun, &event).await;
        assert_eq!(shop.refresh(&order).await, extended);
        shop.expire_due().await;
        assert_eq!(shop.refresh(&order).await.status(), OrderStatus::Pending);
        shop.clock.advance(Duration::from_mins(21));
        shop.expire_due().await;
        assert_eq!(shop.refresh(&order).await.status(), OrderStatus::Cancelled);
        assert_eq!(shop.level(&cup).await, (10, 0));
        // A payment that starts for an ended order changes nothing.
        begin(shop, &order).await;
        assert_eq!(shop.refresh(&order).await.status(), OrderStatus::Cancelled);
    })
    .await;
}

#[tokio::test]
async fn starting_payments_cannot_extend_an_order_forever() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 100, 10).await;
        let who = shop.customer();
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let mut begun = 0;
        while shop.refresh(&order).await.status() == OrderStatus::Pending {
            begin(shop, &order).await;
            begun += 1;
            assert!(begun < 12, "it never expires");
            shop.clock
                .advance(EXPIRY.checked_sub(Duration::from_mins(1)).unwrap());
            shop.expire_due().await;
        }
        assert_eq!(begun, 6);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_and_orders_at_once_never_oversell() {
    on_each_database(async |shop| {
        let (cup, pot) = (
            shop.goods("Cup", 100, 20).await,
            shop.goods("Pot", 100, 20).await,
        );
        let who = shop.customer();
        let mut orders = Vec::new();
        for _ in 0..8 {
            orders.push(shop.place(&who, &[(&cup, 1), (&pot, 1)]).await);
        }
        // In opposite orders, up and down, and concurrently with new orders.
        let edits = orders.iter().enumerate().map(|(n, order)| {
            let (cup, pot, who) = (&cup, &pot, &who);
            async move {
                let n = n as i64;
                let change = if n % 2 == 0 {
                    new_lines(&[(cup, 1 + n), (pot, 3)])
                } else {
                    new_lines(&[(pot, 1 + n), (cup, 3)])
                };
                edit(shop, who, order, change).await.map(drop)
            }
        });
        let places = (0..8).map(|_| async {
            let request = lines(&[(&pot, 2), (&cup, 1)]);
            shop.try_place(&who, request).await.map(drop)
        });
        let (edited, placed) = futures::join!(join_all(edits), join_all(places));
        for error in edited.into_iter().chain(placed).filter_map(Result::err) {
            assert!(error.is(ErrorCode::OutOfStock), "{error:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_edit_payment_and_expiry_at_once_each_outcome_is_whole() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 100, 1_000).await;
        let who = shop.customer();
        let mut orders = Vec::new();
        for _ in 0..12 {
            orders.push(shop.place(&who, &[(&cup, 1)]).await);
        }
        shop.clock.advance(EXPIRY + Duration::from_secs(1));
        let races = orders.iter().map(|order| {
            let (cup, who) = (&cup, &who);
            async move {
                let edited = edit(shop, who, order, new_lines(&[(cup, 2)]));
                let (edited, paid) = futures::join!(edited, shop.pay(order));
                (edited.is_ok(), paid)
            }
        });
        let (outcomes, ()) = futures::join!(join_all(races), shop.expire_due());
        for (order, (edited, paid)) in orders.iter().zip(outcomes) {
            let now = shop.refresh(order).await;
            if now.payment_status() == PaymentStatus::Paid {
                // The payment came first: its amount is the total, and the edit was refused.
                assert_eq!((&now.total, edited), (&paid.amount, false));
            } else {
                let events = shop.events("order", &order.id).await;
                assert!(
                    events.iter().any(|event| event == "payment_rejected"),
                    "{events:?}"
                );
            }
            let units = if edited { 2 } else { 1 };
            assert_eq!(now.items[0].quantity, units);
        }
    })
    .await;
}
