//! Messages whose certificate leads to a root that is not known here, and certificates that are kept.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use waybill_payment::{
    CertificateSource, Delivery, Message, PayPal, PayPalTrust, PaymentProvider, ProviderError,
    WebhookError,
};
use waybill_primitives::{Clock as _, SystemClock};
use waybill_testkit::shared;

use super::{
    signer::{self, Source},
    stand_in::{StandIn, Trouble},
};

const BODY: &str =
    r#"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.REVERSED","resource":{"note":"Größe"}}"#;

async fn received(paypal: &PayPal, body: &str) -> Result<Message, WebhookError> {
    let now = SystemClock.now();
    let headers = signer::headers(BODY, now);
    let delivery = Delivery {
        header: &|name| headers.get(name).map(String::as_str),
        body: body.as_bytes(),
        received_at: now,
    };
    paypal.receive(delivery).await
}

/// Counts how often certificates are fetched.
struct Counted(Arc<AtomicUsize>);

#[async_trait]
impl CertificateSource for Counted {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ProviderError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Source.fetch(url).await
    }
}

/// The root of the test vectors, which did not issue the certificate here.
fn another_root() -> Option<PayPalTrust> {
    let path = shared("vectors/paypal-webhook.json")?;
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let pem = vectors["root_certificate"].as_str().unwrap();
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let root = BASE64_STANDARD.decode(lines.collect::<String>()).unwrap();
    Some(PayPalTrust::only(&root, "paypal.example").unwrap())
}

#[tokio::test]
async fn paypal_is_asked_about_an_unknown_root() {
    let (Some(stand_in), Some(trust)) = (StandIn::start().await, another_root()) else {
        return;
    };
    let asked = || stand_in.calls("verify-webhook-signature");
    let paypal = stand_in.provider_with(trust, Box::new(Source));
    let message = received(&paypal, BODY).await.unwrap();
    // A chargeback is kept for the administrator, and changes nothing.
    assert_eq!((message.id.as_str(), message.news), ("WH-1", None));
    assert_eq!(asked(), 1);
    stand_in.trouble(&[Trouble::Status(StatusCode::BAD_GATEWAY); 3]);
    let away = received(&paypal, BODY).await;
    assert!(
        matches!(away, Err(WebhookError::Unavailable(_))),
        "{away:?}"
    );
    stand_in.account().verification = "FAILURE";
    let refused = received(&paypal, BODY).await;
    assert!(
        matches!(refused, Err(WebhookError::Signature(_))),
        "{refused:?}"
    );
    // What the certificate has not signed is nothing to ask about.
    let before = asked();
    let other = received(&paypal, &BODY.replace("WH-1", "WH-2")).await;
    assert!(
        matches!(other, Err(WebhookError::Signature(_))),
        "{other:?}"
    );
    assert_eq!(asked(), before);
}

#[tokio::test]
async fn a_certificate_is_fetched_once_it_has_signed() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let fetched = Arc::new(AtomicUsize::new(0));
    let source = Box::new(Counted(Arc::clone(&fetched)));
    let paypal = stand_in.provider_with(signer::trust(), source);
    // Nothing is kept of a message that nobody signed.
    for _ in 0..2 {
        received(&paypal, "{}").await.unwrap_err();
    }
    assert_eq!(fetched.load(Ordering::Relaxed), 2);
    for _ in 0..2 {
        received(&paypal, BODY).await.unwrap();
    }
    assert_eq!(fetched.load(Ordering::Relaxed), 3);
    assert_eq!(stand_in.calls("verify-webhook-signature"), 0);
}
