//! The token of a guest's cart: 256 random bits, stored as a hash.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use waybill_service_kit::{AppError, crypto};

/// Bytes of randomness.
const BYTES: usize = 32;

/// The secret token of a guest's cart. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct CartToken(String);

impl std::fmt::Debug for CartToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CartToken(…)")
    }
}

impl CartToken {
    pub fn new() -> Result<Self, AppError> {
        let bytes = crypto::random::<BYTES>()?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// None for text that cannot be a token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == BYTES).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stored hash. A fast hash is sufficient for 256 random bits.
    pub fn hash(&self) -> String {
        hex::encode(digest::digest(&digest::SHA256, self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_form_and_kept_as_a_hash() {
        let token = CartToken::new().unwrap();
        let again = CartToken::parse(token.as_str()).unwrap();
        assert_eq!(again.hash(), token.hash());
        assert!(!token.hash().contains(token.as_str()));
        assert_eq!(format!("{token:?}"), "CartToken(…)");
        assert_ne!(CartToken::new().unwrap(), token);
        for bad in ["", "guess", "%", &"A".repeat(44), &"A".repeat(4_000)] {
            assert_eq!(CartToken::parse(bad), None, "{bad}");
        }
    }
}
