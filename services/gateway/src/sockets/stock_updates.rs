//! Sends products whose stock has changed.
//!
//! Orders change stock many times a second, and their events do not contain the products. So each product that changed within a
//! pause is sent once after it, in its public form, from the same cache as REST. Without sockets nothing is loaded.

use std::{collections::HashSet, sync::Arc, time::Duration};

use http::StatusCode;
use parking_lot::Mutex;
use socketioxide::SocketIo;
use tokio::sync::Notify;
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, CallContext, ErrorKind};

use super::{
    Hub,
    outgoing::{Outgoing, emit},
    payloads::{hidden, shown},
};
use crate::{
    app::{read, required},
    error::ApiError,
    routes::products,
};

/// A product is sent at most once in this time.
const PAUSE: Duration = Duration::from_millis(250);

/// A product that could not be loaded because its service is unavailable is tried again after this time.
const RETRY: Duration = Duration::from_secs(1);

/// Products that are still to be sent.
#[derive(Default)]
pub struct StockUpdates {
    ids: Mutex<HashSet<String>>,
    changed: Notify,
}

impl StockUpdates {
    /// Queues products whose stock has changed, if any socket is connected.
    pub fn note(&self, hub: &Hub, ids: Vec<String>) {
        if !ids.is_empty() && hub.has_sockets() {
            self.ids.lock().extend(ids);
            self.changed.notify_one();
        }
    }

    /// Sends queued products; never returns.
    pub async fn run(&self, hub: &Arc<Hub>, io: &SocketIo) {
        loop {
            self.changed.notified().await;
            let ids = std::mem::take(&mut *self.ids.lock());
            let mut again = Vec::new();
            for id in ids {
                if !hub.has_sockets() {
                    break;
                }
                match outgoing(hub, &id).await {
                    Ok(outgoing) => {
                        for outgoing in outgoing {
                            emit(hub, io, outgoing).await;
                        }
                    }
                    Err(error) if error.status == StatusCode::SERVICE_UNAVAILABLE => again.push(id),
                    // The next change sends it.
                    Err(error) => {
                        tracing::warn!(code = %error.code, product_id = id, "the stock of a product could not be sent");
                    }
                }
            }
            let pause = if again.is_empty() { PAUSE } else { RETRY };
            self.note(hub, again);
            tokio::time::sleep(pause).await;
        }
    }
}

/// The events for a product in its current state.
async fn outgoing(hub: &Hub, id: &str) -> Result<Vec<Outgoing>, ApiError> {
    let app = &hub.app;
    let visitor = CallContext::anonymous();
    match products::for_visitors(app, &visitor, id).await {
        // The state before the change.
        Ok(product) if product.stale.is_some() => {
            return Err(AppError::unavailable("the cached product is outdated").into());
        }
        Ok(product) => return Ok(vec![shown(product.body.clone())]),
        Err(error) if error.status == StatusCode::NOT_FOUND => {}
        Err(error) => return Err(error),
    }
    // Not public (any more); administrators still see it.
    let context = CallContext::anonymous().with_service_token(&app.service_tokens, "gateway")?;
    let request = pb::GetProductRequest { id: id.to_owned() };
    let product = match read!(app.clients.catalogue, get_product, &context, request) {
        Ok(answer) => Some(required(answer.product, "the product")?),
        Err(error) if error.kind == ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    Ok(hidden(id, product).collect())
}
