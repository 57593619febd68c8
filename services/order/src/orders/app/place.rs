//! Placing an order: the hot path. Products are read beforehand; the transaction only writes, and writes contended rows (stock)
//! last.

use waybill_primitives::{CartId, FieldErrors, Role};
use waybill_proto::order as pb;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done, once, remember},
};
use waybill_store::{IdempotencyKey, StoreError, Tx, optimistic, transact};

use super::{
    Orders, actor,
    errors::{Shortage, number_taken, out_of_stock},
    history, person_name,
};
use crate::{
    base::store::insert_all,
    orders::{
        domain::{Changed, Customer, Draft, Person, StockEffect},
        events, store, wire,
    },
    shop::{
        cart::{
            app::{CartToken, offers, owner, products},
            domain::{NotOrdered, Owner},
            store as carts,
        },
        catalogue::store as catalogue,
        products::domain::Line,
        stock::{app::move_goods, domain::MovementKind, store as stock},
    },
};

/// A cart to order.
#[derive(Debug, Clone)]
pub struct CartSelection {
    /// The token of a guest's cart; empty: the caller's own.
    pub token: String,
    /// The version that the customer has seen, if given.
    pub version: Option<i64>,
}

/// A cart as read; it must not change before it is emptied.
#[derive(Debug, Clone, Copy)]
struct CartVersion {
    id: CartId,
    version: i64,
}

impl Orders {
    /// Places an order. `request` is the original request, to which the idempotency key is bound. With a `cart`, the order has its lines,
    /// and the cart is emptied in the same transaction.
    pub async fn place(
        &self,
        ctx: &CallContext,
        request: &[u8],
        draft: Draft,
        cart: Option<&CartSelection>,
    ) -> Result<Done<pb::Order>, AppError> {
        ctx.user()?;
        let key = once::key(ctx, "place_order", request)?;
        // The first answer is returned, whatever has changed since in products, stock and cart.
        once(
            &self.context.db,
            key.as_ref(),
            self.place_new(ctx, draft, cart, key.as_ref()),
        )
        .await
    }

    /// Checks what needs no database; `from_cart`: its lines are still to come.
    pub fn check(&self, draft: Draft, from_cart: bool) -> Result<(), AppError> {
        let (now, shop) = (self.context.now(), self.context.shop());
        if from_cart {
            let mut errors = FieldErrors::default();
            let _ = draft.details.check(&mut errors, None, now);
            errors.or(())?;
        } else {
            draft.check(now, shop.max_lines())?;
        }
        Ok(())
    }

    async fn place_new(
        &self,
        ctx: &CallContext,
        draft: Draft,
        cart: Option<&CartSelection>,
        key: Option<&IdempotencyKey>,
    ) -> Result<pb::Order, AppError> {
        let user = ctx.user()?;
        if cart.is_some() && !draft.lines.is_empty() {
            return Err(FieldErrors::one("items", "must be left out with `fromCart`").into());
        }
        let db = &self.context.db;
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
        optimistic(db, || async {
            let (now, shop) = (self.context.now(), self.context.shop());
            let mut draft = draft.clone();
            let cart_version = match cart {
                None => None,
                Some(selection) => {
                    let (cart_version, lines) = self.take(ctx, selection).await?;
                    draft.lines = lines;
                    Some(cart_version)
                }
            };
            let draft = draft.check(now, shop.max_lines())?;
            let products = if draft.lines.is_empty() {
                Default::default()
            } else {
                let ids = draft.lines.iter().map(|line| line.product_id);
                catalogue::sellables(db.reader(), ids).await?
            };
            let changes = draft.place(customer.clone(), user.guest, &products, &shop, now)?;
            let written = transact!(db, ctx, async |tx| write(
                tx,
                &changes,
                &actor,
                key,
                cart_version
            )
            .await);
            match written.await {
                Err(error) if error.is(ErrorCode::OutOfStock) => Err(self.shortage(&changes).await),
                outcome => outcome,
            }
        })
        .await
    }

