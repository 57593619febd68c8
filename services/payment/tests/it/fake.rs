//! Fakes: an order service with the orders of a test, and a bank that fails on demand.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use tonic::{Request, Response, Status};
use waybill_payment::{
    BegunPayment, Capture, Checkout, CheckoutSession, Delivery, Message, News, PaymentKey,
    PaymentProvider, PaymentStatus, PayoutOrder, Provider, ProviderError, RefundOrder, Sandbox,
    Transfer, TransferStatus, WebhookError,
};
use waybill_primitives::{Currency, Money};
use waybill_proto::order::{self as proto, order_service_server::OrderService};
use waybill_service_kit::{AppError, context};

use crate::shop::TOTAL;

/// Orders by id, shown to owner, assignee and administrators.
#[derive(Clone, Default)]
pub struct FakeOrders {
    orders: Arc<Mutex<HashMap<String, proto::Order>>>,
    away: Arc<AtomicBool>,
}

impl FakeOrders {
    pub fn put(&self, order: &proto::Order) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.insert(order.id.clone(), order.clone());
    }

    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

fn unused<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("payment does not call this"))
}

#[tonic::async_trait]
impl OrderService for FakeOrders {
    async fn get_order(
        &self,
        request: Request<proto::GetOrderRequest>,
    ) -> Result<Response<proto::GetOrderResponse>, Status> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Status::unavailable("the order service is away"));
        }
        let ctx = context(&request);
        let user = ctx.user()?;
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let order = orders.get(&request.get_ref().id).filter(|order| {
            let me = user.id.to_string();
            let owner = order.customer.as_ref().is_some_and(|c| c.id == me);
            let assignee = order.assignee.as_ref().is_some_and(|a| a.id == me);
            owner || assignee || user.is_admin()
        });
        let order = order.ok_or_else(|| AppError::not_found("order"))?.clone();
        Ok(Response::new(proto::GetOrderResponse {
            order: Some(order),
        }))
    }

    async fn place_order(
        &self,
        _: Request<proto::PlaceOrderRequest>,
    ) -> Result<Response<proto::PlaceOrderResponse>, Status> {
        unused()
    }

    async fn get_orders(
        &self,
        _: Request<proto::GetOrdersRequest>,
    ) -> Result<Response<proto::GetOrdersResponse>, Status> {
        unused()
    }

    async fn list_orders(
        &self,
        _: Request<proto::ListOrdersRequest>,
    ) -> Result<Response<proto::ListOrdersResponse>, Status> {
        unused()
    }

    async fn get_history(
        &self,
        _: Request<proto::GetHistoryRequest>,
    ) -> Result<Response<proto::GetHistoryResponse>, Status> {
        unused()
    }

    async fn change_status(
        &self,
        _: Request<proto::ChangeStatusRequest>,
    ) -> Result<Response<proto::ChangeStatusResponse>, Status> {
        unused()
    }

    async fn edit_order(
        &self,
        _: Request<proto::EditOrderRequest>,
    ) -> Result<Response<proto::EditOrderResponse>, Status> {
        unused()
    }

    async fn set_quote(
        &self,
        _: Request<proto::SetQuoteRequest>,
    ) -> Result<Response<proto::SetQuoteResponse>, Status> {
        unused()
    }

    async fn withdraw_quote(
        &self,
        _: Request<proto::WithdrawQuoteRequest>,
    ) -> Result<Response<proto::WithdrawQuoteResponse>, Status> {
        unused()
    }

    async fn accept_quote(
        &self,
        _: Request<proto::AcceptQuoteRequest>,
    ) -> Result<Response<proto::AcceptQuoteResponse>, Status> {
        unused()
    }

    async fn cancel_order(
        &self,
        _: Request<proto::CancelOrderRequest>,
    ) -> Result<Response<proto::CancelOrderResponse>, Status> {
        unused()
    }
}

/// The failure of one refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The bank cannot be reached; no money moves.
    Down,
    /// The bank refunds the money, but its response is lost: as in a crash right after the call.
    AnswerLost,
    /// The bank refuses.
    Refused,
    /// The bank needs time.
    Slow,
    /// The bank tried, and the money came back.
    Rejected,
    /// The bank's client has a bug.
    Panic,
    /// The bank refunds the money and never responds.
    Hangs,
}

/// Money that a bank moves, as often as it is asked to, but once per key.
#[derive(Default)]
pub struct Counter {
    troubles: Mutex<VecDeque<Trouble>>,
    calls: AtomicUsize,
    keys: Mutex<HashSet<uuid::Uuid>>,
    amount: Mutex<i64>,
}

impl Counter {
    /// The failures of the next calls.
    pub fn plan(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.troubles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(troubles);
    }

    /// How often it was asked to.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// What it has moved, in minor units.
    pub fn moved(&self) -> i64 {
        *self.amount.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, key: uuid::Uuid, amount: i64) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.insert(key) {
            *self.amount.lock().unwrap_or_else(PoisonError::into_inner) += amount;
        }
    }

    async fn transfer(&self, key: uuid::Uuid, amount: i64) -> Result<Transfer, ProviderError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let trouble = self
            .troubles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        let reference = format!("bank_{key}");
        let status = match trouble {
            None => {
                self.count(key, amount);
                TransferStatus::Done
            }
            Some(Trouble::Slow) => TransferStatus::Pending,
            Some(Trouble::Rejected) => TransferStatus::Failed("the account is closed".to_owned()),
            Some(Trouble::Down) => return Err(ProviderError::Unavailable("down".to_owned())),
            Some(Trouble::Refused) => return Err(ProviderError::Refused("no".to_owned())),
            Some(Trouble::Panic) => panic!("planned by the test"),
            Some(Trouble::AnswerLost) => {
                self.count(key, amount);
                return Err(ProviderError::Unavailable("answer lost".to_owned()));
            }
            Some(Trouble::Hangs) => {
                self.count(key, amount);
                std::future::pending().await
            }
        };
        Ok(Transfer { reference, status })
    }
}

