//! What is offered, what is recorded in the audit log, what `verify` finds, and receipts whose recorder dies.

use sea_orm::ConnectionTrait as _;
use waybill_payment::{Providers, Settings, build_with, verify};
use waybill_proto::{
    common::AuditRecord,
    payment::{
        self as proto, PaymentState, Provider, payment_service_client::PaymentServiceClient,
    },
};
use waybill_service_kit::local_channel;
use waybill_store::EventContext;
use waybill_testkit::answer;

use super::{give_back, list, of, record, record_with, standing, waiting};
use crate::{
    sagas::killed_after,
    shop::{Shop, TOTAL, code, on_any_database, on_each_database, outgoing, sqlite},
};

#[tokio::test]
async fn customers_choose_it_last_if_the_shop_has_instructions() {
    on_any_database(async |shop| {
        let request = proto::ListProvidersRequest {};
        let ctx = shop.customer().ctx;
        let offered = shop.client().list_providers(outgoing(&ctx, request)).await;
        let offered: Vec<_> = answer(offered).unwrap().providers().collect();
        assert_eq!(offered, [Provider::Sandbox, Provider::Manual]);

        let settings = Settings::default();
        let service = build_with(
            &shop.deps,
            &settings,
            shop.order_channel.clone(),
            Providers::default(),
        );
        let service = service.await.expect("the service is built");
        let mut client = PaymentServiceClient::new(local_channel(&service, &shop.deps));
        let offered = client.list_providers(outgoing(&ctx, request)).await;
        assert_eq!(answer(offered).unwrap().providers().count(), 0);
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let request = proto::CreatePaymentRequest {
            order_id: order.id,
            provider: Provider::Manual.into(),
            ..proto::CreatePaymentRequest::default()
        };
        let refused = client.create_payment(outgoing(&customer.ctx, request.clone()));
        assert_eq!(code(answer(refused.await)), "VALIDATION_ERROR");
        // Administrators always begin it; they tell the customer how to pay.
        let ctx = shop.admin().ctx;
        let started = client.create_payment(outgoing(&ctx, request)).await;
        let started = answer(started).unwrap().payment.unwrap();
        assert_eq!(
            (started.state(), started.instructions),
            (PaymentState::Pending, None)
        );
    })
    .await;
}

async fn acts(shop: &Shop) -> Vec<(String, AuditRecord)> {
    let events = shop.all_events().await;
    let records = events
        .iter()
        .filter(|event| event.subject == "waybill.payment.audit.recorded")
        .map(|event| waybill_store::decode::<proto::AuditRecorded>(event).unwrap())
        .filter_map(|event| event.record);
    records
        .map(|record| (record.action.clone(), record))
        .collect()
}

#[tokio::test]
async fn what_administrators_say_is_in_the_audit_log_once() {
    on_any_database(async |shop| {
        let (_, _, payment) = waiting(shop).await;
        let admin = shop.admin().ctx;
        record(shop, &payment, Some(100)).await.unwrap();
        assert_eq!(
            code(record(shop, &payment, Some(TOTAL)).await),
            "RECEIPT_TOO_LARGE"
        );
        for _ in 0..2 {
            give_back(shop, &admin, &payment).await.unwrap();
        }
        let acts = acts(shop).await;
        let names: Vec<_> = acts.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(names, ["payment.receipt", "payment.return_receipts"]);
        assert!(
            acts.iter()
                .all(|(_, record)| record.target_id == payment.id)
        );
    })
    .await;
}

#[tokio::test]
async fn verify_finds_money_by_hand_that_is_not_as_booked() {
    let faults = [
        (
            "UPDATE payments SET received = received + 1",
            "its receipts add up",
        ),
        (
            "UPDATE receipts SET amount = amount + 1",
            "its receipts add up",
        ),
        ("UPDATE receipts SET returned_at = 1", "went back without"),
        ("DELETE FROM receipts", "books a receipt that is missing"),
        (
            "UPDATE ledger_lines SET account = 'orders' WHERE account = 'receipts'",
            "the account receipts has another amount",
        ),
        (
            "UPDATE payments SET state = 'SUCCEEDED'",
            "or has although some is missing",
        ),
        (
            "UPDATE payments SET provider = 'SANDBOX'",
            "without a payment that is made by hand",
        ),
    ];
    on_each_database(async |shop| {
        let change = async |statement: &str| {
            let tx = shop.db.begin(&EventContext::default()).await.unwrap();
            tx.conn().execute_unprepared(statement).await.unwrap();
            tx.commit().await.unwrap();
        };
        for (statement, expected) in faults {
            let (_, _, payment) = waiting(shop).await;
            record(shop, &payment, Some(100)).await.unwrap();
            shop.assert_sound().await;
            change(statement).await;
            let problems = verify(&shop.db).await.unwrap();
            assert!(
                problems.iter().any(|problem| problem.contains(expected)),
                "{statement}: {problems:#?}"
            );
            for table in ["ledger_lines", "ledger_entries", "receipts", "payments"] {
                change(&format!("DELETE FROM {table}")).await;
            }
        }
    })
    .await;
}

/// A receipt that makes the payment complete, and whose recorder goes away at each point at which it can wait, is repeated with its key.
#[tokio::test]
async fn a_receipt_counts_once_wherever_its_recorder_dies() {
    let shop = sqlite().await;
    for times in 0..500 {
        let (_, order, payment) = waiting(&shop).await;
        record(&shop, &payment, Some(1)).await.unwrap();
        let ctx = shop
            .admin()
            .ctx
            .with_idempotency_key(format!("receipt-{times}"));
        let recorded = killed_after(times, record_with(&shop, &ctx, of(&payment, None))).await;
        shop.assert_sound().await;
        let again = record_with(&shop, &ctx, of(&payment, None)).await;
        let again = again.expect("it is recorded").receipt.expect("a receipt");
        assert_eq!(again.amount.unwrap().amount, TOTAL - 1);
        let done = (PaymentState::Succeeded, TOTAL);
        assert_eq!(standing(&shop, &payment).await, done);
        let receipts = list(&shop, &shop.admin().ctx, &payment).await.unwrap();
        assert_eq!(receipts.len(), 2);
        let paid = shop.books_of(&order).await;
        assert_eq!(
            paid.iter().filter(|(kind, ..)| kind == "PAYMENT").count(),
            2
        );
        shop.assert_sound().await;
        if let Some(outcome) = recorded {
            outcome.expect("it is recorded");
            assert!(times > 0, "there is no point to die at");
            return;
        }
    }
    panic!("it does not end");
}
