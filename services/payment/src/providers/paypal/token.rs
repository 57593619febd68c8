//! Access tokens of PayPal: <https://developer.paypal.com/api/rest/authentication/>.

use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::providers::{ProviderError, http::Http};

/// A token is renewed so long before it expires: longer than all attempts of a call take.
const MARGIN: Duration = Duration::from_mins(1);

pub fn address(url: &str) -> String {
    format!("{url}/v1/oauth2/token")
}

/// The token of all calls. PayPal gives one for about nine hours.
#[derive(Debug, Default)]
pub struct Tokens {
    current: Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    secret: SecretString,
    renew_at: Instant,
}

#[derive(Debug, Deserialize)]
struct Granted {
    access_token: SecretString,
    /// In seconds.
    expires_in: u64,
}

impl Tokens {
    /// The token; a new one by `request`, which carries the client's credentials, if there is none, or it expires soon, or it is the one that
    /// PayPal has `refused`. Other calls wait meanwhile, so that one of them renews it.
    pub async fn get(
        &self,
        http: &Http,
        request: RequestBuilder,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, ProviderError> {
        let mut current = self.current.lock().await;
        let refused = refused.map(SecretString::expose_secret);
        let usable = current.as_ref().filter(|token| {
            token.renew_at > Instant::now() && Some(token.secret.expose_secret()) != refused
        });
        if let Some(token) = usable {
            return Ok(token.secret.clone());
        }
        let asked_at = Instant::now();
        let form = [("grant_type", "client_credentials")];
        let granted: Granted = http.send(request.form(&form)).await?;
        let lifetime = Duration::from_secs(granted.expires_in).saturating_sub(MARGIN);
        let renew_at = asked_at.checked_add(lifetime).unwrap_or(asked_at);
        let secret = granted.access_token;
        *current = Some(Token {
            secret: secret.clone(),
            renew_at,
        });
        Ok(secret)
    }
}