/// A sandbox whose refunds and payouts move counted money and fail as planned.
#[derive(Default)]
pub struct Bank {
    pub refunds: Counter,
    pub payouts: Counter,
    /// Locked by a test to block checkouts.
    checkouts: tokio::sync::Mutex<()>,
    begins: AtomicUsize,
    asked: AtomicUsize,
    /// What it answers about payments, by their references.
    known: Mutex<HashMap<String, PaymentStatus>>,
}

impl Bank {
    /// The failures of the next refunds.
    pub fn plan(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.refunds.plan(troubles);
    }

    /// Blocks checkouts until the guard is dropped.
    pub async fn block_checkouts(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.checkouts.lock().await
    }

    /// How many checkouts were requested.
    pub fn begins(&self) -> usize {
        self.begins.load(Ordering::SeqCst)
    }

    /// How often it was asked for a refund.
    pub fn calls(&self) -> usize {
        self.refunds.calls()
    }

    /// What it answers from now on about a payment.
    pub fn knows(&self, payment: &waybill_proto::payment::Payment, status: PaymentStatus) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(format!("sandbox_{}", payment.id), status);
    }

    /// How often it was asked about payments.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// The sum of refunds to customers, in minor units.
    pub fn returned(&self) -> i64 {
        self.refunds.moved()
    }
}

#[async_trait]
impl PaymentProvider for Bank {
    fn name(&self) -> Provider {
        Provider::Sandbox
    }

    async fn begin(&self, checkout: &Checkout) -> Result<CheckoutSession, ProviderError> {
        self.begins.fetch_add(1, Ordering::SeqCst);
        let _turn = self.checkouts.lock().await;
        Sandbox::new(None).begin(checkout).await
    }

    async fn payment(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&payment.reference).cloned();
        Ok(known.unwrap_or(PaymentStatus::Waiting))
    }

    async fn capture(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Sandbox::new(None).capture(payment).await
    }

    async fn cancel(&self, payment: &BegunPayment) -> Result<PaymentStatus, ProviderError> {
        Sandbox::new(None).cancel(payment).await
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<Transfer, ProviderError> {
        let (key, amount) = (refund.idempotency_key, refund.amount.amount);
        self.refunds.transfer(key, amount).await
    }

    async fn refund_status(&self, reference: &str) -> Result<TransferStatus, ProviderError> {
        Sandbox::new(None).refund_status(reference).await
    }

    fn check_recipient(&self, recipient: &str) -> Result<(), &'static str> {
        Sandbox::new(None).check_recipient(recipient)
    }

    async fn pay_out(&self, payout: &PayoutOrder) -> Result<Transfer, ProviderError> {
        let (key, amount) = (payout.idempotency_key, payout.amount.amount);
        self.payouts.transfer(key, amount).await
    }

    async fn payout_status(&self, reference: &str) -> Result<TransferStatus, ProviderError> {
        Sandbox::new(None).payout_status(reference).await
    }

    /// Signed by the header `bank-signature: good`.
    async fn receive(&self, delivery: Delivery<'_>) -> Result<Message, WebhookError> {
        if (delivery.header)("bank-signature") != Some("good") {
            return Err(WebhookError::Signature("it is not ours"));
        }
        self.read(delivery.body)
    }

    /// `{"id", "kind", "payment", "refund" or "payout", "reason"?}`; the kind is the state in lower case.
    fn read(&self, body: &[u8]) -> Result<Message, WebhookError> {
        let body: serde_json::Value = serde_json::from_slice(body)
            .map_err(|error| WebhookError::Malformed(error.to_string()))?;
        if body["payment_id"].is_string() {
            return Sandbox::new(None).read(body.to_string().as_bytes());
        }
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let kind = text("kind").unwrap_or_default();
        let reason = text("reason").unwrap_or_default();
        let status = match kind.as_str() {
            "authorized" => Some(PaymentStatus::Authorized),
            "captured" => Some(PaymentStatus::Captured(Capture {
                reference: text("capture").unwrap_or_default(),
                amount: Money::new(body["amount"].as_i64().unwrap_or(TOTAL), Currency::USD),
                fee: body["fee"]
                    .as_i64()
                    .map(|fee| Money::new(fee, Currency::USD)),
            })),
            "failed" => Some(PaymentStatus::Failed(reason.clone())),
            "cancelled" => Some(PaymentStatus::Cancelled),
            "expired" => Some(PaymentStatus::Expired),
            _ => None,
        };
        let payment = text("payment").and_then(|id| id.parse().ok());
        let transfer = |reference| Transfer {
            reference,
            status: match kind.as_str() {
                "done" => TransferStatus::Done,
                "returned" => TransferStatus::Failed(reason.clone()),
                _ => TransferStatus::Pending,
            },
        };
        let news = match (payment, text("refund"), text("payout"), status) {
            (Some(id), _, _, Some(status)) => Some(News::Payment {
                of: PaymentKey::Id(id),
                status,
            }),
            (None, Some(reference), ..) => Some(News::Refund {
                id: None,
                transfer: transfer(reference),
            }),
            (None, None, Some(reference), _) => Some(News::Payout {
                id: None,
                transfer: transfer(reference),
            }),
            _ => None,
        };
        Ok(Message {
            id: text("id").unwrap_or_default(),
            kind,
            news,
        })
    }
}
