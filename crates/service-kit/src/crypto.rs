//! Cryptography with ring only: the provider for jsonwebtoken (EdDSA and HS256, nothing else), Ed25519 keys and their JWKs.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result, new_error},
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, KeyAlgorithm, OctetKeyPairParameters,
        PublicKeyUse, ThumbprintHash,
    },
    signature::{self, Signer, Verifier},
};
use ring::{
    digest, hmac,
    rand::{SecureRandom as _, SystemRandom},
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use serde::Serialize;

use crate::AppError;

pub use jsonwebtoken::jwk::{Jwk, JwkSet};

/// The fixed start of a PKCS#8 v1 document of an Ed25519 key (RFC 8410); the 32-byte seed follows.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Makes ring the provider of jsonwebtoken and of rustls. Can be called repeatedly.
pub fn install() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        // An error means that a provider is installed already.
        let _ = PROVIDER.install_default();
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => EdSigner::new(key).map(|signer| Box::new(signer) as Box<dyn JwtSigner>),
        Algorithm::HS256 => HmacKey::new(key.family(), key.as_bytes())
            .map(|signer| Box::new(signer) as Box<dyn JwtSigner>),
        _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => {
            EdVerifier::new(key).map(|verifier| Box::new(verifier) as Box<dyn JwtVerifier>)
        }
        Algorithm::HS256 => HmacKey::new(key.family(), key.try_get_as_bytes()?)
            .map(|verifier| Box::new(verifier) as Box<dyn JwtVerifier>),
        _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    },
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        rsa_pub_components_from_public_key: |_| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        ec_pub_components_from_private_key: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        ed_pub_components_from_private_key: |der, curve| match curve {
            EllipticCurve::Ed25519 => Ok(key_pair(der)?.public_key().as_ref().to_vec()),
            _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        },
        compute_digest: |data, hash| match hash {
            ThumbprintHash::SHA256 => Ok(digest::digest(&digest::SHA256, data).as_ref().to_vec()),
            _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        },
    },
};

fn key_pair(der: &[u8]) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
        .map_err(|_| new_error(ErrorKind::InvalidEddsaKey))
}

struct EdSigner(Ed25519KeyPair);

impl EdSigner {
    fn new(key: &EncodingKey) -> Result<Self> {
        if key.family() != AlgorithmFamily::Ed {
            return Err(new_error(ErrorKind::InvalidKeyFormat));
        }
        key_pair(key.as_bytes()).map(Self)
    }
}

impl Signer<Vec<u8>> for EdSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for EdSigner {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct EdVerifier(UnparsedPublicKey<Vec<u8>>);

impl EdVerifier {
    fn new(key: &DecodingKey) -> Result<Self> {
        if key.family() != AlgorithmFamily::Ed {
            return Err(new_error(ErrorKind::InvalidKeyFormat));
        }
        let public = key.try_get_as_bytes()?.to_vec();
        Ok(Self(UnparsedPublicKey::new(&ED25519, public)))
    }
}

impl Verifier<Vec<u8>> for EdVerifier {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), signature::Error> {
        self.0
            .verify(message, signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for EdVerifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct HmacKey(hmac::Key);

impl HmacKey {
    fn new(family: AlgorithmFamily, secret: &[u8]) -> Result<Self> {
        if family != AlgorithmFamily::Hmac {
            return Err(new_error(ErrorKind::InvalidKeyFormat));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }
}

impl Signer<Vec<u8>> for HmacKey {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl JwtSigner for HmacKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for HmacKey {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), signature::Error> {
        // Constant-time.
        hmac::verify(&self.0, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for HmacKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> std::result::Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| AppError::internal("the system gives no random numbers"))?;
    Ok(bytes)
}

/// An Ed25519 key that signs access tokens. `Debug` shows only its id.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: Vec<u8>,
    public: String,
    kid: String,
}

impl SigningKey {
    pub fn generate() -> std::result::Result<Self, AppError> {
        let seed = random::<32>()?;
        let mut pkcs8 = PKCS8_PREFIX.to_vec();
        pkcs8.extend_from_slice(&seed);
        Self::from_pkcs8(&pkcs8)
    }

    /// Takes the 48-byte PKCS#8 v1 form that [`SigningKey::pkcs8`] returns.
    pub fn from_pkcs8(pkcs8: &[u8]) -> std::result::Result<Self, AppError> {
        if pkcs8.len() != 48 || !pkcs8.starts_with(&PKCS8_PREFIX) {
            return Err(AppError::internal(
                "the signing key is not an Ed25519 key in the 48-byte PKCS#8 v1 form",
            ));
        }
        let pair = key_pair(pkcs8).map_err(AppError::internal)?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        let kid = thumbprint(&public).map_err(AppError::internal)?;
        Ok(Self {
            pkcs8: pkcs8.to_vec(),
            public,
            kid,
        })
    }

    /// The secret form, to be stored encrypted or in a file that only the service can read.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// RFC 7638 thumbprint of the public key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half in base64url, which is the `x` of its JWK.
    pub fn public(&self) -> &str {
        &self.public
    }

    pub fn jwk(&self) -> Jwk {
        jwk(&self.public, &self.kid)
    }

    /// A signed JWT with this key's id in the header.
    pub fn sign<C: Serialize>(&self, claims: &C) -> std::result::Result<String, AppError> {
        install();
        let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        let key = EncodingKey::from_ed_der(&self.pkcs8);
        jsonwebtoken::encode(&header, claims, &key).map_err(AppError::internal)
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The JWK (RFC 8037) of a public key in base64url.
pub fn jwk(public: &str, kid: &str) -> Jwk {
    Jwk {
        common: CommonParameters {
            public_key_use: Some(PublicKeyUse::Signature),
            key_algorithm: Some(KeyAlgorithm::EdDSA),
            key_id: Some(kid.to_owned()),
            ..CommonParameters::default()
        },
        algorithm: AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
            curve: EllipticCurve::Ed25519,
            x: public.to_owned(),
            ..OctetKeyPairParameters::default()
        }),
    }
}

/// The public keys of the signing keys (RFC 7517).
pub fn key_set<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> JwkSet {
    JwkSet {
        keys: keys.into_iter().map(SigningKey::jwk).collect(),
    }
}

fn thumbprint(public: &str) -> Result<String> {
    install();
    jwk(public, "").thumbprint(ThumbprintHash::SHA256)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        // From RFC 8037, appendix A.3.
        assert_eq!(
            thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn a_stored_key_is_the_same_key() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_pkcs8(key.pkcs8()).unwrap();
        assert_eq!(key.kid(), again.kid());
        assert!(SigningKey::from_pkcs8(&key.pkcs8()[1..]).is_err());
        assert!(!format!("{key:?}").contains("pkcs8"));
    }

    #[test]
    fn other_algorithms_are_not_offered() {
        install();
        let key = EncodingKey::from_secret(&[7; 64]);
        let header = jsonwebtoken::Header::new(Algorithm::HS512);
        assert!(jsonwebtoken::encode(&header, &json!({}), &key).is_err());
    }
}
