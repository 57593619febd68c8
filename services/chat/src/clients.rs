//! Asking the order service about an order that is not known here, or that looks different from what the caller says.

use std::time::Duration;

use waybill_primitives::{OrderId, Timestamp};
use waybill_proto::{
    ConvertError,
    order::{self, GetOrderRequest, OrderStatus, order_service_client::OrderServiceClient},
    parse_id,
};
use waybill_service_kit::{
    AppError, CallContext, ErrorKind, GrpcChannel, outgoing_within, retry_read,
};

use crate::domain::{OrderFacts, Party, REPLACED, cut};

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

    /// The order and when it was placed; none if there is none that the caller may know of.
    pub async fn get(
        &self,
        ctx: &CallContext,
        id: OrderId,
    ) -> Result<Option<(OrderFacts, Timestamp)>, AppError> {
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
                    .ok_or_else(|| AppError::internal(missing("order")))?;
                let placed = order.created_at;
                let facts = facts(order).map_err(AppError::internal)?;
                Ok(Some((facts, placed.unwrap_or(Timestamp::UNIX_EPOCH))))
            }
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn missing(field: &'static str) -> ConvertError {
    ConvertError {
        field,
        problem: "is missing".to_owned(),
    }
}

/// What the projection keeps of an order.
pub fn facts(order: order::Order) -> Result<OrderFacts, ConvertError> {
    let status = match order.status() {
        _ if order.replaced_by_id.is_some() => REPLACED,
        OrderStatus::Unspecified => return Err(missing("order.status")),
        OrderStatus::Pending => "PENDING",
        OrderStatus::InProgress => "IN_PROGRESS",
        OrderStatus::OnHold => "ON_HOLD",
        OrderStatus::Completed => "COMPLETED",
        OrderStatus::Cancelled => "CANCELLED",
    };
    let customer = order.customer.ok_or_else(|| missing("order.customer"))?;
    let assignee = match order.assignee {
        None => None,
        Some(assignee) => Some(Party {
            id: parse_id("order.assignee.id", &assignee.id)?,
            name: cut(&assignee.name),
        }),
    };
    Ok(OrderFacts {
        id: parse_id("order.id", &order.id)?,
        number: order.order_number,
        title: cut(order.title.as_deref().unwrap_or_default()),
        customer: Party {
            id: parse_id("order.customer.id", &customer.id)?,
            name: cut(&customer.name),
        },
        assignee,
        status: status.to_owned(),
        version: order.version,
    })
}
