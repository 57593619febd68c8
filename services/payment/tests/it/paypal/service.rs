//! The service with PayPal.

use std::time::Duration;

use serde_json::{Value, json};
use waybill_primitives::{Clock as _, Currency, Money};
use waybill_proto::payment::{self as proto, PaymentState};
use waybill_service_kit::{AppError, ErrorKind};

use super::{
    signer,
    stand_in::{StandIn, Trouble},
};
use crate::{
    remote::{Service, words_of},
    shop::{Person, Shop, on_any_database},
};

/// A message of PayPal about an object, signed at the time.
async fn tell(
    service: &Service,
    shop: &Shop,
    id: &str,
    kind: &str,
    resource: &Value,
) -> Result<(), AppError> {
    let event = json!({"id": id, "event_type": kind, "event_version": "1.0", "resource": resource});
    let body = event.to_string();
    let headers = signer::headers(&body, shop.clock.now());
    service.tell(headers, body).await
}

/// A payment that its customer has approved on PayPal's page, with its order there.
async fn approved(
    service: &Service,
    shop: &Shop,
    customer: &Person,
    stand_in: &StandIn,
) -> (proto::Payment, Value) {
    let order = shop.order_of(customer);
    let payment = service.create(&customer.ctx, &order.id).await.unwrap();
    assert_eq!(payment.state(), PaymentState::Pending);
    assert!(payment.redirect_url().contains("/checkoutnow?token="));
    let mut account = stand_in.account();
    let order = account.objects(|it| it["purchase_units"][0]["custom_id"] == payment.id.as_str());
    let id = order[0]["id"].as_str().unwrap();
    account.approve(id);
    (payment, account.object(id))
}

/// The only capture of a payment.
fn capture_of(stand_in: &StandIn, payment: &proto::Payment) -> Value {
    let account = stand_in.account();
    let captures =
        account.objects(|it| it["of_order"].is_string() && it["custom_id"] == payment.id.as_str());
    assert_eq!(captures.len(), 1);
    captures[0].clone()
}

#[tokio::test]
async fn a_payment_succeeds_once_whichever_comes_first_and_is_refunded() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    on_any_database(async |shop| {
        let service = Service::start(shop, stand_in.provider()).await;
        let customer = shop.customer();
        let (approval, completion) = ("CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED");
        let once = ["created", "authorized", "succeeded"];

        // The customer comes back first; the messages follow, one of them twice.
        let (payment, order) = approved(&service, shop, &customer, &stand_in).await;
        let paid = service.capture(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(paid.state(), PaymentState::Succeeded);
        let capture = capture_of(&stand_in, &payment);
        for (id, kind, about) in [
            ("1", approval, &order),
            ("2", completion, &capture),
            ("2", completion, &capture),
        ] {
            let id = format!("WH-{id}-{}", payment.id);
            tell(&service, shop, &id, kind, about).await.unwrap();
            service.run_jobs().await;
        }
        assert_eq!(words_of(shop, &payment.id).await, once);

        // The messages come first, after PayPal was away for a moment.
        let (other, order) = approved(&service, shop, &customer, &stand_in).await;
        let id = format!("WH-1-{}", other.id);
        tell(&service, shop, &id, approval, &order).await.unwrap();
        stand_in.trouble(&[Trouble::Lost]);
        service.run_jobs().await;
        let capture = capture_of(&stand_in, &other);
        let id = format!("WH-2-{}", other.id);
        tell(&service, shop, &id, completion, &capture)
            .await
            .unwrap();
        service.run_jobs().await;
        let paid = service.capture(&customer.ctx, &other.id).await.unwrap();
        assert_eq!(paid.state(), PaymentState::Succeeded);
        assert_eq!(words_of(shop, &other.id).await, once);

        // A part goes back, and PayPal needs time for it.
        stand_in.account().refund_status = "PENDING";
        let request = proto::CreateRefundRequest {
            payment_id: other.id.clone(),
            amount: Some(Money::new(2_500, Currency::USD)),
            reason: "One cup arrived broken".to_owned(),
            lines: Vec::new(),
        };
        let admin = shop.admin();
        let refund = service.refund(&admin.ctx, request).await.unwrap();
        service.run_jobs().await;
        let made = |id: &str| stand_in.account().objects(|it| it["custom_id"] == id);
        let mut made = made(&refund.id).remove(0);
        assert_eq!(made["of_capture"], capture["id"]);
        let now = shop.get(&admin.ctx, &other.id).await.unwrap();
        assert_eq!(now.refunded.unwrap().amount, 0);
        made["status"] = json!("COMPLETED");
        let id = format!("WH-3-{}", other.id);
        let kind = "PAYMENT.CAPTURE.REFUNDED";
        tell(&service, shop, &id, kind, &made).await.unwrap();
        service.run_jobs().await;
        let now = shop.get(&admin.ctx, &other.id).await.unwrap();
        assert_eq!(now.refunded.unwrap().amount, 2_500);

        // The rest goes back at once.
        stand_in.account().refund_status = "COMPLETED";
        let request = proto::CreateRefundRequest {
            payment_id: other.id.clone(),
            amount: None,
            reason: "All cups arrived broken".to_owned(),
            lines: Vec::new(),
        };
        service.refund(&admin.ctx, request).await.unwrap();
        service.run_jobs().await;
        let now = shop.get(&admin.ctx, &other.id).await.unwrap();
        assert_eq!(now.state(), PaymentState::Refunded);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn money_that_does_not_come_fails_its_payment() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    on_any_database(async |shop| {
        let service = Service::start(shop, stand_in.provider()).await;
        let customer = shop.customer();

        // A bank that must pay PayPal first, and does not.
        stand_in.account().capture_status = "PENDING";
        let (payment, _) = approved(&service, shop, &customer, &stand_in).await;
        let waiting = service.capture(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(waiting.state(), PaymentState::Authorized);
        shop.clock.advance(Duration::from_hours(26));
        service.run_jobs().await;
        let waiting = shop.get(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(waiting.state(), PaymentState::Authorized);
        let mut capture = capture_of(&stand_in, &payment);
        capture["status"] = json!("DECLINED");
        let id = format!("WH-1-{}", payment.id);
        let kind = "PAYMENT.CAPTURE.DENIED";
        tell(&service, shop, &id, kind, &capture).await.unwrap();
        service.run_jobs().await;
        let words = words_of(shop, &payment.id).await;
        assert_eq!(words, ["created", "authorized", "failed"]);

        // A card that is declined. The next payment is another order at PayPal.
        stand_in.account().capture_status = "COMPLETED";
        let (payment, _) = approved(&service, shop, &customer, &stand_in).await;
        stand_in.account().declines.push("INSTRUMENT_DECLINED");
        let failed = service.capture(&customer.ctx, &payment.id).await.unwrap();
        assert_eq!(failed.state(), PaymentState::Failed);
        let next = service.create(&customer.ctx, &payment.order_id).await;
        assert_ne!(next.unwrap().redirect_url(), payment.redirect_url());

        // Somebody else's message says nothing.
        let mut headers = signer::headers("{}", shop.clock.now());
        let other = service.tell(headers.clone(), "[]".to_owned()).await;
        assert_eq!(other.unwrap_err().kind, ErrorKind::Malformed);
        headers.clear();
        let unsigned = service.tell(headers, "{}".to_owned()).await;
        assert_eq!(unsigned.unwrap_err().kind, ErrorKind::Malformed);
        shop.assert_sound().await;
    })
    .await;
}
