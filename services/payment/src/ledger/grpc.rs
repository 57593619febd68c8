//! The ledger over gRPC. The RPCs are part of `PaymentService`, which `crate::grpc` serves.

use waybill_proto::{
    parse_id,
    payment::{
        AccountBalance, LedgerLine, ListBalancesRequest, ListBalancesResponse, ListLedgerRequest,
        ListLedgerResponse,
    },
};
use waybill_service_kit::{AppError, CallContext, page_query};

use super::{app::Ledger, domain::BookedLine, store::Filter};

pub async fn list(
    ledger: &Ledger,
    ctx: &CallContext,
    request: ListLedgerRequest,
) -> Result<ListLedgerResponse, AppError> {
    let order = match request.order_id.as_str() {
        "" => None,
        id => Some(parse_id("orderId", id)?),
    };
    let filter = Filter {
        order,
        account: Ledger::parse_account(&request.account)?,
    };
    let query = page_query(request.page.as_ref())?;
    let page = ledger.list(ctx, filter, &query).await?;
    Ok(ListLedgerResponse {
        lines: page.rows.iter().map(line).collect(),
        page: Some(page.info()),
    })
}

pub async fn balances(
    ledger: &Ledger,
    ctx: &CallContext,
    request: ListBalancesRequest,
) -> Result<ListBalancesResponse, AppError> {
    let balances = ledger.balances(ctx, request.at).await?.into_iter();
    let balances = balances.map(|(account, balance)| AccountBalance {
        account,
        balance: Some(balance),
    });
    Ok(ListBalancesResponse {
        balances: balances.collect(),
    })
}

fn line(line: &BookedLine) -> LedgerLine {
    LedgerLine {
        id: line.id.to_string(),
        entry_id: line.entry_id.to_string(),
        kind: line.kind.into(),
        account: line.account.to_string(),
        amount: Some(line.money()),
        order_id: line.order().map(|id| id.to_string()),
        payment_id: line.payment_id.map(|id| id.to_string()),
        at: Some(line.at),
    }
}
