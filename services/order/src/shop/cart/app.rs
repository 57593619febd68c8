//! Use cases of carts: reading, adding, removing, merging after sign-in, cleaning up.

mod merge;
mod token;

use std::sync::Arc;

use parking_lot::Mutex;
use waybill_primitives::{FieldErrors, Money, ProductId, Timestamp};
use waybill_service_kit::{AppError, CallContext, Caller, ErrorCode, ErrorKind};
use waybill_store::{Retry, StoreError, Tx, optimistic, transact};

use super::{
    domain::{Cart, Item, Offered, Offers, Owner, View, check_quantity},
    store,
};
use crate::{
    base::store::insert,
    shop::{app_context::AppContext, catalogue, settings::domain::ShopSettings, stock},
};

pub use token::CartToken;

/// Maximum number of carts deleted per transaction of the clean-up.
const BATCH: u64 = 200;
/// A read extends a cart's lifetime, but writes only if this part of the lifetime has passed.
const TOUCH_AFTER: u32 = 10;

/// Carts.
#[derive(Debug, Clone)]
pub struct Carts {
    context: Arc<AppContext>,
}

/// The owner of the caller's cart: the account, or the cart token; none without both. Guests with an access token (from an order)
/// still use the cart token.
pub fn owner(ctx: &CallContext, token: &str) -> Option<Owner> {
    match &ctx.caller {
        Caller::User(user) if !user.guest => Some(Owner::User(user.id)),
        _ => CartToken::parse(token).map(|token| Owner::Guest(token.hash())),
    }
}

