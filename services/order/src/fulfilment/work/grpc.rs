//! Work over gRPC: the pool, workers, notes and requests.

use prost::Message as _;
use tonic::{Request, Response, Status};
use waybill_primitives::{ChangeRequestId, FieldErrors, OrderId, UserId};
use waybill_proto::{
    common::Refusal,
    order::{self as pb, work_service_server::WorkService},
};
use waybill_service_kit::{AppError, choice, context, once, page_query};

use super::{
    app::{Assignment, Decision, OneOf, PoolFilter, Work},
    domain::{RequestKind, RequestState},
    store::Filter,
    wire,
};
use crate::{
    base::{
        fields::{category_filter, check_amounts},
        grpc::id,
    },
    fulfilment::{
        notes::{app::Notes, domain::Visibility, wire as notes},
        workers::{app::Workers, domain::Change, wire::worker as worker_message},
    },
    orders::{
        domain::{OrderKind, Search},
        wire::order as order_message,
    },
};

/// Answers `waybill.order.v1.WorkService`.
#[derive(Debug, Clone)]
pub struct WorkGrpc {
    pub work: Work,
    pub workers: Workers,
    pub notes: Notes,
}

/// Reads a list of ids; every invalid one is an error.
fn ids<T: std::str::FromStr>(
    field: &str,
    texts: &[String],
    what: &str,
) -> Result<Vec<T>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut ids = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        match text.parse() {
            Ok(id) => ids.push(id),
            Err(_) => errors.add(
                format!("{field}[{index}]"),
                format!("must be the id of {what}"),
            ),
        }
    }
    errors.or(ids)
}

fn orders(texts: &[String]) -> Result<Vec<OrderId>, AppError> {
    Ok(ids("orderIds", texts, "an order")?)
}

fn result(one: OneOf) -> pb::OrderResult {
    let (order, error) = match one.outcome {
        Ok(order) => (Some(order_message(&order)), None),
        Err(error) => (None, Some(error)),
    };
    pb::OrderResult {
        order_id: one.id.to_string(),
        order,
        error: error.map(|error| Refusal {
            code: error.code.into(),
            message: error.message.clone(),
        }),
    }
}

fn pool_filter(request: &pb::ListAvailableRequest) -> Result<PoolFilter, AppError> {
    check_amounts(
        ("minTotal", request.min_total),
        ("maxTotal", request.max_total),
    )?;
    Ok(PoolFilter {
        search: Search::parse_public(&request.q)?,
        category: category_filter(&request.category)?,
        min_total: request.min_total,
        max_total: request.max_total,
        kinds: choice("kind", OrderKind::any_from_proto(&request.kinds))?,
        only_mine: request.only_mine,
    })
}

