//! Deleting a file: its row at once, its objects right after, even if the process dies in between.

use waybill_primitives::{FileId, OrderId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Tx, transact};

use super::{Files, ProductNow, described};
use crate::{
    base::audit::{self, Act},
    fulfilment::files::{
        domain::{StoredFile, may_delete},
        events, store,
    },
    orders::{
        app::{actor, viewer},
        store as orders,
    },
};

impl Files {
    /// A file may be deleted by its uploader while the order is open, by administrators always.
    pub async fn delete(&self, ctx: &CallContext, id: FileId) -> Result<ProductNow, AppError> {
        ctx.user()?;
        let file = self.file(ctx, id).await?;
        if let Some(product) = file.product_id {
            let product = self.remove_picture(ctx, product, &file).await?;
            return Ok(Some(product));
        }
        let order = file.order_id.ok_or_else(|| AppError::not_found("file"))?;
        let db = &self.context.db;
        transact!(db, ctx, async |tx| self
            .delete_in(tx, ctx, order, &file)
            .await)
        .await?;
        self.storage.removals.notify_one();
        Ok(None)
    }

    async fn delete_in(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        order_id: OrderId,
        file: &StoredFile,
    ) -> Result<(), AppError> {
        let missing = || AppError::not_found("file");
        let found = orders::find_locked(tx, viewer(ctx)?, order_id).await?;
        let order = found.ok_or_else(missing)?;
        let person = actor(ctx).ok_or_else(missing)?;
        may_delete(&order, &person, file.uploader_id)?;
        if !store::delete(tx, file.id).await? {
            return Err(missing());
        }
        store::remove_at(tx, &file.keys(), self.context.now()).await?;
        events::file_deleted(tx, file, Some(&order));
        if ctx.user()?.is_admin() {
            let act = Act {
                action: "file.delete",
                target_kind: "file",
                target_id: file.id.to_string(),
                before: Some(described(file)),
                after: None,
            };
            audit::record(tx, ctx, act);
        }
        Ok(())
    }
}
