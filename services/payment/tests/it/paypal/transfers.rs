//! Refunds and payouts by PayPal.

use serde_json::json;
use uuid::Uuid;
use waybill_payment::{PaymentProvider, PayoutOrder, ProviderError, RefundOrder, TransferStatus};

use super::{
    begun, captured,
    stand_in::{StandIn, Trouble},
    usd,
};

#[tokio::test]
async fn a_refund_is_made_once_per_key() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let payment = begun(&paypal).await;
    stand_in.account().approve(&payment.reference);
    let reference = captured(paypal.capture(&payment).await);
    let refund = |amount| RefundOrder {
        idempotency_key: Uuid::now_v7(),
        reference: reference.clone(),
        amount: usd(amount),
        reason: "One cup\narrived broken".to_owned(),
    };
    let order = refund(4_000);
    stand_in.trouble(&[Trouble::Lost]);
    let made = paypal.refund(&order).await.unwrap();
    assert_eq!(made.status, TransferStatus::Done);
    assert_eq!(paypal.refund(&order).await.unwrap(), made);
    assert_eq!(
        paypal.refund_status(&made.reference).await,
        Ok(TransferStatus::Done)
    );
    let object = stand_in.account().object(&made.reference);
    assert_eq!(object["note_to_payer"], "One cup arrived broken");
    // The payment stays one, whatever was refunded of it.
    assert_eq!(captured(paypal.payment(&payment).await), reference);
    let too_much = paypal.refund(&refund(6_001)).await;
    assert!(
        matches!(too_much, Err(ProviderError::Refused(_))),
        "{too_much:?}"
    );
    stand_in.trouble(&[Trouble::Issue("REFUND_FAILED_INSUFFICIENT_FUNDS")]);
    let no_money = paypal.refund(&refund(6_000)).await;
    assert!(
        matches!(no_money, Err(ProviderError::Account(_))),
        "{no_money:?}"
    );

    stand_in.account().refund_status = "PENDING";
    let rest = paypal.refund(&refund(6_000)).await.unwrap();
    assert_eq!(rest.status, TransferStatus::Pending);
    stand_in
        .account()
        .change(&rest.reference, json!({"status": "FAILED"}));
    let failed = paypal.refund_status(&rest.reference).await;
    assert!(
        matches!(failed, Ok(TransferStatus::Failed(_))),
        "{failed:?}"
    );
    assert_eq!(captured(paypal.payment(&payment).await), reference);
}

#[tokio::test]
async fn a_payout_is_paid_once_per_key() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let payout = |recipient: &str| PayoutOrder {
        idempotency_key: Uuid::now_v7(),
        recipient: recipient.to_owned(),
        amount: usd(8_000),
        note: "Your share of November".to_owned(),
    };
    let order = payout("worker@example.com");
    stand_in.trouble(&[Trouble::Lost; 3]);
    let lost = paypal.pay_out(&order).await;
    assert!(
        matches!(lost, Err(ProviderError::Unavailable(_))),
        "{lost:?}"
    );
    // PayPal names the batch that it has made of it.
    let made = paypal.pay_out(&order).await.unwrap();
    assert_eq!(made.status, TransferStatus::Pending);
    assert_eq!(paypal.pay_out(&order).await.unwrap(), made);
    let item = |reference: &str| {
        let items = stand_in
            .account()
            .objects(|it| it["payout_batch_id"] == reference);
        assert_eq!(items.len(), 1);
        items[0].clone()
    };
    let paid = item(&made.reference);
    assert_eq!(paid["payout_item"]["recipient_type"], "EMAIL");
    assert_eq!(
        paid["payout_item"]["amount"],
        json!({"currency": "USD", "value": "80.00"})
    );
    let success = json!({"transaction_status": "SUCCESS"});
    let id = paid["payout_item_id"].as_str().unwrap();
    stand_in.account().change(id, success);
    assert_eq!(
        paypal.payout_status(&made.reference).await,
        Ok(TransferStatus::Done)
    );

    let other = paypal.pay_out(&payout("G83JXTJ5EHCQ2")).await.unwrap();
    let unclaimed = item(&other.reference);
    assert_eq!(unclaimed["payout_item"]["recipient_type"], "PAYPAL_ID");
    let errors = json!({
        "name": "RECEIVER_UNREGISTERED", "message": "Receiver is unregistered",
        "debug_id": "b6b9a374802ea",
    });
    let returned = json!({"transaction_status": "RETURNED", "errors": errors});
    let id = unclaimed["payout_item_id"].as_str().unwrap();
    stand_in.account().change(id, returned);
    let text = "RECEIVER_UNREGISTERED: Receiver is unregistered".to_owned();
    assert_eq!(
        paypal.payout_status(&other.reference).await,
        Ok(TransferStatus::Failed(text))
    );
    stand_in.trouble(&[Trouble::Issue("INSUFFICIENT_FUNDS")]);
    let no_money = paypal.pay_out(&payout("G83JXTJ5EHCQ2")).await;
    assert!(
        matches!(no_money, Err(ProviderError::Account(_))),
        "{no_money:?}"
    );
}
