//! The gRPC layer of `PaymentService`: decodes, calls the use case, encodes.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use waybill_primitives::FieldErrors;
use waybill_proto::{
    parse_id,
    payment::{self as proto, payment_service_server::PaymentService},
};
use waybill_service_kit::{AppError, choice, context, page_query, trace};

use crate::{
    differences::{self, app::Differences},
    ledger::{self, app::Ledger},
    payments::{
        app::{NewPayment, Payments},
        domain::{PaymentState, Provider},
    },
    provider_events::{app::ProviderEvents, settlement::Settlement},
    providers::sandbox::Outcome,
    receipts::{self, app::Receipts},
    refunds::{
        self,
        app::{NewRefund, Refunds},
        domain::RefundState,
    },
    webhooks::app::Webhooks,
};

/// Answers `waybill.payment.v1.PaymentService`.
#[derive(Clone)]
pub struct PaymentGrpc {
    pub payments: Arc<Payments>,
    pub provider_events: Arc<ProviderEvents>,
    pub settlement: Arc<Settlement>,
    pub refunds: Arc<Refunds>,
    pub webhooks: Arc<Webhooks>,
    pub ledger: Arc<Ledger>,
    pub differences: Arc<Differences>,
    pub receipts: Arc<Receipts>,
}

#[tonic::async_trait]
impl PaymentService for PaymentGrpc {
    async fn create_payment(
        &self,
        request: Request<proto::CreatePaymentRequest>,
    ) -> Result<Response<proto::CreatePaymentResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let new = NewPayment {
            order_id: parse_id("orderId", &request.order_id).map_err(AppError::from)?,
            provider: choice("provider", Provider::required_from_proto(request.provider))?,
            success_url: request.success_url,
            cancel_url: request.cancel_url,
        };
        trace::about_order(new.order_id);
        let created = self.payments.create(&ctx, new).await?;
        Ok(Response::new(proto::CreatePaymentResponse {
            payment: Some(created.answer),
            replayed: created.replayed,
        }))
    }

    async fn get_payment(
        &self,
        request: Request<proto::GetPaymentRequest>,
    ) -> Result<Response<proto::GetPaymentResponse>, Status> {
        let ctx = context(&request);
        let id = parse_id("id", &request.get_ref().id).map_err(AppError::from)?;
        let payment = self.payments.get(&ctx, id).await?;
        Ok(Response::new(proto::GetPaymentResponse {
            payment: Some((&payment).into()),
        }))
    }

    async fn capture_payment(
        &self,
        request: Request<proto::CapturePaymentRequest>,
    ) -> Result<Response<proto::CapturePaymentResponse>, Status> {
        let ctx = context(&request);
        let id = parse_id("id", &request.get_ref().id).map_err(AppError::from)?;
        let payment = self.settlement.capture(&ctx, id).await?;
        Ok(Response::new(proto::CapturePaymentResponse {
            payment: Some((&payment).into()),
        }))
    }

    async fn list_providers(
        &self,
        _: Request<proto::ListProvidersRequest>,
    ) -> Result<Response<proto::ListProvidersResponse>, Status> {
        let providers = self.payments.providers.names();
        Ok(Response::new(proto::ListProvidersResponse {
            providers: providers.map(Into::into).collect(),
        }))
    }

    async fn receive_webhook(
        &self,
        request: Request<proto::ReceiveWebhookRequest>,
    ) -> Result<Response<proto::ReceiveWebhookResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let provider = choice("provider", Provider::required_from_proto(request.provider))?;
        let (headers, body) = (&request.headers, &request.body);
        self.webhooks.receive(&ctx, provider, headers, body).await?;
        Ok(Response::new(proto::ReceiveWebhookResponse {}))
    }

    async fn create_refund(
        &self,
        request: Request<proto::CreateRefundRequest>,
    ) -> Result<Response<proto::CreateRefundResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let mut errors = FieldErrors::default();
        let max = proto::CreateRefundRequest::MAX_REASON;
        let reason = errors.required_line("reason", &request.reason, max);
        let lines = refunds::lines::read(&request.lines, &mut errors);
        let new = errors
            .or(NewRefund {
                payment_id: parse_id("paymentId", &request.payment_id).map_err(AppError::from)?,
                amount: request.amount,
                reason,
                lines,
            })
            .map_err(AppError::from)?;
        let created = self.refunds.create(&ctx, new).await?;
        Ok(Response::new(proto::CreateRefundResponse {
            refund: Some(created.answer),
            replayed: created.replayed,
        }))
    }

    async fn list_refunds(
        &self,
        request: Request<proto::ListRefundsRequest>,
    ) -> Result<Response<proto::ListRefundsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let payment = match request.payment_id.as_str() {
            "" => None,
            id => Some(parse_id("paymentId", id).map_err(AppError::from)?),
        };
        let states = choice("state", RefundState::any_from_proto(&request.states))?;
        let filter = refunds::store::Filter {
            payment,
            states,
            by_hand: request.by_hand,
        };
        let query = page_query(request.page.as_ref())?;
        let page = self
            .refunds
            .list(&ctx, filter, request.of_payment, &query)
            .await?;
        Ok(Response::new(proto::ListRefundsResponse {
            refunds: if request.of_payment {
                page.rows.iter().map(proto::Refund::from).collect()
            } else {
                self.refunds.with_orders(&page.rows).await?
            },
            page: Some(page.info()),
        }))
    }

    async fn list_payments(
        &self,
        request: Request<proto::ListPaymentsRequest>,
    ) -> Result<Response<proto::ListPaymentsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order = match request.order_id.as_str() {
            "" => None,
            id => Some(parse_id("orderId", id).map_err(AppError::from)?),
        };
        let states = choice("state", PaymentState::any_from_proto(&request.states))?;
        let query = page_query(request.page.as_ref())?;
        let page = self
            .payments
            .list(&ctx, order, request.of_order, states, &query)
            .await?;
        Ok(Response::new(proto::ListPaymentsResponse {
            payments: page.rows.iter().map(proto::Payment::from).collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_sandbox_checkout(
        &self,
        request: Request<proto::GetSandboxCheckoutRequest>,
    ) -> Result<Response<proto::GetSandboxCheckoutResponse>, Status> {
        let id = &request.get_ref().payment_id;
        let id = parse_id("paymentId", id).map_err(AppError::from)?;
        let payment = self.provider_events.sandbox_checkout(id).await?;
        Ok(Response::new(proto::GetSandboxCheckoutResponse {
            success_url: payment.success_url.clone().unwrap_or_default(),
            cancel_url: payment.cancel_url.clone().unwrap_or_default(),
            payment: Some((&payment).into()),
        }))
    }

    async fn complete_sandbox_checkout(
        &self,
        request: Request<proto::CompleteSandboxCheckoutRequest>,
    ) -> Result<Response<proto::CompleteSandboxCheckoutResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id = parse_id("paymentId", &request.payment_id).map_err(AppError::from)?;
        let outcome = choice("outcome", Outcome::required_from_proto(request.outcome))?;
        let payment = match outcome {
            Outcome::SucceedLate | Outcome::SucceedTwice => {
                self.webhooks
                    .send_sandbox_messages(&ctx, id, outcome)
                    .await?
            }
            Outcome::Succeed | Outcome::Decline | Outcome::Stall => {
                let events = &self.provider_events;
                events.complete_sandbox(&ctx, id, outcome).await?
            }
        };
        let redirect_url = match outcome {
            Outcome::Succeed | Outcome::SucceedLate | Outcome::SucceedTwice => {
                payment.success_url.clone()
            }
            Outcome::Decline => payment.cancel_url.clone(),
            Outcome::Stall => None,
        };
        Ok(Response::new(proto::CompleteSandboxCheckoutResponse {
            payment: Some((&payment).into()),
            redirect_url,
        }))
    }

    async fn list_balances(
        &self,
        request: Request<proto::ListBalancesRequest>,
    ) -> Result<Response<proto::ListBalancesResponse>, Status> {
        let ctx = context(&request);
        let balances = ledger::grpc::balances(&self.ledger, &ctx, request.into_inner()).await?;
        Ok(Response::new(balances))
    }

    async fn record_export(
        &self,
        request: Request<proto::RecordExportRequest>,
    ) -> Result<Response<proto::RecordExportResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        self.ledger
            .record_export(&ctx, &request.list, &request.query)
            .await?;
        Ok(Response::new(proto::RecordExportResponse {}))
    }

    async fn list_differences(
        &self,
        request: Request<proto::ListDifferencesRequest>,
    ) -> Result<Response<proto::ListDifferencesResponse>, Status> {
        let ctx = context(&request);
        let page = differences::grpc::list(&self.differences, &ctx, request.into_inner()).await?;
        Ok(Response::new(page))
    }

    async fn resolve_difference(
        &self,
        request: Request<proto::ResolveDifferenceRequest>,
    ) -> Result<Response<proto::ResolveDifferenceResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let resolved = differences::grpc::resolve(&self.differences, &ctx, request).await?;
        Ok(Response::new(resolved))
    }

    async fn list_ledger(
        &self,
        request: Request<proto::ListLedgerRequest>,
    ) -> Result<Response<proto::ListLedgerResponse>, Status> {
        let ctx = context(&request);
        let page = ledger::grpc::list(&self.ledger, &ctx, request.into_inner()).await?;
        Ok(Response::new(page))
    }

    async fn record_receipt(
        &self,
        request: Request<proto::RecordReceiptRequest>,
    ) -> Result<Response<proto::RecordReceiptResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let recorded = receipts::grpc::record(&self.receipts, &ctx, request).await?;
        Ok(Response::new(recorded))
    }

    async fn list_receipts(
        &self,
        request: Request<proto::ListReceiptsRequest>,
    ) -> Result<Response<proto::ListReceiptsResponse>, Status> {
        let ctx = context(&request);
        let page = receipts::grpc::list(&self.receipts, &ctx, request.into_inner()).await?;
        Ok(Response::new(page))
    }

    async fn return_receipts(
        &self,
        request: Request<proto::ReturnReceiptsRequest>,
    ) -> Result<Response<proto::ReturnReceiptsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let returned = receipts::grpc::give_back(&self.receipts, &ctx, request).await?;
        Ok(Response::new(returned))
    }

    async fn confirm_refund(
        &self,
        request: Request<proto::ConfirmRefundRequest>,
    ) -> Result<Response<proto::ConfirmRefundResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let mut errors = FieldErrors::default();
        let max = proto::ConfirmRefundRequest::MAX_REFERENCE;
        let reference = errors.required_line("reference", &request.reference, max);
        let id = parse_id("id", &request.id).map_err(AppError::from)?;
        let reference = errors.or(reference).map_err(AppError::from)?;
        let confirmed = self.refunds.confirm(&ctx, id, &reference).await?;
        Ok(Response::new(proto::ConfirmRefundResponse {
            refund: Some((&confirmed).into()),
        }))
    }
}
