//! The keys that sign access tokens: one signs, all that are not retired are published.
//!
//! The newest generation in the table signs, unless a key is configured: then that one does, and only its public half is in the
//! table, so that keys that signed before it are still published too.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use waybill_primitives::{Clock, Timestamp};
use waybill_service_kit::{
    AppError, ErrorCode,
    crypto::{self, JwkSet, SigningKey},
};
use waybill_store::{Db, EventContext, StoreError, rows, transact};

use crate::{
    error::Error,
    store::keys::{self, StoredKey},
};

/// How often a start that loses the race for a generation retries.
const ATTEMPTS: u32 = 10;

/// The keys of this replica. Clones share them.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    configured: Option<SigningKey>,
    /// How long a superseded key is published: longer than any token that it signed is valid.
    keep: Duration,
    current: parking_lot::RwLock<Current>,
}

struct Current {
    signer: SigningKey,
    jwks: JwkSet,
}

impl Keys {
    /// Loads the keys, and creates the first one if there is none. Replicas that start at the same time get the same key.
    pub async fn open(
        db: Db,
        clock: Arc<dyn Clock>,
        configured: Option<SigningKey>,
        keep: Duration,
    ) -> Result<Self, Error> {
        let mut signer = None;
        for _ in 0..ATTEMPTS {
            let published = keys::published(db.reader()).await?;
            signer = choose(configured.as_ref(), &published)?;
            if signer.is_some() {
                break;
            }
            let key = match &configured {
                Some(key) => key.clone(),
                None => SigningKey::generate()?,
            };
            match put_in_front(&db, &key, configured.is_none(), clock.now()).await {
                Ok(()) => {}
                Err(Error::Store(StoreError::Unique { .. })) => db.flush().await,
                Err(error) => return Err(error),
            }
        }
        let signer = signer.ok_or_else(|| {
            AppError::unavailable("the signing keys keep changing; start the service again")
        })?;
        let jwks = crypto::key_set([&signer]);
        let keys = Self(Arc::new(Inner {
            db,
            clock,
            configured,
            keep,
            current: parking_lot::RwLock::new(Current { signer, jwks }),
        }));
        keys.reload().await?;
        Ok(keys)
    }

    /// The key that signs now.
    pub fn signer(&self) -> SigningKey {
        self.0.current.read().signer.clone()
    }

    /// The public keys as JSON (RFC 7517): the current contents of the table, or the last known ones if it cannot be read.
    pub async fn jwks(&self) -> String {
        if let Err(error) = self.reload().await {
            let error = AppError::from(error);
            tracing::warn!(%error, "the signing keys could not be read; publishing those known before");
        }
        // Texts, numbers and lists, which always serialise.
        serde_json::to_string(&self.0.current.read().jwks).unwrap_or_default()
    }

    /// Loads the changes of other replicas.
    pub async fn reload(&self) -> Result<(), Error> {
        let published = keys::published(self.0.db.reader()).await?;
        let chosen = choose(self.0.configured.as_ref(), &published)?;
        let mut current = self.0.current.write();
        if let Some(signer) = chosen {
            current.signer = signer;
        }
        let public = |stored: &StoredKey| crypto::jwk(&stored.public_key, &stored.kid);
        let mut jwks = JwkSet {
            keys: published.iter().map(public).collect(),
        };
        if jwks.find(current.signer.kid()).is_none() {
            jwks.keys.push(current.signer.jwk());
        }
        current.jwks = jwks;
        Ok(())
    }

    /// Creates a new key that signs from now on; the others still verify until they are retired. Refused if the key is
    /// configured: then a new one is rolled out by changing the setting.
    pub async fn rotate(&self) -> Result<String, Error> {
        if self.0.configured.is_some() {
            let message =
                "the signing key comes from WAYBILL_AUTH_SIGNING_KEY; change it there and restart";
            return Err(AppError::conflict(ErrorCode::Conflict, message).into());
        }
        let key = SigningKey::generate()?;
        put_in_front(&self.0.db, &key, true, self.0.clock.now()).await?;
        self.reload().await?;
        tracing::info!(kid = key.kid(), "a new key signs access tokens");
        Ok(key.kid().to_owned())
    }

    /// Retires keys whose successor has been signing for longer than tokens are valid.
    pub async fn retire_superseded(&self) -> Result<(), Error> {
        let published = keys::published(self.0.db.reader()).await?;
        let signer = self.signer();
        let now = self.0.clock.now();
        for pair in published.windows(2) {
            let [successor, key] = pair else { continue };
            if key.kid == signer.kid() || now.since(successor.created_at) < self.0.keep {
                continue;
            }
            let tx = self.0.db.begin(&EventContext::default()).await?;
            keys::retire(tx.conn(), &key.kid, now).await?;
            tx.commit().await?;
            tracing::info!(kid = key.kid, "a key that no longer signs was retired");
        }
        self.reload().await
    }
}

/// The key that should sign; none if it is not in the table.
fn choose(
    configured: Option<&SigningKey>,
    published: &[StoredKey],
) -> Result<Option<SigningKey>, Error> {
    if let Some(key) = configured {
        let present = published.iter().any(|stored| stored.kid == key.kid());
        return Ok(present.then(|| key.clone()));
    }
    published
        .iter()
        .find_map(|stored| stored.private_key.as_deref())
        .map(|text| {
            let pkcs8 = STANDARD.decode(text).map_err(AppError::internal)?;
            Ok(SigningKey::from_pkcs8(&pkcs8)?)
        })
        .transpose()
}

/// Gives `key` the next generation. [`StoreError::Unique`] if another replica took that generation concurrently.
async fn put_in_front(
    db: &Db,
    key: &SigningKey,
    with_private: bool,
    at: Timestamp,
) -> Result<(), Error> {
    transact!(db, EventContext::default(), async |tx| {
        let generation = keys::last_generation(tx.conn()).await? + 1;
        if !keys::bring_forward(tx.conn(), key.kid(), generation, at).await? {
            let stored = StoredKey {
                kid: key.kid().to_owned(),
                generation,
                public_key: key.public().to_owned(),
                private_key: with_private.then(|| STANDARD.encode(key.pkcs8())),
                created_at: at,
                retired_at: None,
            };
            rows::insert(tx.conn(), stored).await?;
        }
        Ok(())
    })
    .await
}

/// Parses a configured key: PKCS#8 as PEM (`openssl genpkey -algorithm ed25519`) or only its base64.
pub fn parse_configured(text: &SecretString) -> Result<SigningKey, AppError> {
    let base64: String = text
        .expose_secret()
        .lines()
        .filter(|line| !line.trim_start().starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    let advice = "WAYBILL_AUTH_SIGNING_KEY must be an Ed25519 key in PKCS#8, as PEM or base64; \
                  make one with `openssl genpkey -algorithm ed25519`";
    STANDARD
        .decode(base64)
        .ok()
        .and_then(|pkcs8| SigningKey::from_pkcs8(&pkcs8).ok())
        .ok_or_else(|| AppError::invalid_field("WAYBILL_AUTH_SIGNING_KEY", advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_pem_and_from_base64() {
        let key = SigningKey::generate().unwrap();
        let base64 = STANDARD.encode(key.pkcs8());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        for text in [base64.clone(), pem, format!(" {base64}\n")] {
            let read = parse_configured(&SecretString::from(text)).unwrap();
            assert_eq!(read.kid(), key.kid());
        }
        for bad in ["", "secret", &base64[..40]] {
            assert!(
                parse_configured(&SecretString::from(bad.to_owned())).is_err(),
                "{bad}"
            );
        }
    }
}
