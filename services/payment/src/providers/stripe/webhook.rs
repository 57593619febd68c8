//! Messages of Stripe: their signature, <https://docs.stripe.com/webhooks#verify-manually>, and what they tell.

use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::wire::{Refund, Session, Transfer};
use crate::providers::{
    Delivery, Message, News, PaymentKey, PaymentStatus, Transfer as Moved, WebhookError,
};

/// A message whose signature is older is refused, in seconds.
const TOLERANCE: i64 = 300;
/// What the customer reads.
const NOT_PAID: &str = "The payment did not go through.";

/// Checks the signature in `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=…]`.
pub fn check(secrets: &[SecretString], delivery: Delivery<'_>) -> Result<(), WebhookError> {
    use WebhookError::Signature;
    let header = (delivery.header)("stripe-signature").unwrap_or_default();
    let (mut at, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.split_once('=') {
            Some(("t", text)) => at = Some(text),
            Some(("v1", text)) => signatures.push(text),
            _ => {}
        }
    }
    let at = at.ok_or(Signature("it has no time"))?;
    let signed = [at.as_bytes(), b".", delivery.body].concat();
    let fits = |signature: &str| {
        // In small letters, as Stripe writes it.
        let lower = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
        let bytes = hex::decode(signature).ok().filter(|_| lower);
        bytes.is_some_and(|bytes| {
            secrets.iter().any(|secret| {
                let secret = secret.expose_secret().as_bytes();
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::verify(&key, &signed, &bytes).is_ok()
            })
        })
    };
    if !signatures.into_iter().any(fits) {
        return Err(Signature("it fits no secret"));
    }
    let at: i64 = at.parse().map_err(|_| Signature("its time is no number"))?;
    if delivery.received_at.secs() - at > TOLERANCE {
        return Err(Signature("it is too old"));
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    r#type: String,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: serde_json::Value,
}

/// What a message tells.
pub fn read(body: &[u8]) -> Result<Message, WebhookError> {
    let malformed = |error: serde_json::Error| WebhookError::Malformed(error.to_string());
    let event: Event = serde_json::from_slice(body).map_err(malformed)?;
    let object = event.data.object;
    let news = match event.r#type.as_str() {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            let session: Session = serde_json::from_value(object).map_err(malformed)?;
            let of = key(&session);
            // A status that is not known here is no news: the payment is asked about later.
            let status = session.payment_status().ok();
            status.map(|status| News::Payment { of, status })
        }
        "checkout.session.async_payment_failed" => {
            let session: Session = serde_json::from_value(object).map_err(malformed)?;
            Some(News::Payment {
                of: key(&session),
                status: PaymentStatus::Failed(NOT_PAID.to_owned()),
            })
        }
        "checkout.session.expired" => {
            let session: Session = serde_json::from_value(object).map_err(malformed)?;
            Some(News::Payment {
                of: key(&session),
                status: PaymentStatus::Expired,
            })
        }
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            let refund: Refund = serde_json::from_value(object).map_err(malformed)?;
            let id = refund
                .metadata
                .as_ref()
                .and_then(|it| it.refund_id.as_deref());
            Some(News::Refund {
                id: id.and_then(|id| id.parse().ok()),
                transfer: Moved::from(refund),
            })
        }
        "transfer.reversed" => {
            let transfer: Transfer = serde_json::from_value(object).map_err(malformed)?;
            let id = transfer
                .metadata
                .as_ref()
                .and_then(|it| it.payout_id.as_deref());
            Some(News::Payout {
                id: id.and_then(|id| id.parse().ok()),
                transfer: Moved::from(transfer),
            })
        }
        _ => None,
    };
    Ok(Message {
        id: event.id,
        kind: event.r#type,
        news,
    })
}

/// By our id, which the session repeats, or by Stripe's.
fn key(session: &Session) -> PaymentKey {
    let ours = session.metadata.as_ref();
    let ours = ours.and_then(|it| it.payment_id.as_deref());
    let ours = ours.or(session.client_reference_id.as_deref());
    let ours = ours.and_then(|id| id.parse().ok());
    ours.map_or_else(|| PaymentKey::Reference(session.id.clone()), PaymentKey::Id)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use waybill_primitives::Timestamp;
    use waybill_testkit::shared;

    use super::*;

    #[test]
    fn signatures_are_judged_as_by_stripes_own_libraries() {
        let Some(path) = shared("vectors/stripe-webhook.json") else {
            return;
        };
        let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        // Ours is always set, and an empty body is no message.
        let cases = cases.iter().filter(|case| case["tolerance"] == TOLERANCE);
        let mut judged = 0;
        for case in cases {
            let text = |name: &str| case[name].as_str().unwrap();
            let header = |name: &str| (name == "stripe-signature").then(|| text("header"));
            let delivery = Delivery {
                header: &header,
                body: text("payload").as_bytes(),
                received_at: Timestamp::from_secs(case["received_at"].as_i64().unwrap()),
            };
            let secrets = [SecretString::from(text("secret"))];
            let valid = check(&secrets, delivery).is_ok() && !text("payload").is_empty();
            assert_eq!(valid, case["valid"] == true, "{}", text("name"));
            if let (true, Some(kind)) = (valid, case["event_type"].as_str()) {
                let message = read(text("payload").as_bytes()).unwrap();
                assert_eq!(message.kind, kind);
                assert!(message.id.starts_with("evt_"));
            }
            judged += 1;
        }
        assert!(judged >= 30, "{judged}");
    }

    #[test]
    fn one_of_several_secrets_is_enough() {
        let body = b"{}";
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"whsec_new");
        let signature = hex::encode(hmac::sign(&key, b"100.{}"));
        let header = format!("t=100,v1={signature}");
        let delivery = Delivery {
            header: &|_| Some(header.as_str()),
            body,
            received_at: Timestamp::from_secs(100),
        };
        let secrets = |names: &[&str]| -> Vec<_> {
            names.iter().map(|name| SecretString::from(*name)).collect()
        };
        assert_eq!(
            check(&secrets(&["whsec_old", "whsec_new"]), delivery),
            Ok(())
        );
        assert!(check(&secrets(&["whsec_old"]), delivery).is_err());
        assert!(check(&[], delivery).is_err());
    }
}
