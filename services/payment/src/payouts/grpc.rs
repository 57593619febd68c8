//! The gRPC layer of `PayoutService`: decodes, calls the use case, encodes.

use std::{collections::HashSet, sync::Arc};

use tonic::{Request, Response, Status};
use waybill_primitives::{Currency, FieldErrors, PayoutId, UserId, non_empty};
use waybill_proto::{
    parse_id,
    payment::{self as proto, payout_service_server::PayoutService},
};
use waybill_service_kit::{AppError, choice, context, page_query};

use super::{
    app::{NewPayouts, Payouts},
    domain::PayoutState,
    store::Filter,
    wire,
};
use crate::{entity::payment::Provider, ledger::domain::BookedLine, payees::OWNER};

/// Answers `waybill.payment.v1.PayoutService`.
#[derive(Clone)]
pub struct PayoutGrpc(pub Arc<Payouts>);

#[tonic::async_trait]
impl PayoutService for PayoutGrpc {
    async fn create_payouts(
        &self,
        request: Request<proto::CreatePayoutsRequest>,
    ) -> Result<Response<proto::CreatePayoutsResponse>, Status> {
        let ctx = context(&request);
        let created = self
            .0
            .create(&ctx, new_payouts(request.into_inner())?)
            .await?;
        Ok(Response::new(proto::CreatePayoutsResponse {
            replayed: created.replayed,
            ..created.answer
        }))
    }

    async fn get_payout(
        &self,
        request: Request<proto::GetPayoutRequest>,
    ) -> Result<Response<proto::GetPayoutResponse>, Status> {
        let ctx = context(&request);
        let payout = self.0.get(&ctx, id(&request.get_ref().id)?).await?;
        Ok(Response::new(proto::GetPayoutResponse {
            payout: Some((&payout).into()),
        }))
    }

