//! What workers see and decide: their balance, its bookings, and where payouts go.

use std::collections::HashMap;

use waybill_primitives::{Role, UserId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{
    page::{Page, PageQuery},
    transact,
};

use super::{app::Payouts, balances::Balance, events, store};
use crate::{
    entity::payment::Provider,
    ledger::{
        domain::{Account, BookedLine},
        store as ledger,
    },
    payees::{self, Payee},
};

/// Workers, and administrators who were workers before.
const EARNERS: &[Role] = &[Role::Staff, Role::Admin];

impl Payouts {
    /// The caller's balances, one per currency.
    pub async fn balance(&self, ctx: &CallContext) -> Result<Vec<Balance>, AppError> {
        let id = ctx.require(EARNERS)?.id;
        let mut balances = store::balances(self.tools.db.reader(), &[id]).await?;
        Ok(balances.remove(&id).unwrap_or_default())
    }

    /// What was booked on the caller's balance, newest first.
    pub async fn earnings(
        &self,
        ctx: &CallContext,
        query: &PageQuery,
    ) -> Result<Page<BookedLine>, AppError> {
        let filter = ledger::Filter {
            account: Some(Account::Worker(ctx.require(EARNERS)?.id)),
            order: None,
        };
        Ok(ledger::list(self.tools.db.reader(), filter, query).await?)
    }

    /// Where the caller's payouts go.
    pub async fn account(&self, ctx: &CallContext) -> Result<Payee, AppError> {
        let id = ctx.require(EARNERS)?.id;
        let known = payees::find(self.tools.db.reader(), id).await?;
        Ok(known.unwrap_or_else(|| payees::unknown(id, self.tools.clock.now())))
    }

    /// Sets where the caller's payouts go. Payouts that exist stay as they are.
    pub async fn set_account(
        &self,
        ctx: &CallContext,
        method: Provider,
        recipient: Option<String>,
        version: Option<i64>,
    ) -> Result<Payee, AppError> {
        let user = ctx.require(EARNERS)?;
        self.check_account(method, recipient.as_deref())?;
        let set = transact!(self.tools.db, ctx, async |tx| {
            let now = self.tools.clock.now();
            let known = payees::locked(tx, [user.id]).await?.remove(&user.id);
            let known = known.unwrap_or_else(|| Payee {
                name: user.name.clone(),
                ..payees::unknown(user.id, now)
            });
            if version.is_some_and(|version| version != known.version) {
                return Err(AppError::version_conflict(known.version));
            }
            let next = Payee {
                method: Some(method),
                recipient: recipient.clone(),
                version: known.version + 1,
                updated_at: now,
                ..known.clone()
            };
            payees::defer_account(tx, next.clone());
            events::account_set(tx, ctx, &known, &next);
            Ok::<_, AppError>(next)
        });
        set.await
    }

    /// The owner and all workers who have earned something, with their balances.
    pub async fn payees(
        &self,
        ctx: &CallContext,
        query: &PageQuery,
    ) -> Result<(Page<Payee>, HashMap<UserId, Vec<Balance>>), AppError> {
        ctx.require(&[Role::Admin])?;
        let reader = self.tools.db.reader();
        let page = payees::list(reader, query).await?;
        let ids: Vec<_> = page.rows.iter().map(|payee| payee.id).collect();
        let balances = store::balances(reader, &ids).await?;
        Ok((page, balances))
    }
}
