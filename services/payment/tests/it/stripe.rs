//! Stripe against a stand-in, and the service with it.

mod service;
mod stand_in;

use std::{collections::BTreeMap, time::Duration};

use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;
use waybill_payment::{
    BegunPayment, Checkout, PaymentProvider, PaymentStatus, PayoutOrder, ProviderError,
    RefundOrder, Stripe, StripeSettings, TransferStatus,
};
use waybill_primitives::{Clock as _, Currency, Money, PaymentId, SystemClock};

use self::stand_in::{SECRET, StandIn};

fn checkout() -> Checkout {
    Checkout {
        payment_id: PaymentId::new(),
        order_number: "W261121-7K3M9QX".to_owned(),
        amount: Money::new(10_000, Currency::USD),
        success_url: Some("https://shop.example/placed/1".to_owned()),
        cancel_url: Some("https://shop.example/pay/1".to_owned()),
        expires_at: Some(SystemClock.now().plus(Duration::from_hours(1))),
    }
}

async fn begun(stripe: &Stripe) -> BegunPayment {
    let checkout = checkout();
    let session = stripe.begin(&checkout).await.unwrap();
    assert!(session.redirect_url.contains(&session.reference));
    // A repetition finds the same session.
    assert_eq!(stripe.begin(&checkout).await.unwrap(), session);
    BegunPayment {
        id: checkout.payment_id,
        reference: session.reference,
        amount: checkout.amount,
    }
}

#[tokio::test]
async fn a_session_is_asked_about_until_it_is_paid() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    let payment = begun(&stripe).await;
    assert_eq!(stripe.payment(&payment).await, Ok(PaymentStatus::Waiting));
    // Bank debits take days.
    stand_in.change(
        &payment.reference,
        json!({"status": "complete", "payment_intent": "pi_1"}),
    );
    assert_eq!(
        stripe.capture(&payment).await,
        Ok(PaymentStatus::Authorized)
    );
    let intent = json!({
        "id": "pi_1",
        "latest_charge": {"balance_transaction": {"fee": 320, "currency": "usd"}},
    });
    let paid = json!({"payment_status": "paid", "payment_intent": intent});
    stand_in.change(&payment.reference, paid);
    // A customer who was faster than our closing.
    for status in [
        stripe.payment(&payment).await,
        stripe.cancel(&payment).await,
    ] {
        let Ok(PaymentStatus::Captured(capture)) = status else {
            panic!("{status:?}")
        };
        assert_eq!(capture.reference, "pi_1");
        assert_eq!(capture.amount, payment.amount);
        assert_eq!(capture.fee, Some(Money::new(320, Currency::USD)));
    }
    stand_in.change(&payment.reference, json!({"payment_status": "a new one"}));
    let unknown = stripe.payment(&payment).await;
    assert!(
        matches!(unknown, Err(ProviderError::Unavailable(_))),
        "{unknown:?}"
    );

    let left = begun(&stripe).await;
    assert_eq!(stripe.cancel(&left).await, Ok(PaymentStatus::Expired));
    assert_eq!(stripe.payment(&left).await, Ok(PaymentStatus::Expired));
}

#[tokio::test]
async fn a_refund_is_made_once_per_key() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    let refund = |amount| RefundOrder {
        idempotency_key: Uuid::now_v7(),
        reference: "pi_1".to_owned(),
        amount: Money::new(amount, Currency::USD),
        reason: "One cup arrived broken".to_owned(),
    };
    let order = refund(4_000);
    let made = stripe.refund(&order).await.unwrap();
    assert_eq!(made.status, TransferStatus::Pending);
    assert_eq!(stripe.refund(&order).await.unwrap(), made);
    let too_much = stripe.refund(&refund(6_001)).await;
    assert!(
        matches!(too_much, Err(ProviderError::Refused(_))),
        "{too_much:?}"
    );
    let pending = stripe.refund_status(&made.reference).await;
    assert_eq!(pending, Ok(TransferStatus::Pending));
    stand_in.change(&made.reference, json!({"status": "succeeded"}));
    assert_eq!(
        stripe.refund_status(&made.reference).await,
        Ok(TransferStatus::Done)
    );
    let failed = json!({"status": "failed", "failure_reason": "lost_or_stolen_card"});
    stand_in.change(&made.reference, failed);
    let failed = TransferStatus::Failed("lost_or_stolen_card".to_owned());
    assert_eq!(stripe.refund_status(&made.reference).await, Ok(failed));

    // A payment of which only the session is known.
    let payment = begun(&stripe).await;
    stand_in.change(
        &payment.reference,
        json!({"status": "complete", "payment_intent": "pi_2"}),
    );
    let order = RefundOrder {
        reference: payment.reference.clone(),
        ..refund(1)
    };
    stripe.refund(&order).await.unwrap();
}

#[tokio::test]
async fn a_transfer_pays_a_connected_account() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    let payout = PayoutOrder {
        idempotency_key: Uuid::now_v7(),
        recipient: "acct_1".to_owned(),
        amount: Money::new(8_000, Currency::USD),
        note: "Your share of November".to_owned(),
    };
    let paid = stripe.pay_out(&payout).await.unwrap();
    assert_eq!(paid.status, TransferStatus::Done);
    assert_eq!(stripe.pay_out(&payout).await.unwrap(), paid);
    stand_in.change(&paid.reference, json!({"reversed": true}));
    let status = stripe.payout_status(&paid.reference).await;
    assert!(
        matches!(status, Ok(TransferStatus::Failed(_))),
        "{status:?}"
    );
}

#[tokio::test]
async fn troubles_are_told_apart_and_no_secret_with_them() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    // A failure that passes is not noticed.
    for passing in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::CONFLICT,
    ] {
        stand_in.trouble(&[passing]);
        stripe.begin(&checkout()).await.unwrap();
    }
    let before = stand_in.calls();
    stand_in.trouble(&[StatusCode::BAD_GATEWAY; 3]);
    let away = stripe.begin(&checkout()).await.unwrap_err();
    assert!(matches!(away, ProviderError::Unavailable(_)), "{away}");
    assert_eq!(stand_in.calls() - before, 3, "three attempts");
    stand_in.trouble(&[StatusCode::UNAUTHORIZED]);
    let account = stripe.begin(&checkout()).await.unwrap_err();
    assert!(matches!(account, ProviderError::Account(_)), "{account}");
    let refused = stripe
        .begin(&Checkout {
            success_url: None,
            ..checkout()
        })
        .await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, ProviderError::Refused(_)), "{refused}");
    let nobody = Stripe::new(StripeSettings {
        secret_key: SECRET.into(),
        webhook_secrets: Vec::new(),
        url: "http://127.0.0.1:9".to_owned(),
    });
    let unreachable = nobody.unwrap().begin(&checkout()).await.unwrap_err();
    assert!(
        matches!(unreachable, ProviderError::Unavailable(_)),
        "{unreachable}"
    );
    let told: BTreeMap<_, _> = [&away, &account, &refused, &unreachable]
        .map(|error| (error.to_string(), format!("{error:?} {stripe:?}")))
        .into();
    for (text, debug) in told {
        assert!(
            !text.contains(SECRET) && !debug.contains(SECRET),
            "{text} {debug}"
        );
    }
}