    /// The lines as last shown by the cart, if they are still current.
    async fn take(
        &self,
        ctx: &CallContext,
        selection: &CartSelection,
    ) -> Result<(CartVersion, Vec<Line>), AppError> {
        let owner = if selection.token.is_empty() {
            owner(ctx, "")
        } else {
            CartToken::parse(&selection.token).map(|token| Owner::Guest(token.hash()))
        };
        let Some(owner) = owner else {
            return Err(empty_cart());
        };
        let found = carts::find(self.context.db.reader(), &owner).await?;
        let cart = found.filter(|cart| cart.merged_into.is_none());
        let cart = cart.ok_or_else(empty_cart)?;
        let offers = offers(&self.context, products(&cart.items)).await?;
        let currency = self.context.shop().currency;
        let lines = match cart.order(&offers, currency) {
            Ok(lines) => lines,
            Err(NotOrdered::Empty) => return Err(empty_cart()),
            Err(NotOrdered::Changed(errors)) => {
                return Err(errors.into_iter().fold(changed_cart(), |refused, error| {
                    refused.with_field(error.field, error.message)
                }));
            }
        };
        if selection
            .version
            .is_some_and(|version| version != cart.version)
        {
            return Err(changed_cart().with_meta("version", cart.version.to_string()));
        }
        let cart_version = CartVersion {
            id: cart.id,
            version: cart.version,
        };
        Ok((cart_version, lines))
    }

    /// The available units of the goods that were out of stock.
    async fn shortage(&self, changes: &[Changed]) -> AppError {
        let Some(order) = changes.last().map(|changed| &changed.order) else {
            return out_of_stock(&[]);
        };
        let goods = order.goods();
        let ids = goods.iter().map(|(product, _)| *product);
        let levels = match stock::levels(self.context.db.reader(), ids).await {
            Ok(levels) => levels,
            Err(error) => return error.into(),
        };
        let mut shortages: Vec<_> = goods
            .iter()
            .filter_map(|(product, requested)| {
                let available = levels.get(product).map_or(0, |level| level.available());
                let line = order
                    .items
                    .iter()
                    .position(|item| item.product_id == *product)?;
                (available < *requested).then(|| Shortage {
                    product_id: *product,
                    name: order.items[line].name.clone(),
                    line,
                    requested: *requested,
                    available,
                })
            })
            .collect();
        shortages.sort_by_key(|shortage| shortage.line);
        out_of_stock(&shortages)
    }
}

fn empty_cart() -> AppError {
    AppError::conflict(
        ErrorCode::CartEmpty,
        "nothing that can be ordered is in the cart",
    )
}

fn changed_cart() -> AppError {
    AppError::conflict(
        ErrorCode::CartChanged,
        "the cart has changed since it was last shown; read it again, then order",
    )
}

async fn write(
    tx: &Tx,
    changes: &[Changed],
    actor: &Person,
    key: Option<&IdempotencyKey>,
    cart: Option<CartVersion>,
) -> Result<pb::Order, AppError> {
    let Some(last) = changes.last() else {
        return Err(AppError::internal("an order was placed without a change"));
    };
    let order = &last.order;
    let message = wire::order(order);
    remember(tx, key, &message).await?;
    match store::insert(tx, order).await {
        Err(StoreError::Unique { .. }) => return Err(number_taken()),
        outcome => outcome?,
    }
    let entries = changes
        .iter()
        .map(|changed| history(changed, Some(actor), ""));
    insert_all(tx, &entries.collect::<Vec<_>>()).await?;
    for changed in changes {
        let message = if changed.order.version == order.version {
            message.clone()
        } else {
            wire::order(&changed.order)
        };
        events::order_changed(tx, changed, message, Some(actor), ("", ""), None);
    }
    if let Some(cart) = cart {
        if !carts::touch(tx, cart.id, Some(cart.version), order.created_at).await? {
            return Err(AppError::too_busy("cart"));
        }
        carts::clear(tx, cart.id).await?;
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
            return Err(out_of_stock(&[]));
        }
    }
    Ok(message)
}
