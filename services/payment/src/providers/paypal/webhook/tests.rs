//! Messages of PayPal as its own library judges them, and what they tell.

use async_trait::async_trait;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use waybill_primitives::{Currency, Money, Timestamp};
use waybill_testkit::shared;

use super::*;
use crate::providers::{
    Transfer, TransferStatus,
    paypal::{CertificateSource, PayPalSettings, PayPalTrust},
};

/// A certificate at every address.
struct Fixed(Vec<u8>);

#[async_trait]
impl CertificateSource for Fixed {
    async fn fetch(&self, _url: &str) -> Result<Vec<u8>, ProviderError> {
        Ok(self.0.clone())
    }
}

/// The account of the vectors, with the certificate of one of them.
fn account(vectors: &Value, case: &Value, domain: &str) -> PayPal {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let root = text(&vectors["root_certificate"]);
    let root = CertificateDer::from_pem_slice(root.as_bytes()).unwrap();
    let settings = PayPalSettings {
        client_id: "client".to_owned(),
        client_secret: "secret".into(),
        webhook_id: text(&vectors["webhook_id"]),
        // PayPal cannot be asked.
        url: "http://127.0.0.1:9".to_owned(),
    };
    let certificate = Fixed(text(&case["certificate"]).into_bytes());
    let trust = PayPalTrust::only(&root, domain).unwrap();
    PayPal::with_certificates(settings, trust, Box::new(certificate)).unwrap()
}

/// Checks the message of a vector, with some headers changed.
async fn judged(
    paypal: &PayPal,
    vectors: &Value,
    case: &Value,
    changed: &[(&str, &str)],
) -> Result<(), WebhookError> {
    let header = |name: &str| {
        let other = changed.iter().find(|(it, _)| *it == name);
        let sent = case["headers"][name.to_uppercase()].as_str();
        other.map_or(sent, |(_, value)| Some(*value))
    };
    let delivery = Delivery {
        header: &header,
        body: case["body"].as_str().unwrap().as_bytes(),
        received_at: serde_json::from_value(vectors["received_at"].clone()).unwrap(),
    };
    check(paypal, delivery).await
}

fn vectors() -> Option<Value> {
    let path = shared("vectors/paypal-webhook.json")?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

#[tokio::test]
async fn signatures_are_judged_as_by_paypals_own_library() {
    let Some(vectors) = vectors() else {
        return;
    };
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let paypal = account(&vectors, case, "example");
        let outcome = judged(&paypal, &vectors, case, &[]).await;
        assert_eq!(outcome.is_ok(), case["valid"] == true, "{case} {outcome:?}");
        // With an unknown root, PayPal is asked. It is not there.
        let asked = matches!(outcome, Err(WebhookError::Unavailable(_)));
        assert_eq!(asked, case["name"] == "a certificate of another root");
        let message = read(case["body"].as_str().unwrap().as_bytes()).unwrap();
        assert!(message.id.starts_with("WH-EXAMPLE-"));
        assert!(message.news.is_some(), "{}", message.kind);
    }
}

#[tokio::test]
async fn a_message_without_paypals_certificate_is_refused() {
    let Some(vectors) = vectors() else {
        return;
    };
    let case = &vectors["cases"][0];
    let paypal = account(&vectors, case, "example");
    for (name, value) in [
        ("paypal-cert-url", "https://paypal.com.example/cert"),
        ("paypal-auth-algo", "SHA1withRSA"),
        ("paypal-transmission-sig", "no base64"),
        ("paypal-transmission-sig", ""),
        ("paypal-transmission-id", ""),
    ] {
        let outcome = judged(&paypal, &vectors, case, &[(name, value)]).await;
        let refused = matches!(outcome, Err(WebhookError::Signature(_)));
        assert!(refused, "{name}: {value}: {outcome:?}");
    }
    let without = Delivery {
        header: &|_| None,
        body: b"{}",
        received_at: Timestamp::from_secs(0),
    };
    let outcome = check(&paypal, without).await;
    assert_eq!(outcome, Err(WebhookError::Signature("a header is missing")));
    // The certificate is of the vectors' own domain, and not below PayPal's.
    let strict = account(&vectors, case, "paypal.com");
    let outcome = judged(&strict, &vectors, case, &[]).await;
    let text = "its certificate is of somebody else";
    assert_eq!(outcome, Err(WebhookError::Signature(text)));
    let nothing = json!({"certificate": "-----BEGIN NOTHING-----"});
    let empty = account(&vectors, &nothing, "example");
    let outcome = judged(&empty, &vectors, case, &[]).await;
    let text = "its certificate is not readable";
    assert_eq!(outcome, Err(WebhookError::Signature(text)));
}

