//! The settings of this service.

use std::sync::Arc;

use http::Uri;
use secrecy::{ExposeSecret as _, SecretString};
use waybill_primitives::FieldErrors;
use waybill_proto::payment as proto;
use waybill_service_kit::{AppError, settings};

use crate::{
    payments::return_url::origin_of,
    providers::{
        PaymentProvider,
        paypal::{PayPal, PayPalSettings},
        stripe::{Stripe, StripeSettings},
    },
};

settings! {
    /// Payments
    pub struct Settings {
        /// The platform's share of a completed order in a new shop, in hundredths of a percent (the worker gets the rest);
        /// afterwards the administrator's settings rule.
        pub commission_basis_points: u32 = "WAYBILL_COMMISSION_BASIS_POINTS", default "2000", range 0..=10_000;
        /// The address under which customers reach the platform, for instance `https://shop.example`.
        pub public_url: Option<String> = "WAYBILL_PUBLIC_URL", check public_url;
        /// Origins that customers may be sent to after a payment, besides the public address, for instance
        /// `https://www.shop.example`. Development allows any.
        pub return_origins: Vec<String> = "WAYBILL_RETURN_ORIGINS", default "", check return_origins;
        /// Secret key of the account with Stripe (`sk_live_…`, for tests `sk_test_…`): with it, customers can pay by Stripe.
        pub stripe_secret_key: Option<SecretString> = "WAYBILL_STRIPE_SECRET_KEY";
        /// Signing secret of the webhook that Stripe calls at `/api/v1/webhooks/stripe` (`whsec_…`); several with commas while one replaces the other.
        pub stripe_webhook_secret: Option<SecretString> = "WAYBILL_STRIPE_WEBHOOK_SECRET";
        /// Where Stripe answers.
        pub stripe_url: Uri = "WAYBILL_STRIPE_URL", default "https://api.stripe.com";
        /// Client id of the app with PayPal: with it, customers can pay by PayPal.
        pub paypal_client_id: Option<String> = "WAYBILL_PAYPAL_CLIENT_ID";
        /// Secret of the app with PayPal.
        pub paypal_client_secret: Option<SecretString> = "WAYBILL_PAYPAL_CLIENT_SECRET";
        /// PayPal's id of the webhook at `/api/v1/webhooks/paypal`, which it signs with.
        pub paypal_webhook_id: Option<String> = "WAYBILL_PAYPAL_WEBHOOK_ID";
        /// Where PayPal answers; for tests `https://api-m.sandbox.paypal.com`.
        pub paypal_url: Uri = "WAYBILL_PAYPAL_URL", default "https://api-m.paypal.com";
        /// How customers pay by bank transfer or in cash, in lines, for instance the account number and that the order's number is the reference; at
        /// most 2,000 characters. With it, they can choose to.
        pub manual_payments: Option<String> = "WAYBILL_MANUAL_PAYMENTS", check manual_payments;
    }
}

impl Settings {
    /// The providers that the settings have accounts of, in the order in which customers are offered them.
    ///
    /// # Errors
    /// If an account is incomplete.
    pub fn providers(&self) -> Result<Vec<Arc<dyn PaymentProvider>>, AppError> {
        let mut configured: Vec<Arc<dyn PaymentProvider>> = Vec::new();
        if let Some(stripe) = self.stripe()? {
            configured.push(Arc::new(Stripe::new(stripe)?));
        }
        if let Some(paypal) = self.paypal()? {
            configured.push(Arc::new(PayPal::new(paypal)?));
        }
        Ok(configured)
    }

    fn stripe(&self) -> Result<Option<StripeSettings>, AppError> {
        let (key, webhook) = (&self.stripe_secret_key, &self.stripe_webhook_secret);
        match (key, webhook, &self.public_url) {
            (None, None, _) => Ok(None),
            (Some(key), Some(webhook), Some(_)) => Ok(Some(StripeSettings {
                secret_key: key.clone(),
                webhook_secrets: webhook
                    .expose_secret()
                    .split(',')
                    .map(str::trim)
                    // With an empty key, anybody could sign.
                    .filter(|secret| !secret.is_empty())
                    .map(SecretString::from)
                    .collect(),
                url: without_slash(&self.stripe_url),
            })),
            // Without its messages, and without an address to come back to, money would arrive that nobody hears of.
            _ => Err(AppError::malformed(
                "Stripe needs WAYBILL_STRIPE_SECRET_KEY, WAYBILL_STRIPE_WEBHOOK_SECRET and WAYBILL_PUBLIC_URL",
            )),
        }
    }

    fn paypal(&self) -> Result<Option<PayPalSettings>, AppError> {
        let (id, secret) = (&self.paypal_client_id, &self.paypal_client_secret);
        match (id, secret, &self.paypal_webhook_id, &self.public_url) {
            (None, None, None, _) => Ok(None),
            (Some(id), Some(secret), Some(webhook), Some(_)) => Ok(Some(PayPalSettings {
                client_id: id.clone(),
                client_secret: secret.clone(),
                webhook_id: webhook.clone(),
                url: without_slash(&self.paypal_url),
            })),
            // As with Stripe.
            _ => Err(AppError::malformed(
                "PayPal needs WAYBILL_PAYPAL_CLIENT_ID, WAYBILL_PAYPAL_CLIENT_SECRET, WAYBILL_PAYPAL_WEBHOOK_ID and WAYBILL_PUBLIC_URL",
            )),
        }
    }
}

