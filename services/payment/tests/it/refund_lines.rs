//! Refunds of units of an order.

use futures::future::join_all;
use waybill_primitives::{Currency, Money};
use waybill_proto::{
    order,
    payment::{self as proto, PaymentChanged, RefundLine},
};
use waybill_service_kit::{AppError, CallContext, ErrorCode};

use crate::shop::{Shop, TOTAL, on_any_database, on_each_database};

const fn units(position: i32, quantity: i64, restock: bool) -> RefundLine {
    RefundLine {
        position,
        quantity,
        restock,
    }
}

/// A paid order of three cups for 70.00, and of work for 30.00.
async fn paid(shop: &Shop) -> (order::Order, proto::Payment) {
    let (_, mut order, payment) = shop.paid().await;
    let item = |kind: order::ProductKind, quantity, total| order::OrderItem {
        product_id: Some(uuid::Uuid::now_v7().to_string()),
        kind: kind.into(),
        quantity,
        line_total: Some(Money::new(total, Currency::USD)),
        ..order::OrderItem::default()
    };
    order.items = vec![
        item(order::ProductKind::Goods, 3, 7_000),
        item(order::ProductKind::Service, 1, TOTAL - 7_000),
    ];
    order.set_payment_status(order::PaymentStatus::Paid);
    shop.orders.put(&order);
    (order, payment)
}

async fn refund(
    shop: &Shop,
    ctx: &CallContext,
    payment: &proto::Payment,
    amount: Option<i64>,
    lines: Vec<RefundLine>,
) -> Result<proto::Refund, AppError> {
    let request = proto::CreateRefundRequest {
        payment_id: payment.id.clone(),
        amount: amount.map(|amount| Money::new(amount, Currency::USD)),
        reason: "broken".to_owned(),
        lines,
    };
    shop.refund_as_asked(ctx, request).await
}

fn field(refused: Result<proto::Refund, AppError>) -> String {
    let error = refused.expect_err("refused");
    let field = error.fields.first().expect("a field");
    field.field.clone()
}

#[tokio::test]
async fn units_are_refunded_at_what_they_cost_and_the_order_learns_of_them() {
    on_each_database(async |shop| {
        let (_, payment) = paid(shop).await;
        let admin = shop.admin();
        let asked = vec![units(0, 1, true), units(1, 1, false)];
        let first = refund(shop, &admin.ctx, &payment, None, asked.clone())
            .await
            .unwrap();
        assert_eq!(first.amount.unwrap().amount, 2_333 + 3_000);
        assert_eq!(first.lines, asked);
        // Less than they cost may be given back for them.
        let second = refund(
            shop,
            &admin.ctx,
            &payment,
            Some(4_000),
            vec![units(0, 2, true)],
        );
        assert_eq!(second.await.unwrap().amount.unwrap().amount, 4_000);
        shop.run_jobs().await.unwrap();
        let events = shop.events().await;
        let events = events
            .iter()
            .filter(|event| event.subject.ends_with("refunded"))
            .map(|event| waybill_store::decode::<PaymentChanged>(event).unwrap());
        let told: Vec<_> = events.map(|event| event.lines).collect();
        assert_eq!(told, [asked, vec![units(0, 2, true)]]);
        let listed = shop.refunds(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(listed[0].lines, [units(0, 2, true)]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn no_unit_is_refunded_twice_even_at_the_same_time() {
    on_each_database(async |shop| {
        let (_, payment) = paid(shop).await;
        let admin = shop.admin();
        let asked = || {
            refund(
                shop,
                &admin.ctx,
                &payment,
                Some(100),
                vec![units(0, 1, false)],
            )
        };
        let answers = join_all((0..5).map(|_| asked())).await;
        let made = answers.iter().filter(|answer| answer.is_ok());
        assert_eq!(made.count(), 3);
        for refused in answers.into_iter().filter_map(Result::err) {
            assert_eq!(refused.code, ErrorCode::RefundTooLarge);
        }
        shop.run_jobs().await.unwrap();
        assert_eq!(field(asked().await), "lines[0].quantity");
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused_by_its_field() {
    on_any_database(async |shop| {
        let (mut order, payment) = paid(shop).await;
        let admin = shop.admin();
        let refused = async |amount, lines| {
            let answer = refund(shop, &admin.ctx, &payment, amount, lines).await;
            field(answer)
        };
        let cases = [
            (vec![units(2, 1, false)], "lines[0].position"),
            (
                vec![units(0, 1, false), units(0, 1, false)],
                "lines[1].position",
            ),
            (vec![units(0, 0, false)], "lines[0].quantity"),
            (vec![units(0, 4, false)], "lines[0].quantity"),
            (vec![units(1, 1, true)], "lines[0].restock"),
            (vec![units(0, 1, false); 101], "lines"),
        ];
        for (lines, field) in cases {
            assert_eq!(refused(None, lines).await, field);
        }
        let one = vec![units(0, 1, false)];
        assert_eq!(refused(Some(2_334), one.clone()).await, "amount.amount");
        let customer = shop.refunds(&admin.ctx, &payment.id).await.unwrap();
        assert!(customer.is_empty(), "{customer:?}");

        // The order does not have this money.
        order.set_payment_status(order::PaymentStatus::Unpaid);
        shop.orders.put(&order);
        let answer = refund(shop, &admin.ctx, &payment, None, one).await;
        assert_eq!(answer.expect_err("refused").code, ErrorCode::Conflict);
    })
    .await;
}
