//! Receipts over gRPC. The RPCs are part of `PaymentService`, which `crate::grpc` serves.

use waybill_primitives::FieldErrors;
use waybill_proto::{parse_id, payment as proto};
use waybill_service_kit::{AppError, CallContext, page_query};

use super::app::{NewReceipt, Receipts};

pub async fn record(
    receipts: &Receipts,
    ctx: &CallContext,
    request: proto::RecordReceiptRequest,
) -> Result<proto::RecordReceiptResponse, AppError> {
    let mut errors = FieldErrors::default();
    let max = proto::Receipt::MAX_REFERENCE;
    let reference = errors.required_line("reference", &request.reference, max);
    let new = errors.or(NewReceipt {
        payment_id: parse_id("paymentId", &request.payment_id)?,
        amount: request.amount,
        reference,
        received_at: request.received_at,
    })?;
    let recorded = receipts.record(ctx, new).await?;
    Ok(proto::RecordReceiptResponse {
        receipt: Some(recorded.answer),
        replayed: recorded.replayed,
    })
}

pub async fn list(
    receipts: &Receipts,
    ctx: &CallContext,
    request: proto::ListReceiptsRequest,
) -> Result<proto::ListReceiptsResponse, AppError> {
    let payment = parse_id("paymentId", &request.payment_id)?;
    let query = page_query(request.page.as_ref())?;
    let page = receipts.list(ctx, payment, &query).await?;
    Ok(proto::ListReceiptsResponse {
        receipts: page.rows.iter().map(proto::Receipt::from).collect(),
        page: Some(page.info()),
    })
}

pub async fn give_back(
    receipts: &Receipts,
    ctx: &CallContext,
    request: proto::ReturnReceiptsRequest,
) -> Result<proto::ReturnReceiptsResponse, AppError> {
    let mut errors = FieldErrors::default();
    let max = proto::ReturnReceiptsRequest::MAX_REFERENCE;
    let reference = errors.required_line("reference", &request.reference, max);
    let payment = parse_id("paymentId", &request.payment_id)?;
    let reference = errors.or(reference)?;
    let payment = receipts.give_back(ctx, payment, &reference).await?;
    Ok(proto::ReturnReceiptsResponse {
        payment: Some((&payment).into()),
    })
}
