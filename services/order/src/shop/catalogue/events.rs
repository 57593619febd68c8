//! Events of products.

use waybill_proto::order::{ProductChanged, ProductEvent};
use waybill_store::Tx;

use crate::shop::stock::{domain::Offer, wire};

/// Publishes a change of a product.
pub fn product_changed(tx: &Tx, offer: &Offer, kind: ProductEvent) {
    let event = ProductChanged {
        product: Some(wire::product(offer, false)),
        kind: kind.into(),
    };
    tx.emit(offer.product.id, offer.product.version, &event);
}
