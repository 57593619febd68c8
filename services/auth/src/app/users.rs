//! The acts of administrators on accounts. Rights are checked against the database, not the token: an administrator who was
//! demoted a minute ago cannot change anything any more.

use std::collections::BTreeMap;

use serde_json::json;
use waybill_primitives::{Bucket, Role, Span, Timestamp, UserId};
use waybill_proto::auth::UserEvent;
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{
    Tx,
    page::{Page, PageQuery},
    transact,
};

use super::{App, change_role, require_version};
use crate::{
    domain::{self, User},
    error::Error,
    events,
    store::{
        self,
        sessions::Ending,
        users::{Filter, Suspension},
    },
};

/// Accounts by role.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub customers: i64,
    pub staff: i64,
    pub admins: i64,
}

impl Counts {
    fn add(&mut self, role: Role, accounts: i64) {
        match role {
            Role::Customer => self.customers += accounts,
            Role::Staff => self.staff += accounts,
            Role::Admin => self.admins += accounts,
        }
    }
}

/// Registrations over time.
pub struct Registrations {
    /// By the first day of each bucket.
    pub buckets: Vec<(i32, Counts)>,
    pub registered: Counts,
    /// All accounts.
    pub total: Counts,
}

impl App {
    /// Registrations by day, week or month; by default of the last 30 days.
    pub async fn registrations(
        &self,
        ctx: &CallContext,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        bucket: Bucket,
    ) -> Result<Registrations, Error> {
        ctx.require(&[Role::Admin])?;
        let span = Span::new(from, to, bucket, self.clock.now())
            .map_err(|error| AppError::invalid_field(error.field(), error.to_string()))?;
        let db = self.db.reader();
        let mut buckets: BTreeMap<i32, Counts> = span
            .buckets(bucket)
            .into_iter()
            .map(|day| (day, Counts::default()))
            .collect();
        let (mut registered, mut total) = (Counts::default(), Counts::default());
        for of_day in store::registrations::days(db, span).await? {
            let counts = buckets.entry(bucket.first_day(of_day.day)).or_default();
            counts.add(of_day.role, of_day.accounts);
            registered.add(of_day.role, of_day.accounts);
        }
        for (role, accounts) in store::registrations::totals(db).await? {
            total.add(role, accounts);
        }
        Ok(Registrations {
            buckets: buckets.into_iter().collect(),
            registered,
            total,
        })
    }

    /// Users whose name or address contains `text`, newest first.
    pub async fn list_users(
        &self,
        ctx: &CallContext,
        text: &str,
        roles: Vec<Role>,
        query: &PageQuery,
    ) -> Result<Page<User>, Error> {
        ctx.require(&[Role::Admin])?;
        let text = domain::plain_text("q", text, domain::QUERY_MAX)?;
        let page = store::users::list(self.db.reader(), &Filter { text, roles }, query).await;
        Ok(page.map_err(AppError::from)?)
    }

    pub async fn get_user(&self, ctx: &CallContext, id: UserId) -> Result<User, Error> {
        ctx.require(&[Role::Admin])?;
        let user = store::users::by_id(self.db.reader(), id).await?;
        Ok(user.ok_or_else(no_such_user)?)
    }

    /// Gives a user another role; existing access tokens are no longer valid, refreshed ones have it.
    pub async fn set_role(
        &self,
        ctx: &CallContext,
        id: UserId,
        role: Role,
        version: Option<i64>,
    ) -> Result<User, Error> {
        ctx.require(&[Role::Admin])?;
        transact!(self.db, ctx, async |tx| {
            let active_admins = self.act_as_admin(tx, ctx).await?;
            let mut user = target(tx, id).await?;
            require_version(&user, version)?;
            if user.role == role {
                return Ok(user);
            }
            domain::may_set_role(&user, role, active_admins)?;
            let from = change_role(tx, &mut user, role, self.clock.now()).await?;
            let (before, after) = (json!({ "role": from }), json!({ "role": role }));
            self.record_act(tx, ctx, "user.set_role", id, before, after)
                .await?;
            Ok(user)
        })
        .await
    }

    /// Suspends an account: its sessions end, and it cannot sign in until it is restored.
    pub async fn suspend(
        &self,
        ctx: &CallContext,
        id: UserId,
        reason: &str,
    ) -> Result<User, Error> {
        let caller = ctx.require(&[Role::Admin])?.id;
        let reason = domain::plain_text("reason", reason, domain::REASON_MAX)?;
        let (user, ended) = transact!(self.db, ctx, async |tx| {
            let active_admins = self.act_as_admin(tx, ctx).await?;
            let mut user = target(tx, id).await?;
            domain::may_suspend(caller, &user, active_admins)?;
            if user.suspended {
                return Ok((user, Vec::new()));
            }
            user.suspended = true;
            user.version += 1;
            let at = self.clock.now();
            let suspension = Suspension {
                reason: &reason,
                at,
            };
            store::users::set_suspension(tx.conn(), &user, Some(suspension), at).await?;
            let ended = self
                .end_sessions_of(tx, id, None, Ending::Suspended)
                .await?;
            events::suspended(tx, &user, &reason);
            let before = json!({ "suspended": false });
            let after = json!({ "suspended": true, "reason": reason });
            self.record_act(tx, ctx, "user.suspend", id, before, after)
                .await?;
            Ok::<_, Error>((user, ended))
        })
        .await?;
        self.revoke(&ended);
        Ok(user)
    }

    pub async fn restore(&self, ctx: &CallContext, id: UserId) -> Result<User, Error> {
        ctx.require(&[Role::Admin])?;
        transact!(self.db, ctx, async |tx| {
            self.act_as_admin(tx, ctx).await?;
            let mut user = target(tx, id).await?;
            if !user.suspended {
                return Ok(user);
            }
            user.suspended = false;
            user.version += 1;
            store::users::set_suspension(tx.conn(), &user, None, self.clock.now()).await?;
            events::changed(tx, &user, UserEvent::Restored);
            let before = json!({ "suspended": true });
            let after = json!({ "suspended": false });
            self.record_act(tx, ctx, "user.restore", id, before, after)
                .await?;
            Ok(user)
        })
        .await
    }

    /// Locks all administrators until the transaction ends, and checks that the caller is one of them. Returns their number.
    async fn act_as_admin(&self, tx: &Tx, ctx: &CallContext) -> Result<u64, Error> {
        let caller = ctx.user()?.id;
        let admins = store::users::lock_active_admins(tx.conn()).await?;
        if !admins.contains(&caller) {
            return Err(AppError::forbidden("you are no longer an administrator").into());
        }
        Ok(admins.len() as u64)
    }
}

async fn target(tx: &Tx, id: UserId) -> Result<User, Error> {
    let account = store::users::lock(tx.conn(), id).await?;
    Ok(account.ok_or_else(no_such_user)?.user)
}

fn no_such_user() -> AppError {
    AppError::not_found("user")
}
