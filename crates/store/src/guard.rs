//! Calls a handler: a panic in it becomes an error like any other.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt as _;
use waybill_bus::Envelope;

use crate::{EventHandler, HandlerError, Tx};

pub(crate) async fn apply(
    handler: &Arc<dyn EventHandler>,
    tx: &Tx,
    event: &Envelope,
) -> Result<(), HandlerError> {
    guarded(handler.apply(tx, event)).await
}

pub(crate) async fn guarded(
    work: impl Future<Output = Result<(), HandlerError>>,
) -> Result<(), HandlerError> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(HandlerError::transient("the handler panicked")))
}
