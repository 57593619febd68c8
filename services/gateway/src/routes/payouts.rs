//! Payouts: what workers have earned and get, and how administrators pay it. Differences with the providers.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{common, payment as pb};

use crate::{
    answer::{Answer, Created, Page, Versioned},
    app::{App, read, send},
    dto,
    error::ApiError,
    extract::{Admin, Body, Id, Idempotency, IfMatch, OptionalBody, Paged, Paging, Params, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_own_payouts))
        .routes(routes!(get_balance))
        .routes(routes!(list_earnings))
        .routes(routes!(get_payout_account, set_payout_account))
        .routes(routes!(get_payout))
        .routes(routes!(list_payouts, create_payouts))
        .routes(routes!(list_payees))
        .routes(routes!(approve_payout))
        .routes(routes!(mark_payout_paid))
        .routes(routes!(cancel_payout))
        .routes(routes!(list_differences))
        .routes(routes!(resolve_difference))
}

/// List your payouts, newest first.
#[utoipa::path(get, path = "/api/v1/payouts", tag = "payouts", params(Paging))]
pub async fn list_own_payouts(
    State(app): State<App>,
    Worker(context): Worker,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Payout>, ApiError> {
    let request = pb::ListPayoutsRequest {
        own: true,
        page: Some(paging.into()),
        ..pb::ListPayoutsRequest::default()
    };
    let answer = read!(app.clients.payout, list_payouts, &context, request)?;
    Ok(Page::new(answer.payouts, answer.page))
}

/// Read your balances, one per currency: what you have earned, what of it was paid, and what is available.
#[utoipa::path(get, path = "/api/v1/payouts/balance", tag = "payouts")]
pub async fn get_balance(
    State(app): State<App>,
    Worker(context): Worker,
) -> Result<Answer<pb::GetBalanceResponse>, ApiError> {
    let request = pb::GetBalanceRequest {};
    let answer = read!(app.clients.payout, get_balance, &context, request)?;
    Ok(Answer(answer))
}

/// List what changed your balance, newest first: shares of completed orders, what refunds took back, and payouts.
#[utoipa::path(
    get,
    path = "/api/v1/payouts/earnings",
    tag = "payouts",
    params(Paging)
)]
pub async fn list_earnings(
    State(app): State<App>,
    Worker(context): Worker,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Earning>, ApiError> {
    let request = pb::ListEarningsRequest {
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.payout, list_earnings, &context, request)?;
    Ok(Page::new(answer.earnings, answer.page))
}

/// Read where your payouts go.
#[utoipa::path(get, path = "/api/v1/payouts/account", tag = "payouts")]
pub async fn get_payout_account(
    State(app): State<App>,
    Worker(context): Worker,
) -> Result<Versioned<pb::PayoutAccount>, ApiError> {
    let request = pb::GetPayoutAccountRequest {};
    let answer = read!(app.clients.payout, get_payout_account, &context, request)?;
    Versioned::of(answer.account)
}

/// Set where your payouts go. Payouts that exist already keep their account.
#[utoipa::path(put, path = "/api/v1/payouts/account", tag = "payouts", params(IfMatch),
    request_body = pb::SetPayoutAccountRequest)]
pub async fn set_payout_account(
    State(app): State<App>,
    Worker(context): Worker,
    if_match: IfMatch,
    Body(mut request): Body<pb::SetPayoutAccountRequest>,
) -> Result<Versioned<pb::PayoutAccount>, ApiError> {
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.payout, set_payout_account, &context, request)?;
    Versioned::of(answer.account)
}

/// Read a payout: its worker, and administrators.
#[utoipa::path(get, path = "/api/v1/payouts/{id}", tag = "payouts")]
pub async fn get_payout(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
) -> Result<Versioned<pb::Payout>, ApiError> {
    let request = pb::GetPayoutRequest { id: id.to_string() };
    let answer = read!(app.clients.payout, get_payout, &context, request)?;
    Versioned::of(answer.payout)
}

/// List all payouts, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/payouts",
    tag = "admin",
    params(pb::ListPayoutsRequest, Paging)
)]
pub async fn list_payouts(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<pb::ListPayoutsRequest>,
) -> Result<Page<pb::Payout>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.payout, list_payouts, &context, request)?;
    Ok(Page::new(answer.payouts, answer.page))
}

