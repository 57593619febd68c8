//! Messages of PayPal: their signature, <https://developer.paypal.com/api/rest/webhooks/rest/>, and what they tell.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use waybill_primitives::PaymentId;

use super::{
    NOT_TAKEN, PayPal,
    certificate::{self, Verdict},
    wire::{Capture, Item, Order, Refund},
};
use crate::providers::{
    Delivery, Message, News, PaymentKey, PaymentStatus, ProviderError, WebhookError,
};

/// The only algorithm that PayPal signs with.
const ALGORITHM: &str = "SHA256withRSA";

/// What PayPal sends beside a message, as it wants to be asked about it.
#[expect(clippy::struct_field_names, reason = "the names that PayPal gives")]
#[derive(Debug, Serialize)]
struct Transmission<'a> {
    auth_algo: &'a str,
    cert_url: &'a str,
    transmission_id: &'a str,
    transmission_sig: &'a str,
    transmission_time: &'a str,
    webhook_id: &'a str,
}

impl<'a> Transmission<'a> {
    fn read<'d: 'a>(delivery: Delivery<'d>, webhook_id: &'a str) -> Result<Self, WebhookError> {
        let header = |name: &str| -> Result<&'d str, WebhookError> {
            let missing = WebhookError::Signature("a header is missing");
            (delivery.header)(name).ok_or(missing)
        };
        Ok(Self {
            auth_algo: header("paypal-auth-algo")?,
            cert_url: header("paypal-cert-url")?,
            transmission_id: header("paypal-transmission-id")?,
            transmission_sig: header("paypal-transmission-sig")?,
            transmission_time: header("paypal-transmission-time")?,
            webhook_id,
        })
    }

    /// The text that PayPal signs. The webhook's id is ours: a message to another one does not count.
    fn signed_text(&self, body: &[u8]) -> String {
        let (id, time) = (self.transmission_id, self.transmission_time);
        format!("{id}|{time}|{}|{}", self.webhook_id, crc32fast::hash(body))
    }
}

/// Checks the signature of a message. PayPal lays down no limit for its age: the message's id tells whether it is new.
pub async fn check(paypal: &PayPal, delivery: Delivery<'_>) -> Result<(), WebhookError> {
    use WebhookError::Signature;
    let sent = Transmission::read(delivery, &paypal.settings.webhook_id)?;
    if sent.auth_algo != ALGORITHM {
        return Err(Signature("its algorithm is not known"));
    }
    let url = certificate::address(sent.cert_url);
    let url = url.ok_or(Signature("its certificate is not at PayPal"))?;
    let signature = BASE64_STANDARD.decode(sent.transmission_sig);
    let signature = signature.map_err(|_| Signature("it is not base64"))?;
    let certificates = &paypal.certificates;
    let chain = certificates.get(&url).await.map_err(|error| match error {
        ProviderError::Refused(_) => Signature("PayPal does not have its certificate"),
        error => WebhookError::Unavailable(error.to_string()),
    })?;
    let chain = chain.ok_or(Signature("its certificate is not readable"))?;
    if !chain.has_signed(sent.signed_text(delivery.body).as_bytes(), &signature) {
        return Err(Signature("it does not fit"));
    }
    match chain.judge(&certificates.trust, delivery.received_at) {
        Verdict::Trusted => {}
        Verdict::NotKnown => ask_paypal(paypal, &sent, delivery.body).await?,
        Verdict::Refused(why) => return Err(Signature(why)),
    }
    certificates.keep(&url, &chain);
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Verification {
    #[serde(rename = "verification_status")]
    status: String,
}

/// Lets PayPal check the signature itself.
async fn ask_paypal(
    paypal: &PayPal,
    sent: &Transmission<'_>,
    body: &[u8],
) -> Result<(), WebhookError> {
    let malformed = |error: &dyn ToString| WebhookError::Malformed(error.to_string());
    // The message as it came: written anew, it would not fit its signature.
    let event = std::str::from_utf8(body).map_err(|error| malformed(&error))?;
    serde_json::from_str::<Event>(event).map_err(|error| malformed(&error))?;
    let mut question = serde_json::to_string(sent).map_err(|error| malformed(&error))?;
    question.pop();
    let question = format!(r#"{question},"webhook_event":{event}}}"#);
    let request = paypal.request(Method::POST, "v1/notifications/verify-webhook-signature");
    let request = request.header("content-type", "application/json");
    let answer = paypal.call::<Verification>(request.body(question)).await;
    match answer.map_err(ProviderError::from) {
        Ok(answer) if answer.status == "SUCCESS" => Ok(()),
        Ok(_) | Err(ProviderError::Refused(_)) => {
            Err(WebhookError::Signature("PayPal says that it is not valid"))
        }
        Err(error) => Err(WebhookError::Unavailable(error.to_string())),
    }
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "event_type")]
    kind: String,
    #[serde(default)]
    resource: Value,
}

