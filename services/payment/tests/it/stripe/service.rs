//! The service with Stripe.

use std::{collections::HashMap, time::Duration};

use axum::http::StatusCode;
use ring::hmac;
use serde_json::{Value, json};
use waybill_primitives::{Clock as _, Currency, Money};
use waybill_proto::payment::{self as proto, PaymentState};
use waybill_service_kit::{AppError, ErrorKind};

use super::stand_in::StandIn;
use crate::{
    remote::{Service, payments_of, words_of},
    shop::{Shop, on_any_database},
};

/// A message of Stripe about an object, signed at the time.
async fn tell(
    service: &Service,
    shop: &Shop,
    id: &str,
    kind: &str,
    object: &Value,
) -> Result<(), AppError> {
    let event = json!({"id": id, "object": "event", "type": kind, "data": {"object": object}});
    let (body, at) = (event.to_string(), shop.clock.now().secs());
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"whsec_test");
    let signature = hex::encode(hmac::sign(&key, format!("{at}.{body}").as_bytes()));
    let header = format!("t={at},v1={signature}");
    let headers = HashMap::from([("stripe-signature".to_owned(), header)]);
    service.tell(headers, body).await
}

#[tokio::test]
async fn an_order_is_paid_and_refunded_whatever_is_lost_on_the_way() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    on_any_database(async |shop| {
        let service = Service::start(shop, stand_in.provider()).await;
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let mut ctx = customer.ctx.clone();
        ctx.idempotency_key = Some("pay-1".to_owned());

        // Stripe is away: the payment is written, and the repetition goes on with it.
        stand_in.trouble(&[StatusCode::BAD_GATEWAY; 3]);
        let away = service.create(&ctx, &order.id).await.unwrap_err();
        assert_eq!(away.kind, ErrorKind::Unavailable);
        let listed = payments_of(shop, &customer, &order).await;
        assert_eq!(listed[0].state(), PaymentState::Created);
        assert_eq!(shop.events_of(&listed[0].id).await, []);
        let payment = service.create(&ctx, &order.id).await.unwrap();
        assert_eq!(
            (&payment.id, payment.state()),
            (&listed[0].id, PaymentState::Pending)
        );
        assert!(
            payment
                .redirect_url()
                .starts_with("https://checkout.stripe.com/")
        );
        let again = service.create(&ctx, &order.id).await.unwrap();
        assert_eq!(again, payment);
        let listed = payments_of(shop, &customer, &order).await;
        assert_eq!(listed.len(), 1);
        let session = stand_in.object(|it| it["metadata"]["payment_id"] == payment.id.as_str());

        // The customer pays. The message comes twice, and once with a wrong signature.
        let id = session["id"].as_str().unwrap();
        let paid =
            json!({"status": "complete", "payment_status": "paid", "payment_intent": "pi_9"});
        stand_in.change(id, paid);
        let session = stand_in.object(|it| it["id"] == id);
        let kind = "checkout.session.completed";
        shop.clock.advance(Duration::from_secs(400));
        for _ in 0..2 {
            tell(&service, shop, "evt_1", kind, &session).await.unwrap();
            service.run_jobs().await;
        }
        assert_eq!(words_of(shop, &payment.id).await, ["created", "succeeded"]);

        // A part goes back. Stripe needs time, and tells when it is done.
        let request = proto::CreateRefundRequest {
            payment_id: payment.id.clone(),
            amount: Some(Money::new(2_500, Currency::USD)),
            reason: "One cup arrived broken".to_owned(),
            lines: Vec::new(),
        };
        let admin = shop.admin();
        let refund = service.refund(&admin.ctx, request).await.unwrap();
        service.run_jobs().await;
        let mut made = stand_in.object(|it| it["metadata"]["refund_id"] == refund.id.as_str());
        assert_eq!(made["payment_intent"], "pi_9");
        let now = shop.get(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(now.refunded.unwrap().amount, 0);
        made["status"] = json!("succeeded");
        tell(&service, shop, "evt_2", "refund.updated", &made)
            .await
            .unwrap();
        service.run_jobs().await;
        let now = shop.get(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(now.refunded.unwrap().amount, 2_500);
        assert_eq!(now.refundable.unwrap().amount, 7_500);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_stripe_refuses_to_begin_has_failed() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    on_any_database(async |shop| {
        let service = Service::start(shop, stand_in.provider()).await;
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        stand_in.trouble(&[StatusCode::BAD_REQUEST]);
        service.create(&customer.ctx, &order.id).await.unwrap_err();
        // The next attempt is another payment.
        let next = service.create(&customer.ctx, &order.id).await.unwrap();
        assert_eq!(next.state(), PaymentState::Pending);
        let listed = payments_of(shop, &customer, &order).await;
        let states: Vec<_> = listed.iter().map(proto::Payment::state).collect();
        assert_eq!(states, [PaymentState::Pending, PaymentState::Failed]);

        // One that never got further is forgotten after a day, and nobody hears of it.
        stand_in.trouble(&[StatusCode::BAD_GATEWAY; 3]);
        service.create(&customer.ctx, &order.id).await.unwrap_err();
        shop.clock.advance(Duration::from_hours(25));
        service.run_jobs().await;
        let request = proto::ListPaymentsRequest {
            states: vec![PaymentState::Expired.into()],
            ..proto::ListPaymentsRequest::default()
        };
        let expired = shop.list(&shop.admin().ctx, request).await.unwrap();
        let expired = expired.payments.iter().filter(|it| it.order_id == order.id);
        let versions: Vec<_> = expired.map(|payment| payment.version).collect();
        assert!(versions.contains(&0), "{versions:?}");
        shop.assert_sound().await;
    })
    .await;
}
