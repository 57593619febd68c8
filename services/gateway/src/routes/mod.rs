//! The routes. Each handler's annotation is both its route and its entry in OpenAPI.

pub mod admin;
pub mod analytics;
pub mod audit;
pub mod auth;
pub mod cart;
pub mod categories;
pub mod chat;
pub mod exports;
pub mod guests;
pub mod imports;
pub mod invoices;
pub mod media;
pub mod notifications;
pub mod ops;
pub mod orders;
pub mod pages;
pub mod payments;
pub mod payouts;
pub mod products;
pub mod progress;
pub mod quotes;
pub mod shipments;
pub mod shop;
pub mod short;
pub mod users;
pub mod work;
pub mod workers;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// All routes that OpenAPI describes.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(users::routes())
        .merge(products::routes())
        .merge(orders::routes())
        .merge(work::routes())
        .merge(payments::routes())
        .merge(payouts::routes())
        .merge(notifications::routes())
        .merge(chat::routes())
        .merge(admin::routes())
        .merge(analytics::routes())
        .merge(audit::routes())
        .merge(cart::routes())
        .merge(categories::routes())
        .merge(exports::routes())
        .merge(guests::routes())
        .merge(imports::routes())
        .merge(invoices::routes())
        .merge(media::routes())
        .merge(progress::routes())
        .merge(quotes::routes())
        .merge(shipments::routes())
        .merge(shop::routes())
        .merge(workers::routes())
        .merge(short::routes())
        .merge(ops::routes())
}
