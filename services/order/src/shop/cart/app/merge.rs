//! Merges a guest's cart into the account's cart after signing in.

use waybill_primitives::UserId;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Tx, optimistic, transact};

use super::{CartToken, Carts, locked, no_cart};
use crate::{
    base::store::insert_all,
    shop::cart::{
        domain::{Cart, Item, Owner, View, merged},
        store,
    },
};

impl Carts {
    /// Adds the guest's cart to the caller's; quantities add up. A repeat after a lost answer finds the guest's cart marked as merged, adds
    /// nothing, and returns the same answer.
    pub async fn merge(&self, ctx: &CallContext, token: &str) -> Result<View, AppError> {
        let user = ctx.account()?.id;
        if token.is_empty() {
            return Err(AppError::invalid_field(
                "X-Cart-Token",
                "is required: the token of the cart that was filled before signing in",
            ));
        }
        let guest = CartToken::parse(token).ok_or_else(no_cart)?.hash();
        let db = &self.context.db;
        let merged = optimistic(db, || {
            transact!(db, ctx, async |tx| self.write_merge(tx, user, &guest).await)
        });
        let (cart, left_out) = merged.await?;
        self.show(ctx, &Owner::User(user), Some(cart), &left_out)
            .await
    }

    /// The user's cart after the merge, and the lines that did not fit.
    async fn write_merge(
        &self,
        tx: &Tx,
        user: UserId,
        guest: &str,
    ) -> Result<(Cart, Vec<Item>), AppError> {
        let (now, room) = (self.context.now(), self.context.shop().max_lines());
        let (guest, user_owner) = (Owner::Guest(guest.to_owned()), Owner::User(user));
        let found = store::find(tx.conn(), &guest).await?;
        let found = found.ok_or_else(no_cart)?;
        if let Some(into) = found.merged_into {
            // Other users may not learn into which cart it was merged.
            if into != user {
                return Err(no_cart());
            }
            let cart = store::find(tx.conn(), &user_owner).await?;
            let cart = cart.unwrap_or_else(|| Cart {
                items: Vec::new(),
                merged_into: None,
                ..found.clone()
            });
            return Ok((cart, found.items));
        }
        // Lock guests' carts first, so that two merges into one account do not deadlock.
        let source = match locked(tx, &guest, false, now).await {
            // A repeat of this call was faster and has marked it as merged.
            Err(error) if error.is(ErrorCode::CartNotFound) => {
                return Err(AppError::too_busy("cart"));
            }
            outcome => outcome?,
        };
        let mut target = locked(tx, &user_owner, true, now).await?;
        let (items, left_out) = merged(&target, source.items, room);
        let (old, new) = items.split_at(target.items.len());
        for (was, item) in target
            .items
            .iter()
            .zip(old)
            .filter(|(was, item)| was != item)
        {
            debug_assert_eq!(was.product_id, item.product_id);
            store::update_item(tx, item).await?;
        }
        insert_all(tx, new).await?;
        // Lines that did not fit stay, and are returned again to a repeated call.
        let gone = items.iter().map(|item| item.product_id);
        store::remove(tx, source.id, gone).await?;
        store::set_merged(tx, source.id, user).await?;
        target.items = items;
        target
            .items
            .sort_by_key(|item| (item.added_at, item.product_id));
        Ok((target, left_out))
    }
}
