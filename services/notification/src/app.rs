//! The use cases with their transactions: creating notifications, what users do with them, and reading the mailbox. What
//! follows from events is in `app/announcement.rs`, sending in `app/delivery.rs`.

mod announcement;
mod delivery;

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_primitives::{Clock, NotificationId, Role, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{
    Db, EventContext, Tx,
    page::{Page, PageQuery},
    transact,
};

use crate::{
    domain::{Delivery, DeliveryState, MAX_SHOP_NAME, Notification, Recipient, one_line},
    events,
    mail::Shop,
    sender::Sender,
    store::{deliveries, notifications, recipients, shop},
};

/// Users read at a time when a notice goes to everybody with a role, and rows per statement.
const CHUNK: u64 = 200;
/// Notifications that one call marks as read at most; there are rarely more, and a client can call again.
const MAX_READ_AT_ONCE: u64 = 5_000;
/// How long notifications are kept, and how long mails that were sent.
const KEEP_NOTIFICATIONS: Duration = Duration::from_hours(365 * 24);
const KEEP_MAILS: Duration = Duration::from_hours(30 * 24);

/// How mails are delivered and whether the mailbox is open.
#[derive(Debug, Clone)]
pub struct Policy {
    pub shop: Shop,
    /// A mail is given up after so many failed attempts.
    pub mail_attempts: i32,
    /// Mails that an address that is not verified gets within an hour; 0 for no limit.
    pub unverified_hourly: u64,
    /// Whether anybody may read the mails that were sent.
    pub mailbox_open: bool,
}

/// The use cases.
pub struct App {
    db: Db,
    clock: Arc<dyn Clock>,
    policy: Policy,
    sender: Sender,
    stop: CancellationToken,
}

impl App {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        policy: Policy,
        sender: Sender,
        stop: CancellationToken,
    ) -> Self {
        Self {
            db,
            clock,
            policy,
            sender,
            stop,
        }
    }

    // ------------------------------------------------------------ consumers

    /// Stores what auth says about a user.
    pub async fn note_user(&self, tx: &Tx, recipient: Recipient) -> Result<(), AppError> {
        Ok(recipients::upsert(tx, recipient).await?)
    }

    /// Stores the name of the shop.
    pub fn note_shop(tx: &Tx, name: &str, version: i64) {
        shop::upsert(tx, &one_line(name, MAX_SHOP_NAME), version);
    }

    // -------------------------------------------------------- notifications

    /// The caller's own, newest first.
    pub async fn list(
        &self,
        ctx: &CallContext,
        unread_only: bool,
        since: Option<Timestamp>,
        query: &PageQuery,
    ) -> Result<Page<Notification>, AppError> {
        let user = ctx.user()?.id;
        Ok(notifications::list(self.db.reader(), user, unread_only, since, query).await?)
    }

    pub async fn unread_count(&self, ctx: &CallContext) -> Result<u64, AppError> {
        let user = ctx.user()?.id;
        Ok(notifications::count(self.db.reader(), user, true).await?)
    }

    /// Marks one as read; can be repeated.
    pub async fn mark_read(
        &self,
        ctx: &CallContext,
        id: NotificationId,
    ) -> Result<Notification, AppError> {
        let user = ctx.user()?.id;
        transact!(self.db, ctx, async |tx| {
            let changed = notifications::mark_read(tx, user, id, self.clock.now()).await?;
            let notification = notifications::find(tx.conn(), user, id)
                .await?
                .ok_or_else(missing)?;
            if changed {
                events::read(tx, &notification);
            }
            Ok(notification)
        })
        .await
    }

    /// Marks everything as read that existed when the call came in, at most 5,000. Returns how many were unread.
    pub async fn mark_all_read(&self, ctx: &CallContext) -> Result<u64, AppError> {
        let user = ctx.user()?.id;
        let until = self.clock.now();
        let mut changed = 0;
        while changed < MAX_READ_AT_ONCE {
            let marked = transact!(self.db, ctx, async |tx| {
                let unread = notifications::unread_until(tx, user, until, CHUNK).await?;
                if unread.is_empty() {
                    return Ok::<u64, AppError>(0);
                }
                let now = self.clock.now();
                let marked = notifications::mark_all_read(tx, &unread, now).await?;
                for mut notification in unread {
                    notification.read_at = Some(now);
                    notification.version += 1;
                    events::read(tx, &notification);
                }
                Ok(marked)
            })
            .await?;
            changed += marked;
            if marked < CHUNK {
                break;
            }
        }
        Ok(changed)
    }

    pub async fn delete(&self, ctx: &CallContext, id: NotificationId) -> Result<(), AppError> {
        let user = ctx.user()?.id;
        transact!(self.db, ctx, async |tx| {
            if !notifications::delete(tx, user, id).await? {
                return Err(missing());
            }
            Ok(())
        })
        .await
    }

    // ----------------------------------------------------------- deliveries

    /// Deliveries, for administrators.
    pub async fn list_deliveries(
        &self,
        ctx: &CallContext,
        states: Vec<DeliveryState>,
        query: &PageQuery,
    ) -> Result<Page<Delivery>, AppError> {
        ctx.require(&[Role::Admin])?;
        Ok(deliveries::list(self.db.reader(), states, query).await?)
    }

    /// Queues a mail again that was given up, for administrators; can be repeated.
    pub async fn retry_delivery(&self, ctx: &CallContext, id: Uuid) -> Result<Delivery, AppError> {
        ctx.require(&[Role::Admin])?;
        transact!(self.db, ctx, async |tx| {
            let find = async || {
                let found = deliveries::find(tx.conn(), id).await?;
                found.ok_or_else(|| AppError::not_found("delivery"))
            };
            let before = find().await?;
            if deliveries::requeue(tx, id, self.clock.now()).await? {
                events::retried(tx, ctx, &before);
                return find().await;
            }
            match before.state {
                DeliveryState::Queued | DeliveryState::Sending => Ok(before),
                state => Err(AppError::conflict(
                    ErrorCode::Conflict,
                    format!("the mail is {state}; only one that is DEAD is sent again"),
                )),
            }
        })
        .await
    }

    // -------------------------------------------------------------- mailbox

    /// Mails in the mailbox without their texts, newest first; for anybody, where the mailbox is open.
    pub async fn list_mails(
        &self,
        to: &str,
        query: &PageQuery,
    ) -> Result<Page<Delivery>, AppError> {
        self.mailbox()?;
        let page = deliveries::list_sent(self.db.reader(), to.trim(), query).await?;
        Ok(page.map(|mail| Delivery {
            text: String::new(),
            html: String::new(),
            ..mail
        }))
    }

    pub async fn get_mail(&self, id: Uuid) -> Result<Delivery, AppError> {
        self.mailbox()?;
        deliveries::sent(self.db.reader(), id)
            .await?
            .ok_or_else(|| AppError::not_found("mail"))
    }

    fn mailbox(&self) -> Result<(), AppError> {
        if self.policy.mailbox_open {
            Ok(())
        } else {
            Err(AppError::not_found("mailbox"))
        }
    }

    // ----------------------------------------------------------- old things

    /// Deletes what is no longer needed, in small transactions.
    pub async fn prune(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        let (notices, sent) = (now.minus(KEEP_NOTIFICATIONS), now.minus(KEEP_MAILS));
        while !self.stop.is_cancelled() {
            let deleted = transact!(self.db, EventContext::default(), async |tx| {
                let deleted = notifications::prune(tx, notices, CHUNK).await?
                    + deliveries::prune(tx, sent, CHUNK).await?;
                Ok::<_, AppError>(deleted)
            })
            .await?;
            if deleted == 0 {
                break;
            }
        }
        Ok(())
    }
}

fn missing() -> AppError {
    AppError::not_found("notification")
}