fn without_slash(url: &Uri) -> String {
    url.to_string().trim_end_matches('/').to_owned()
}

impl Default for Settings {
    /// The values when nothing is set.
    fn default() -> Self {
        Self {
            commission_basis_points: 2_000,
            public_url: None,
            return_origins: Vec::new(),
            stripe_secret_key: None,
            stripe_webhook_secret: None,
            stripe_url: Uri::from_static("https://api.stripe.com"),
            paypal_client_id: None,
            paypal_client_secret: None,
            paypal_webhook_id: None,
            paypal_url: Uri::from_static("https://api-m.paypal.com"),
            manual_payments: None,
        }
    }
}

#[expect(clippy::ref_option, reason = "the form of every check of a setting")]
fn public_url(url: &Option<String>) -> Result<(), String> {
    match url.as_deref().map(origin_of) {
        Some(None) => Err("expected an http or https URL such as https://shop.example".to_owned()),
        Some(Some(_)) | None => Ok(()),
    }
}

/// The longest text for customers who pay by hand, in characters.
const MAX_INSTRUCTIONS: usize = proto::Payment::MAX_INSTRUCTIONS;

#[expect(clippy::ref_option, reason = "the form of every check of a setting")]
fn manual_payments(instructions: &Option<String>) -> Result<(), String> {
    let mut errors = FieldErrors::default();
    let text = instructions.as_deref().unwrap_or_default();
    errors.paragraph("the text", text, MAX_INSTRUCTIONS);
    errors.or(()).map_err(|errors| errors.to_string())
}

#[expect(clippy::ptr_arg, reason = "the form of every check of a setting")]
fn return_origins(origins: &Vec<String>) -> Result<(), String> {
    match origins.iter().find(|origin| origin_of(origin).is_none()) {
        Some(wrong) => Err(format!(
            "{wrong} is no origin; expected ones such as https://shop.example"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use waybill_service_kit::settings::{Sources, load};

    use super::*;

    #[test]
    fn defaults_are_those_of_the_reference() {
        let (settings,) = load::<(Settings,)>(&Sources::empty()).unwrap();
        let default = Settings::default();
        assert_eq!(
            settings.commission_basis_points,
            default.commission_basis_points
        );
        assert_eq!(settings.public_url, default.public_url);
        assert_eq!(settings.return_origins, default.return_origins);
    }

    #[test]
    fn faults_are_reported_together() {
        let sources = Sources::empty()
            .with("WAYBILL_COMMISSION_BASIS_POINTS", "10001")
            .with("WAYBILL_PUBLIC_URL", "shop.example")
            .with("WAYBILL_MANUAL_PAYMENTS", "x".repeat(2_001))
            .with("WAYBILL_RETURN_ORIGINS", "https://shop.example, ftp://x");
        let errors = load::<(Settings,)>(&sources).unwrap_err();
        assert_eq!(errors.0.len(), 4, "{errors}");
    }

    /// Settings with a value of these names.
    fn with(names: &[&str]) -> Settings {
        let sources = names.iter().fold(Sources::empty(), |sources, name| {
            let value = match *name {
                "WAYBILL_PUBLIC_URL" => "https://shop.example",
                _ => "one, two,",
            };
            sources.with(name, value)
        });
        let (settings,) = load::<(Settings,)>(&sources).unwrap();
        settings
    }

    #[test]
    fn an_account_with_stripe_is_complete_or_absent() {
        let (key, webhook) = ("WAYBILL_STRIPE_SECRET_KEY", "WAYBILL_STRIPE_WEBHOOK_SECRET");
        assert!(with(&[]).stripe().unwrap().is_none());
        let complete = with(&[key, webhook, "WAYBILL_PUBLIC_URL"]).stripe();
        let complete = complete.unwrap().unwrap();
        assert_eq!(complete.webhook_secrets.len(), 2);
        assert_eq!(complete.url, "https://api.stripe.com");
        for incomplete in [&[key][..], &[webhook], &[key, webhook]] {
            assert!(with(incomplete).stripe().is_err(), "{incomplete:?}");
        }
    }

    #[test]
    fn an_account_with_paypal_is_complete_or_absent() {
        let all = [
            "WAYBILL_PAYPAL_CLIENT_ID",
            "WAYBILL_PAYPAL_CLIENT_SECRET",
            "WAYBILL_PAYPAL_WEBHOOK_ID",
            "WAYBILL_PUBLIC_URL",
        ];
        assert!(with(&["WAYBILL_PUBLIC_URL"]).paypal().unwrap().is_none());
        let complete = with(&all);
        assert_eq!(
            complete.paypal().unwrap().unwrap().url,
            "https://api-m.paypal.com"
        );
        assert_eq!(complete.providers().unwrap().len(), 1);
        for missing in all {
            let mut names = all.to_vec();
            names.retain(|name| *name != missing);
            assert!(with(&names).paypal().is_err(), "without {missing}");
        }
    }
}
