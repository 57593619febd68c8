//! Test helpers: users with access tokens, and their requests.

use waybill_primitives::{Currency, Money, Role, UserId};
use waybill_proto::{order as pb, payment};
use waybill_service_kit::CallContext;
use waybill_testkit::{Issuer, Person};

pub use waybill_testkit::fields_of as fields;

/// A user with an access token.
#[derive(Debug, Clone)]
pub struct Somebody {
    pub id: UserId,
    pub ctx: CallContext,
}

impl Somebody {
    /// The same user with an idempotency key.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            id: self.id,
            ctx: self.ctx.clone().with_idempotency_key(key),
        }
    }
}

/// Signs a user in.
pub fn somebody(issuer: &Issuer, role: Role, name: &str) -> Somebody {
    signed_in(issuer, &Person::new(name, role))
}

/// A guest, with a guest's access token.
pub fn guest(issuer: &Issuer, name: &str) -> Somebody {
    signed_in(issuer, &Person::guest(name))
}

fn signed_in(issuer: &Issuer, person: &Person) -> Somebody {
    Somebody {
        id: person.id,
        ctx: issuer.context(person),
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
        amount: order.total,
        version: 1,
        ..Default::default()
    }
}

/// A caller without a token.
pub fn nobody() -> CallContext {
    CallContext::anonymous()
}
