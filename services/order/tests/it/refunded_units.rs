//! Refunds of units of an order: its lines, its stock, its shipments and its credit notes.

use waybill_proto::{
    order::{self as pb, PaymentStatus, ShipmentState},
    payment::RefundLine,
};

use crate::{
    invoices,
    shipments::{list, ship, turn},
    shop::{on_any_database, on_each_database, usd},
};

const fn units(position: i32, quantity: i64, restock: bool) -> RefundLine {
    RefundLine {
        position,
        quantity,
        restock,
    }
}

fn refunded(order: &pb::Order) -> Vec<i64> {
    let items = order.items.iter();
    items.map(|item| item.refunded_quantity).collect()
}

#[tokio::test]
async fn refunded_units_go_back_to_the_stock_as_said_and_never_twice() {
    on_each_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 100, 10).await, shop.customer());
        let plate = shop.goods("Plate", 300, 10).await;
        let order = shop.place(&who, &[(&cup, 3), (&plate, 2)]).await;
        let paid = shop.pay(&order).await;
        let both = [units(0, 1, true), units(1, 1, false)];
        shop.refund(&paid, 2, 400, &both).await;
        let now = shop.refresh(&order).await;
        assert_eq!(now.payment_status(), PaymentStatus::PartiallyRefunded);
        assert_eq!(refunded(&now), [1, 1]);
        assert_eq!(shop.level(&cup).await, (8, 0));
        assert_eq!(shop.level(&plate).await, (8, 0), "it was broken");

        // In full: what was refunded before does not return again, the rest does, beside what this refund returns.
        shop.refund(&paid, 3, 900, &[units(0, 1, true)]).await;
        let now = shop.refresh(&order).await;
        assert_eq!(now.payment_status(), PaymentStatus::Refunded);
        assert_eq!(refunded(&now), [2, 1]);
        assert_eq!(shop.level(&cup).await, (10, 0));
        assert_eq!(shop.level(&plate).await, (9, 0));
        shop.cancel(&shop.admin, &order).await.unwrap();
        assert_eq!(shop.level(&cup).await, (10, 0));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_arrives_after_the_order_is_cancelled_moves_no_stock() {
    on_any_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 100, 10).await, shop.customer());
        let order = shop.place(&who, &[(&cup, 3)]).await;
        let paid = shop.pay(&order).await;
        shop.cancel(&shop.admin, &order).await.unwrap();
        assert_eq!(shop.level(&cup).await, (10, 0));
        shop.refund(&paid, 2, 100, &[units(0, 1, true)]).await;
        shop.refund(&paid, 3, 300, &[]).await;
        assert_eq!(shop.level(&cup).await, (10, 0));
        assert_eq!(refunded(&shop.refresh(&order).await), [1]);
    })
    .await;
}

#[tokio::test]
async fn refunded_units_are_not_shipped_and_shipped_ones_can_come_back() {
    on_any_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 100, 10).await, shop.customer());
        let order = shop.place(&who, &[(&cup, 4)]).await;
        let paid = shop.pay(&order).await;
        let admin = &shop.admin;
        let gone = ship(shop, admin, &order, &[(&cup, 1)], ShipmentState::Shipped)
            .await
            .unwrap();
        let small = ship(shop, admin, &order, &[(&cup, 1)], ShipmentState::Preparing)
            .await
            .unwrap();
        let rest = ship(shop, admin, &order, &[], ShipmentState::Preparing)
            .await
            .unwrap();
        // One of the two in the last shipment is refunded: it is packed again.
        shop.refund(&paid, 2, 100, &[units(0, 1, true)]).await;
        assert_eq!(shop.level(&cup).await, (7, 0));
        let state = async |shipment: &pb::Shipment| {
            let all = list(shop, admin, &order).await.unwrap();
            let found = all.iter().find(|it| it.id == shipment.id);
            found.expect("a shipment").state()
        };
        assert_eq!(state(&rest).await, ShipmentState::Cancelled);
        assert_eq!(state(&small).await, ShipmentState::Preparing);
        let again = ship(shop, admin, &order, &[], ShipmentState::Preparing)
            .await
            .unwrap();
        assert_eq!(again.lines[0].quantity, 1);
        for shipment in [&small, &again] {
            turn(shop, admin, shipment, ShipmentState::Shipped, None)
                .await
                .unwrap();
        }
        // Of the three that the customer has, two come back.
        shop.refund(&paid, 3, 300, &[units(0, 2, true)]).await;
        assert_eq!(shop.level(&cup).await, (9, 0));
        assert_eq!(state(&gone).await, ShipmentState::Shipped);
        shop.refund(&paid, 4, 400, &[]).await;
        assert_eq!(shop.level(&cup).await, (9, 0), "the customer keeps one");
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_names_the_units() {
    on_any_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 100, 10).await, shop.customer());
        let plate = shop.goods("Plate", 300, 10).await;
        let order = shop.place(&who, &[(&cup, 3), (&plate, 1)]).await;
        let paid = shop.pay(&order).await;
        shop.refund(&paid, 2, 200, &[units(0, 2, true)]).await;
        shop.refund(&paid, 3, 600, &[units(1, 1, true)]).await;
        let notes = invoices::list(shop, &who, &order).await.unwrap();
        let lines = |note: &pb::Invoice| {
            let lines = note.lines.iter();
            let lines = lines.map(|it| (it.name.clone(), it.quantity, it.line_total));
            lines.collect::<Vec<_>>()
        };
        let [_, first, second] = notes.as_slice() else {
            panic!("{notes:?}");
        };
        assert_eq!(lines(first), [("Cup".into(), 2, Some(usd(200)))]);
        let whole = [
            ("Plate".into(), 1, Some(usd(300))),
            (
                format!("Refund of invoice {}", notes[0].number),
                1,
                Some(usd(100)),
            ),
        ];
        assert_eq!(lines(second), whole);
    })
    .await;
}
