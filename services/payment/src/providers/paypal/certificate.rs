//! The certificates that sign PayPal's messages: fetched from PayPal, held against trusted roots, kept for the next message.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use hashlink::LruCache;
use parking_lot::Mutex;
use reqwest::Url;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime, pem::PemObject as _};
use waybill_primitives::Timestamp;
use waybill_service_kit::AppError;
use webpki::{EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert, ring};

use crate::providers::{ProviderError, http::Http};

/// Certificates kept. PayPal signs with one, and with two while one replaces the other.
const KEPT: usize = 8;
/// Largest answer that is read as a certificate with its issuers, in bytes.
const LARGEST: usize = 64 * 1_024;
/// Most certificates in it.
const LONGEST_CHAIN: usize = 6;

/// Where certificates are fetched.
#[async_trait]
pub trait CertificateSource: Send + Sync + 'static {
    /// The certificate at an address of PayPal, as PEM: its issuers may follow it.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ProviderError>;
}

/// Fetches certificates from PayPal.
pub struct Download(pub Http);

#[async_trait]
impl CertificateSource for Download {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ProviderError> {
        let fetched = self.0.fetch(self.0.client().get(url)).await;
        fetched.map_err(|failure| failure.error)
    }
}

/// Which certificates may sign PayPal's messages.
pub struct Trust {
    roots: Vec<TrustAnchor<'static>>,
    /// A certificate's common name is below this domain.
    domain: String,
}

impl Trust {
    /// Those of PayPal by the roots that browsers trust.
    pub fn paypal() -> Self {
        Self {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            domain: "paypal.com".to_owned(),
        }
    }

    /// Those below a domain by one root, as DER.
    ///
    /// # Errors
    /// If the root is no certificate.
    pub fn only(root: &[u8], domain: &str) -> Result<Self, AppError> {
        let root = CertificateDer::from(root);
        let anchor = anchor_from_trusted_cert(&root).map_err(AppError::internal)?;
        Ok(Self {
            roots: vec![anchor.to_owned()],
            domain: domain.to_owned(),
        })
    }

    fn covers(&self, name: &str) -> bool {
        name.strip_suffix(self.domain.as_str())
            .is_some_and(|rest| rest.ends_with('.'))
    }
}

/// Whether a certificate is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Trusted,
    /// It is of PayPal by its name and current, but does not lead to a root that is known here.
    NotKnown,
    Refused(&'static str),
}

/// A certificate with its issuers.
pub struct Chain(Vec<CertificateDer<'static>>);

impl Chain {
    /// None if it is no certificate.
    fn read(pem: &[u8]) -> Option<Self> {
        if pem.len() > LARGEST {
            return None;
        }
        let chain = CertificateDer::pem_slice_iter(pem).take(LONGEST_CHAIN);
        let chain: Vec<_> = chain.collect::<Result<_, _>>().ok()?;
        EndEntityCert::try_from(chain.first()?).ok()?;
        Some(Self(chain))
    }

    /// Whether its key made this signature: RSA PKCS#1 v1.5 with SHA-256.
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let certificate = self.0.first().map(EndEntityCert::try_from);
        certificate.is_some_and(|certificate| {
            let algorithm = ring::RSA_PKCS1_2048_8192_SHA256;
            certificate.is_ok_and(|it| it.verify_signature(algorithm, text, signature).is_ok())
        })
    }

    /// Judges its name, its dates and its issuers.
    pub fn judge(&self, trust: &Trust, at: Timestamp) -> Verdict {
        let Some((first, issuers)) = self.0.split_first() else {
            return Verdict::Refused("there is no certificate");
        };
        let Ok(certificate) = EndEntityCert::try_from(first) else {
            return Verdict::Refused("its certificate is not readable");
        };
        // PayPal has the name only there, and `webpki` reads only alternative names.
        if !common_name(certificate.subject()).is_some_and(|name| trust.covers(name)) {
            return Verdict::Refused("its certificate is of somebody else");
        }
        let seconds = u64::try_from(at.secs()).unwrap_or_default();
        let verified = certificate.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &trust.roots,
            issuers,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            KeyUsage::server_auth(),
            None,
            None,
        );
        match verified {
            Ok(_) => Verdict::Trusted,
            Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => {
                Verdict::Refused("its certificate is not valid at this time")
            }
            Err(_) => Verdict::NotKnown,
        }
    }
}

