//! The operator's commands on accounts.

use anyhow::{Context as _, Result};
use secrecy::SecretString;

use crate::databases::DatabaseLocation;

/// Makes an account an administrator; see [`waybill_auth::promote`].
pub async fn promote(
    location: &DatabaseLocation,
    email: &str,
    password: Option<&SecretString>,
) -> Result<()> {
    let db = location.connect(waybill_auth::NAME, 1).await?;
    let promoted = waybill_auth::promote(&db, email, password).await;
    db.close().await;
    promoted.with_context(|| format!("{email} is as it was"))?;
    Ok(())
}