impl Carts {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }

    /// Reads the cart. The shown content is stored: an order of the cart is compared with it.
    pub async fn get(&self, ctx: &CallContext, token: &str) -> Result<View, AppError> {
        match owner(ctx, token) {
            Some(owner) => self.show(ctx, &owner, None, &[]).await,
            None => Ok(self.empty()),
        }
    }

    /// Shows a cart, as just written or as stored, and stores the shown content: each answer with a cart counts as seen by the customer.
    /// Storing it gives the cart its next version.
    async fn show(
        &self,
        ctx: &CallContext,
        owner: &Owner,
        written: Option<Cart>,
        left_out: &[Item],
    ) -> Result<View, AppError> {
        let (db, shop) = (&self.context.db, self.context.shop());
        let written = Mutex::new(written);
        optimistic(db, || async {
            let now = self.context.now();
            let as_written = written.lock().take();
            let (mut cart, idle) = if let Some(cart) = as_written {
                (cart, false)
            } else {
                let found = store::find(db.reader(), owner).await?;
                let Some(cart) = found.filter(|cart| cart.merged_into.is_none()) else {
                    return Ok(self.empty());
                };
                let idle = cart.updated_at.plus(shop.cart_lifetime() / TOUCH_AFTER) < now;
                (cart, idle)
            };
            let mut products = products(&cart.items);
            products.extend(self::products(left_out));
            let offers = offers(&self.context, products).await?;
            let changed: Vec<_> = cart
                .items
                .iter()
                .filter(|item| {
                    item.showing(&offers, shop.currency) != (item.shown(), item.shown_quantity)
                })
                .collect();
            if changed.is_empty() && !idle {
                return Ok(cart.view(left_out, &offers, shop.currency));
            }
            transact!(db, ctx, async |tx| {
                if !store::touch(tx, cart.id, Some(cart.version), now).await? {
                    return Err(AppError::too_busy("cart"));
                }
                for item in &changed {
                    let (price, quantity) = item.showing(&offers, shop.currency);
                    store::update_item(tx, &item.shown_as(price, quantity)).await?;
                }
                Ok(())
            })
            .await?;
            (cart.version, cart.updated_at) = (cart.version + 1, now);
            Ok(cart.view(left_out, &offers, shop.currency))
        })
        .await
    }

    /// Sets the quantity of a product in the cart; a repeat changes nothing. A guest with an unknown token gets a new cart with a new
    /// token: callers never choose tokens. Returns the token to guests.
    pub async fn put(
        &self,
        ctx: &CallContext,
        token: &str,
        product_id: ProductId,
        quantity: i64,
    ) -> Result<(View, Option<CartToken>), AppError> {
        let shop = self.context.shop();
        let offers = offers(&self.context, vec![product_id]).await?;
        let offer = offers
            .get(&product_id)
            .filter(|offer| offer.product.active && offer.product.price.currency == shop.currency)
            .ok_or_else(|| AppError::not_found("product"))?;
        let price = offer.product.price;
        check_quantity(quantity, price)?;
        if let Some(available) = offer.available.filter(|available| quantity > *available) {
            return Err(too_few(product_id, &offer.product.name, available));
        }
        let (owner, open, token) = match &ctx.caller {
            Caller::User(user) if !user.guest => (Owner::User(user.id), true, None),
            _ => match CartToken::parse(token) {
                Some(token) => (Owner::Guest(token.hash()), false, Some(token)),
                None => new_guest()?,
            },
        };
        let line = (product_id, quantity, price);
        let (cart, owner, token) = match self.put_line(ctx, &owner, open, line).await {
            Err(error) if error.is(ErrorCode::CartNotFound) => {
                let (owner, open, token) = new_guest()?;
                let cart = self.put_line(ctx, &owner, open, line).await?;
                (cart, owner, token)
            }
            cart => (cart?, owner, token),
        };
        Ok((self.show(ctx, &owner, Some(cart), &[]).await?, token))
    }

    async fn put_line(
        &self,
        ctx: &CallContext,
        owner: &Owner,
        open: bool,
        line: (ProductId, i64, Money),
    ) -> Result<Cart, AppError> {
        let db = &self.context.db;
        optimistic(db, || {
            transact!(db, ctx, async |tx| self
                .write_line(tx, owner, open, line)
                .await)
        })
        .await
    }

    async fn write_line(
        &self,
        tx: &Tx,
        owner: &Owner,
        open: bool,
        (product_id, quantity, price): (ProductId, i64, Money),
    ) -> Result<Cart, AppError> {
        let (now, most) = (self.context.now(), self.context.shop().max_lines());
        let mut cart = locked(tx, owner, open, now).await?;
        let known = cart.items.iter_mut().find(|i| i.product_id == product_id);
        if let Some(item) = known {
            *item = item.clone().rewritten(quantity, price);
            store::update_item(tx, item).await?;
        } else if cart.items.len() >= most {
            return Err(full(most));
        } else {
            let item = Item::new(cart.id, product_id, quantity, price, now);
            insert(tx, &item).await?;
            cart.items.push(item);
        }
        Ok(cart)
    }

    /// Removes a product; it is no error if it is not in the cart.
    pub async fn remove(
        &self,
        ctx: &CallContext,
        token: &str,
        product_id: ProductId,
    ) -> Result<View, AppError> {
        self.take_out(ctx, token, Some(product_id)).await
    }

    /// Removes everything.
    pub async fn clear(&self, ctx: &CallContext, token: &str) -> Result<View, AppError> {
        self.take_out(ctx, token, None).await
    }

    async fn take_out(
        &self,
        ctx: &CallContext,
        token: &str,
        product_id: Option<ProductId>,
    ) -> Result<View, AppError> {
        let Some(owner) = owner(ctx, token) else {
            return Ok(self.empty());
        };
        let db = &self.context.db;
        let taken = transact!(db, ctx, async |tx| self
            .write_removal(tx, &owner, product_id)
            .await);
        match taken.await {
            Ok(cart) => self.show(ctx, &owner, Some(cart), &[]).await,
            // Deleted or merged concurrently: then it is empty as well.
            Err(error) if error.is(ErrorCode::CartNotFound) || error.outrun() => Ok(self.empty()),
            Err(error) => Err(error),
        }
    }

    async fn write_removal(
        &self,
        tx: &Tx,
        owner: &Owner,
        product_id: Option<ProductId>,
    ) -> Result<Cart, AppError> {
        let mut cart = locked(tx, owner, false, self.context.now()).await?;
        match product_id {
            Some(product) => store::remove(tx, cart.id, [product]).await?,
            None => store::clear(tx, cart.id).await?,
        }
        cart.items
            .retain(|item| product_id.is_some_and(|product| product != item.product_id));
        Ok(cart)
    }

    /// Deletes carts that were not used for their lifetime, in batches; any number of replicas may run it.
    pub async fn clean_up(&self) -> Result<(), AppError> {
        let db = &self.context.db;
        loop {
            let cutoff = self
                .context
                .now()
                .minus(self.context.shop().cart_lifetime());
            let deleted = transact!(db, &CallContext::system(), async |tx| {
                let deleted = store::prune(tx, cutoff, BATCH).await?;
                Ok::<_, StoreError>(deleted)
            })
            .await?;
            metrics::counter!("waybill_carts_cleaned_up_total").increment(deleted);
            if deleted < BATCH {
                return Ok(());
            }
        }
    }

    /// The shop's settings, for showing a cart.
    pub fn shop(&self) -> Arc<ShopSettings> {
        self.context.shop()
    }

    fn empty(&self) -> View {
        View::empty(self.context.shop().currency)
    }
}

