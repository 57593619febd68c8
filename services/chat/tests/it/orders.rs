//! A fake order service. It shows its orders as the real one does: to the customer, the worker, administrators, and to staff
//! while they are unassigned.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tonic::{Request, Response, Status};
use waybill_primitives::Role;
use waybill_proto::order::{
    AcceptQuoteRequest, AcceptQuoteResponse, CancelOrderRequest, CancelOrderResponse,
    ChangeStatusRequest, ChangeStatusResponse, EditOrderRequest, EditOrderResponse,
    GetHistoryRequest, GetHistoryResponse, GetOrderRequest, GetOrderResponse, GetOrdersRequest,
    GetOrdersResponse, ListOrdersRequest, ListOrdersResponse, Order, PlaceOrderRequest,
    PlaceOrderResponse, SetQuoteRequest, SetQuoteResponse, WithdrawQuoteRequest,
    WithdrawQuoteResponse, order_service_server,
};
use waybill_service_kit::{AppError, context};

#[derive(Default)]
struct State {
    orders: HashMap<String, Order>,
    away: bool,
    asked: usize,
}

#[derive(Clone, Default)]
pub struct Orders(Arc<Mutex<State>>);

impl Orders {
    pub fn put(&self, order: &Order) {
        let mut state = self.0.lock().expect("no panics");
        state.orders.insert(order.id.clone(), order.clone());
    }

    pub fn go_away(&self, away: bool) {
        self.0.lock().expect("no panics").away = away;
    }

    /// How often an order was requested.
    pub fn asked(&self) -> usize {
        self.0.lock().expect("no panics").asked
    }
}

#[tonic::async_trait]
impl order_service_server::OrderService for Orders {
    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let ctx = context(&request);
        let user = ctx.user()?;
        let mut state = self.0.lock().expect("no panics");
        state.asked += 1;
        if state.away {
            return Err(AppError::unavailable("away").into());
        }
        let id = user.id.to_string();
        let order = state.orders.get(&request.into_inner().id).filter(|order| {
            let customer = order.customer.as_ref().is_some_and(|one| one.id == id);
            let assignee = order.assignee.as_ref().map(|one| one.id == id);
            match user.role {
                Role::Admin => true,
                Role::Staff => customer || assignee.unwrap_or(true),
                Role::Customer => customer,
            }
        });
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        Ok(Response::new(GetOrderResponse {
            order: Some(order.clone()),
        }))
    }

    async fn place_order(
        &self,
        _: Request<PlaceOrderRequest>,
    ) -> Result<Response<PlaceOrderResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn get_orders(
        &self,
        _: Request<GetOrdersRequest>,
    ) -> Result<Response<GetOrdersResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn list_orders(
        &self,
        _: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn get_history(
        &self,
        _: Request<GetHistoryRequest>,
    ) -> Result<Response<GetHistoryResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn change_status(
        &self,
        _: Request<ChangeStatusRequest>,
    ) -> Result<Response<ChangeStatusResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn edit_order(
        &self,
        _: Request<EditOrderRequest>,
    ) -> Result<Response<EditOrderResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn set_quote(
        &self,
        _: Request<SetQuoteRequest>,
    ) -> Result<Response<SetQuoteResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn withdraw_quote(
        &self,
        _: Request<WithdrawQuoteRequest>,
    ) -> Result<Response<WithdrawQuoteResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn accept_quote(
        &self,
        _: Request<AcceptQuoteRequest>,
    ) -> Result<Response<AcceptQuoteResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }

    async fn cancel_order(
        &self,
        _: Request<CancelOrderRequest>,
    ) -> Result<Response<CancelOrderResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }
}
