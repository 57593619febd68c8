//! Devices that signed in to an account before, after OWASP's "Device Cookies": a device keeps a token that only this service can
//! make, so that wrong passwords from elsewhere do not slow down its user.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use waybill_primitives::Timestamp;
use waybill_service_kit::{AppError, crypto};

/// A device that has not signed in for this long is a stranger.
pub const LIFETIME: Duration = Duration::from_hours(365 * 24);
/// Random bytes of a token.
const ID: usize = 16;
/// The time of its sign-in, in seconds since the epoch.
const TIME: usize = 8;

/// Makes and checks the tokens.
pub struct Devices(hmac::Key);

impl Devices {
    pub fn new(secret: &SecretString) -> Self {
        let secret = secret.expose_secret().as_bytes();
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// A token for a device that signs in to the account of `email` now. A change of password makes it worthless.
    pub fn issue(
        &self,
        email: &str,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let mut token = crypto::random::<ID>()?.to_vec();
        token.extend(now.secs().to_be_bytes());
        let tag = hmac::sign(&self.0, &signed(&token, email, password_hash));
        token.extend(tag.as_ref());
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// The id of the device, if the token is one of this account with this password, and not too old.
    pub fn known(
        &self,
        email: &str,
        password_hash: &str,
        token: &str,
        now: Timestamp,
    ) -> Option<[u8; ID]> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (claim, tag) = token.split_at_checked(ID + TIME)?;
        hmac::verify(&self.0, &signed(claim, email, password_hash), tag).ok()?;
        let (id, issued) = claim.split_at(ID);
        let issued = i64::from_be_bytes(issued.try_into().ok()?);
        let fresh = now.since(Timestamp::from_secs(issued)) < LIFETIME;
        id.try_into().ok().filter(|_| fresh)
    }
}

/// The claim has one length, and neither of the texts contains a line break.
fn signed(claim: &[u8], email: &str, password_hash: &str) -> Vec<u8> {
    [claim, email.as_bytes(), b"\n", password_hash.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_to_its_account_for_a_year() {
        let devices = Devices::new(&"a secret".into());
        let (ada, hash) = ("ada@example.com", "$argon2id$one");
        let now = Timestamp::now();
        let token = devices.issue(ada, hash, now).unwrap();
        let id = devices.known(ada, hash, &token, now);
        assert!(id.is_some());
        let later = |time| devices.known(ada, hash, &token, now.plus(time));
        assert_eq!((later(LIFETIME / 2), later(LIFETIME)), (id, None));
        assert_eq!(devices.known("bob@example.com", hash, &token, now), None);
        assert_eq!(devices.known(ada, "$argon2id$two", &token, now), None);
        let forger = Devices::new(&"another secret".into());
        assert_eq!(forger.known(ada, hash, &token, now), None);
        for bad in ["", "x", &token[1..], &token[..32]] {
            assert_eq!(devices.known(ada, hash, bad, now), None, "{bad}");
        }
        assert_ne!(devices.issue(ada, hash, now).unwrap(), token);
    }
}
