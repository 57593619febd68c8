//! Placing an order: the hot path. Products are read beforehand; the transaction only writes, and touches the rows that
//! others wait for (stock) last.

use prost::Message as _;
use waybill_primitives::Role;
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, CallContext, ErrorKind};
use waybill_store::{IdempotencyError, IdempotencyKey, StoreError, Tx, idempotency, retrying};

use super::{Orders, actor, change::history, person_name};
use crate::{
    catalogue::store as catalogue,
    error::{Shortage, out_of_stock},
    events,
    fields::Faults,
    orders::{
        domain::{Changed, Customer, Draft, Person, StockEffect},
        store,
    },
    parts::finish,
    stock::{app::move_goods, domain::MovementKind, store as stock},
    wire,
};

/// Longest idempotency key, in bytes.
const MAX_KEY: usize = 255;
/// How often another order number is tried.
const NUMBERS: u32 = 5;

/// A placed order, as the answer and its event show it.
#[derive(Debug)]
pub struct Placed {
    pub order: pb::Order,
    /// It was placed by an earlier call with the same idempotency key.
    pub replayed: bool,
}

/// Why an attempt ended.
enum Failure {
    /// The idempotency key has been used.
    Replay,
    /// The order number is taken.
    Number,
    Refused(AppError),
}

macro_rules! refused {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Refused(error.into())
            }
        }
    )+};
}

refused!(AppError, StoreError, IdempotencyError, Faults);

impl waybill_store::Retry for Failure {
    fn retryable(&self) -> bool {
        matches!(self, Self::Refused(error) if error.retryable())
    }
}

impl Orders {
    /// Places an order. `request` is the request as it came, which the idempotency key is tied to.
    pub async fn place(
        &self,
        ctx: &CallContext,
        request: &[u8],
        draft: Draft,
    ) -> Result<Placed, AppError> {
        let user = ctx.user()?;
        let key = match ctx.idempotency_key.as_deref() {
            None | Some("") => None,
            Some(key) if key.len() > MAX_KEY || key.contains(char::is_control) => {
                return Err(AppError::invalid_field(
                    "Idempotency-Key",
                    format!("must be at most {MAX_KEY} printable characters"),
                ));
            }
            Some(key) => Some(IdempotencyKey::new(
                format!("place_order:{}", user.id),
                key,
                request,
            )),
        };
        let failure = match self.place_new(ctx, draft, key.as_ref()).await {
            Ok(order) => {
                return Ok(Placed {
                    order,
                    replayed: false,
                });
            }
            Err(failure) => failure,
        };
        // The first answer counts, whatever has become of products and stock since. Looking it up only after a failure
        // saves every other order the lookup.
        let may_be_replay = match &failure {
            Failure::Replay => true,
            Failure::Number => false,
            Failure::Refused(error) => {
                !matches!(error.kind, ErrorKind::Internal | ErrorKind::Unavailable)
            }
        };
        if let Some(key) = key.filter(|_| may_be_replay) {
            let answer = idempotency::lookup(&self.parts.db, &key).await?;
            if let Some(answer) = answer {
                let order = pb::Order::decode(answer.as_slice()).map_err(AppError::internal)?;
                return Ok(Placed {
                    order,
                    replayed: true,
                });
            }
        }
        Err(match failure {
            Failure::Refused(error) => error,
            // The transaction that took the key was rolled back after all.
            Failure::Replay => IdempotencyError::Taken.into(),
            Failure::Number => AppError::internal("no free order number was found"),
        })
    }