    async fn list_payouts(
        &self,
        request: Request<proto::ListPayoutsRequest>,
    ) -> Result<Response<proto::ListPayoutsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let payee = match request.worker_id.as_str() {
            "" => None,
            id => Some(parse_id("workerId", id).map_err(AppError::from)?),
        };
        let states = choice("state", PayoutState::any_from_proto(&request.states))?;
        let query = page_query(request.page.as_ref())?;
        let filter = Filter { payee, states };
        let page = self.0.list(&ctx, request.own, filter, &query).await?;
        Ok(Response::new(proto::ListPayoutsResponse {
            payouts: page.rows.iter().map(proto::Payout::from).collect(),
            page: Some(page.info()),
        }))
    }

    async fn approve_payout(
        &self,
        request: Request<proto::ApprovePayoutRequest>,
    ) -> Result<Response<proto::ApprovePayoutResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let approved = self.0.approve(&ctx, id(&request.id)?, request.version);
        Ok(Response::new(proto::ApprovePayoutResponse {
            payout: Some((&approved.await?).into()),
        }))
    }

    async fn mark_payout_paid(
        &self,
        request: Request<proto::MarkPayoutPaidRequest>,
    ) -> Result<Response<proto::MarkPayoutPaidResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let mut errors = FieldErrors::default();
        let max = proto::Payout::MAX_REFERENCE;
        let reference = errors.line("reference", &request.reference, max);
        let reference = errors.or(reference).map_err(AppError::from)?;
        let (id, version) = (id(&request.id)?, request.version);
        let paid = self.0.mark_paid(&ctx, id, non_empty(reference), version);
        Ok(Response::new(proto::MarkPayoutPaidResponse {
            payout: Some((&paid.await?).into()),
        }))
    }

    async fn cancel_payout(
        &self,
        request: Request<proto::CancelPayoutRequest>,
    ) -> Result<Response<proto::CancelPayoutResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let mut errors = FieldErrors::default();
        let reason = errors.line("reason", &request.reason, proto::Payout::MAX_REASON);
        let reason = errors.or(reason).map_err(AppError::from)?;
        let (id, version) = (id(&request.id)?, request.version);
        let cancelled = self.0.cancel(&ctx, id, non_empty(reason), version);
        Ok(Response::new(proto::CancelPayoutResponse {
            payout: Some((&cancelled.await?).into()),
        }))
    }

    async fn get_balance(
        &self,
        request: Request<proto::GetBalanceRequest>,
    ) -> Result<Response<proto::GetBalanceResponse>, Status> {
        let balances = self.0.balance(&context(&request)).await?;
        Ok(Response::new(proto::GetBalanceResponse {
            balances: balances.iter().map(proto::Balance::from).collect(),
        }))
    }

    async fn list_earnings(
        &self,
        request: Request<proto::ListEarningsRequest>,
    ) -> Result<Response<proto::ListEarningsResponse>, Status> {
        let ctx = context(&request);
        let query = page_query(request.get_ref().page.as_ref())?;
        let page = self.0.earnings(&ctx, &query).await?;
        Ok(Response::new(proto::ListEarningsResponse {
            earnings: page.rows.iter().map(earning).collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_payout_account(
        &self,
        request: Request<proto::GetPayoutAccountRequest>,
    ) -> Result<Response<proto::GetPayoutAccountResponse>, Status> {
        let payee = self.0.account(&context(&request)).await?;
        Ok(Response::new(proto::GetPayoutAccountResponse {
            account: Some((&payee).into()),
        }))
    }

    async fn set_payout_account(
        &self,
        request: Request<proto::SetPayoutAccountRequest>,
    ) -> Result<Response<proto::SetPayoutAccountResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let method = choice("method", Provider::required_from_proto(request.method))?;
        let mut errors = FieldErrors::default();
        let max = proto::PayoutAccount::MAX_RECIPIENT;
        let recipient = errors.line("recipient", &request.recipient, max);
        let recipient = errors.or(recipient).map_err(AppError::from)?;
        let set = self
            .0
            .set_account(&ctx, method, non_empty(recipient), request.version);
        Ok(Response::new(proto::SetPayoutAccountResponse {
            account: Some((&set.await?).into()),
        }))
    }

    async fn list_payees(
        &self,
        request: Request<proto::ListPayeesRequest>,
    ) -> Result<Response<proto::ListPayeesResponse>, Status> {
        let ctx = context(&request);
        let query = page_query(request.get_ref().page.as_ref())?;
        let (page, balances) = self.0.payees(&ctx, &query).await?;
        let of = |id| balances.get(&id).map_or(&[][..], Vec::as_slice);
        let payees = page
            .rows
            .iter()
            .map(|payee| wire::payee(payee, of(payee.id)));
        Ok(Response::new(proto::ListPayeesResponse {
            payees: payees.collect(),
            page: Some(page.info()),
        }))
    }
}

fn id(text: &str) -> Result<PayoutId, AppError> {
    Ok(parse_id("id", text)?)
}

fn new_payouts(request: proto::CreatePayoutsRequest) -> Result<NewPayouts, AppError> {
    let mut errors = FieldErrors::default();
    let several = !request.worker_ids.is_empty();
    let named = [!request.worker_id.is_empty(), several, request.owner];
    if named.iter().filter(|named| **named).count() != 1 {
        let text = "must be given, or else workerIds, or owner: one of the three";
        errors.add("workerId", text);
    }
    if several && request.amount.is_some() {
        errors.add("amount", "cannot be given for several workers");
    }
    let max = proto::CreatePayoutsRequest::MAX_WORKER_IDS;
    errors.items("workerIds", request.worker_ids.len(), max);
    let mut payees: Vec<UserId> = Vec::new();
    let mut seen = HashSet::new();
    let single = [("workerId".to_owned(), &request.worker_id)];
    let single = single.into_iter().filter(|(_, text)| !text.is_empty());
    let many = request.worker_ids.iter().enumerate();
    let many = many.map(|(index, text)| (format!("workerIds[{index}]"), text));
    for (field, text) in single.chain(many) {
        match text.parse::<UserId>() {
            Ok(id) if id == OWNER => errors.add(field, "must be the id of a worker"),
            Ok(id) if seen.insert(id) => payees.push(id),
            Ok(_) => {}
            Err(error) => errors.add(field, error.to_string()),
        }
    }
    if request.owner {
        payees.push(OWNER);
    }
    let currency: Option<Currency> = match request.currency.as_str() {
        "" => None,
        text => match text.to_ascii_uppercase().parse() {
            Ok(currency) => Some(currency),
            Err(_) => {
                errors.add("currency", "must be a currency such as USD");
                None
            }
        },
    };
    if let (Some(amount), Some(currency)) = (request.amount, currency)
        && amount.currency != currency
    {
        errors.add("currency", "must be that of the amount");
    }
    let method = choice("method", Provider::from_proto(request.method))?;
    let max = proto::PayoutAccount::MAX_RECIPIENT;
    let recipient = errors.line("recipient", &request.recipient, max);
    if method.is_none() && !recipient.is_empty() {
        errors.add("method", "must be given with a recipient");
    }
    let note = errors.line("note", &request.note, proto::Payout::MAX_NOTE);
    let new = NewPayouts {
        payees,
        amount: request.amount,
        currency,
        method,
        recipient: non_empty(recipient),
        note: non_empty(note),
        several,
    };
    Ok(errors.or(new)?)
}

fn earning(line: &BookedLine) -> proto::Earning {
    let money = line.money();
    proto::Earning {
        id: line.id.to_string(),
        kind: line.kind.into(),
        // What we owe is a credit.
        amount: Some(waybill_primitives::Money::new(
            -money.amount,
            money.currency,
        )),
        order_id: line.order().map(|id| id.to_string()),
        at: Some(line.at),
    }
}
