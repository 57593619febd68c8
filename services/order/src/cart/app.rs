//! Use cases of carts: looking, putting in, taking out, merging after sign-in, cleaning up.

mod merge;
mod token;

use std::sync::Arc;

use waybill_primitives::{Money, ProductId, Timestamp};
use waybill_service_kit::{AppError, CallContext, Caller, codes};
use waybill_store::{Retry, StoreError, Tx, retrying};

use super::{
    domain::{Cart, Item, Offered, Offers, Owner, View, check_quantity},
    store,
};
use crate::{
    catalogue,
    error::too_busy,
    fields::Faults,
    parts::{Parts, finish},
    shop::domain::ShopSettings,
    stock,
    store::insert,
};

pub use token::CartToken;

/// How often a change is tried again that lost against another one.
const ATTEMPTS: u32 = 16;
/// Carts that one transaction of the clean-up deletes at most.
const BATCH: u64 = 200;
/// A read keeps a cart alive, but not every read writes: only when so much of its life is over.
const TOUCH_AFTER: u32 = 10;

/// Carts.
#[derive(Debug, Clone)]
pub struct Carts {
    parts: Arc<Parts>,
}

/// Whose cart the caller means: an account's, or the one that the token names; none if neither is there. A guest who has
/// an order, and so an access token, still has the cart of the token.
pub fn owner(ctx: &CallContext, token: &str) -> Option<Owner> {
    match &ctx.caller {
        Caller::User(user) if !user.guest => Some(Owner::User(user.id)),
        _ => CartToken::parse(token).map(|token| Owner::Guest(token.hash())),
    }
}

impl Carts {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    /// The cart as it stands now. What it shows is remembered: an order of the cart is held against it.
    pub async fn get(&self, ctx: &CallContext, token: &str) -> Result<View, AppError> {
        match owner(ctx, token) {
            Some(owner) => self.show(ctx, &owner, None, &[]).await,
            None => Ok(self.empty()),
        }
    }

    /// Shows a cart as it was just written, or else as it is, and remembers what it shows: each answer with a cart is one that
    /// its customer has looked at. Remembering gives the cart its next version.
    async fn show(
        &self,
        ctx: &CallContext,
        owner: &Owner,
        mut written: Option<Cart>,
        left_out: &[Item],
    ) -> Result<View, AppError> {
        let (db, shop) = (&self.parts.db, self.parts.shop());
        for _ in 0..ATTEMPTS {
            let now = self.parts.now();
            let (mut cart, idle) = if let Some(cart) = written.take() {
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
            let offers = offers(&self.parts, products).await?;
            let news: Vec<_> = cart
                .items
                .iter()
                .filter(|item| {
                    item.showing(&offers, shop.currency) != (item.shown(), item.shown_quantity)
                })
                .collect();
            if news.is_empty() && !idle {
                return Ok(cart.view(left_out, &offers, shop.currency));
            }
            let remembered = retrying(|| async {
                let tx = db.begin(&ctx.event_context()).await?;
                if !store::touch(&tx, cart.id, Some(cart.version), now).await? {
                    tx.rollback().await?;
                    return Ok::<_, AppError>(false);
                }
                for item in &news {
                    let (price, quantity) = item.showing(&offers, shop.currency);
                    store::update_item(&tx, &item.told(price, quantity)).await?;
                }
                tx.commit().await?;
                Ok(true)
            })
            .await?;
            if remembered {
                (cart.version, cart.updated_at) = (cart.version + 1, now);
                return Ok(cart.view(left_out, &offers, shop.currency));
            }
            db.settle().await;
        }
        Err(too_busy("cart"))
    }

    /// Sets how many of a product are in the cart; a repeat changes nothing. A guest whose token names no cart gets a new
    /// cart with a new token: the name of a cart is never the caller's choice. Gives the token back to guests.
    pub async fn put(
        &self,
        ctx: &CallContext,
        token: &str,
        product_id: ProductId,
        quantity: i64,
    ) -> Result<(View, Option<CartToken>), AppError> {
        let (db, shop) = (&self.parts.db, self.parts.shop());
        let offers = offers(&self.parts, vec![product_id]).await?;
        let offer = offers
            .get(&product_id)
            .filter(|offer| offer.product.active && offer.product.price.currency == shop.currency)
            .ok_or_else(|| AppError::not_found("product"))?;
        let price = offer.product.price;
        check_quantity(quantity, price)?;
        if let Some(available) = offer.available.filter(|available| quantity > *available) {
            return Err(too_few(product_id, &offer.product.name, available));
        }
        let (mut owner, mut token) = match &ctx.caller {
            Caller::User(user) if !user.guest => (Some(Owner::User(user.id)), None),
            _ => {
                let token = CartToken::parse(token);
                (token.as_ref().map(|t| Owner::Guest(t.hash())), token)
            }
        };
        let mut open = matches!(owner, Some(Owner::User(_)));
        for _ in 0..ATTEMPTS {
            let Some(whose) = &owner else {
                let new = CartToken::new()?;
                (owner, token, open) = (Some(Owner::Guest(new.hash())), Some(new), true);
                continue;
            };
            let put = retrying(|| async {
                let tx = db.begin(&ctx.event_context()).await?;
                let written = self
                    .write_line(&tx, whose, open, product_id, quantity, price)
                    .await;
                finish(tx, written).await
            });
            match put.await {
                Ok(cart) => return Ok((self.show(ctx, whose, Some(cart), &[]).await?, token)),
                Err(Stopped::NoCart) => owner = None,
                Err(Stopped::Lost) => db.settle().await,
                Err(Stopped::Refused(error)) => return Err(error),
            }
        }
        Err(too_busy("cart"))
    }

    async fn write_line(
        &self,
        tx: &Tx,
        owner: &Owner,
        open: bool,
        product_id: ProductId,
        quantity: i64,
        price: Money,
    ) -> Result<Cart, Stopped> {
        let (now, most) = (self.parts.now(), self.parts.shop().max_lines());
        let mut cart = locked(tx, owner, open, now).await?;
        let known = cart.items.iter_mut().find(|i| i.product_id == product_id);
        if let Some(item) = known {
            *item = item.clone().rewritten(quantity, price);
            store::update_item(tx, item).await?;
        } else if cart.items.len() >= most {
            return Err(full(most).into());
        } else {
            let item = Item::new(cart.id, product_id, quantity, price, now);
            insert(tx, &item).await?;
            cart.items.push(item);
        }
        Ok(cart)
    }

    /// Takes a product out; one that is not in it is no error.
    pub async fn remove(
        &self,
        ctx: &CallContext,
        token: &str,
        product_id: ProductId,
    ) -> Result<View, AppError> {
        self.take_out(ctx, token, Some(product_id)).await
    }

    /// Takes everything out.
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
        let db = &self.parts.db;
        let taken = retrying(|| async {
            let tx = db.begin(&ctx.event_context()).await?;
            let taken = self.write_removal(&tx, &owner, product_id).await;
            finish(tx, taken).await
        });
        match taken.await {
            Ok(cart) => self.show(ctx, &owner, Some(cart), &[]).await,
            // Cleaned up or merged at this moment: then it is empty as well.
            Err(Stopped::NoCart | Stopped::Lost) => Ok(self.empty()),
            Err(Stopped::Refused(error)) => Err(error),
        }
    }

