//! An envelope as a NATS message and back: CloudEvents headers (NATS binding, binary mode) and a few of our own.

use async_nats::{HeaderMap, Message, header::NATS_MESSAGE_ID};
use uuid::Uuid;
use waybill_primitives::Timestamp;

use crate::{Envelope, subject};

const CE_ID: &str = "ce-id";
const CE_TYPE: &str = "ce-type";
const CE_SOURCE: &str = "ce-source";
const CE_SUBJECT: &str = "ce-subject";
const CE_TIME: &str = "ce-time";
const CE_SPEC_VERSION: &str = "ce-specversion";
const VERSION: &str = "waybill-version";
const TRACE_PARENT: &str = "traceparent";
const REQUEST_ID: &str = "waybill-request-id";
const ACTOR: &str = "waybill-actor";

/// With `again` the message has no id for the server: it would treat the event as a repetition and drop it, even when the first
/// copy is gone.
pub(super) fn headers(event: &Envelope, again: bool) -> HeaderMap {
    let id = event.id.to_string();
    let mut headers = HeaderMap::new();
    if !again {
        headers.insert(NATS_MESSAGE_ID, id.as_str());
    }
    headers.insert(CE_ID, id);
    headers.insert(CE_SPEC_VERSION, "1.0");
    headers.insert(CE_TYPE, event.subject.as_str());
    headers.insert(CE_SOURCE, event.source.as_str());
    headers.insert(CE_SUBJECT, event.aggregate_id.to_string());
    headers.insert(CE_TIME, event.time.to_string());
    headers.insert(VERSION, event.aggregate_version.to_string());
    let optional = [
        (TRACE_PARENT, &event.traceparent),
        (REQUEST_ID, &event.request_id),
        (ACTOR, &event.actor),
    ];
    for (name, value) in optional {
        // A value with a line break cannot be a header; these three are for tracing only, so such a value is left out.
        if let Some(value) = value.as_deref().and_then(|text| text.parse().ok()) {
            headers.insert::<_, async_nats::HeaderValue>(name, value);
        }
    }
    headers
}

/// `Err` names the header that is missing or wrong.
pub(super) fn envelope(message: &Message) -> Result<Envelope, &'static str> {
    let text = |name: &str| {
        let headers = message.headers.as_ref()?;
        headers.get(name).map(|value| value.as_str().to_owned())
    };
    fn parsed<T>(value: Option<String>, name: &'static str) -> Result<T, &'static str>
    where
        T: std::str::FromStr,
    {
        value.and_then(|text| text.parse().ok()).ok_or(name)
    }
    Ok(Envelope {
        id: parsed(text(CE_ID), CE_ID)?,
        subject: subject::with_root(message.subject.as_str(), subject::ROOT),
        source: text(CE_SOURCE).ok_or(CE_SOURCE)?,
        aggregate_id: parsed::<Uuid>(text(CE_SUBJECT), CE_SUBJECT)?,
        aggregate_version: parsed(text(VERSION), VERSION)?,
        time: text(CE_TIME)
            .and_then(|time| Timestamp::parse_rfc3339(&time))
            .ok_or(CE_TIME)?,
        traceparent: text(TRACE_PARENT),
        request_id: text(REQUEST_ID),
        actor: text(ACTOR),
        payload: message.payload.clone(),
    })
}