/// The certificates that have signed messages.
pub struct Certificates {
    pub trust: Trust,
    source: Box<dyn CertificateSource>,
    known: Mutex<LruCache<String, Arc<Chain>>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    pub fn new(trust: Trust, source: Box<dyn CertificateSource>) -> Self {
        Self {
            trust,
            source,
            known: Mutex::new(LruCache::new(KEPT)),
        }
    }

    /// The certificate at this address; none if there is no certificate.
    pub async fn get(&self, url: &Url) -> Result<Option<Arc<Chain>>, ProviderError> {
        if let Some(known) = self.known.lock().get(url.as_str()) {
            return Ok(Some(Arc::clone(known)));
        }
        let pem = self.source.fetch(url.as_str()).await?;
        Ok(Chain::read(&pem).map(Arc::new))
    }

    /// Keeps a certificate that has signed a message. Nobody else can fill the memory, or drive out those that are needed.
    pub fn keep(&self, url: &Url, chain: &Arc<Chain>) {
        let kept = Arc::clone(chain);
        self.known.lock().insert(url.as_str().to_owned(), kept);
    }
}

/// The address of a certificate, if it is one of PayPal: https, the usual port, a host of paypal.com.
pub fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let is_paypal = host == "paypal.com" || host.ends_with(".paypal.com");
    let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    (url.scheme() == "https" && is_paypal && plain).then_some(url)
}

/// The common name in a subject: the content of a DER sequence of sets of pairs of an object identifier and a text (X.501).
fn common_name(subject: &[u8]) -> Option<&str> {
    const SEQUENCE: u8 = 0x30;
    const SET: u8 = 0x31;
    const IDENTIFIER: u8 = 0x06;
    /// id-at-commonName, 2.5.4.3.
    const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    let mut rest = subject;
    let mut found = None;
    while !rest.is_empty() {
        let (tag, set, after) = element(rest)?;
        rest = after;
        let (inner, pair, _) = element(set)?;
        let (first, identifier, value) = element(pair)?;
        if (tag, inner, first) != (SET, SEQUENCE, IDENTIFIER) {
            return None;
        }
        if identifier == COMMON_NAME {
            let (_, text, _) = element(value)?;
            // With two of them, it is unclear which one counts.
            if found.replace(std::str::from_utf8(text).ok()?).is_some() {
                return None;
            }
        }
    }
    found
}

/// The first element of DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => {
            let (&length, rest) = rest.split_first()?;
            (usize::from(length), rest)
        }
        // Names are short.
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_fetched_from_paypal_alone() {
        for good in [
            "https://api.paypal.com/v1/notifications/certs/CERT-1",
            "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
            "https://paypal.com/cert",
        ] {
            assert!(address(good).is_some(), "{good}");
        }
        for bad in [
            "http://api.paypal.com/v1/notifications/certs/CERT-1",
            "https://api.paypal.com.example/cert",
            "https://notpaypal.com/cert",
            "https://api.paypal.com@example.com/cert",
            "https://user@api.paypal.com/cert",
            "https://api.paypal.com:8443/cert",
            "https://127.0.0.1/paypal.com",
            "file:///etc/paypal.com",
            "api.paypal.com",
        ] {
            assert!(address(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_common_name_is_below_paypals_domain() {
        let trust = Trust::paypal();
        assert!(trust.covers("messageverificationcerts.paypal.com"));
        for other in ["paypal.com", "notpaypal.com", "paypal.com.example", ""] {
            assert!(!trust.covers(other), "{other}");
        }
    }

    /// A subject with these pairs of the last byte of an identifier and a text.
    fn subject(pairs: &[(u8, &str)]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
        let sets = pairs.iter().map(|(kind, text)| {
            let identifier = wrap(0x06, &[0x55, 0x04, *kind]);
            let pair = [identifier, wrap(0x0c, text.as_bytes())].concat();
            wrap(0x31, &wrap(0x30, &pair))
        });
        sets.collect::<Vec<_>>().concat()
    }

    #[test]
    fn the_common_name_is_found_and_never_guessed() {
        let name = "messageverificationcerts.paypal.com";
        let found = subject(&[(6, "US"), (10, "PayPal, Inc."), (3, name)]);
        assert_eq!(common_name(&found), Some(name));
        assert_eq!(common_name(&subject(&[(10, name)])), None);
        assert_eq!(common_name(&subject(&[(3, name), (3, "example")])), None);
        // Cut anywhere, it has no name, or the whole one.
        for length in 0..found.len() {
            let cut = common_name(&found[..length]);
            assert!(cut.is_none(), "{length}: {cut:?}");
        }
        assert_eq!(common_name(&[0x31, 0x82, 0xff, 0xff]), None);
    }
}
