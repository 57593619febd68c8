//! What administrators must look at: amounts that differ, refunds that fail or are stuck, messages that are given up.

use std::time::Duration;

use waybill_proto::payment::{self as proto, Difference, DifferenceKind, DifferenceState};
use waybill_service_kit::AppError;
use waybill_testkit::answer;

use crate::{
    fake::Trouble,
    shop::{Person, Shop, code, on_any_database, on_each_database, outgoing},
};

/// The differences in this state, newest first.
pub async fn differences(shop: &Shop, state: DifferenceState) -> Vec<Difference> {
    list(shop, &shop.admin(), state)
        .await
        .expect("an administrator lists them")
}

pub async fn kinds(shop: &Shop, state: DifferenceState) -> Vec<DifferenceKind> {
    let found = differences(shop, state).await;
    found.iter().map(Difference::kind).collect()
}

async fn list(
    shop: &Shop,
    person: &Person,
    state: DifferenceState,
) -> Result<Vec<Difference>, AppError> {
    let request = proto::ListDifferencesRequest {
        states: vec![state.into()],
        ..proto::ListDifferencesRequest::default()
    };
    let listed = shop
        .client()
        .list_differences(outgoing(&person.ctx, request))
        .await;
    Ok(answer(listed)?.differences)
}

async fn resolve(
    shop: &Shop,
    person: &Person,
    difference: &Difference,
    version: Option<i64>,
) -> Result<Difference, AppError> {
    let request = proto::ResolveDifferenceRequest {
        id: difference.id.clone(),
        note: "called the bank".to_owned(),
        version,
    };
    let resolved = shop
        .client()
        .resolve_difference(outgoing(&person.ctx, request))
        .await;
    let resolved = answer(resolved)?;
    Ok(resolved.difference.expect("a difference in the answer"))
}

#[tokio::test]
async fn another_amount_than_was_asked_for_is_reported_once_and_changes_nothing() {
    on_each_database(async |shop| {
        let (_, _, payment) = shop.pending().await;
        for id in ["m1", "m2"] {
            let message = serde_json::json!({
                "id": id, "kind": "captured", "payment": payment.id, "capture": "c1", "amount": 9_999,
            });
            shop.webhook(&message, "good").await.unwrap();
            shop.run_jobs().await.unwrap();
        }
        assert_eq!(shop.state_of(&payment.id).await, proto::PaymentState::Pending);
        let found = differences(shop, DifferenceState::Open).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind(), DifferenceKind::AmountMismatch);
        assert_eq!(found[0].payment_id.as_deref(), Some(payment.id.as_str()));
        assert!(found[0].detail.contains("99.99"), "{}", found[0].detail);
        let events = shop.all_events().await;
        let found = events.iter().filter(|event| event.subject == "waybill.payment.difference.found");
        assert_eq!(found.count(), 1);

        // The right amount still counts.
        let message = serde_json::json!({
            "id": "m3", "kind": "captured", "payment": payment.id, "capture": "c1",
        });
        shop.webhook(&message, "good").await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.state_of(&payment.id).await, proto::PaymentState::Succeeded);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn refunds_that_fail_or_hang_are_reported() {
    on_any_database(async |shop| {
        let admin = shop.admin();
        let (_, _, payment) = shop.paid().await;
        shop.bank.plan([Trouble::Rejected]);
        let failed = shop
            .refund(&admin.ctx, &payment.id, Some(100))
            .await
            .unwrap();
        shop.run_jobs().await.unwrap();
        let found = differences(shop, DifferenceState::Open).await;
        assert_eq!(found[0].kind(), DifferenceKind::RefundFailed);
        assert_eq!(found[0].refund_id.as_deref(), Some(failed.id.as_str()));
        assert_eq!(
            found[0].order_id.as_deref(),
            Some(payment.order_id.as_str())
        );

        shop.bank.plan([Trouble::Down, Trouble::Refused]);
        shop.refund(&admin.ctx, &payment.id, Some(100))
            .await
            .unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(
            kinds(shop, DifferenceState::Open).await,
            [DifferenceKind::RefundFailed]
        );
        shop.clock.advance(Duration::from_hours(25));
        shop.run_jobs().await.unwrap();
        let open = [DifferenceKind::RefundStuck, DifferenceKind::RefundFailed];
        assert_eq!(kinds(shop, DifferenceState::Open).await, open);
        // It arrives after all, and needs nobody any more.
        shop.clock.advance(Duration::from_mins(6));
        shop.run_jobs().await.unwrap();
        assert_eq!(
            kinds(shop, DifferenceState::Open).await,
            [DifferenceKind::RefundFailed]
        );
        assert_eq!(
            kinds(shop, DifferenceState::Resolved).await,
            [DifferenceKind::RefundStuck]
        );
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_about_nothing_known_is_reported_when_it_is_given_up() {
    on_any_database(async |shop| {
        let message = serde_json::json!({ "id": "m1", "kind": "done", "payout": "po_unknown" });
        shop.webhook(&message, "good").await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(kinds(shop, DifferenceState::Open).await, []);
        shop.clock.advance(Duration::from_hours(25));
        shop.run_jobs().await.unwrap();
        let found = differences(shop, DifferenceState::Open).await;
        assert_eq!(found[0].kind(), DifferenceKind::MessageGivenUp);
        assert!(
            found[0].detail.contains("no such payout"),
            "{}",
            found[0].detail
        );
    })
    .await;
}

#[tokio::test]
async fn an_administrator_resolves_a_difference_once() {
    on_any_database(async |shop| {
        let (customer, _, payment) = shop.paid().await;
        let admin = shop.admin();
        shop.bank.plan([Trouble::Rejected]);
        shop.refund(&admin.ctx, &payment.id, None).await.unwrap();
        shop.run_jobs().await.unwrap();
        let found = differences(shop, DifferenceState::Open).await.remove(0);
        assert_eq!(
            code(list(shop, &customer, DifferenceState::Open).await),
            "FORBIDDEN"
        );
        assert_eq!(
            code(resolve(shop, &customer, &found, None).await),
            "FORBIDDEN"
        );
        let stale = resolve(shop, &admin, &found, Some(7)).await;
        assert_eq!(code(stale), "VERSION_CONFLICT");
        let resolved = resolve(shop, &admin, &found, Some(1)).await.unwrap();
        assert_eq!(resolved.state(), DifferenceState::Resolved);
        assert_eq!(resolved.note.as_deref(), Some("called the bank"));
        assert_eq!(resolved.resolved_by, Some(admin.id.to_string()));
        let again = resolve(shop, &shop.admin(), &found, None).await.unwrap();
        assert_eq!(again, resolved);
        assert_eq!(kinds(shop, DifferenceState::Open).await, []);
        let unknown = Difference {
            id: uuid::Uuid::now_v7().to_string(),
            ..found
        };
        assert_eq!(
            code(resolve(shop, &admin, &unknown, None).await),
            "NOT_FOUND"
        );
    })
    .await;
}
