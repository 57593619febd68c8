//! The key that signs links to files: random, and the same for all replicas and after every start.

use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::SecretString;
use waybill_file_store::LinkSigner;
use waybill_primitives::Timestamp;
use waybill_service_kit::{AppError, Deps};
use waybill_store::{Db, EventContext, StoreError, transact};

use crate::{
    base::store::insert,
    fulfilment::files::store::{self, LinkKey},
};

/// Bytes of randomness.
const BYTES: usize = 32;

/// The signer of links. The first start of a database creates its key.
pub async fn signer(deps: &Deps) -> Result<LinkSigner, AppError> {
    let secret = secret(&deps.db, deps.clock.now()).await?;
    let signer = LinkSigner::new(&secret);
    if !deps.environment.is_production() {
        return Ok(signer);
    }
    // Version 0.1 derived its key from the service key, which production keeps secret: its links are valid until they expire, and
    // while its replicas are replaced.
    let before = deps.service_tokens.secret_for("links to files");
    Ok(signer.accepting(&before))
}

async fn secret(db: &Db, now: Timestamp) -> Result<SecretString, AppError> {
    if let Some(key) = store::link_key(db.reader()).await? {
        return Ok(key.secret.into());
    }
    let mut bytes = [0_u8; BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| AppError::internal("the system gives no random numbers"))?;
    let key = LinkKey {
        id: store::THE_LINK_KEY,
        secret: hex::encode(bytes),
        created_at: now,
    };
    let written = transact!(db, EventContext::default(), async |tx| {
        insert(tx, &key).await?;
        Ok::<_, StoreError>(())
    });
    match written.await {
        Ok(()) => Ok(key.secret.into()),
        // Another starting replica has written it.
        Err(error) if error.is_unique() => {
            db.flush().await;
            let found = store::link_key(db.reader()).await?;
            let found =
                found.ok_or_else(|| AppError::unavailable("there is no key of links yet"))?;
            Ok(found.secret.into())
        }
        Err(error) => Err(error.into()),
    }
}
