//! Rows of those who get payouts.

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use waybill_primitives::{Timestamp, UserId};
use waybill_store::{
    Existing, StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

pub use crate::entity::payee::{Column, Model as Payee, OWNER};
use crate::entity::{payee::Entity, payment::Provider};

/// Longest name, in characters.
const MAX_NAME: usize = 201;

/// A worker has earned something, under this name.
pub fn note(tx: &Tx, worker: UserId, name: &str, now: Timestamp) {
    let row = Payee {
        name: name.trim().chars().take(MAX_NAME).collect(),
        ..unknown(worker, now)
    };
    let existing = if row.name.is_empty() {
        Existing::Kept
    } else {
        Existing::Replaced(vec![Column::Name])
    };
    tx.defer_upsert([row], existing);
}

/// Somebody without a name or an account.
pub fn unknown(id: UserId, now: Timestamp) -> Payee {
    Payee {
        id,
        name: String::new(),
        method: None,
        recipient: None,
        version: 0,
        updated_at: now,
    }
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Payee>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Reads and locks these payees, in the order of their ids: payouts of somebody are created one after the other.
pub async fn locked(
    tx: &Tx,
    ids: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Payee>, StoreError> {
    let rows = Entity::find()
        .filter(one_of(Column::Id, ids))
        .order_by_asc(Column::Id)
        .lock_exclusive();
    let rows = rows.all(tx.conn()).await?.into_iter();
    Ok(rows.map(|payee| (payee.id, payee)).collect())
}

/// Writes the account of a payee, whose row may not exist yet.
pub fn defer_account(tx: &Tx, payee: Payee) {
    let account = vec![
        Column::Method,
        Column::Recipient,
        Column::Version,
        Column::UpdatedAt,
    ];
    tx.defer_upsert([payee], Existing::Replaced(account));
}

/// The owner first, then workers by the time of their registration (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    query: &PageQuery,
) -> Result<Page<Payee>, PageError> {
    page::fetch(
        connection,
        Entity::find(),
        Keyset::asc("payees", Column::Id),
        query,
    )
    .await
}

impl Payee {
    /// Who pays them, if they have chosen that.
    pub fn account(&self) -> Option<(Provider, Option<String>)> {
        Some((self.method?, self.recipient.clone()))
    }
}
