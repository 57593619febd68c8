//! Use cases of the settings: reading and changing them, and refreshing every replica's copy.

use std::sync::Arc;

use futures::future::BoxFuture;
use waybill_primitives::{Clock, Currency, Role, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Db, EventContext, StoreError, Tx, transact};

use super::{
    current::CurrentSettings,
    domain::{SettingsPatch, ShopSettings},
    events, store,
};
use crate::{
    base::{
        audit::{self, Act},
        store::insert,
    },
    config,
};

/// Whether a table contains prices in the shop's currency. The slices with prices are above this one, so the service registers their
/// checks.
pub type HasPrices = for<'a> fn(&'a Tx) -> BoxFuture<'a, Result<bool, StoreError>>;

/// The shop's settings.
#[derive(Debug, Clone)]
pub struct Shop {
    db: Db,
    clock: Arc<dyn Clock>,
    current: Arc<CurrentSettings>,
    priced: &'static [HasPrices],
}

/// The settings of the database; in a new shop, those of the process, which are written with their event.
pub async fn open(
    db: &Db,
    currency: Currency,
    settings: &config::Settings,
    now: Timestamp,
) -> Result<ShopSettings, AppError> {
    if let Some(found) = store::find(db.reader()).await? {
        return Ok(found);
    }
    let initial = ShopSettings {
        shop_name: settings.shop_name.clone(),
        commission_basis_points: settings.commission_basis_points.into(),
        max_file_bytes: i64::try_from(settings.max_file_size).unwrap_or(i64::MAX),
        allowed_file_types: settings.allowed_file_types.clone(),
        updated_at: now,
        ..ShopSettings::initial(currency, settings.order_expiry)
    };
    let written = transact!(db, EventContext::default(), async |tx| {
        insert(tx, &initial).await?;
        events::settings_changed(tx, &initial, None);
        Ok::<_, StoreError>(())
    });
    match written.await {
        Ok(()) => Ok(initial),
        // Another starting replica has written them.
        Err(error) if error.is_unique() => {
            db.flush().await;
            let found = store::find(db.reader()).await?;
            found.ok_or_else(|| AppError::unavailable("the shop's settings do not exist yet"))
        }
        Err(error) => Err(error.into()),
    }
}

impl Shop {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        current: Arc<CurrentSettings>,
        priced: &'static [HasPrices],
    ) -> Self {
        Self {
            db,
            clock,
            current,
            priced,
        }
    }

    /// The current settings of the database.
    pub async fn get(&self) -> Result<Arc<ShopSettings>, AppError> {
        self.refresh().await?;
        Ok(self.current.get())
    }

    /// Applies the patch. In effect in this process when it returns, in others within a second. Existing orders, carts and payments are
    /// not affected: a new expiry applies to orders placed from now on.
    pub async fn update(
        &self,
        ctx: &CallContext,
        patch: &SettingsPatch,
        version: Option<i64>,
    ) -> Result<Arc<ShopSettings>, AppError> {
        ctx.require(&[Role::Admin])?;
        let db = &self.db;
        let settings = transact!(db, ctx, async |tx| self
            .write(tx, ctx, patch, version)
            .await)
        .await?;
        self.current.set(settings);
        Ok(self.current.get())
    }

    async fn write(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        patch: &SettingsPatch,
        version: Option<i64>,
    ) -> Result<ShopSettings, AppError> {
        let before = store::find_locked(tx).await?;
        let before = before.ok_or_else(|| AppError::internal("the shop has no settings"))?;
        if version.is_some_and(|version| version != before.version) {
            return Err(AppError::version_conflict(before.version));
        }
        let Some(after) = before.patched(patch, self.clock.now())? else {
            return Ok(before);
        };
        if after.currency != before.currency && self.has_prices(tx).await? {
            return Err(AppError::conflict(
                ErrorCode::Conflict,
                format!(
                    "the shop has products or orders in {}; its currency cannot change any more",
                    before.currency
                ),
            )
            .with_field(
                "currency",
                "can only change while there are neither products nor orders",
            ));
        }
        if !store::update(tx, &after).await? {
            return Err(AppError::unavailable(
                "the settings were changed concurrently; try again",
            ));
        }
        events::settings_changed(tx, &after, Some(&before));
        let (was, is) = before.differences(&after);
        let act = Act {
            action: "settings.update",
            target_kind: "settings",
            target_id: "shop".to_owned(),
            before: Some(was),
            after: Some(is),
        };
        audit::record(tx, ctx, act);
        Ok(after)
    }

    /// Whether any price exists.
    async fn has_prices(&self, tx: &Tx) -> Result<bool, StoreError> {
        for has_prices in self.priced {
            if has_prices(tx).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reloads settings changed by another replica.
    pub async fn refresh(&self) -> Result<(), AppError> {
        let known = self.current.get().version;
        if let Some(settings) = store::newer(self.db.reader(), known).await? {
            tracing::info!(version = settings.version, "the shop's settings changed");
            self.current.set(settings);
        }
        Ok(())
    }
}
