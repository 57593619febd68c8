//! Differences over gRPC. The RPCs are part of `PaymentService`, which `crate::grpc` serves.

use waybill_primitives::FieldErrors;
use waybill_proto::{parse_id, payment as proto};
use waybill_service_kit::{AppError, CallContext, choice, page_query};

use super::app::{Differences, Filter};
use crate::entity::difference::{DifferenceKind, DifferenceState};

pub async fn list(
    differences: &Differences,
    ctx: &CallContext,
    request: proto::ListDifferencesRequest,
) -> Result<proto::ListDifferencesResponse, AppError> {
    let filter = Filter {
        states: choice("state", DifferenceState::any_from_proto(&request.states))?,
        kinds: choice("kind", DifferenceKind::any_from_proto(&request.kinds))?,
    };
    let query = page_query(request.page.as_ref())?;
    let page = differences.list(ctx, filter, &query).await?;
    Ok(proto::ListDifferencesResponse {
        differences: page.rows.iter().map(proto::Difference::from).collect(),
        page: Some(page.info()),
    })
}

pub async fn resolve(
    differences: &Differences,
    ctx: &CallContext,
    request: proto::ResolveDifferenceRequest,
) -> Result<proto::ResolveDifferenceResponse, AppError> {
    let mut errors = FieldErrors::default();
    let note = errors.paragraph("note", &request.note, proto::Difference::MAX_NOTE);
    let id = parse_id("id", &request.id)?;
    let note = errors.or(note)?;
    let resolved = differences.resolve(ctx, id, &note, request.version).await?;
    Ok(proto::ResolveDifferenceResponse {
        difference: Some((&resolved).into()),
    })
}
