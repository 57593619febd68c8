//! Placing an order: the hot path. What needs no database is checked here, the rest in the group that the order joins ([`group`]).

mod group;

use waybill_primitives::{FieldErrors, Role};
use waybill_proto::order as pb;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done, once},
};
use waybill_store::{IdempotencyKey, optimistic};

use super::{Orders, actor, person_name};
use crate::{
    orders::domain::{Customer, Draft, Person},
    shop::{
        cart::{
            app::{CartToken, offers, owner, products},
            domain::{NotOrdered, Owner},
            store as carts,
        },
        products::domain::Line,
    },
};

use group::CartVersion;
pub use group::{Placed, Placing, place};

/// A cart to order.
#[derive(Debug, Clone)]
pub struct CartSelection {
    /// The token of a guest's cart; empty: the caller's own.
    pub token: String,
    /// The version that the customer has seen, if given.
    pub version: Option<i64>,
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
        optimistic(&self.context.db, || async {
            let (now, shop) = (self.context.now(), self.context.shop());
            let mut draft = draft.clone();
            let cart = match cart {
                None => None,
                Some(selection) => {
                    let (cart, lines) = self.take(ctx, selection).await?;
                    draft.lines = lines;
                    Some(cart)
                }
            };
            let placing = Placing {
                context: ctx.into(),
                draft: draft.check(now, shop.max_lines())?,
                customer: customer.clone(),
                guest: user.guest,
                actor: actor.clone(),
                key: key.cloned(),
                cart,
            };
            let placed = self.placing.call(placing).await;
            placed.unwrap_or_else(|| Err(AppError::internal("placing a group of orders panicked")))
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
