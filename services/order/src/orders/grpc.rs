//! Orders over gRPC.

use prost::Message as _;
use tonic::{Request, Response, Status};
use waybill_primitives::{FieldErrors, OrderId};
use waybill_proto::order::{
    self as pb, CancelOrderRequest, CancelOrderResponse, ChangeStatusRequest, ChangeStatusResponse,
    GetHistoryRequest, GetHistoryResponse, GetOrderRequest, GetOrderResponse, ListOrdersRequest,
    ListOrdersResponse, PlaceOrderRequest, PlaceOrderResponse, order_service_server::OrderService,
};
use waybill_service_kit::{AppError, choice, context, page_query, trace};

use super::{
    app::{CartSelection, Orders, Versions, user_id},
    domain::{
        Address, Details, Draft, DraftItem, Edit, Filter, OfferDraft, OrderKind, OrderStatus,
        PaymentStatus, QuoteState, Search, Sort,
    },
    wire,
};
use crate::{
    base::{
        fields::{check_amounts, check_span},
        grpc::id,
    },
    shop::products::domain::{Line, ProductKind},
};

/// Maximum number of history items in an answer.
const MAX_HISTORY: u64 = 1_000;

/// Answers `waybill.order.v1.OrderService`.
#[derive(Debug, Clone)]
pub struct OrdersGrpc(pub Orders);

/// Lines by the product's id and the quantity.
fn lines<'a>(items: impl Iterator<Item = (&'a str, i64)>, errors: &mut FieldErrors) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, (product_id, quantity)) in items.enumerate() {
        match product_id.parse() {
            Ok(product_id) => lines.push(Line {
                product_id,
                quantity,
            }),
            Err(_) => errors.add(
                format!("items[{index}].productId"),
                "must be the id of a product",
            ),
        }
    }
    lines
}

fn draft(request: PlaceOrderRequest) -> Result<Draft, FieldErrors> {
    let mut errors = FieldErrors::default();
    let items = request.items.iter();
    let items = items.map(|line| (line.product_id.as_str(), line.quantity));
    let lines = lines(items, &mut errors);
    errors.or(Draft {
        lines,
        details: Details {
            title: request.title,
            description: request.description,
            special_instructions: request.special_instructions,
            estimated_completion: request.estimated_completion.map(Some),
            shipping_address: request
                .shipping_address
                .map(|shipping| Some(address(shipping))),
        },
    })
}

fn edit(request: pb::EditOrderRequest) -> Result<Edit, FieldErrors> {
    let mut errors = FieldErrors::default();
    let lines = request.items.map(|items| {
        // Lines of a quote cannot be edited; an order can be sent back as it was read.
        let items = items.lines.iter();
        let items = items.filter_map(|line| Some((line.product_id.as_deref()?, line.quantity)));
        lines(items, &mut errors)
    });
    errors.or(Edit {
        lines,
        details: Details {
            title: request.title,
            description: request.description,
            special_instructions: request.special_instructions,
            estimated_completion: request.estimated_completion.map(|change| change.to),
            shipping_address: request
                .shipping_address
                .map(|change| change.to.map(address)),
        },
    })
}

fn offer(request: pb::SetQuoteRequest) -> Result<OfferDraft, AppError> {
    let item = |item: pb::QuoteItem| {
        let kind = choice("kind", ProductKind::from_proto(item.kind))?;
        Ok::<_, AppError>(DraftItem {
            name: item.name,
            kind: kind.unwrap_or(ProductKind::Service),
            unit_price: item.unit_price,
            quantity: item.quantity,
        })
    };
    Ok(OfferDraft {
        items: request
            .items
            .into_iter()
            .map(item)
            .collect::<Result<_, _>>()?,
        amount: request.amount,
        valid_until: request.valid_until,
        note: request.note,
    })
}

fn address(address: pb::Address) -> Address {
    Address {
        name: address.name.unwrap_or_default(),
        line1: address.line1,
        line2: address.line2.unwrap_or_default(),
        city: address.city,
        region: address.region.unwrap_or_default(),
        postal_code: address.postal_code.unwrap_or_default(),
        country: address.country,
    }
}

/// The sort of a list.
pub fn sort(value: i32) -> Result<Sort, AppError> {
    let sort = choice("sort", Sort::from_proto(value))?;
    Ok(sort.unwrap_or(Sort::Newest))
}

/// States of quotes. All of them are a filter, too: for orders with a quote.
fn quotes(numbers: &[i32]) -> Result<Vec<QuoteState>, AppError> {
    let states = numbers.iter().map(|state| QuoteState::from_proto(*state));
    let states: Result<Vec<_>, _> = states.filter_map(Result::transpose).collect();
    choice("quote", states)
}

/// The filter of a list and of the export.
pub fn filter(request: &ListOrdersRequest) -> Result<Filter, AppError> {
    check_amounts(
        ("minTotal", request.min_total),
        ("maxTotal", request.max_total),
    )?;
    check_span(request.from, request.to)?;
    Ok(Filter {
        search: Search::parse(&request.q)?,
        statuses: choice("status", OrderStatus::any_from_proto(&request.statuses))?,
        payment_statuses: choice(
            "paymentStatus",
            PaymentStatus::any_from_proto(&request.payment_statuses),
        )?,
        kinds: choice("kind", OrderKind::any_from_proto(&request.kinds))?,
        quotes: quotes(&request.quotes)?,
        unassigned: request.unassigned,
        from: request.from,
        to: request.to,
        customer: user_id("customerId", &request.customer_id)?,
        assignee: user_id("assigneeId", &request.assignee_id)?,
        min_total: request.min_total,
        max_total: request.max_total,
    })
}

