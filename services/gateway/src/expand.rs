//! `expand=order`: the order beside its id, in lists and single answers.
//!
//! All orders of a page are read by one call, as the caller: an order that they may not read is null.

use std::{borrow::Cow, collections::HashMap};

use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type},
};
use waybill_proto::{common::PageInfo, json::Version, notification, order, payment};
use waybill_service_kit::CallContext;

use crate::{
    answer::Page,
    app::{Gateway, read},
    error::ApiError,
};

/// What can be expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Order,
}

crate::dto::named!(Part { Order = "order" });

/// What is shown beside its id.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Expand {
    /// `order`: with the order beside its id; null if you may not read it.
    #[param(inline)]
    pub expand: Option<Part>,
}

/// What belongs to an order, and has its id.
pub trait OfOrder {
    fn order_id(&self) -> Option<&str>;
}

impl OfOrder for order::ChangeRequest {
    fn order_id(&self) -> Option<&str> {
        Some(&self.order_id)
    }
}

impl OfOrder for payment::Payment {
    fn order_id(&self) -> Option<&str> {
        Some(&self.order_id)
    }
}

impl OfOrder for notification::Notification {
    fn order_id(&self) -> Option<&str> {
        self.order_id.as_deref()
    }
}

/// A `T` with its order, if that was asked for.
#[derive(Debug, Serialize)]
pub struct Expanded<T> {
    #[serde(flatten)]
    item: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Option<order::Order>>,
}

impl<T: Version> Version for Expanded<T> {
    fn version(&self) -> i64 {
        self.item.version()
    }
}

impl Expand {
    /// The items, each with its order if that was asked for.
    pub async fn all<T: OfOrder>(
        &self,
        app: &Gateway,
        context: &CallContext,
        items: Vec<T>,
    ) -> Result<Vec<Expanded<T>>, ApiError> {
        if self.expand.is_none() {
            let plain = |item| Expanded { item, order: None };
            return Ok(items.into_iter().map(plain).collect());
        }
        let ids = items.iter().filter_map(OfOrder::order_id);
        let mut ids: Vec<_> = ids.map(str::to_owned).collect();
        ids.sort_unstable();
        ids.dedup();
        let orders = if ids.is_empty() {
            Vec::new()
        } else {
            let request = order::GetOrdersRequest { ids };
            read!(app.clients.order, get_orders, context, request)?.orders
        };
        let orders: HashMap<_, _> = orders
            .into_iter()
            .map(|order| (order.id.clone(), order))
            .collect();
        let with_order = |item: T| {
            let order = item.order_id().and_then(|id| orders.get(id)).cloned();
            Expanded {
                item,
                order: Some(order),
            }
        };
        Ok(items.into_iter().map(with_order).collect())
    }

    pub async fn one<T: OfOrder>(
        &self,
        app: &Gateway,
        context: &CallContext,
        item: T,
    ) -> Result<Expanded<T>, ApiError> {
        let mut items = self.all(app, context, vec![item]).await?;
        crate::app::required(items.pop(), "the item")
    }

    pub async fn page<T: OfOrder>(
        &self,
        app: &Gateway,
        context: &CallContext,
        items: Vec<T>,
        page: Option<PageInfo>,
    ) -> Result<Page<Expanded<T>>, ApiError> {
        Ok(Page::new(self.all(app, context, items).await?, page))
    }
}

impl<T: ToSchema> PartialSchema for Expanded<T> {
    fn schema() -> RefOr<Schema> {
        let null = ObjectBuilder::new().schema_type(Type::Null);
        let order = OneOfBuilder::new()
            .item(null)
            .item(Ref::from_schema_name(order::Order::name()))
            .description(Some("Only with `expand=order`."));
        AllOfBuilder::new()
            .item(Ref::from_schema_name(T::name()))
            .item(ObjectBuilder::new().property("order", order))
            .into()
    }
}

impl<T: ToSchema> ToSchema for Expanded<T> {
    fn name() -> Cow<'static, str> {
        format!("{}WithOrder", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
        schemas.push((order::Order::name().into_owned(), order::Order::schema()));
        order::Order::schemas(schemas);
    }
}