fn object<T: DeserializeOwned>(resource: Value) -> Result<T, WebhookError> {
    serde_json::from_value(resource).map_err(|error| WebhookError::Malformed(error.to_string()))
}

/// What a message tells. A status that is not known here is no news: PayPal is asked later.
pub fn read(body: &[u8]) -> Result<Message, WebhookError> {
    let malformed = |error: serde_json::Error| WebhookError::Malformed(error.to_string());
    let event: Event = serde_json::from_slice(body).map_err(malformed)?;
    let news = match event.kind.as_str() {
        "CHECKOUT.ORDER.APPROVED" => {
            let order: Order = object(event.resource)?;
            Some(News::Payment {
                of: key_of_order(&order),
                // It is to be captured.
                status: PaymentStatus::Authorized,
            })
        }
        "PAYMENT.CAPTURE.COMPLETED" => {
            let capture: Capture = object(event.resource)?;
            let status = capture.payment_status().ok();
            status.map(|status| payment(&capture, status))
        }
        "PAYMENT.CAPTURE.PENDING" => {
            let capture: Capture = object(event.resource)?;
            Some(payment(&capture, PaymentStatus::Authorized))
        }
        "PAYMENT.CAPTURE.DENIED" | "PAYMENT.CAPTURE.DECLINED" => {
            let capture: Capture = object(event.resource)?;
            let status = PaymentStatus::Failed(NOT_TAKEN.to_owned());
            Some(payment(&capture, status))
        }
        "PAYMENT.CAPTURE.REFUNDED" => refund(object(event.resource)?),
        // A chargeback, which PayPal decides. It is no refund of ours: the ledger has no entry for it, so an administrator must act.
        "PAYMENT.CAPTURE.REVERSED" => None,
        kind if kind.starts_with("PAYMENT.REFUND.") => refund(object(event.resource)?),
        kind if kind.starts_with("PAYMENT.PAYOUTS-ITEM.") => payout(object(event.resource)?),
        _ => None,
    };
    Ok(Message {
        id: event.id,
        kind: event.kind,
        news,
    })
}

fn payment(capture: &Capture, status: PaymentStatus) -> News {
    News::Payment {
        of: key_of_capture(capture),
        status,
    }
}

fn refund(refund: Refund) -> Option<News> {
    let id = refund.custom_id.as_deref().and_then(|id| id.parse().ok());
    let transfer = refund.transfer().ok()?;
    Some(News::Refund { id, transfer })
}

fn payout(item: Item) -> Option<News> {
    let id = item
        .sender_batch_id
        .as_deref()
        .and_then(|id| id.parse().ok());
    let transfer = item.transfer().ok()?;
    Some(News::Payout { id, transfer })
}

/// Our id, which PayPal repeats.
fn ours(custom_id: Option<&String>) -> Option<PaymentId> {
    custom_id?.parse().ok()
}

fn key_of_order(order: &Order) -> PaymentKey {
    let mut units = order.purchase_units.iter();
    let ours = units.find_map(|unit| ours(unit.custom_id.as_ref()));
    ours.map_or_else(|| PaymentKey::Reference(order.id.clone()), PaymentKey::Id)
}

fn key_of_capture(capture: &Capture) -> PaymentKey {
    if let Some(id) = ours(capture.custom_id.as_ref()) {
        return PaymentKey::Id(id);
    }
    let ids = capture.supplementary_data.as_ref();
    let order = ids.and_then(|ids| ids.related_ids.as_ref()?.order_id.clone());
    order.map_or_else(
        || PaymentKey::Capture(capture.id.clone()),
        PaymentKey::Reference,
    )
}

#[cfg(test)]
mod tests;