    async fn write_removal(
        &self,
        tx: &Tx,
        owner: &Owner,
        product_id: Option<ProductId>,
    ) -> Result<Cart, Stopped> {
        let mut cart = locked(tx, owner, false, self.parts.now()).await?;
        match product_id {
            Some(product) => store::remove(tx, cart.id, [product]).await?,
            None => store::clear(tx, cart.id).await?,
        }
        cart.items
            .retain(|item| product_id.is_some_and(|product| product != item.product_id));
        Ok(cart)
    }

    /// Deletes carts that nobody has touched for their lifetime, in batches; any number of replicas may do so at once.
    pub async fn clean_up(&self) -> Result<(), AppError> {
        let db = &self.parts.db;
        loop {
            let cutoff = self.parts.now().minus(self.parts.shop().cart_lifetime());
            let deleted = retrying(|| async {
                let tx = db.begin(&CallContext::system().event_context()).await?;
                let deleted = store::prune(&tx, cutoff, BATCH).await?;
                tx.commit().await?;
                Ok::<_, StoreError>(deleted)
            })
            .await?;
            metrics::counter!("waybill_carts_cleaned_up_total").increment(deleted);
            if deleted < BATCH {
                return Ok(());
            }
        }
    }

    /// The shop's settings, for what is told of a cart.
    pub fn shop(&self) -> Arc<ShopSettings> {
        self.parts.shop()
    }

    fn empty(&self) -> View {
        View::empty(self.parts.shop().currency)
    }
}

/// What lines are of.
pub fn products(items: &[Item]) -> Vec<ProductId> {
    items.iter().map(|item| item.product_id).collect()
}

/// Why an attempt ended.
enum Stopped {
    /// The owner has no cart, and none is to be opened.
    NoCart,
    /// Somebody else opened, merged or cleaned up the cart at this moment.
    Lost,
    Refused(AppError),
}

impl From<AppError> for Stopped {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl Retry for Stopped {
    fn retryable(&self) -> bool {
        matches!(self, Self::Refused(error) if error.retryable())
    }
}

/// The owner's cart with its lines, locked for the rest of the transaction and at its next version. `open`: a new one if
/// there is none.
async fn locked(tx: &Tx, owner: &Owner, open: bool, now: Timestamp) -> Result<Cart, Stopped> {
    let found = store::find(tx.conn(), owner).await?;
    let Some(cart) = found.filter(|cart| cart.merged_into.is_none()) else {
        if !open {
            return Err(Stopped::NoCart);
        }
        let cart = Cart::new(owner, now);
        return match insert(tx, &cart).await {
            Ok(()) => Ok(cart),
            Err(StoreError::Unique { .. }) => Err(Stopped::Lost),
            Err(error) => Err(error.into()),
        };
    };
    if !store::touch(tx, cart.id, None, now).await? {
        return Err(Stopped::Lost);
    }
    // As it is under the lock.
    let found = store::find(tx.conn(), owner).await?;
    found.ok_or(Stopped::Lost)
}

/// These products as they are now.
pub async fn offers(parts: &Parts, ids: Vec<ProductId>) -> Result<Offers, AppError> {
    if ids.is_empty() {
        return Ok(Offers::new());
    }
    let reader = parts.db.reader();
    let products = catalogue::store::sellables(reader, ids.iter().copied()).await?;
    let levels = stock::store::levels(reader, ids).await?;
    let offers = products.into_iter().map(|(id, product)| {
        let available = levels.get(&id).map(|level| level.available());
        (id, Offered { product, available })
    });
    Ok(offers.collect())
}

fn too_few(product: ProductId, name: &str, available: i64) -> AppError {
    let told = match available {
        ..=0 => format!("{name} is sold out"),
        left => format!("only {left} of {name} are left"),
    };
    AppError::conflict(codes::OUT_OF_STOCK, told.clone())
        .with_field("quantity", told)
        .with_meta("product_id", product.to_string())
        .with_meta("available", available.max(0).to_string())
}

fn full(most: usize) -> AppError {
    Faults::one(
        "productId",
        format!("a cart holds at most {most} products; take one out first"),
    )
    .into()
}
