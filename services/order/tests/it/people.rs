//! People with access tokens, and what they send.

use waybill_primitives::{Currency, Money, Role, Timestamp, UserId};
use waybill_proto::{order as pb, payment};
use waybill_service_kit::{
    AppError, CallContext, crypto,
    tokens::{AccessClaims, ISSUER},
};

/// Somebody with an access token.
#[derive(Debug, Clone)]
pub struct Somebody {
    pub id: UserId,
    pub ctx: CallContext,
}

impl Somebody {
    /// The same person with an idempotency key.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            id: self.id,
            ctx: self.ctx.clone().with_idempotency_key(key),
        }
    }
}

/// Signs somebody in.
pub fn somebody(key: &crypto::SigningKey, role: Role, name: &str) -> Somebody {
    with_token(key, role, name, false)
}

/// Somebody without an account, as auth lets them order.
pub fn guest(key: &crypto::SigningKey, name: &str) -> Somebody {
    with_token(key, Role::Customer, name, true)
}

fn with_token(key: &crypto::SigningKey, role: Role, name: &str, guest: bool) -> Somebody {
    let id = UserId::new();
    let now = Timestamp::now().secs();
    let claims = AccessClaims {
        sub: id,
        role,
        name: name.to_owned(),
        email: format!("{id}@example.com"),
        sid: None,
        guest,
        iat: now,
        exp: now + 3600,
        iss: ISSUER.to_owned(),
        aud: None,
    };
    let token = key.sign(&claims).unwrap();
    Somebody {
        id,
        ctx: CallContext::anonymous().with_token(token),
    }
}

pub const fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

/// A request for these products.
pub fn lines(items: &[(&pb::Product, i64)]) -> pb::PlaceOrderRequest {
    let line = |(product, quantity): &(&pb::Product, i64)| pb::OrderLine {
        product_id: product.id.clone(),
        quantity: *quantity,
    };
    pb::PlaceOrderRequest {
        items: items.iter().map(line).collect(),
        ..Default::default()
    }
}

/// A payment of the whole order.
pub fn payment_of(order: &pb::Order) -> payment::Payment {
    payment::Payment {
        id: uuid::Uuid::now_v7().to_string(),
        order_id: order.id.clone(),
        order_number: order.order_number.clone(),
        customer_id: order.customer.as_ref().unwrap().id.clone(),
        amount: order.total.clone(),
        version: 1,
        ..Default::default()
    }
}

/// The fields that an error names.
pub fn fields(error: &AppError) -> Vec<&str> {
    error
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect()
}

/// Somebody who is not signed in.
pub fn nobody() -> CallContext {
    CallContext::anonymous()
}
