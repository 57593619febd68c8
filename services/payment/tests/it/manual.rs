//! Payments by hand: money that arrives in parts, late, twice or for nobody, goes back, and is refunded.

mod books;
mod nobody_waits;

use std::time::Duration;

use futures::future::join_all;
use waybill_primitives::{Currency, Money, Timestamp};
use waybill_proto::{
    order::{self, OrderEvent},
    payment::{self as proto, DifferenceState, PaymentState, Provider},
};
use waybill_service_kit::{AppError, CallContext};
use waybill_testkit::{answer, order_changed};

use crate::{
    differences::kinds,
    shop::{INSTRUCTIONS, Person, Shop, TOTAL, code, on_any_database, on_each_database, outgoing},
};

const DAY: Duration = Duration::from_hours(24);

pub fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

async fn begin(shop: &Shop, ctx: &CallContext, order: &order::Order) -> proto::Payment {
    let request = proto::CreatePaymentRequest {
        order_id: order.id.clone(),
        provider: Provider::Manual.into(),
        ..proto::CreatePaymentRequest::default()
    };
    let created = shop.create_with(ctx, request).await;
    created.expect("it begins").payment.expect("a payment")
}

/// A payment by hand of a new order that waits for the money.
pub async fn waiting(shop: &Shop) -> (Person, order::Order, proto::Payment) {
    let customer = shop.customer();
    let order = shop.order_of(&customer);
    let payment = begin(shop, &customer.ctx, &order).await;
    (customer, order, payment)
}

async fn record_with(
    shop: &Shop,
    ctx: &CallContext,
    request: proto::RecordReceiptRequest,
) -> Result<proto::RecordReceiptResponse, AppError> {
    answer(shop.client().record_receipt(outgoing(ctx, request)).await)
}

fn of(payment: &proto::Payment, amount: Option<i64>) -> proto::RecordReceiptRequest {
    proto::RecordReceiptRequest {
        payment_id: payment.id.clone(),
        amount: amount.map(usd),
        reference: "bank statement, line 7".to_owned(),
        received_at: None,
    }
}

/// So many cents have arrived, or all that is missing.
pub async fn record(
    shop: &Shop,
    payment: &proto::Payment,
    amount: Option<i64>,
) -> Result<proto::Receipt, AppError> {
    let admin = shop.admin();
    let recorded = record_with(shop, &admin.ctx, of(payment, amount)).await?;
    Ok(recorded.receipt.expect("a receipt"))
}

async fn list(
    shop: &Shop,
    ctx: &CallContext,
    payment: &proto::Payment,
) -> Result<Vec<proto::Receipt>, AppError> {
    let request = proto::ListReceiptsRequest {
        payment_id: payment.id.clone(),
        page: None,
    };
    let listed = answer(shop.client().list_receipts(outgoing(ctx, request)).await)?;
    Ok(listed.receipts)
}

pub async fn give_back(
    shop: &Shop,
    ctx: &CallContext,
    payment: &proto::Payment,
) -> Result<proto::Payment, AppError> {
    let request = proto::ReturnReceiptsRequest {
        payment_id: payment.id.clone(),
        reference: "transfer back".to_owned(),
    };
    let returned = answer(shop.client().return_receipts(outgoing(ctx, request)).await)?;
    Ok(returned.payment.expect("a payment"))
}

async fn confirm(shop: &Shop, ctx: &CallContext, id: &str) -> Result<proto::Refund, AppError> {
    let request = proto::ConfirmRefundRequest {
        id: id.to_owned(),
        reference: "transfer 12".to_owned(),
    };
    let confirmed = answer(shop.client().confirm_refund(outgoing(ctx, request)).await)?;
    Ok(confirmed.refund.expect("a refund"))
}

/// State and received cents of a payment.
async fn standing(shop: &Shop, payment: &proto::Payment) -> (PaymentState, i64) {
    let payment = shop.get(&shop.admin().ctx, &payment.id).await.unwrap();
    (payment.state(), payment.received.unwrap().amount)
}

