//! Invoices over gRPC.

use tonic::{Request, Response, Status};
use waybill_primitives::{InvoiceId, OrderId};
use waybill_proto::order::{
    GetInvoiceRequest, GetInvoiceResponse, ListInvoicesRequest, ListInvoicesResponse,
    RenderInvoiceRequest, RenderInvoiceResponse, invoice_service_server::InvoiceService,
};
use waybill_service_kit::context;

use super::{app::Invoices, wire};
use crate::base::grpc::id;

/// Answers `waybill.order.v1.InvoiceService`.
#[derive(Debug, Clone)]
pub struct InvoicesGrpc(pub Invoices);

#[tonic::async_trait]
impl InvoiceService for InvoicesGrpc {
    async fn list_invoices(
        &self,
        request: Request<ListInvoicesRequest>,
    ) -> Result<Response<ListInvoicesResponse>, Status> {
        let ctx = context(&request);
        let order: OrderId = id("orderId", &request.get_ref().order_id)?;
        let invoices = self.0.list(&ctx, order).await?;
        Ok(Response::new(ListInvoicesResponse {
            invoices: invoices.iter().map(wire::invoice).collect(),
        }))
    }

    async fn get_invoice(
        &self,
        request: Request<GetInvoiceRequest>,
    ) -> Result<Response<GetInvoiceResponse>, Status> {
        let ctx = context(&request);
        let id: InvoiceId = id("id", &request.get_ref().id)?;
        let invoice = self.0.get(&ctx, id).await?;
        Ok(Response::new(GetInvoiceResponse {
            invoice: Some(wire::invoice(&invoice)),
        }))
    }

    async fn render_invoice(
        &self,
        request: Request<RenderInvoiceRequest>,
    ) -> Result<Response<RenderInvoiceResponse>, Status> {
        let ctx = context(&request);
        let id: InvoiceId = id("id", &request.get_ref().id)?;
        let (label, pdf) = self.0.render(&ctx, id).await?;
        Ok(Response::new(RenderInvoiceResponse {
            pdf,
            file_name: format!("{label}.pdf"),
        }))
    }
}
