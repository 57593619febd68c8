//! Use cases of files: adding, listing, reading, linking, deleting.

mod deletion;
pub mod links;
mod pictures;
mod reading;
mod removal;
mod upload;

use std::sync::Arc;

use waybill_file_store::LinkSigner;
use waybill_primitives::{FileId, OrderId};
use waybill_service_kit::{AppError, CallContext, Caller, ErrorCode};

use super::{
    domain::{FileRefused, Purpose, StoredFile, visible},
    storage::Storage,
    store,
};
use crate::{
    orders::{
        app::{actor, viewer},
        domain::{Order, Person},
        store as orders,
    },
    shop::{
        app_context::{AppContext, Page, PageQuery},
        stock::domain::Offer,
    },
};

pub use reading::{Body, Link, ReadRequest};
pub use upload::{Late, Target};

/// Files of orders, and pictures of products.
#[derive(Debug, Clone)]
pub struct Files {
    context: Arc<AppContext>,
    storage: Storage,
    links: LinkSigner,
}

/// The current product of a picture, for the answer.
pub type ProductNow = Option<Offer>;

impl From<FileRefused> for AppError {
    fn from(refused: FileRefused) -> Self {
        let message = refused.to_string();
        match refused {
            FileRefused::NotYours(_) => Self::forbidden(message),
            FileRefused::Closed(_) => Self::conflict(ErrorCode::OrderOver, message),
        }
    }
}

impl Files {
    pub fn new(context: Arc<AppContext>, storage: Storage, links: LinkSigner) -> Self {
        Self {
            context,
            storage,
            links,
        }
    }

    /// An order that the caller may read, with their roles in it; without roles for another service.
    async fn order(
        &self,
        ctx: &CallContext,
        id: OrderId,
    ) -> Result<(Order, Option<Person>), AppError> {
        let viewer = viewer(ctx)?;
        let found = orders::find(self.context.db.reader(), viewer, id).await?;
        let order = found.ok_or_else(|| AppError::not_found("order"))?;
        Ok((order, actor(ctx)))
    }

    /// A file that the caller may read. Pictures of products are public.
    async fn file(&self, ctx: &CallContext, id: FileId) -> Result<StoredFile, AppError> {
        let found = store::find(self.context.db.reader(), id).await?;
        let missing = || AppError::not_found("file");
        let order_id = match &found {
            Some(file) if file.order_id.is_none() => return Ok(file.clone()),
            Some(file) => file.order_id,
            None => None,
        };
        // Callers without a token may not learn whether a file of an order exists.
        viewer(ctx)?;
        let (file, order_id) = found.zip(order_id).ok_or_else(missing)?;
        let (order, person) = self.order(ctx, order_id).await.map_err(|error| {
            if error.is(waybill_service_kit::ErrorCode::NotFound) {
                missing()
            } else {
                error
            }
        })?;
        let seen = match person {
            Some(person) => visible(&order, &person).contains(&file.purpose),
            None => matches!(ctx.caller, Caller::Service(_)),
        };
        seen.then_some(file).ok_or_else(missing)
    }

    pub async fn get(&self, ctx: &CallContext, id: FileId) -> Result<StoredFile, AppError> {
        self.file(ctx, id).await
    }

    /// The files of an order that the caller may read, newest first; filtered by purposes if given.
    pub async fn list(
        &self,
        ctx: &CallContext,
        id: OrderId,
        filter: &[Purpose],
        query: &PageQuery,
    ) -> Result<Page<StoredFile>, AppError> {
        let (order, person) = self.order(ctx, id).await?;
        let mut purposes = match &person {
            Some(person) => visible(&order, person),
            None => Purpose::ALL.to_vec(),
        };
        purposes.retain(|seen| filter.is_empty() || filter.contains(seen));
        if purposes.is_empty() {
            return Ok(Page::empty(query));
        }
        Ok(store::list(self.context.db.reader(), id, &purposes, query).await?)
    }
}

/// A file in an audit record.
fn described(file: &StoredFile) -> serde_json::Value {
    serde_json::json!({
        "orderId": file.order_id,
        "productId": file.product_id,
        "purpose": file.purpose.as_str(),
        "name": file.name,
        "contentType": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
    })
}