async fn words_of(shop: &Shop, payment: &proto::Payment) -> Vec<String> {
    let events = shop.events_of(&payment.id).await;
    let versions = events.iter().map(|(version, _)| *version);
    assert!(versions.eq(1..=i64::try_from(events.len()).unwrap()));
    events.into_iter().map(|(_, word)| word).collect()
}

async fn publish_expired(shop: &Shop, order: &order::Order) {
    let event = order_changed(OrderEvent::Expired, order);
    shop.publish(&order.id, &event).await;
}

#[tokio::test]
async fn money_arrives_in_parts_until_the_payment_is_complete() {
    on_each_database(async |shop| {
        let (customer, order, payment) = waiting(shop).await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert_eq!(payment.instructions(), INSTRUCTIONS);
        assert_eq!(payment.redirect_url, None);
        assert_eq!(payment.received, Some(usd(0)));
        // The parts add up in one payment, whoever begins it again.
        for ctx in [&customer.ctx, &shop.admin().ctx] {
            assert_eq!(begin(shop, ctx, &order).await.id, payment.id);
        }

        record(shop, &payment, Some(3_000)).await.unwrap();
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Pending, 3_000)
        );
        let refused = record(shop, &payment, Some(7_001)).await.unwrap_err();
        assert_eq!(refused.code.to_string(), "RECEIPT_TOO_LARGE");
        assert_eq!(refused.kind.http_status(), 409);
        assert!(refused.message.contains("70.00 USD"), "{}", refused.message);
        for amount in [0, -1] {
            let refused = record(shop, &payment, Some(amount)).await;
            assert_eq!(code(refused), "VALIDATION_ERROR");
        }
        let admin = shop.admin();
        let euros = proto::RecordReceiptRequest {
            amount: Some(Money::new(100, Currency::EUR)),
            ..of(&payment, None)
        };
        let tomorrow = proto::RecordReceiptRequest {
            received_at: Some(Timestamp::now().plus(DAY * 2)),
            ..of(&payment, None)
        };
        let nameless = proto::RecordReceiptRequest {
            reference: " ".to_owned(),
            ..of(&payment, None)
        };
        for wrong in [euros, tomorrow, nameless] {
            let refused = record_with(shop, &admin.ctx, wrong).await;
            assert_eq!(code(refused), "VALIDATION_ERROR");
        }
        shop.assert_sound().await;

        let rest = record(shop, &payment, None).await.unwrap();
        assert_eq!(rest.amount, Some(usd(7_000)));
        let done = (PaymentState::Succeeded, TOTAL);
        assert_eq!(standing(shop, &payment).await, done);
        let words = ["created", "received", "succeeded"];
        assert_eq!(words_of(shop, &payment).await, words);
        assert_eq!(
            code(record(shop, &payment, Some(1)).await),
            "RECEIPT_TOO_LARGE"
        );
        assert_eq!(
            code(record(shop, &payment, None).await),
            "RECEIPT_TOO_LARGE"
        );
        let refused = give_back(shop, &admin.ctx, &payment).await;
        assert_eq!(code(refused), "CONFLICT");

        let line =
            |kind: &str, account: &str, amount| (kind.to_owned(), account.to_owned(), amount);
        let expected = [
            line("PAYMENT", "orders", -TOTAL),
            line("PAYMENT", "receipts", TOTAL),
            line("RECEIPT", "provider:MANUAL", 3_000),
            line("RECEIPT", "provider:MANUAL", 7_000),
            line("RECEIPT", "receipts", -7_000),
            line("RECEIPT", "receipts", -3_000),
        ];
        assert_eq!(shop.books_of(&order).await, expected);
        let listed = list(shop, &admin.ctx, &payment).await.unwrap();
        let amounts: Vec<_> = listed.iter().map(|it| it.amount.unwrap().amount).collect();
        assert_eq!(amounts, [3_000, 7_000]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn only_administrators_say_that_money_has_arrived_and_only_by_hand() {
    on_any_database(async |shop| {
        let (customer, _, payment) = waiting(shop).await;
        for person in [&customer, &shop.customer()] {
            let refused = record_with(shop, &person.ctx, of(&payment, None)).await;
            assert_eq!(code(refused), "FORBIDDEN");
            assert_eq!(code(list(shop, &person.ctx, &payment).await), "FORBIDDEN");
            let refused = give_back(shop, &person.ctx, &payment).await;
            assert_eq!(code(refused), "FORBIDDEN");
            let refused = confirm(shop, &person.ctx, &payment.id).await;
            assert_eq!(code(refused), "FORBIDDEN");
        }
        let (.., by_sandbox) = shop.pending().await;
        assert_eq!(by_sandbox.received, None);
        assert_eq!(code(record(shop, &by_sandbox, None).await), "CONFLICT");
        let admin = shop.admin();
        let refused = give_back(shop, &admin.ctx, &by_sandbox).await;
        assert_eq!(code(refused), "CONFLICT");
        let unknown = proto::Payment {
            id: uuid::Uuid::now_v7().to_string(),
            ..payment
        };
        assert_eq!(code(record(shop, &unknown, None).await), "NOT_FOUND");
        assert_eq!(code(list(shop, &admin.ctx, &unknown).await), "NOT_FOUND");
        let refused = confirm(shop, &admin.ctx, &unknown.id).await;
        assert_eq!(code(refused), "NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_receipts_never_exceed_the_payment() {
    on_each_database(async |shop| {
        let (_, _, payment) = waiting(shop).await;
        let outcomes = join_all((0..12).map(|_| record(shop, &payment, Some(1_500)))).await;
        let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(taken, 6, "{outcomes:?}");
        for refused in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(code(refused), "RECEIPT_TOO_LARGE");
        }
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Pending, 9_000)
        );
        // The rest, by whoever is first.
        let outcomes = join_all((0..4).map(|_| record(shop, &payment, None))).await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
        let done = (PaymentState::Succeeded, TOTAL);
        assert_eq!(standing(shop, &payment).await, done);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_has_one_payment_by_hand_whatever_the_concurrency() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let started = join_all((0..8).map(|_| begin(shop, &customer.ctx, &order))).await;
        assert!(
            started.iter().all(|it| it.id == started[0].id),
            "{started:?}"
        );
        assert_eq!(words_of(shop, &started[0]).await, ["created"]);
        // When it is given up, another one can begin.
        let admin = shop.admin();
        let given_up = give_back(shop, &admin.ctx, &started[0]).await.unwrap();
        assert_eq!(given_up.state(), PaymentState::Cancelled);
        assert_ne!(begin(shop, &customer.ctx, &order).await.id, started[0].id);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_records_once() {
    on_any_database(async |shop| {
        let (_, _, payment) = waiting(shop).await;
        let ctx = shop.admin().ctx.with_idempotency_key("receipt-1");
        let first = record_with(shop, &ctx, of(&payment, Some(1_000)))
            .await
            .unwrap();
        let again = record_with(shop, &ctx, of(&payment, Some(1_000)))
            .await
            .unwrap();
        assert!(!first.replayed && again.replayed);
        assert_eq!(first.receipt, again.receipt);
        let other = record_with(shop, &ctx, of(&payment, Some(2_000))).await;
        assert_eq!(code(other), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(
            standing(shop, &payment).await,
            (PaymentState::Pending, 1_000)
        );
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn it_waits_as_long_as_its_order_and_nobody_is_asked() {
    on_any_database(async |shop| {
        let (customer, order, payment) = waiting(shop).await;
        for _ in 0..4 {
            shop.clock.advance(DAY * 20);
            shop.run_jobs().await.unwrap();
        }
        let asked = shop.capture(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(asked.state(), PaymentState::Pending);
        assert!(kinds(shop, DifferenceState::Open).await.is_empty());
        publish_expired(shop, &order).await;
        assert_eq!(standing(shop, &payment).await, (PaymentState::Expired, 0));
        assert_eq!(words_of(shop, &payment).await, ["created", "expired"]);
        assert!(kinds(shop, DifferenceState::Open).await.is_empty());
        shop.assert_sound().await;
    })
    .await;
}