    async fn place_new(
        &self,
        ctx: &CallContext,
        draft: Draft,
        key: Option<&IdempotencyKey>,
    ) -> Result<pb::Order, Failure> {
        let user = ctx.user()?;
        let now = self.parts.now();
        let draft = draft.check(now)?;
        let db = &self.parts.db;
        let products = if draft.lines.is_empty() {
            Default::default()
        } else {
            let ids = draft.lines.iter().map(|line| line.product_id);
            catalogue::sellables(db.reader(), ids).await?
        };
        let customer = Customer {
            id: user.id,
            name: person_name(&user.name),
            email: user.email.clone(),
        };
        let actor = actor(ctx).unwrap_or_else(|| Person {
            id: user.id,
            name: customer.name.clone(),
            role: Role::Customer,
        });
        let (currency, expiry) = (self.parts.currency, self.parts.order_expiry);
        for _ in 0..NUMBERS {
            let (draft, customer) = (draft.clone(), customer.clone());
            let changes = draft.place(customer, &products, currency, now, expiry)?;
            let outcome = retrying(|| async {
                let tx = db.begin(&ctx.event_context()).await?;
                let written = write(&tx, &changes, &actor, key).await;
                finish(tx, written).await
            });
            match outcome.await {
                Err(Failure::Number) => {}
                Err(Failure::Refused(error)) if error.is(SHORT) => {
                    return Err(self.shortage(&changes).await.into());
                }
                outcome => return outcome,
            }
        }
        Err(Failure::Number)
    }

    /// What is left now of the goods that an order could not have.
    async fn shortage(&self, changes: &[Changed]) -> AppError {
        let Some(order) = changes.last().map(|changed| &changed.order) else {
            return out_of_stock(&[]);
        };
        let goods = order.goods();
        let ids = goods.iter().map(|(product, _)| *product);
        let levels = match stock::levels(self.parts.db.reader(), ids).await {
            Ok(levels) => levels,
            Err(error) => return error.into(),
        };
        let mut shortages: Vec<_> = goods
            .iter()
            .filter_map(|(product, wanted)| {
                let available = levels.get(product).map_or(0, |level| level.available());
                let line = order
                    .items
                    .iter()
                    .position(|item| item.product_id == *product)?;
                (available < *wanted).then(|| Shortage {
                    product_id: *product,
                    name: order.items[line].name.clone(),
                    line,
                    wanted: *wanted,
                    available,
                })
            })
            .collect();
        shortages.sort_by_key(|shortage| shortage.line);
        out_of_stock(&shortages)
    }
}

/// The code of a shortage whose details are still to be read.
const SHORT: &str = waybill_service_kit::codes::OUT_OF_STOCK;

async fn write(
    tx: &Tx,
    changes: &[Changed],
    actor: &Person,
    key: Option<&IdempotencyKey>,
) -> Result<pb::Order, Failure> {
    let Some(last) = changes.last() else {
        return Err(AppError::internal("an order was placed without a change").into());
    };
    let order = &last.order;
    let message = wire::order(order);
    if let Some(key) = key {
        match idempotency::insert(tx, key, &message.encode_to_vec()).await {
            Err(error) if error.is_taken() => return Err(Failure::Replay),
            outcome => outcome?,
        }
    }
    match store::insert(tx, order).await {
        Err(StoreError::Unique { .. }) => return Err(Failure::Number),
        outcome => outcome?,
    }
    let entries = changes
        .iter()
        .map(|changed| history(changed, Some(actor), ""));
    store::insert_history(tx, order.id, entries.collect()).await?;
    for changed in changes {
        let message = if changed.order.version == order.version {
            message.clone()
        } else {
            wire::order(&changed.order)
        };
        events::order_changed_as(tx, changed, Some(message), Some(actor), "");
    }
    let goods = order.goods();
    for changed in changes {
        let kind = match changed.stock {
            StockEffect::Reserve => MovementKind::Reserved,
            StockEffect::Sell => MovementKind::Sold,
            StockEffect::Nothing | StockEffect::Release | StockEffect::Return => continue,
        };
        let now = order.created_at;
        let short = move_goods(tx, kind, order.id, &goods, Some(actor.id), now).await?;
        if short.is_some() {
            return Err(out_of_stock(&[]).into());
        }
    }
    Ok(message)
}
