//! The key that signs links to files: random, and the same for all replicas and after every start.

use std::time::Duration;

use waybill_file_store::LinkSigner;
use waybill_primitives::Timestamp;
use waybill_service_kit::{AppError, Deps, crypto};
use waybill_store::{Db, EventContext, StoreError, transact};

use crate::{
    base::store::insert,
    fulfilment::files::{
        domain::MAX_LINK_SECONDS,
        store::{self, LinkKey},
    },
};

/// Bytes of randomness.
const BYTES: usize = 32;

/// The signer of links. The first start of a database creates its key.
pub async fn signer(deps: &Deps) -> Result<LinkSigner, AppError> {
    let key = key(&deps.db, deps.clock.now()).await?;
    let signer = LinkSigner::new(&key.secret.into());
    if !deps.environment.is_production() {
        return Ok(signer);
    }
    // Version 0.1 derived its key from the service key, which production keeps secret: its links stay valid until they expire, and
    // no longer, or whoever learns the service key could make links.
    let before = deps.service_tokens.secret_for("links to files");
    let longest = Duration::from_secs(MAX_LINK_SECONDS.unsigned_abs());
    Ok(signer.accepting(&before, key.created_at.plus(longest)))
}

async fn key(db: &Db, now: Timestamp) -> Result<LinkKey, AppError> {
    if let Some(key) = store::link_key(db.reader()).await? {
        return Ok(key);
    }
    let key = LinkKey {
        id: store::THE_LINK_KEY,
        secret: hex::encode(crypto::random::<BYTES>()?),
        created_at: now,
    };
    let written = transact!(db, EventContext::default(), async |tx| {
        insert(tx, &key).await?;
        Ok::<_, StoreError>(())
    });
    match written.await {
        Ok(()) => Ok(key),
        // Another starting replica has written it.
        Err(error) if error.is_unique() => {
            db.flush().await;
            let found = store::link_key(db.reader()).await?;
            found.ok_or_else(|| AppError::unavailable("there is no key of links yet"))
        }
        Err(error) => Err(error.into()),
    }
}
