//! HTTP calls to providers: time limits, repetition, logs. Every call here may be repeated, as it reads, or has the provider's
//! idempotency key.

use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use waybill_service_kit::{AppError, chain, crypto};

use super::ProviderError;
use crate::entity::payment::Provider;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time limit of one attempt. All of them together stay below [`crate::transfers::flow::PROVIDER_DEADLINE`].
const TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts after the first one.
const REPETITIONS: usize = 2;
/// Headers by which the support of providers finds a request.
const REQUEST_IDS: [&str; 2] = ["request-id", "paypal-debug-id"];

/// A call that failed.
#[derive(Debug)]
pub struct Failure {
    pub error: ProviderError,
    /// Of the answer; none without one.
    pub status: Option<StatusCode>,
    /// Of the answer; empty without one.
    pub body: Vec<u8>,
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self {
            error,
            status: None,
            body: Vec::new(),
        }
    }
}

/// The HTTP client of a provider.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    provider: Provider,
    /// The message in the body of a refusal.
    explain: fn(&[u8]) -> Option<String>,
}

impl Http {
    pub fn new(provider: Provider, explain: fn(&[u8]) -> Option<String>) -> Result<Self, AppError> {
        crypto::install();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(AppError::internal)?;
        Ok(Self {
            client,
            provider,
            explain,
        })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request, and again after a pause if it is not answered or the provider asks for that. Reads the answer as JSON.
    pub async fn send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, ProviderError> {
        self.ask(request).await.map_err(|failure| failure.error)
    }

    /// As [`Http::send`], with what the provider answered when it refused.
    pub async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let body = self.fetch(request).await?;
        serde_json::from_slice(&body).map_err(|error| {
            ProviderError::Unavailable(format!("its answer is not readable: {error}")).into()
        })
    }

    /// As [`Http::ask`], for an answer that is no JSON.
    pub async fn fetch(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_times(REPETITIONS)
            .with_jitter();
        let attempt = || async {
            let request = request.try_clone().ok_or_else(|| {
                ProviderError::Refused("the body of the request cannot be repeated".to_owned())
            })?;
            self.attempt(request).await
        };
        attempt
            .retry(pauses)
            .when(|failure| matches!(failure.error, ProviderError::Unavailable(_)))
            .await
    }

    async fn attempt(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        let started = Instant::now();
        let provider = self.provider.as_str();
        let count = |outcome: &str| {
            let seconds = started.elapsed();
            metrics::histogram!("waybill_provider_seconds", "provider" => provider, "outcome" => outcome.to_owned())
                .record(seconds);
        };
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                count("unreachable");
                // Without the address: it may carry a token.
                let error = chain(&error.without_url());
                tracing::warn!(provider, error, "the payment provider was not reached");
                return Err(ProviderError::Unavailable(error).into());
            }
        };
        let (status, path) = (response.status(), response.url().path().to_owned());
        let request_id = request_id(&response);
        count(status.as_str());
        let body = response
            .bytes()
            .await
            .map_err(|error| ProviderError::Unavailable(chain(&error.without_url())))?;
        if status.is_success() {
            tracing::debug!(provider, path, %status, request_id, "the payment provider answered");
            return Ok(body.into());
        }
        let why = (self.explain)(&body).unwrap_or_else(|| status.to_string());
        tracing::warn!(provider, path, %status, request_id, why, "the payment provider refused");
        let error = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ProviderError::Account(why),
            // A conflict: an earlier attempt with the same idempotency key is still at work.
            StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS => {
                ProviderError::Unavailable(why)
            }
            _ if status.is_server_error() => ProviderError::Unavailable(why),
            _ => ProviderError::Refused(why),
        };
        Err(Failure {
            error,
            status: Some(status),
            body: body.into(),
        })
    }
}

fn request_id(response: &Response) -> Option<String> {
    let headers = response.headers();
    let found = REQUEST_IDS.iter().find_map(|name| headers.get(*name));
    found.and_then(|value| Some(value.to_str().ok()?.to_owned()))
}
