//! Quotes: offering a price for a request, taking it back, accepting it.

use waybill_primitives::{OrderId, Role};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Tx, optimistic, transact};

use super::{Orders, actor, change::audit_change, viewer};
use crate::orders::{
    domain::{Changed, OfferDraft, Order, OrderEvent, Person, Remark},
    store,
};

/// The versions that the caller has read, if given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Versions {
    pub quote: Option<i64>,
    pub order: Option<i64>,
}

impl Orders {
    /// Offers a price for a request for a quote, as staff or an administrator. Staff do not set the price of what they order themselves.
    pub async fn set_quote(
        &self,
        ctx: &CallContext,
        id: OrderId,
        draft: OfferDraft,
        versions: Versions,
    ) -> Result<Order, AppError> {
        self.change_quote(ctx, "order.quote", id, versions.order, |order, by| {
            let now = self.context.now();
            let most_lines = self.context.shop().max_lines();
            let offer = draft.clone().check(order, by, most_lines, now)?;
            let changed = order.quoted(offer, versions.quote, now)?;
            Ok(changed.map(|changed| {
                let note = changed.order.offer().map_or_else(String::new, |offer| {
                    let total = changed.order.money(offer.total);
                    format!("{total}, valid until {}", offer.valid_until)
                });
                (changed, note)
            }))
        })
        .await
    }

    /// Takes an offer back. If there is none, nothing changes.
    pub async fn withdraw_quote(
        &self,
        ctx: &CallContext,
        id: OrderId,
        version: Option<i64>,
    ) -> Result<Order, AppError> {
        self.change_quote(ctx, "order.quote_withdraw", id, version, |order, by| {
            let changed = order.quote_withdrawn(by, self.context.now())?;
            Ok(changed.map(|changed| (changed, String::new())))
        })
        .await
    }

    /// A change by who offers prices; the order as it is if nothing changes.
    async fn change_quote(
        &self,
        ctx: &CallContext,
        act: &'static str,
        id: OrderId,
        version: Option<i64>,
        step: impl Fn(&Order, &Person) -> Result<Option<(Changed, String)>, AppError>,
    ) -> Result<Order, AppError> {
        let user = ctx.require(&[Role::Staff, Role::Admin])?.id;
        let (viewer, db) = (viewer(ctx)?, &self.context.db);
        let by = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        optimistic(db, || async {
            let found = store::find(db.reader(), viewer, id).await?;
            let before = found.ok_or_else(|| AppError::not_found("order"))?;
            if before.customer_id == user && by.role != Role::Admin {
                return Err(AppError::forbidden(
                    "nobody sets the price of their own order",
                ));
            }
            let Some((changed, note)) = step(&before, &by)? else {
                return Ok(before.seen_by(viewer));
            };
            if version.is_some_and(|version| version != before.version) {
                return Err(AppError::version_conflict(before.version));
            }
            transact!(db, ctx, async |tx| {
                self.record_change(tx, &changed, Some(&by), &note).await?;
                audit_change(tx, ctx, act, &before, &changed.order, &note);
                Ok::<_, AppError>(())
            })
            .await?;
            count(&changed);
            Ok(changed.order.seen_by(viewer))
        })
        .await
    }

    /// The customer accepts the offer with this version. Repeated, it changes nothing; another offer is never accepted by it.
    pub async fn accept_quote(
        &self,
        ctx: &CallContext,
        id: OrderId,
        version: i64,
    ) -> Result<Order, AppError> {
        let user = ctx.user()?.id;
        let (viewer, db) = (viewer(ctx)?, &self.context.db);
        let by = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        optimistic(db, || async {
            let found = store::find(db.reader(), viewer, id).await?;
            let before = found.ok_or_else(|| AppError::not_found("order"))?;
            if before.customer_id != user {
                return Err(AppError::forbidden("only the customer accepts a quote"));
            }
            let (now, shop) = (self.context.now(), self.context.shop());
            let expiry = |kind| shop.expiry(kind);
            let changes = before.quote_accepted(version, now, expiry)?;
            let Some(last) = changes.last() else {
                return Ok(before);
            };
            let written = transact!(db, ctx, async |tx| self
                .write_acceptance(tx, &changes, &by)
                .await);
            match written.await {
                Ok(()) => {
                    changes.iter().for_each(count);
                    Ok(last.order.clone())
                }
                Err(error) if error.is(ErrorCode::OutOfStock) => {
                    Err(self.short(&before, &changes).await?)
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn write_acceptance(
        &self,
        tx: &Tx,
        changes: &[Changed],
        by: &Person,
    ) -> Result<(), AppError> {
        let [accepted, then @ ..] = changes else {
            return Ok(());
        };
        if !store::rewrite(tx, &accepted.order).await? {
            return Err(AppError::too_busy("order"));
        }
        store::replace_items(tx, &accepted.order).await?;
        let note = format!("total {}", accepted.order.total());
        self.record(tx, accepted, Some(by), Remark::from(&note))
            .await?;
        for changed in then {
            self.record_change(tx, changed, Some(by), "").await?;
        }
        Ok(())
    }
}

/// Counts the changes of quotes by their state.
pub(super) fn count(changed: &Changed) {
    let what = match changed.event {
        OrderEvent::Quoted => "offered",
        OrderEvent::QuoteWithdrawn => "withdrawn",
        OrderEvent::QuoteAccepted => "accepted",
        OrderEvent::QuoteExpired => "expired",
        _ => return,
    };
    metrics::counter!("waybill_quotes_total", "what" => what).increment(1);
}
