//! Test helper: a customer with a cart.

use waybill_proto::{json::Named as _, order as pb};
use waybill_service_kit::{AppError, CallContext};

use crate::shop::{Shop, outgoing, usd};

/// A customer with a cart.
pub struct Shopper<'a> {
    pub shop: &'a Shop,
    pub ctx: CallContext,
    pub token: String,
}

impl<'a> Shopper<'a> {
    pub fn guest(shop: &'a Shop) -> Self {
        Self::with(shop, CallContext::anonymous())
    }

    pub fn with(shop: &'a Shop, ctx: CallContext) -> Self {
        Self {
            shop,
            ctx,
            token: String::new(),
        }
    }

    pub async fn try_put(
        &mut self,
        product: &pb::Product,
        quantity: i64,
    ) -> Result<pb::Cart, AppError> {
        let request = pb::PutCartItemRequest {
            cart_token: self.token.clone(),
            product_id: product.id.clone(),
            quantity,
        };
        let request = outgoing(&self.ctx, request);
        let answer = self.shop.carts().put_cart_item(request).await?.into_inner();
        self.token = answer.cart_token;
        Ok(answer.cart.unwrap())
    }

    pub async fn put(&mut self, product: &pb::Product, quantity: i64) -> pb::Cart {
        self.try_put(product, quantity).await.unwrap()
    }

    pub async fn get(&self) -> pb::Cart {
        let request = pb::GetCartRequest {
            cart_token: self.token.clone(),
        };
        let request = outgoing(&self.ctx, request);
        let answer = self.shop.carts().get_cart(request).await.unwrap();
        answer.into_inner().cart.unwrap()
    }

    /// Orders the cart.
    pub async fn try_order(
        &self,
        key: &str,
        version: Option<i64>,
    ) -> Result<pb::PlaceOrderResponse, AppError> {
        let request = pb::PlaceOrderRequest {
            from_cart: true,
            cart_token: self.token.clone(),
            cart_version: version,
            ..Default::default()
        };
        let mut ctx = self.ctx.clone();
        if !key.is_empty() {
            ctx = ctx.with_idempotency_key(key);
        }
        let request = outgoing(&ctx, request);
        Ok(self.shop.orders().place_order(request).await?.into_inner())
    }

    pub async fn merge(&self, token: &str) -> Result<pb::Cart, AppError> {
        let request = pb::MergeCartRequest {
            cart_token: token.to_owned(),
        };
        let request = outgoing(&self.ctx, request);
        let answer = self.shop.carts().merge_cart(request).await?;
        Ok(answer.into_inner().cart.unwrap())
    }
}

/// (product's name, quantity) of each line.
pub fn lines(cart: &pb::Cart) -> Vec<(&str, i64)> {
    cart.items
        .iter()
        .map(|line| (line.name.as_str(), line.quantity))
        .collect()
}

pub fn codes_of(cart: &pb::Cart) -> Vec<&str> {
    let changes = cart.items.iter().flat_map(|line| &line.changes);
    changes.map(|change| change.code().name()).collect()
}

pub async fn set_price(shop: &Shop, product: &pb::Product, price: i64) {
    let patch = pb::UpdateProductRequest {
        id: product.id.clone(),
        price: Some(usd(price)),
        ..Default::default()
    };
    let patch = outgoing(&shop.admin.ctx, patch);
    shop.catalogue().update_product(patch).await.unwrap();
}

pub async fn adjust(shop: &Shop, product: &pb::Product, delta: i64) {
    let request = pb::AdjustStockRequest {
        version: None,
        product_id: product.id.clone(),
        delta,
        reason: String::new(),
    };
    let request = outgoing(&shop.admin.ctx, request);
    shop.stock().adjust_stock(request).await.unwrap();
}