fn told(kind: &str, resource: &Value) -> Option<News> {
    let event = json!({"id": "WH-1", "event_type": kind, "resource": resource});
    read(event.to_string().as_bytes()).unwrap().news
}

#[test]
fn a_payment_is_named_by_our_id_or_by_paypals() {
    let id = PaymentId::new();
    let of = |kind: &str, resource: &Value| match told(kind, resource) {
        Some(News::Payment { of, status }) => (of, status),
        other => panic!("{other:?}"),
    };
    let order = json!({"id": "O1", "purchase_units": [{"custom_id": id.to_string()}]});
    let approved = (PaymentKey::Id(id), PaymentStatus::Authorized);
    assert_eq!(of("CHECKOUT.ORDER.APPROVED", &order), approved);
    let capture = json!({
        "id": "C1", "status": "DECLINED",
        "supplementary_data": {"related_ids": {"order_id": "O1"}},
    });
    let (key, status) = of("PAYMENT.CAPTURE.DENIED", &capture);
    assert_eq!(key, PaymentKey::Reference("O1".to_owned()));
    assert!(matches!(status, PaymentStatus::Failed(_)));
    let pending = json!({"id": "C1", "status": "PENDING"});
    let (key, status) = of("PAYMENT.CAPTURE.PENDING", &pending);
    assert_eq!(key, PaymentKey::Capture("C1".to_owned()));
    assert_eq!(status, PaymentStatus::Authorized);
    let amount = json!({"currency_code": "USD", "value": "100.00"});
    let completed = json!({"id": "C1", "status": "COMPLETED", "amount": amount});
    let (_, status) = of("PAYMENT.CAPTURE.COMPLETED", &completed);
    let PaymentStatus::Captured(capture) = status else {
        panic!("{status:?}")
    };
    assert_eq!(capture.amount, Money::new(10_000, Currency::USD));
}

#[test]
fn refunds_and_payouts_are_told_and_the_rest_is_ignored() {
    let key = uuid::Uuid::now_v7();
    let refund = json!({"id": "R1", "status": "COMPLETED", "custom_id": key.to_string()});
    for kind in ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.COMPLETED"] {
        let done = News::Refund {
            id: Some(key),
            transfer: Transfer {
                reference: "R1".to_owned(),
                status: TransferStatus::Done,
            },
        };
        assert_eq!(told(kind, &refund), Some(done));
    }
    let item = json!({
        "payout_batch_id": "B1", "payout_item_id": "I1", "sender_batch_id": key.to_string(),
        "transaction_status": "FAILED",
        "errors": {"name": "RECEIVER_UNREGISTERED", "message": "Receiver is unregistered"},
    });
    let failed = News::Payout {
        id: Some(key),
        transfer: Transfer {
            reference: "B1".to_owned(),
            status: TransferStatus::Failed(
                "RECEIVER_UNREGISTERED: Receiver is unregistered".to_owned(),
            ),
        },
    };
    assert_eq!(told("PAYMENT.PAYOUTS-ITEM.FAILED", &item), Some(failed));
    for kind in [
        "PAYMENT.CAPTURE.REVERSED",
        "CUSTOMER.DISPUTE.CREATED",
        "A.NEW.ONE",
    ] {
        assert_eq!(told(kind, &refund), None, "{kind}");
    }
    assert!(read(b"{}").is_err());
}