#[tonic::async_trait]
impl WorkService for WorkGrpc {
    async fn list_available(
        &self,
        request: Request<pb::ListAvailableRequest>,
    ) -> Result<Response<pb::ListAvailableResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let filter = pool_filter(&request)?;
        let page = self.work.available(&ctx, filter, &query).await?;
        Ok(Response::new(pb::ListAvailableResponse {
            orders: page.rows.iter().map(order_message).collect(),
            page: Some(page.info()),
        }))
    }

    async fn claim_order(
        &self,
        request: Request<pb::ClaimOrderRequest>,
    ) -> Result<Response<pb::ClaimOrderResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("id", &request.get_ref().id)?;
        let order = Some(order_message(
            &self.work.claim(&ctx, id, request.get_ref().version).await?,
        ));
        Ok(Response::new(pb::ClaimOrderResponse { order }))
    }

    async fn claim_orders(
        &self,
        request: Request<pb::ClaimOrdersRequest>,
    ) -> Result<Response<pb::ClaimOrdersResponse>, Status> {
        let ctx = context(&request);
        let ids = orders(&request.get_ref().order_ids)?;
        let results = self.work.claim_several(&ctx, ids).await?;
        Ok(Response::new(pb::ClaimOrdersResponse {
            results: results.into_iter().map(result).collect(),
        }))
    }

    async fn assign_orders(
        &self,
        request: Request<pb::AssignOrdersRequest>,
    ) -> Result<Response<pb::AssignOrdersResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let ids = orders(&request.order_ids)?;
        let to = Assignment {
            worker: id("workerId", &request.worker_id)?,
            name: request.worker_name,
            force: request.force,
        };
        let results = self.work.assign(&ctx, ids, &to).await?;
        Ok(Response::new(pb::AssignOrdersResponse {
            results: results.into_iter().map(result).collect(),
        }))
    }

    async fn release_order(
        &self,
        request: Request<pb::ReleaseOrderRequest>,
    ) -> Result<Response<pb::ReleaseOrderResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.id)?;
        let released = self
            .work
            .release(
                &ctx,
                id,
                (&request.reason, &request.customer_note),
                request.version,
            )
            .await?;
        let order = Some(order_message(&released));
        Ok(Response::new(pb::ReleaseOrderResponse { order }))
    }

    async fn add_note(
        &self,
        request: Request<pb::AddNoteRequest>,
    ) -> Result<Response<pb::AddNoteResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let key = once::key(&ctx, "add_note", &request.encode_to_vec())?;
        let id: OrderId = id("orderId", &request.order_id)?;
        let visibility = choice("visibility", Visibility::from_proto(request.visibility))?;
        let (body, key) = (&request.body, key.as_ref());
        let added = self.notes.add(&ctx, id, body, visibility, key).await?;
        Ok(Response::new(pb::AddNoteResponse {
            note: Some(added.answer),
            replayed: added.replayed,
        }))
    }

    async fn list_notes(
        &self,
        request: Request<pb::ListNotesRequest>,
    ) -> Result<Response<pb::ListNotesResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("orderId", &request.get_ref().order_id)?;
        let query = page_query(request.get_ref().page.as_ref())?;
        let page = self.notes.list(&ctx, id, &query).await?;
        Ok(Response::new(pb::ListNotesResponse {
            notes: page.rows.iter().map(notes::note).collect(),
            page: Some(page.info()),
        }))
    }

    async fn add_progress(
        &self,
        request: Request<pb::AddProgressRequest>,
    ) -> Result<Response<pb::AddProgressResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let key = once::key(&ctx, "add_progress", &request.encode_to_vec())?;
        let id: OrderId = id("orderId", &request.order_id)?;
        let (step, note) = (&request.step, &request.note);
        let added = self
            .notes
            .advance(&ctx, id, step, request.percent, note, key.as_ref())
            .await?;
        Ok(Response::new(pb::AddProgressResponse {
            progress: Some(added.answer),
            replayed: added.replayed,
        }))
    }

    async fn list_progress(
        &self,
        request: Request<pb::ListProgressRequest>,
    ) -> Result<Response<pb::ListProgressResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("orderId", &request.get_ref().order_id)?;
        let query = page_query(request.get_ref().page.as_ref())?;
        let page = self.notes.progress(&ctx, id, &query).await?;
        Ok(Response::new(pb::ListProgressResponse {
            progress: page.rows.iter().map(notes::progress).collect(),
            page: Some(page.info()),
        }))
    }

    async fn list_workers(
        &self,
        request: Request<pb::ListWorkersRequest>,
    ) -> Result<Response<pb::ListWorkersResponse>, Status> {
        let ctx = context(&request);
        let query = page_query(request.get_ref().page.as_ref())?;
        let page = self
            .workers
            .list(&ctx, &request.get_ref().q, &query)
            .await?;
        Ok(Response::new(pb::ListWorkersResponse {
            workers: page.rows.iter().map(worker_message).collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_worker(
        &self,
        request: Request<pb::GetWorkerRequest>,
    ) -> Result<Response<pb::GetWorkerResponse>, Status> {
        let ctx = context(&request);
        let id: UserId = id("id", &request.get_ref().id)?;
        let worker = Some(worker_message(&self.workers.get(&ctx, id).await?));
        Ok(Response::new(pb::GetWorkerResponse { worker }))
    }

    async fn update_worker(
        &self,
        request: Request<pb::UpdateWorkerRequest>,
    ) -> Result<Response<pb::UpdateWorkerResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: UserId = id("id", &request.id)?;
        let categories = request.category_ids.map(|categories| {
            ids("categoryIds", &categories.category_ids, "a category").map_err(AppError::from)
        });
        let change = Change {
            categories: categories.transpose()?,
            // -1 means the shop's default.
            max_open_orders: request
                .max_open_orders
                .map(|limit| (limit != -1).then_some(limit)),
        };
        let entry = self
            .workers
            .update(&ctx, id, change, request.version)
            .await?;
        let worker = Some(worker_message(&entry));
        Ok(Response::new(pb::UpdateWorkerResponse { worker }))
    }

    async fn get_my_workload(
        &self,
        request: Request<pb::GetMyWorkloadRequest>,
    ) -> Result<Response<pb::GetMyWorkloadResponse>, Status> {
        let ctx = context(&request);
        let worker = Some(worker_message(&self.workers.own(&ctx).await?));
        Ok(Response::new(pb::GetMyWorkloadResponse { worker }))
    }

    async fn create_change_request(
        &self,
        request: Request<pb::CreateChangeRequestRequest>,
    ) -> Result<Response<pb::CreateChangeRequestResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("orderId", &request.order_id)?;
        let kind = choice("kind", RequestKind::from_proto(request.kind))?;
        let created = self
            .work
            .request(&ctx, id, kind, &request.reason, &request.customer_note)
            .await?;
        Ok(Response::new(pb::CreateChangeRequestResponse {
            change_request: Some(wire::change_request(&created)),
        }))
    }

    async fn list_change_requests(
        &self,
        request: Request<pb::ListChangeRequestsRequest>,
    ) -> Result<Response<pb::ListChangeRequestsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order = match request.order_id.as_str() {
            "" => None,
            text => Some(id::<OrderId>("orderId", text)?),
        };
        let states = choice("state", RequestState::any_from_proto(&request.states))?;
        let kinds = choice("kind", RequestKind::any_from_proto(&request.kinds))?;
        let query = page_query(request.page.as_ref())?;
        let filter = Filter {
            order,
            states,
            kinds,
        };
        let page = self.work.requests(&ctx, filter, &query).await?;
        Ok(Response::new(pb::ListChangeRequestsResponse {
            change_requests: page.rows.iter().map(wire::change_request).collect(),
            page: Some(page.info()),
        }))
    }

    async fn decide_change_request(
        &self,
        request: Request<pb::DecideChangeRequestRequest>,
    ) -> Result<Response<pb::DecideChangeRequestResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: ChangeRequestId = id("id", &request.id)?;
        let assign_to = match request.assign_to.as_str() {
            "" => None,
            text => Some(crate::base::grpc::id::<UserId>("assignTo", text)?),
        };
        let decision = Decision {
            approve: request.approve,
            note: request.note,
            customer_note: request.customer_note,
            assign_to,
            assign_to_name: request.assign_to_name,
            force: request.force,
            replace: request.replace,
            version: request.version,
        };
        let decided = self.work.decide(&ctx, id, decision).await?;
        Ok(Response::new(pb::DecideChangeRequestResponse {
            change_request: Some(wire::change_request(&decided.request)),
            order: Some(order_message(&decided.order)),
            replacement: decided.replacement.as_ref().map(order_message),
        }))
    }
}
