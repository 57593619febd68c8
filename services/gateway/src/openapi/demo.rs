//! Examples that work when they are tried on a platform with demo data: accounts, a product and an order that are really there.

use std::sync::Arc;

use axum::{Json, Router, extract::State, response::IntoResponse as _, routing::get};
use serde_json::{Map, Value, json};
use waybill_proto::{common::PageRequest, order as pb};
use waybill_service_kit::CallContext;

use crate::app::{App, DemoAccount, Gateway, read};

/// The id of resources in the examples of the document.
const EXAMPLE_ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// Serves the document: with demo data, its examples are made anew for each reader, because orders leave the pool.
pub fn routes(document: Value) -> Router<App> {
    let text: bytes::Bytes = document.to_string().into();
    let document = Arc::new(document);
    let serve = async move |State(app): State<App>| {
        if app.demo_accounts.is_empty() {
            return crate::routes::ops::document(text);
        }
        let mut document = Value::clone(&document);
        Examples::load(&app).await.show(&mut document);
        Json(document).into_response()
    };
    Router::new().route("/openapi.json", get(serve))
}

struct Examples<'a> {
    accounts: &'a [DemoAccount],
    /// Goods that can be ordered.
    product: Option<String>,
    /// An order that can be claimed.
    order: Option<String>,
}

impl<'a> Examples<'a> {
    async fn load(app: &'a Gateway) -> Self {
        let goods = pb::ListProductsRequest {
            page: Some(PageRequest {
                limit: 1,
                ..PageRequest::default()
            }),
            in_stock: Some(true),
            kinds: vec![pb::ProductKind::Goods.into()],
            ..pb::ListProductsRequest::default()
        };
        let visitor = CallContext::anonymous();
        let products = read!(app.clients.catalogue, list_products, &visitor, goods);
        let product = products
            .ok()
            .and_then(|answer| answer.products.into_iter().next());
        // As in the pool, which is for workers only.
        let paid = pb::ListOrdersRequest {
            page: Some(PageRequest {
                limit: PageRequest::MAX_LIMIT,
                ..PageRequest::default()
            }),
            statuses: vec![pb::OrderStatus::Pending.into()],
            payment_statuses: vec![pb::PaymentStatus::Paid.into()],
            ..pb::ListOrdersRequest::default()
        };
        let gateway = CallContext::anonymous().with_service_token(&app.service_tokens, "gateway");
        let orders = match gateway {
            Ok(gateway) => read!(app.clients.order, list_orders, &gateway, paid).ok(),
            Err(_) => None,
        };
        let waits =
            |order: &pb::Order| order.assignee.is_none() && order.kind() != pb::OrderKind::Goods;
        let orders = orders.into_iter().flat_map(|answer| answer.orders);
        let order = orders.into_iter().find(waits);
        Self {
            accounts: &app.demo_accounts,
            product: product.map(|product| product.id),
            order: order.map(|order| order.id),
        }
    }

    fn show(&self, document: &mut Value) {
        let logins: Map<_, _> = self
            .accounts
            .iter()
            .map(|account| {
                let value = json!({"email": account.email, "password": account.password});
                let summary = format!("{}: {}", account.role, account.email);
                let name = account.email.split('@').next().unwrap_or_default();
                (name.to_owned(), json!({"summary": summary, "value": value}))
            })
            .collect();
        for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
            let id = match path.as_str() {
                _ if path.starts_with("/api/v1/products/{id}") => self.product.as_ref(),
                _ if path.starts_with("/api/v1/orders/{id}") => self.order.as_ref(),
                _ => None,
            };
            for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
                // Not by index, which would add what is missing as null.
                let parameters = operation.get_mut("parameters");
                let parameters = parameters.and_then(Value::as_array_mut);
                let ids = parameters.into_iter().flatten();
                for parameter in ids.filter(|it| it["in"] == "path" && it["name"] == "id") {
                    if let Some(id) = id {
                        parameter["example"] = id.as_str().into();
                    }
                }
                if path.ends_with("/auth/login") || path.ends_with("/users/login") {
                    let body = &mut operation["requestBody"]["content"]["application/json"];
                    body["examples"] = logins.clone().into();
                }
            }
        }
        let schemas = &mut document["components"]["schemas"];
        for (schema, id) in [
            ("NewOrder", &self.product),
            ("OrderLine", &self.product),
            ("EditedLine", &self.product),
            ("Claims", &self.order),
        ] {
            if let (Some(id), Some(example)) = (id, schemas[schema].get_mut("example")) {
                replace(example, id);
            }
        }
    }
}

/// Replaces the example id at any depth.
fn replace(value: &mut Value, id: &str) {
    match value {
        Value::String(text) if text == EXAMPLE_ID => id.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, id)),
        Value::Object(fields) => fields.values_mut().for_each(|value| replace(value, id)),
        _ => {}
    }
}
