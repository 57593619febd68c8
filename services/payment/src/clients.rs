//! Calls to other services: the order service returns what an order costs and whether it may be paid.

use async_trait::async_trait;
use waybill_primitives::{FieldError, OrderId};
use waybill_proto::{
    order::{self as proto, order_service_client::OrderServiceClient},
    parse_id,
};
use waybill_service_kit::{AppError, CallContext, GrpcChannel, outgoing, retry_read};

use crate::payments::{
    app::Orders,
    domain::{OrderLine, OrderPayment, OrderSummary},
};

/// The order service, called with the caller's own token.
#[derive(Clone)]
pub struct OrderClient(OrderServiceClient<GrpcChannel>);

impl OrderClient {
    pub fn new(channel: GrpcChannel) -> Self {
        Self(OrderServiceClient::new(channel))
    }
}

#[async_trait]
impl Orders for OrderClient {
    async fn find(&self, ctx: &CallContext, id: OrderId) -> Result<OrderSummary, AppError> {
        let answer = retry_read(|| {
            let mut client = self.0.clone();
            let request = outgoing(ctx, proto::GetOrderRequest { id: id.to_string() });
            async move { client.get_order(request).await }
        })
        .await?;
        let order = answer
            .order
            .ok_or_else(|| AppError::internal("the order service answered without an order"))?;
        summary(&order).map_err(AppError::internal)
    }
}

/// The properties of an order that matter for its payment.
pub fn summary(order: &proto::Order) -> Result<OrderSummary, FieldError> {
    let customer = order
        .customer
        .as_ref()
        .ok_or_else(|| FieldError::missing("customer"))?;
    let total = order.total.ok_or_else(|| FieldError::missing("total"))?;
    Ok(OrderSummary {
        id: parse_id("order.id", &order.id)?,
        number: order.order_number.clone(),
        customer_id: parse_id("customer.id", &customer.id)?,
        total,
        payment: match order.payment_status() {
            proto::PaymentStatus::Paid | proto::PaymentStatus::Authorized => OrderPayment::Paid,
            proto::PaymentStatus::Refunded | proto::PaymentStatus::PartiallyRefunded => {
                OrderPayment::Refunded
            }
            proto::PaymentStatus::Unspecified
            | proto::PaymentStatus::Unpaid
            | proto::PaymentStatus::Failed => OrderPayment::Due,
        },
        cancelled: order.status() == proto::OrderStatus::Cancelled,
        unpriced: order
            .quote
            .as_ref()
            .is_some_and(|quote| quote.state() != proto::QuoteState::Accepted),
        expires_at: order.expires_at,
        lines: order.items.iter().map(line).collect(),
    })
}

fn line(item: &proto::OrderItem) -> OrderLine {
    OrderLine {
        quantity: item.quantity,
        total: item.line_total.map_or(0, |total| total.amount),
        has_stock: item.kind() == proto::ProductKind::Goods && item.product_id.is_some(),
    }
}
