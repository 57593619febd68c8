//! An order that is replaced by another one: payment, goods and participants are transferred once.

use waybill_proto::{
    order::{
        ChangeRequestKind as Kind, FilePurpose, NoteVisibility, OrderEvent, OrderStatus,
        PaymentStatus,
    },
    payment::{self, PaymentEvent},
};
use waybill_service_kit::ErrorCode;
use waybill_testkit::payment_changed;

use crate::{
    files::samples::{of_order, pdf, png},
    notes::note,
    shop::{on_any_database, on_each_database},
};

#[tokio::test]
async fn a_replacement_takes_over_contents_payment_and_goods() {
    on_each_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let (design, mug) = (
            shop.service("Design", 5).await,
            shop.goods("Mug", 3, 10).await,
        );
        let order = shop.place(&customer, &[(&design, 1), (&mug, 4)]).await;
        let paid = shop.pay(&order).await;
        shop.claim(&will, &order).await.unwrap();
        let completion = shop.ask(&will, &order, Kind::Completion).await.unwrap();
        let decided = shop.reassign(&will, &order, None, true).await.unwrap();
        let (closed, opened) = (decided.order.unwrap(), decided.replacement.unwrap());
        assert_eq!(
            (closed.status(), closed.payment_status()),
            (OrderStatus::Cancelled, PaymentStatus::Unpaid)
        );
        assert_eq!(
            (opened.status(), opened.payment_status()),
            (OrderStatus::Pending, PaymentStatus::Paid)
        );
        assert_eq!(closed.replaced_by_id, Some(opened.id.clone()));
        assert_eq!(opened.replaces_id, Some(order.id.clone()));
        assert_ne!(opened.order_number, order.order_number);
        assert_eq!(
            (&opened.items, &opened.total, &opened.customer),
            (&order.items, &order.total, &order.customer)
        );
        assert_eq!(shop.refresh(&opened).await, opened);
        assert_eq!(shop.refresh(&order).await, closed);
        assert_eq!(shop.level(&mug).await, (6, 0), "no goods moved");
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "paid", "claimed", "replaced"]
        );
        assert_eq!(shop.events("order", &opened.id).await, ["placed", "paid"]);
        let change = shop.last_change(OrderEvent::Paid, &opened).await;
        assert!(change.available && change.payment_id.is_empty());
        let change = shop.last_change(OrderEvent::Replaced, &order).await;
        assert_eq!(change.replacement.as_ref(), Some(&opened));
        assert_eq!(change.previous.unwrap().id, will.id.to_string());
        // The other request of the order is obsolete.
        let error = shop.decide(&completion, true).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        // The former worker may read the closed order, but sees the new one only in the pool.
        shop.get(&will, &order).await.unwrap();
        let history = shop.history(&customer, &order).await;
        let last = history.last().unwrap();
        assert_eq!(last.event(), OrderEvent::Replaced);
        assert!(
            last.note().contains(&opened.order_number),
            "{}",
            last.note()
        );
        // It can be worked on, cancelled and refunded as any other.
        let wanda = shop.hired("Wanda").await;
        shop.claim(&wanda, &opened).await.unwrap();
        let cancelled = shop.cancel(&shop.admin, &opened).await.unwrap();
        let change = shop.last_change(OrderEvent::Cancelled, &cancelled).await;
        assert_eq!(change.payment_id, paid.id);
        assert_eq!(shop.level(&mug).await, (10, 0), "goods went back once");
        let error = shop.cancel(&shop.admin, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidTransition);
    })
    .await;
}

#[tokio::test]
async fn a_replacement_can_go_to_a_worker_at_once() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        shop.claim(&will, &order).await.unwrap();
        let decided = shop.reassign(&will, &order, Some(&wanda), true).await;
        let opened = decided.unwrap().replacement.unwrap();
        assert_eq!(opened.assignee.unwrap().id, wanda.id.to_string());
        assert_eq!(opened.status, i32::from(OrderStatus::InProgress));
        assert_eq!(
            shop.events("order", &opened.id).await,
            ["placed", "assigned", "paid"]
        );
        // It was never in the pool.
        let order = shop.refresh(&order).await;
        let change = shop.last_change(OrderEvent::Replaced, &order).await;
        let paid = shop
            .last_change(OrderEvent::Paid, &change.replacement.unwrap())
            .await;
        assert!(!paid.available);
    })
    .await;
}

#[tokio::test]
async fn payments_of_a_closed_order_are_applied_to_its_replacement() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        shop.claim(&will, &order).await.unwrap();
        let decided = shop.reassign(&will, &order, None, true).await.unwrap();
        let opened = decided.replacement.unwrap();
        // A second payment of the closed order arrives: the replacement is paid already and rejects it.
        let late = shop.pay(&order).await;
        let rejected = shop.last_change(OrderEvent::PaymentRejected, &opened).await;
        assert_eq!(rejected.payment_id, late.id);
        // A refund that was started for the closed order.
        shop.claim(&will, &opened).await.unwrap();
        let decided = shop.reassign(&will, &opened, None, true).await.unwrap();
        let last = decided.replacement.unwrap();
        let paid = shop.last_change(OrderEvent::Paid, &order).await;
        let back = payment::Payment {
            id: paid.payment_id,
            version: 3,
            ..crate::shop::payment_of(&order)
        };
        let event = payment::PaymentChanged {
            reason: "a test".into(),
            ..payment_changed(PaymentEvent::Refunded, &back)
        };
        shop.send_event(&back, &event).await;
        let last = shop.refresh(&last).await;
        assert_eq!(last.payment_status(), PaymentStatus::Refunded);
    })
    .await;
}

#[tokio::test]
async fn the_customers_files_move_and_the_former_worker_cannot_write() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        let sent = of_order(&order, FilePurpose::Reference, "request.png");
        let sent = shop.upload(&customer, sent, &png()).await.unwrap();
        shop.claim(&will, &order).await.unwrap();
        let draft = of_order(&order, FilePurpose::Progress, "draft.pdf");
        let draft = shop.upload(&will, draft, &pdf(500)).await.unwrap();
        let decided = shop.reassign(&will, &order, Some(&wanda), true).await;
        let opened = decided.unwrap().replacement.unwrap();

        let files = shop.file_list(&wanda, &opened).await.unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(
            (&files[0].id, files[0].order_id()),
            (&sent.id, opened.id.as_str())
        );
        shop.read_file(&wanda, &sent.id).await.unwrap();
        let error = shop.read_file(&will, &sent.id).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        let kept = shop.file_list(&customer, &order).await.unwrap();
        assert_eq!(kept.len(), 1, "work files of the closed order stay with it");
        assert_eq!(kept[0].id, draft.id);
        // Its bytes stay where they are and are deleted with it.
        shop.delete_file(&customer, &sent.id).await.unwrap();
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 1);

        let seen = NoteVisibility::Customer;
        let error = note(shop, &will, &order, "I am still here", seen).await;
        assert_eq!(error.unwrap_err().code, ErrorCode::Conflict);
        note(shop, &shop.admin, &order, "See the new one", seen)
            .await
            .unwrap();
        assert_eq!(shop.acts().await.last().unwrap().action, "note.add");
    })
    .await;
}
