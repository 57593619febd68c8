//! Money by hand that comes too late, in part or beside another payment, and refunds by hand.

use waybill_proto::{
    order::{self, OrderEvent},
    payment::{self as proto, DifferenceKind, DifferenceState, PaymentState, RefundState},
};
use waybill_testkit::{answer, order_changed};

use super::{
    DAY, confirm, give_back, list, publish_expired, record, standing, usd, waiting, words_of,
};
use crate::{
    differences::{differences, kinds},
    shop::{Shop, TOTAL, code, on_any_database, on_each_database, outgoing},
};

async fn open_refunds(shop: &Shop) -> Vec<proto::Refund> {
    let request = proto::ListRefundsRequest {
        states: vec![RefundState::Pending.into()],
        by_hand: Some(true),
        ..proto::ListRefundsRequest::default()
    };
    let ctx = shop.admin().ctx;
    let listed = shop.client().list_refunds(outgoing(&ctx, request)).await;
    answer(listed).unwrap().refunds
}

#[tokio::test]
async fn late_money_counts_when_all_of_it_is_there_and_is_refunded_by_hand() {
    on_each_database(async |shop| {
        let (customer, order, payment) = waiting(shop).await;
        record(shop, &payment, Some(4_000)).await.unwrap();
        assert!(kinds(shop, DifferenceState::Open).await.is_empty());
        publish_expired(shop, &order).await;
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Expired, 4_000)
        );
        let found = differences(shop, DifferenceState::Open).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind(), DifferenceKind::PaymentPartial);
        assert_eq!(found[0].amount, Some(usd(4_000)));
        // More of it: one difference tells of all.
        record(shop, &payment, Some(1_000)).await.unwrap();
        let found = differences(shop, DifferenceState::Open).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].amount, Some(usd(5_000)));
        shop.assert_sound().await;

        record(shop, &payment, None).await.unwrap();
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Succeeded, TOTAL)
        );
        assert!(kinds(shop, DifferenceState::Open).await.is_empty());
        let words = ["created", "received", "expired", "received", "succeeded"];
        assert_eq!(words_of(shop, &payment).await, words);

        // The order cannot take it. No provider refunds it, and that is no fault, however long it takes.
        shop.publish_rejected(&order, &payment.id).await;
        for _ in 0..3 {
            shop.run_jobs().await.unwrap();
            shop.clock.advance(DAY * 2);
        }
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Refunding);
        assert!(kinds(shop, DifferenceState::Open).await.is_empty());
        let open = open_refunds(shop).await;
        assert_eq!(open.len(), 1, "{open:?}");
        let refund = &open[0];
        assert_eq!((refund.attempts, refund.by_hand), (0, true));
        assert_eq!(refund.order_number(), order.order_number);
        shop.assert_sound().await;

        let admin = shop.admin();
        let confirmed = confirm(shop, &admin.ctx, &refund.id).await.unwrap();
        assert_eq!(confirmed.state(), RefundState::Succeeded);
        assert_eq!(confirmed.reference(), "transfer 12");
        let again = confirm(shop, &admin.ctx, &refund.id).await.unwrap();
        assert_eq!(again, confirmed);
        assert_eq!(shop.state_of(&payment.id).await, PaymentState::Refunded);
        assert!(open_refunds(shop).await.is_empty());
        let seen = shop.refunds(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(seen, [confirmed]);
        for account in ["receipts", "provider:MANUAL", "orders"] {
            let amounts = shop.books_of_account(account).await;
            assert_eq!(amounts.iter().sum::<i64>(), 0, "{account}: {amounts:?}");
        }
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_that_nobody_waits_for_goes_back() {
    on_each_database(async |shop| {
        let (_, order, payment) = waiting(shop).await;
        for part in [2_500, 1_500] {
            record(shop, &payment, Some(part)).await.unwrap();
        }
        shop.publish_cancelled(&order).await;
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Cancelled, 4_000)
        );
        let found = differences(shop, DifferenceState::Open).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].amount, Some(usd(4_000)));

        let admin = shop.admin();
        for _ in 0..2 {
            let returned = give_back(shop, &admin.ctx, &payment).await.unwrap();
            assert_eq!(returned.received, Some(usd(0)));
            assert_eq!(returned.state(), PaymentState::Cancelled);
        }
        assert!(kinds(shop, DifferenceState::Open).await.is_empty());
        let words = ["created", "received", "received", "cancelled", "received"];
        assert_eq!(words_of(shop, &payment).await, words);
        for account in ["receipts", "provider:MANUAL"] {
            let amounts = shop.books_of_account(account).await;
            assert_eq!((amounts.len(), amounts.iter().sum::<i64>()), (4, 0));
        }
        let receipts = list(shop, &admin.ctx, &payment).await.unwrap();
        let references: Vec<_> = receipts
            .iter()
            .map(proto::Receipt::return_reference)
            .collect();
        assert_eq!(references, ["transfer back"; 2]);
        shop.assert_sound().await;

        // Money that comes again starts anew, and needs a decision again.
        record(shop, &payment, Some(100)).await.unwrap();
        let kinds = kinds(shop, DifferenceState::Open).await;
        assert_eq!(kinds, [DifferenceKind::PaymentPartial]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn of_an_order_that_was_paid_otherwise_the_payment_by_hand_is_given_up() {
    on_any_database(async |shop| {
        let (customer, order, payment) = waiting(shop).await;
        record(shop, &payment, Some(100)).await.unwrap();
        let other = shop.begin(&customer, &order).await;
        shop.succeed(&other.id).await.unwrap();
        let mut paid = order.clone();
        paid.set_payment_status(order::PaymentStatus::Paid);
        let by = |payment: &proto::Payment| order::OrderChanged {
            payment_id: payment.id.clone(),
            ..order_changed(OrderEvent::Paid, &paid)
        };
        shop.publish(&order.id, &by(&other)).await;
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Cancelled, 100)
        );
        assert_eq!(shop.state_of(&other.id).await, PaymentState::Succeeded);
        let kinds = kinds(shop, DifferenceState::Open).await;
        assert_eq!(kinds, [DifferenceKind::PaymentPartial]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_is_refunded_by_hand_and_other_refunds_are_not() {
    on_any_database(async |shop| {
        let (_, _, payment) = waiting(shop).await;
        record(shop, &payment, None).await.unwrap();
        let admin = shop.admin();
        let refund = shop.refund(&admin.ctx, &payment.id, Some(1_000)).await;
        let refund = refund.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.calls(), 0);
        confirm(shop, &admin.ctx, &refund.id).await.unwrap();
        let now = shop.get(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(
            (now.refunded, now.refundable),
            (Some(usd(1_000)), Some(usd(9_000)))
        );

        let (.., paid) = shop.paid().await;
        let refund = shop.refund(&admin.ctx, &paid.id, None).await.unwrap();
        assert!(!refund.by_hand);
        assert_eq!(
            code(confirm(shop, &admin.ctx, &refund.id).await),
            "CONFLICT"
        );
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.returned(), TOTAL);
        shop.assert_sound().await;
    })
    .await;
}