/// The products of lines.
pub fn products(items: &[Item]) -> Vec<ProductId> {
    items.iter().map(|item| item.product_id).collect()
}

fn no_cart() -> AppError {
    AppError::new(
        ErrorKind::NotFound,
        ErrorCode::CartNotFound,
        "the token belongs to no cart (any more); use your own cart",
    )
}

/// A new cart for a guest without one.
fn new_guest() -> Result<(Owner, bool, Option<CartToken>), AppError> {
    let token = CartToken::new()?;
    Ok((Owner::Guest(token.hash()), true, Some(token)))
}

/// The owner's cart with its lines, locked for the rest of the transaction and at its next version. If there is none: with `open` a
/// new one, else `CART_NOT_FOUND`. Outrun if the cart was created, merged or deleted concurrently.
async fn locked(tx: &Tx, owner: &Owner, open: bool, now: Timestamp) -> Result<Cart, AppError> {
    let found = store::find(tx.conn(), owner).await?;
    let Some(cart) = found.filter(|cart| cart.merged_into.is_none()) else {
        if !open {
            return Err(no_cart());
        }
        let cart = Cart::new(owner, now);
        return match insert(tx, &cart).await {
            Ok(()) => Ok(cart),
            Err(StoreError::Unique { .. }) => Err(AppError::too_busy("cart")),
            Err(error) => Err(error.into()),
        };
    };
    if !store::touch(tx, cart.id, None, now).await? {
        return Err(AppError::too_busy("cart"));
    }
    // Read again under the lock.
    let found = store::find(tx.conn(), owner).await?;
    found.ok_or_else(|| AppError::too_busy("cart"))
}

/// These products in their current state.
pub async fn offers(context: &AppContext, ids: Vec<ProductId>) -> Result<Offers, AppError> {
    if ids.is_empty() {
        return Ok(Offers::new());
    }
    let reader = context.db.reader();
    let products = catalogue::store::sellables(reader, ids.iter().copied()).await?;
    let levels = stock::store::levels(reader, ids).await?;
    let offers = products.into_iter().map(|(id, product)| {
        let available = levels.get(&id).map(|level| level.available());
        (id, Offered { product, available })
    });
    Ok(offers.collect())
}

fn too_few(product: ProductId, name: &str, available: i64) -> AppError {
    let message = match available {
        ..=0 => format!("{name} is sold out"),
        left => format!("only {left} of {name} are left"),
    };
    AppError::conflict(ErrorCode::OutOfStock, message.clone())
        .with_field("quantity", message)
        .with_meta("product_id", product.to_string())
        .with_meta("available", available.max(0).to_string())
}

fn full(most: usize) -> AppError {
    FieldErrors::one(
        "productId",
        format!("a cart can have at most {most} products; remove one first"),
    )
    .into()
}
