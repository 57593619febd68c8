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
use waybill_service_kit::{AppError, UserCaller, context};

#[derive(Default)]
struct State {
    orders: HashMap<String, Order>,
    away: bool,
    asked: usize,
}

impl State {
    fn visible(&self, user: &UserCaller, id: &str) -> Option<&Order> {
        let own = user.id.to_string();
        self.orders.get(id).filter(|order| {
            let customer = order.customer.as_ref().is_some_and(|one| one.id == own);
            let assignee = order.assignee.as_ref().map(|one| one.id == own);
            match user.role {
                Role::Admin => true,
                Role::Staff => customer || assignee.unwrap_or(true),
                Role::Customer => customer,
            }
        })
    }
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
        let order = state.visible(user, &request.into_inner().id);
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
        request: Request<GetOrdersRequest>,
    ) -> Result<Response<GetOrdersResponse>, Status> {
        let ctx = context(&request);
        let user = ctx.user()?;
        let state = self.0.lock().expect("no panics");
        if state.away {
            return Err(AppError::unavailable("away").into());
        }
        let ids = request.get_ref().ids.iter();
        let orders = ids.filter_map(|id| state.visible(user, id));
        Ok(Response::new(GetOrdersResponse {
            orders: orders.cloned().collect(),
        }))
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
