//! The audit log over gRPC.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use waybill_primitives::{FieldError, Role, UserId, non_empty};
use waybill_proto::{
    auth::{
        self as pb, ListAuditLogRequest, ListAuditLogResponse, RecordDenialsRequest,
        RecordDenialsResponse, audit_service_server::AuditService,
    },
    common, parse_id,
};
use waybill_service_kit::{AppError, context, page_query};

use crate::{
    app::{App, Denial},
    domain::audit::{Actor, Filter, Record},
};

/// Implements `waybill.auth.v1.AuditService`.
pub struct AuditGrpc(pub Arc<App>);

#[tonic::async_trait]
impl AuditService for AuditGrpc {
    async fn list_audit_log(
        &self,
        request: Request<ListAuditLogRequest>,
    ) -> Result<Response<ListAuditLogResponse>, Status> {
        let ctx = context(&request);
        ctx.require(&[Role::Admin])?;
        let request = request.into_inner();
        let actor: Option<UserId> = match request.actor_id.as_str() {
            "" => None,
            id => Some(parse_id("actorId", id).map_err(AppError::from)?),
        };
        let query = page_query(request.page.as_ref())?;
        let filter = Filter {
            actor,
            action: request.action,
            target_kind: request.target_kind,
            target_id: request.target_id,
            from: request.from,
            to: request.to,
        };
        let page = self.0.list_audit(&ctx, &filter, &query).await?;
        Ok(Response::new(ListAuditLogResponse {
            page: Some(page.info()),
            records: page.rows.into_iter().map(message).collect(),
        }))
    }

    async fn record_denials(
        &self,
        request: Request<RecordDenialsRequest>,
    ) -> Result<Response<RecordDenialsResponse>, Status> {
        let ctx = context(&request);
        ctx.service()?;
        let denials = request.into_inner().denials.into_iter().map(denial);
        let denials = denials.collect::<Result<_, _>>().map_err(AppError::from)?;
        self.0.record_denials(&ctx, denials).await?;
        Ok(Response::new(RecordDenialsResponse {}))
    }
}

fn denial(denial: pb::Denial) -> Result<Denial, FieldError> {
    Ok(Denial {
        at: denial.at.ok_or_else(|| FieldError::missing("at"))?,
        actor: denial.actor.map(Actor::try_from).transpose()?,
        client_address: denial.client_address,
        request_id: denial.request_id,
        route: denial.route,
    })
}

fn message(record: Record) -> common::AuditRecord {
    common::AuditRecord {
        id: record.id.to_string(),
        at: Some(record.at),
        actor: record.actor.map(|actor| common::Person {
            id: actor.id.to_string(),
            name: actor.name,
            role: common::Role::from(actor.role).into(),
        }),
        client_address: record.client_address,
        request_id: record.request_id,
        action: record.action,
        target_kind: record.target_kind,
        target_id: record.target_id,
        before: non_empty(record.before),
        after: non_empty(record.after),
    }
}
