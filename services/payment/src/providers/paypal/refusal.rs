//! Why PayPal did not do what it was asked: <https://developer.paypal.com/api/rest/responses/>.

use reqwest::StatusCode;
use serde::Deserialize;

use super::wire::Link;
use crate::providers::{ProviderError, http::Failure};

/// The operator must act: there is no money in the account, or it may not do this.
const ACCOUNT: [&str; 19] = [
    "AUTHORIZATION_ERROR",
    "CONSENT_NEEDED",
    "INSUFFICIENT_FUNDS",
    "INVALID_ACCOUNT_STATUS",
    "NOT_AUTHORIZED",
    "PAYEE_ACCOUNT_INVALID",
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYEE_ACCOUNT_NOT_SUPPORTED",
    "PAYEE_ACCOUNT_NOT_VERIFIED",
    "PAYEE_ACCOUNT_RESTRICTED",
    "PAYEE_NOT_CONSENTED",
    "PERMISSION_DENIED",
    "PERMISSION_NOT_GRANTED",
    "REFUND_FAILED_INSUFFICIENT_FUNDS",
    "REFUND_IS_RESTRICTED",
    "SENDER_RESTRICTED",
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
    "USER_NOT_ENABLED",
    "UNAUTHORIZED",
];

/// The customer's money is not taken, and asking again does not help.
pub const DECLINED: [&str; 15] = [
    "CARD_EXPIRED",
    "COMPLIANCE_VIOLATION",
    "DECLINED_DUE_TO_RELATED_TXN",
    "DOMESTIC_TRANSACTION_REQUIRED",
    "INSTRUMENT_DECLINED",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "PAYEE_BLOCKED_TRANSACTION",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYER_ACCOUNT_RESTRICTED",
    "PAYER_CANNOT_PAY",
    "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
    "TRANSACTION_BLOCKED_BY_PAYEE",
    "TRANSACTION_LIMIT_EXCEEDED",
    "TRANSACTION_REFUSED",
];

/// A call that PayPal did not carry out.
#[derive(Debug)]
pub struct Refusal {
    pub error: ProviderError,
    /// Of the answer; none without one.
    pub status: Option<StatusCode>,
    answer: Answer,
}

impl Refusal {
    pub fn says_one_of(&self, words: &[&str]) -> bool {
        self.answer.words().any(|word| words.contains(&word))
    }

    /// The batch that has the batch id of a refused one: the last part of a link.
    pub fn earlier_batch(&self) -> Option<String> {
        let details = self.answer.details.iter();
        let links = details.flat_map(|detail| detail.link.iter().chain(&detail.links));
        let mut links = links.chain(&self.answer.links);
        links.find_map(|link| {
            let (_, id) = link.href.split_once("/v1/payments/payouts/")?;
            let plain = id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (plain && !id.is_empty()).then(|| id.to_owned())
        })
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let answer: Answer = serde_json::from_slice(&failure.body).unwrap_or_default();
        let error = match failure.error {
            ProviderError::Refused(why) if answer.words().any(|word| ACCOUNT.contains(&word)) => {
                ProviderError::Account(why)
            }
            error => error,
        };
        Self {
            error,
            status: failure.status,
            answer,
        }
    }
}

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        Failure::from(error).into()
    }
}

impl From<Refusal> for ProviderError {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

/// The body of a refusal; `error` and `error_description` are those of access tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    name: Option<String>,
    message: Option<String>,
    details: Vec<Detail>,
    links: Vec<Link>,
    error: Option<String>,
    error_description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    issue: Option<String>,
    description: Option<String>,
    /// Payouts name their links so.
    link: Vec<Link>,
    links: Vec<Link>,
}

impl Answer {
    /// PayPal's words for what is wrong, the exact ones first.
    fn words(&self) -> impl Iterator<Item = &str> {
        let issues = self
            .details
            .iter()
            .filter_map(|detail| detail.issue.as_deref());
        issues.chain(self.name.as_deref())
    }
}

/// What is wrong, for the log.
pub fn explain(body: &[u8]) -> Option<String> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let detail = answer.details.iter().find(|detail| detail.issue.is_some());
    let (word, text) = match detail {
        Some(detail) => (detail.issue.as_ref(), detail.description.as_ref()),
        None => (
            answer.name.as_ref().or(answer.error.as_ref()),
            answer
                .message
                .as_ref()
                .or(answer.error_description.as_ref()),
        ),
    };
    match (word, text) {
        (Some(word), Some(text)) => Some(format!("{word}: {text}")),
        (word, text) => word.or(text).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refusal(status: StatusCode, body: &Value) -> Refusal {
        let body = body.to_string().into_bytes();
        let why = explain(&body).unwrap_or_default();
        Refusal::from(Failure {
            error: ProviderError::Refused(why),
            status: Some(status),
            body,
        })
    }

    #[test]
    fn what_the_operator_must_do_is_told_apart() {
        let of = |issue: &str| json!({"name": "UNPROCESSABLE_ENTITY", "details": [{"issue": issue, "description": "No."}]});
        let declined = refusal(StatusCode::UNPROCESSABLE_ENTITY, &of("INSTRUMENT_DECLINED"));
        assert!(declined.says_one_of(&DECLINED));
        let text = "INSTRUMENT_DECLINED: No.".to_owned();
        assert_eq!(declined.error, ProviderError::Refused(text));
        for issue in ACCOUNT {
            let account = refusal(StatusCode::UNPROCESSABLE_ENTITY, &of(issue)).error;
            assert!(matches!(account, ProviderError::Account(_)), "{account}");
        }
        let named = json!({"name": "INSUFFICIENT_FUNDS", "message": "Add funds."});
        let account = refusal(StatusCode::UNPROCESSABLE_ENTITY, &named).error;
        let text = "INSUFFICIENT_FUNDS: Add funds.".to_owned();
        assert_eq!(account, ProviderError::Account(text));
        let token = json!({"error": "invalid_client", "error_description": "Failed"});
        let text = explain(token.to_string().as_bytes());
        assert_eq!(text.as_deref(), Some("invalid_client: Failed"));
        assert_eq!(explain(b"<html>"), None);
    }

    #[test]
    fn a_batch_id_that_was_used_leads_to_its_batch() {
        let links = |href: &str| {
            let link = json!([{"href": href, "rel": "self", "method": "GET"}]);
            let issue = "Batch with given sender_batch_id already exists";
            let details = json!([{"field": "SENDER_BATCH_ID", "issue": issue, "link": link}]);
            refusal(StatusCode::BAD_REQUEST, &json!({"details": details})).earlier_batch()
        };
        let batch = links("https://api.sandbox.paypal.com/v1/payments/payouts/CR9VS2K4X4846");
        assert_eq!(batch.as_deref(), Some("CR9VS2K4X4846"));
        assert_eq!(
            links("https://api.paypal.com/v1/payments/payouts/../x"),
            None
        );
        assert_eq!(links("https://developer.paypal.com/docs/#errors"), None);
    }
}