#[tonic::async_trait]
impl OrderService for OrdersGrpc {
    async fn place_order(
        &self,
        request: Request<PlaceOrderRequest>,
    ) -> Result<Response<PlaceOrderResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let bytes = request.encode_to_vec();
        let cart = request.from_cart.then(|| CartSelection {
            token: request.cart_token.clone(),
            version: request.cart_version,
        });
        let check_only = request.check_only;
        let draft = draft(request).map_err(AppError::from)?;
        if check_only {
            self.0.check(draft, cart.is_some())?;
            return Ok(Response::new(PlaceOrderResponse::default()));
        }
        let placed = self.0.place(&ctx, &bytes, draft, cart.as_ref()).await?;
        trace::about_order(&placed.answer.id);
        Ok(Response::new(PlaceOrderResponse {
            order: Some(placed.answer),
            replayed: placed.replayed,
        }))
    }

    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("id", &request.get_ref().id)?;
        let order = Some(wire::order(&self.0.get(&ctx, id).await?));
        Ok(Response::new(GetOrderResponse { order }))
    }

    async fn get_orders(
        &self,
        request: Request<pb::GetOrdersRequest>,
    ) -> Result<Response<pb::GetOrdersResponse>, Status> {
        let ctx = context(&request);
        let mut errors = FieldErrors::default();
        let ids = &request.get_ref().ids;
        errors.items("ids", ids.len(), pb::GetOrdersRequest::MAX_IDS);
        errors.or(()).map_err(AppError::from)?;
        let ids = ids.iter().map(|text| id("ids", text));
        let ids: Vec<OrderId> = ids.collect::<Result<_, _>>()?;
        let orders = self.0.get_some(&ctx, &ids).await?;
        Ok(Response::new(pb::GetOrdersResponse {
            orders: orders.iter().map(wire::order).collect(),
        }))
    }

    async fn list_orders(
        &self,
        request: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let (filter, sort) = (filter(&request)?, sort(request.sort)?);
        let page = self.0.list(&ctx, filter, sort, &query).await?;
        Ok(Response::new(ListOrdersResponse {
            orders: page.rows.iter().map(wire::order).collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_history(
        &self,
        request: Request<GetHistoryRequest>,
    ) -> Result<Response<GetHistoryResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("id", &request.get_ref().order_id)?;
        let limit = match u64::from(request.get_ref().limit) {
            limit @ 1..=MAX_HISTORY => limit,
            _ => MAX_HISTORY,
        };
        let entries = self
            .0
            .history(&ctx, id, request.get_ref().after_version, limit)
            .await?;
        let items = entries.iter().map(wire::history).collect();
        Ok(Response::new(GetHistoryResponse { items }))
    }

    async fn change_status(
        &self,
        request: Request<ChangeStatusRequest>,
    ) -> Result<Response<ChangeStatusResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.id)?;
        let status = choice("status", OrderStatus::from_proto(request.status))?;
        let status = status.ok_or_else(|| AppError::invalid_field("status", "is required"))?;
        let order = self
            .0
            .change_status(&ctx, id, status, &request.note, request.version)
            .await?;
        Ok(Response::new(ChangeStatusResponse {
            order: Some(wire::order(&order)),
        }))
    }

    async fn edit_order(
        &self,
        request: Request<pb::EditOrderRequest>,
    ) -> Result<Response<pb::EditOrderResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.id)?;
        let version = request.version;
        let edit = edit(request).map_err(AppError::from)?;
        let order = self.0.edit(&ctx, id, edit, version).await?;
        Ok(Response::new(pb::EditOrderResponse {
            order: Some(wire::order(&order)),
        }))
    }

    async fn set_quote(
        &self,
        request: Request<pb::SetQuoteRequest>,
    ) -> Result<Response<pb::SetQuoteResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("orderId", &request.order_id)?;
        let versions = Versions {
            quote: request.version,
            order: request.order_version,
        };
        let offer = offer(request)?;
        let order = self.0.set_quote(&ctx, id, offer, versions).await?;
        Ok(Response::new(pb::SetQuoteResponse {
            order: Some(wire::order(&order)),
        }))
    }

    async fn withdraw_quote(
        &self,
        request: Request<pb::WithdrawQuoteRequest>,
    ) -> Result<Response<pb::WithdrawQuoteResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("orderId", &request.order_id)?;
        let order = self
            .0
            .withdraw_quote(&ctx, id, request.order_version)
            .await?;
        Ok(Response::new(pb::WithdrawQuoteResponse {
            order: Some(wire::order(&order)),
        }))
    }

    async fn accept_quote(
        &self,
        request: Request<pb::AcceptQuoteRequest>,
    ) -> Result<Response<pb::AcceptQuoteResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("orderId", &request.order_id)?;
        let order = self.0.accept_quote(&ctx, id, request.version).await?;
        Ok(Response::new(pb::AcceptQuoteResponse {
            order: Some(wire::order(&order)),
        }))
    }

    async fn cancel_order(
        &self,
        request: Request<CancelOrderRequest>,
    ) -> Result<Response<CancelOrderResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.id)?;
        let order = self
            .0
            .cancel(&ctx, id, &request.reason, request.version)
            .await?;
        Ok(Response::new(CancelOrderResponse {
            order: Some(wire::order(&order)),
        }))
    }
}
