//! Calls the order service for an order that is not known here, or that the caller may see only according to newer events.

use std::time::Duration;

use waybill_primitives::{FieldError, OrderId, Timestamp};
use waybill_proto::{
    order::{
        self, GetOrderRequest, GetOrdersRequest, OrderStatus,
        order_service_client::OrderServiceClient,
    },
    parse_id,
};
use waybill_service_kit::{
    AppError, CallContext, ErrorKind, GrpcChannel, outgoing_within, retry_read,
};

use crate::domain::{Conversation, Status, cut};

/// The order service as the caller sees it.
pub struct Orders {
    client: OrderServiceClient<GrpcChannel>,
    timeout: Duration,
}

impl Orders {
    pub fn new(channel: GrpcChannel, timeout: Duration) -> Self {
        Self {
            client: OrderServiceClient::new(channel),
            timeout,
        }
    }

    /// The order and when it was placed; none if no order with this id is visible to the caller.
    pub async fn get(
        &self,
        ctx: &CallContext,
        id: OrderId,
    ) -> Result<Option<Conversation>, AppError> {
        let answer = retry_read(|| {
            let request = GetOrderRequest { id: id.to_string() };
            let request = outgoing_within(ctx, self.timeout, request);
            let mut client = self.client.clone();
            async move { client.get_order(request).await }
        })
        .await;
        match answer {
            Ok(answer) => {
                let order = answer
                    .order
                    .ok_or_else(|| AppError::internal(FieldError::missing("order")))?;
                known(order).map(Some)
            }
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Those of at most 100 orders that are visible to the caller.
    pub async fn get_all(
        &self,
        ctx: &CallContext,
        ids: &[OrderId],
    ) -> Result<Vec<Conversation>, AppError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let answer = retry_read(|| {
            let request = GetOrdersRequest { ids: ids.clone() };
            let request = outgoing_within(ctx, self.timeout, request);
            let mut client = self.client.clone();
            async move { client.get_orders(request).await }
        });
        answer.await?.orders.into_iter().map(known).collect()
    }
}

/// What an answer says about an order.
fn known(order: order::Order) -> Result<Conversation, AppError> {
    let placed = order.created_at.unwrap_or(Timestamp::UNIX_EPOCH);
    conversation(order, placed).map_err(AppError::internal)
}

/// The initial conversation of an order, at `since`.
pub fn conversation(order: order::Order, since: Timestamp) -> Result<Conversation, FieldError> {
    let status = match order.status() {
        _ if order.replaced_by_id.is_some() => Status::Replaced,
        OrderStatus::Unspecified => return Err(FieldError::missing("order.status")),
        OrderStatus::Pending => Status::Pending,
        OrderStatus::InProgress => Status::InProgress,
        OrderStatus::OnHold => Status::OnHold,
        OrderStatus::Completed => Status::Completed,
        OrderStatus::Cancelled => Status::Cancelled,
    };
    let customer = order
        .customer
        .ok_or_else(|| FieldError::missing("order.customer"))?;
    let assignee = order.assignee.as_ref();
    Ok(Conversation {
        order_id: parse_id("order.id", &order.id)?,
        order_number: order.order_number,
        title: cut(order.title.as_deref().unwrap_or_default()),
        customer_id: parse_id("order.customer.id", &customer.id)?,
        customer_name: cut(&customer.name),
        assignee_id: assignee
            .map(|assignee| parse_id("order.assignee.id", &assignee.id))
            .transpose()?,
        assignee_name: assignee.map(|assignee| cut(&assignee.name)),
        status,
        order_version: order.version,
        version: 0,
        last_seq: 0,
        updated_at: since,
    })
}