/// Create a payout for a worker (`workerId`), one for each of several (`workerIds`), or one for the owner of the platform (`owner`).
///
/// The amount leaves the balance at once; the payout then waits for its approval. Without an amount, all that is available is paid. The
/// answer is the payout, or for `workerIds` one result per worker: a payout or the reason why there is none. With an `Idempotency-Key`, a
/// repeated request gets the first answer again.
#[utoipa::path(post, path = "/api/v1/admin/payouts", tag = "admin", params(Idempotency),
    request_body = pb::CreatePayoutsRequest)]
pub async fn create_payouts(
    State(app): State<App>,
    Admin(mut context): Admin,
    idempotency: Idempotency,
    Body(request): Body<pb::CreatePayoutsRequest>,
) -> Result<Created<dto::PayoutsCreated>, ApiError> {
    context.idempotency_key = idempotency.0;
    let several = !request.worker_ids.is_empty();
    let answer = send!(app.clients.payout, create_payouts, &context, request)?;
    let replayed = answer.replayed;
    let created = dto::PayoutsCreated::new(answer, several)?;
    Ok(created.replayed(replayed))
}

/// List who gets payouts, with their balances: the owner of the platform, then the workers who have earned something, oldest first.
#[utoipa::path(get, path = "/api/v1/admin/payees", tag = "admin", params(Paging))]
pub async fn list_payees(
    State(app): State<App>,
    Admin(context): Admin,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Payee>, ApiError> {
    let request = pb::ListPayeesRequest {
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.payout, list_payees, &context, request)?;
    Ok(Page::new(answer.payees, answer.page))
}

/// Approve a payout. The provider then sends it; a manual one waits until it is marked as paid.
#[utoipa::path(post, path = "/api/v1/admin/payouts/{id}/approve", tag = "admin", params(IfMatch),
    request_body(content = Option<common::Versioned>))]
pub async fn approve_payout(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<common::Versioned>,
) -> Result<Versioned<pb::Payout>, ApiError> {
    let request = pb::ApprovePayoutRequest {
        id: id.to_string(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.payout, approve_payout, &context, request)?;
    Versioned::of(answer.payout)
}

/// Mark an approved manual payout as paid.
#[utoipa::path(post, path = "/api/v1/admin/payouts/{id}/mark-paid", tag = "admin", params(IfMatch),
    request_body(content = Option<pb::MarkPayoutPaidRequest>))]
pub async fn mark_payout_paid(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(mut request): OptionalBody<pb::MarkPayoutPaidRequest>,
) -> Result<Versioned<pb::Payout>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.payout, mark_payout_paid, &context, request)?;
    Versioned::of(answer.payout)
}

/// Cancel a payout that no provider was asked to send. Its amount returns to the balance.
#[utoipa::path(post, path = "/api/v1/admin/payouts/{id}/cancel", tag = "admin", params(IfMatch),
    request_body(content = Option<pb::CancelPayoutRequest>))]
pub async fn cancel_payout(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(mut request): OptionalBody<pb::CancelPayoutRequest>,
) -> Result<Versioned<pb::Payout>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.payout, cancel_payout, &context, request)?;
    Versioned::of(answer.payout)
}

/// List what differs between the platform and the payment providers, or needs a decision, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/differences",
    tag = "admin",
    params(pb::ListDifferencesRequest, Paging)
)]
pub async fn list_differences(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<pb::ListDifferencesRequest>,
) -> Result<Page<pb::Difference>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.payment, list_differences, &context, request)?;
    Ok(Page::new(answer.differences, answer.page))
}

/// Resolve a difference, with a note on what was done.
#[utoipa::path(post, path = "/api/v1/admin/differences/{id}/resolve", tag = "admin", params(IfMatch),
    request_body(content = Option<pb::ResolveDifferenceRequest>))]
pub async fn resolve_difference(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(mut request): OptionalBody<pb::ResolveDifferenceRequest>,
) -> Result<Versioned<pb::Difference>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.payment, resolve_difference, &context, request)?;
    Versioned::of(answer.difference)
}
