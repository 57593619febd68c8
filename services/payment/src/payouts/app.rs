//! Creating payouts, approving them, and paying those by hand. What a provider sends is in `flow`.

use std::collections::HashMap;

use waybill_primitives::{Currency, Money, PayoutId, Role, Timestamp, UserId};
use waybill_proto::{common::Refusal, payment as proto};
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done},
};
use waybill_store::{
    Tx,
    page::{Page, PageQuery},
    transact,
};

use super::{
    balances::Balance,
    domain::{Payout, PayoutState, Step},
    events,
    store::{self, Filter},
};
use crate::{
    entity::payment::Provider,
    ledger::{app as ledger, domain::Entry},
    payees::{self, OWNER, Payee},
    transfers::Tools,
};

/// Payouts that an administrator asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NewPayouts {
    /// Each once.
    pub payees: Vec<UserId>,
    /// None: all that is available.
    pub amount: Option<Money>,
    pub currency: Option<Currency>,
    /// None: as the payee has chosen.
    pub method: Option<Provider>,
    pub recipient: Option<String>,
    pub note: Option<String>,
    /// Refusals are results: one does not keep the others from being paid.
    pub several: bool,
}

pub struct Payouts {
    pub tools: Tools,
}

impl Payouts {
    /// Takes the amounts out of the balances. Each payout then waits for its approval.
    pub async fn create(
        &self,
        ctx: &CallContext,
        new: NewPayouts,
    ) -> Result<Done<proto::CreatePayoutsResponse>, AppError> {
        ctx.require(&[Role::Admin])?;
        let request = serde_json::to_vec(&new).map_err(AppError::internal)?;
        let key = once::key(ctx, "create_payouts", &request)?;
        let write = transact!(self.tools.db, ctx, async |tx| {
            let known = payees::locked(tx, new.payees.iter().copied()).await?;
            let balances = store::balances(tx.conn(), &new.payees).await?;
            let mut results = Vec::with_capacity(new.payees.len());
            for id in &new.payees {
                let drafted = self.draft(ctx, *id, &new, &known, &balances);
                let result = proto::PayoutResult {
                    worker_id: (*id != OWNER).then(|| id.to_string()),
                    ..proto::PayoutResult::default()
                };
                results.push(match drafted {
                    Ok(payout) => {
                        write(tx, ctx, &payout).await?;
                        proto::PayoutResult {
                            payout: Some((&payout).into()),
                            ..result
                        }
                    }
                    Err(refused) if new.several => proto::PayoutResult {
                        error: Some(Refusal {
                            code: refused.code.into(),
                            message: refused.message.clone(),
                        }),
                        ..result
                    },
                    Err(refused) => return Err(refused),
                });
            }
            let answer = proto::CreatePayoutsResponse {
                results,
                replayed: false,
            };
            once::remember(tx, key.as_ref(), &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once::once(&self.tools.db, key.as_ref(), write).await
    }

    /// The payout for one payee, who is locked; or why there is none.
    fn draft(
        &self,
        ctx: &CallContext,
        id: UserId,
        new: &NewPayouts,
        known: &HashMap<UserId, Payee>,
        balances: &HashMap<UserId, Vec<Balance>>,
    ) -> Result<Payout, AppError> {
        let payee = known.get(&id);
        let unknown = || AppError::invalid_field("workerId", "no such worker has earned something");
        let payee = payee.ok_or_else(unknown)?;
        let balances = balances.get(&id).map_or(&[][..], Vec::as_slice);
        let amount = amount_of(new, balances)?;
        let (method, recipient) = match new.method {
            Some(method) => (method, new.recipient.clone()),
            None => payee.account().unwrap_or((Provider::Manual, None)),
        };
        self.check_account(method, recipient.as_deref())?;
        let now = self.tools.clock.now();
        Ok(Payout {
            id: PayoutId::new(),
            payee_id: id,
            name: payee.name.clone(),
            amount: amount.amount,
            currency: amount.currency,
            state: PayoutState::Pending,
            method,
            recipient,
            note: new.note.clone(),
            provider_reference: None,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            created_by: ctx.user()?.id,
            version: 1,
            paid_at: None,
            created_at: now,
            updated_at: now,
        })
    }

    /// Whether a method is available, and the recipient one of its.
    pub fn check_account(&self, method: Provider, recipient: Option<&str>) -> Result<(), AppError> {
        let provider = self.tools.providers.get(method).ok_or_else(|| {
            AppError::invalid_field("method", format!("{method} is not set up in this shop"))
        })?;
        let recipient = recipient.unwrap_or_default();
        provider
            .check_recipient(recipient)
            .map_err(|expected| AppError::invalid_field("recipient", expected))
    }

    /// A payout, for its worker and administrators.
    pub async fn get(&self, ctx: &CallContext, id: PayoutId) -> Result<Payout, AppError> {
        let user = ctx.user()?;
        let payout = store::find(self.tools.db.reader(), id).await?;
        payout
            .filter(|payout| user.is_admin() || payout.payee_id == user.id)
            .ok_or_else(|| AppError::not_found("payout"))
    }

    /// Payouts, newest first: the caller's own, or all, for administrators.
    pub async fn list(
        &self,
        ctx: &CallContext,
        own: bool,
        filter: Filter,
        query: &PageQuery,
    ) -> Result<Page<Payout>, AppError> {
        let filter = if own {
            Filter {
                payee: Some(ctx.require(&[Role::Staff, Role::Admin])?.id),
                ..filter
            }
        } else {
            ctx.require(&[Role::Admin])?;
            filter
        };
        Ok(store::list(self.tools.db.reader(), filter, query).await?)
    }

    /// Releases a payout. One that was released before stays as it is.
    pub async fn approve(
        &self,
        ctx: &CallContext,
        id: PayoutId,
        version: Option<i64>,
    ) -> Result<Payout, AppError> {
        let act = |known: &Payout, now| {
            let next = known.after(Step::Approve, now);
            Ok(next.map(|next| Payout {
                next_attempt_at: now,
                ..next
            }))
        };
        let done = [PayoutState::Approved, PayoutState::Sent, PayoutState::Paid];
        let approved = self
            .change(
                ctx,
                id,
                version,
                ("payout.approve", PayoutState::Approved, &done),
                act,
            )
            .await?;
        self.tools.wake.notify_one();
        Ok(approved)
    }

    /// An approved payout was paid by hand.
    pub async fn mark_paid(
        &self,
        ctx: &CallContext,
        id: PayoutId,
        reference: Option<String>,
        version: Option<i64>,
    ) -> Result<Payout, AppError> {
        let act = |known: &Payout, now| {
            if known.method != Provider::Manual {
                let text = format!("{} pays this one; it is not paid by hand", known.method);
                return Err(AppError::conflict(ErrorCode::Conflict, text));
            }
            let next = known.after(Step::Pay, now);
            Ok(next.map(|next| Payout {
                provider_reference: reference.clone(),
                ..next
            }))
        };
        let done = [PayoutState::Paid];
        self.change(
            ctx,
            id,
            version,
            ("payout.mark_paid", PayoutState::Paid, &done),
            act,
        )
        .await
    }

    /// Returns the money of a payout that nobody was asked to pay.
    pub async fn cancel(
        &self,
        ctx: &CallContext,
        id: PayoutId,
        reason: Option<String>,
        version: Option<i64>,
    ) -> Result<Payout, AppError> {
        let act = |known: &Payout, now| {
            if known.state == PayoutState::Approved && !known.may_cancel() {
                let text = "the provider was asked to send it; wait for its answer";
                return Err(AppError::conflict(ErrorCode::Conflict, text));
            }
            let next = known.after(Step::Cancel, now);
            Ok(next.map(|next| Payout {
                last_error: reason.clone(),
                ..next
            }))
        };
        let done = [PayoutState::Cancelled];
        self.change(
            ctx,
            id,
            version,
            ("payout.cancel", PayoutState::Cancelled, &done),
            act,
        )
        .await
    }

    /// An administrator's act, with its name and the state that it leads to. In the states of `done` there is nothing left to do.
    async fn change(
        &self,
        ctx: &CallContext,
        id: PayoutId,
        version: Option<i64>,
        (action, to, done): (&'static str, PayoutState, &[PayoutState]),
        act: impl Fn(&Payout, Timestamp) -> Result<Option<Payout>, AppError>,
    ) -> Result<Payout, AppError> {
        ctx.require(&[Role::Admin])?;
        let changed = transact!(self.tools.db, ctx, async |tx| {
            let known = store::lock(tx, id).await?;
            let known = known.ok_or_else(|| AppError::not_found("payout"))?;
            if done.contains(&known.state) {
                return Ok(known);
            }
            if version.is_some_and(|version| version != known.version) {
                return Err(AppError::version_conflict(known.version));
            }
            let now = self.tools.clock.now();
            let next = act(&known, now)?.ok_or_else(|| wrong_state(known.state, to))?;
            move_on(tx, &known, &next, now).await?;
            events::acted(tx, ctx, action, Some(known.state), &next);
            Ok::<_, AppError>(next)
        });
        changed.await
    }
}

/// Writes a new payout, with the ledger and what is published.
async fn write(tx: &Tx, ctx: &CallContext, payout: &Payout) -> Result<(), AppError> {
    store::insert(tx, payout.clone()).await?;
    ledger::book(tx, Entry::payout_reserved(payout), payout.created_at)?;
    events::changed(tx, payout);
    events::acted(tx, ctx, "payout.create", None, payout);
    Ok(())
}

/// Writes a payout in its next state, with the ledger and what is published.
pub async fn move_on(
    tx: &Tx,
    known: &Payout,
    next: &Payout,
    now: Timestamp,
) -> Result<(), AppError> {
    store::save(tx, next).await?;
    match next.state {
        PayoutState::Pending | PayoutState::Approved | PayoutState::Sent => {}
        PayoutState::Paid => ledger::book(tx, Entry::payout_paid(next), now)?,
        PayoutState::Failed | PayoutState::Cancelled => {
            ledger::book(tx, Entry::payout_returned(known), now)?;
        }
    }
    events::changed(tx, next);
    Ok(())
}

/// The amount of a payout: what was asked for, or all that is available in the one currency that is meant.
fn amount_of(new: &NewPayouts, balances: &[Balance]) -> Result<Money, AppError> {
    if let Some(asked) = new.amount {
        if asked.amount <= 0 {
            return Err(AppError::invalid_field(
                "amount.amount",
                "must be at least 1",
            ));
        }
        let available = available(balances, asked.currency);
        return if asked.amount <= available.amount {
            Ok(asked)
        } else {
            Err(too_low(available))
        };
    }
    if let Some(currency) = new.currency {
        let available = available(balances, currency);
        return (available.amount > 0)
            .then_some(available)
            .ok_or_else(|| too_low(available));
    }
    let mut positive = balances
        .iter()
        .map(Balance::available)
        .filter(|available| available.amount > 0);
    match (positive.next(), positive.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(AppError::invalid_field(
            "currency",
            "must be given: there are balances in several currencies",
        )),
        (None, _) => {
            let first = balances.first().map(Balance::available);
            Err(first.map_or_else(nothing_earned, too_low))
        }
    }
}

fn available(balances: &[Balance], currency: Currency) -> Money {
    let available = balances.iter().map(Balance::available);
    let mut of_currency = available.filter(|available| available.currency == currency);
    of_currency.next().unwrap_or(Money::zero(currency))
}

fn too_low(available: Money) -> AppError {
    AppError::conflict(
        ErrorCode::BalanceTooLow,
        format!("{available} is available for a payout"),
    )
    .with_meta("available", available.amount.to_string())
    .with_meta("currency", available.currency.to_string())
}

fn nothing_earned() -> AppError {
    AppError::conflict(
        ErrorCode::BalanceTooLow,
        "nothing is available for a payout",
    )
}

fn wrong_state(from: PayoutState, to: PayoutState) -> AppError {
    let allowed: Vec<_> = from.next().map(PayoutState::as_str).collect();
    let text = format!("a payout that is {from} cannot become {to}");
    AppError::conflict(ErrorCode::InvalidTransition, text)
        .with_meta("from", from.as_str())
        .with_meta("to", to.as_str())
        .with_meta("allowed", allowed.join(","))
}
