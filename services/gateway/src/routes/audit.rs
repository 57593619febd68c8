//! The audit log.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;
use waybill_proto::common;

use crate::{
    answer::Page,
    app::{App, read},
    error::ApiError,
    extract::{Admin, Paged, Paging},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit_log))
}

/// Read the audit log: who did which administrative act, newest first. New acts appear within moments.
#[utoipa::path(
    get,
    path = "/api/v1/admin/audit-log",
    tag = "admin",
    params(pb::ListAuditLogRequest, Paging)
)]
pub async fn list_audit_log(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<pb::ListAuditLogRequest>,
) -> Result<Page<common::AuditRecord>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.audit, list_audit_log, &context, request)?;
    Ok(Page::new(answer.records, answer.page))
}
