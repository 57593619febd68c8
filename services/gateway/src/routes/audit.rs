//! The audit log.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_proto::auth as pb;
use waybill_proto::common;

use crate::{
    answer::Page,
    app::{App, read},
    dto::{self},
    error::ApiError,
    extract::{Admin, Paged, Paging},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit_log))
}

/// Filters of the audit log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct AuditFilter {
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// What the action begins with, such as `product.` or `product.update`.
    pub action: Option<String>,
    /// Such as `product`.
    pub target_kind: Option<String>,
    pub target_id: Option<String>,
    /// From this time on: RFC 3339, or a day (UTC) from its start.
    #[param(value_type = Option<String>, example = "2026-11-21", pattern = r"^\d{4}-\d{2}-\d{2}([Tt ].+)?$")]
    pub from: Option<dto::Since>,
    /// Before this time: RFC 3339, or a day (UTC) to its end.
    #[param(value_type = Option<String>, example = "2026-11-21", pattern = r"^\d{4}-\d{2}-\d{2}([Tt ].+)?$")]
    pub to: Option<dto::Until>,
}

/// Read the audit log: who did which administrative act, newest first. An act shows here within moments.
#[utoipa::path(
    get,
    path = "/api/v1/admin/audit-log",
    tag = "admin",
    params(AuditFilter, Paging)
)]
pub async fn list_audit_log(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(filter, page): Paged<AuditFilter>,
) -> Result<Page<common::AuditRecord>, ApiError> {
    let request = pb::ListAuditLogRequest {
        page,
        actor_id: filter.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        action: filter.action.unwrap_or_default(),
        target_kind: filter.target_kind.unwrap_or_default(),
        target_id: filter.target_id.unwrap_or_default(),
        from: filter.from.map(Into::into),
        to: filter.to.map(Into::into),
    };
    let answer = read!(app.clients.audit, list_audit_log, &context, request)?;
    Ok(Page::new(answer.records, answer.page))
}
