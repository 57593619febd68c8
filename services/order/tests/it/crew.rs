//! Test helpers: workers of a shop, and calls for their orders.

use waybill_primitives::Role;
use waybill_proto::{
    auth::{self, UserEvent},
    common,
    json::Named as _,
    order::{self as pb, ChangeRequestKind},
};
use waybill_service_kit::AppError;
use waybill_testkit::user_changed;

use crate::shop::{Shop, Somebody, outgoing};

/// An account, as in auth's events.
pub fn account(who: &Somebody, first: &str, role: Role, version: i64) -> auth::User {
    auth::User {
        id: who.id.to_string(),
        email: format!("{first}@example.com"),
        first_name: first.to_owned(),
        last_name: "Worker".to_owned(),
        role: common::Role::from(role).into(),
        version,
        ..auth::User::default()
    }
}

impl Shop {
    /// A new worker, announced by an event of auth.
    pub async fn hired(&self, first: &str) -> Somebody {
        let who = self.somebody(Role::Staff, &format!("{first} Worker"));
        let event = user_changed(
            UserEvent::RoleChanged,
            &account(&who, first, Role::Staff, 2),
        );
        self.send_event_of("auth", &who.id.to_string(), 2, &event)
            .await;
        who
    }

    /// A paid order with work, in the pool.
    pub async fn waiting(&self, who: &Somebody, product: &pb::Product) -> pb::Order {
        let order = self.place(who, &[(product, 1)]).await;
        self.pay(&order).await;
        self.refresh(&order).await
    }

    pub async fn claim_all(
        &self,
        who: &Somebody,
        orders: &[&pb::Order],
    ) -> Result<Vec<pb::OrderResult>, AppError> {
        let request = pb::ClaimOrdersRequest {
            order_ids: orders.iter().map(|order| order.id.clone()).collect(),
        };
        let answer = self
            .work()
            .claim_orders(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().results)
    }

    pub async fn assign(
        &self,
        worker: &Somebody,
        orders: &[&pb::Order],
        force: bool,
    ) -> Result<Vec<pb::OrderResult>, AppError> {
        let request = pb::AssignOrdersRequest {
            order_ids: orders.iter().map(|order| order.id.clone()).collect(),
            worker_id: worker.id.to_string(),
            worker_name: String::new(),
            force,
        };
        let answer = self
            .work()
            .assign_orders(outgoing(&self.admin.ctx, request))
            .await?;
        Ok(answer.into_inner().results)
    }

    pub async fn release(&self, who: &Somebody, order: &pb::Order) -> Result<pb::Order, AppError> {
        let request = pb::ReleaseOrderRequest {
            id: order.id.clone(),
            reason: "ill".to_owned(),
            customer_note: String::new(),
            version: None,
        };
        let answer = self
            .work()
            .release_order(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().order.unwrap())
    }

    pub async fn set_worker(
        &self,
        request: pb::UpdateWorkerRequest,
    ) -> Result<pb::WorkerEntry, AppError> {
        let answer = self
            .work()
            .update_worker(outgoing(&self.admin.ctx, request))
            .await?;
        Ok(answer.into_inner().worker.unwrap())
    }

    /// Limits the number of open orders of this worker.
    pub async fn limit(&self, worker: &Somebody, orders: i32) -> pb::WorkerEntry {
        let request = pb::UpdateWorkerRequest {
            id: worker.id.to_string(),
            max_open_orders: Some(orders),
            ..pb::UpdateWorkerRequest::default()
        };
        self.set_worker(request).await.unwrap()
    }

    pub async fn worker_entry(&self, worker: &Somebody) -> Result<pb::WorkerEntry, AppError> {
        let request = pb::GetWorkerRequest {
            id: worker.id.to_string(),
        };
        let answer = self
            .work()
            .get_worker(outgoing(&self.admin.ctx, request))
            .await?;
        Ok(answer.into_inner().worker.unwrap())
    }

    /// Reassigns an order to another worker, by the worker's request and an administrator's approval.
    pub async fn reassign(
        &self,
        from: &Somebody,
        order: &pb::Order,
        to: Option<&Somebody>,
        replace: bool,
    ) -> Result<pb::DecideChangeRequestResponse, AppError> {
        let request = self
            .ask(from, order, ChangeRequestKind::Reassignment)
            .await?;
        let decision = pb::DecideChangeRequestRequest {
            id: request.id,
            approve: true,
            assign_to: to.map(|worker| worker.id.to_string()).unwrap_or_default(),
            replace,
            ..pb::DecideChangeRequestRequest::default()
        };
        let answer = self
            .work()
            .decide_change_request(outgoing(&self.admin.ctx, decision))
            .await?;
        Ok(answer.into_inner())
    }

    /// All audit records, oldest first: action and target.
    pub async fn audited(&self) -> Vec<(String, String)> {
        let all = waybill_store::outbox_events(&self.db, "audit", None, 100_000)
            .await
            .unwrap();
        let record = |event: &waybill_bus::Envelope| {
            let event = <pb::AuditRecorded as prost::Message>::decode(event.payload.clone());
            let record = event.unwrap().record.unwrap();
            (record.action, record.target_id)
        };
        all.iter().map(record).collect()
    }
}

/// The error codes of the results; empty for a success.
pub fn result_codes(results: &[pb::OrderResult]) -> Vec<&str> {
    let code = |result: &pb::OrderResult| result.error.as_ref().map_or("", |it| it.code().name());
    results.iter().map(code).collect()
}
