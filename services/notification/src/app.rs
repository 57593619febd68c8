//! The use cases with their transactions: creating notifications, what users do with them, and reading the mailbox. Sending is in
//! `app/delivery.rs`.

mod delivery;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{Clock, EventId, NotificationId, Role, UserId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{
    Db, EventContext, Tx,
    page::{Page, PageQuery},
    rows, transact,
};

use crate::{
    domain::{
        Audience, Delivery, DeliveryState, KeptMail, MAX_NAME, MAX_SHOP_NAME, MailPlan, Notice,
        Notification, Recipient, one_line,
    },
    events,
    mail::{self, Shop},
    plan,
    sender::Sender,
    store::{deliveries, mails, notifications, recipients, shop},
    triggers::NotificationTrigger,
};

/// Users read at a time when a notice goes to everybody with a role, and rows per statement.
const CHUNK: u64 = 200;
/// Notifications that one call marks as read at most; there are rarely more, and a client can call again.
const MAX_READ_AT_ONCE: u64 = 5_000;
/// How long notifications are kept, and how long mails that were sent or shown.
const KEEP_NOTIFICATIONS: Duration = Duration::from_hours(365 * 24);
const KEEP_MAILS: Duration = Duration::from_hours(30 * 24);

/// How mails are delivered and whether the mailbox is open.
#[derive(Debug, Clone)]
pub struct Policy {
    pub shop: Shop,
    /// A mail is given up after so many failed attempts.
    pub mail_attempts: i32,
    /// Whether anybody may read stored mails.
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
    pub async fn note_shop(&self, tx: &Tx, name: &str, version: i64) -> Result<(), AppError> {
        Ok(shop::upsert(tx, &one_line(name, MAX_SHOP_NAME), version).await?)
    }

    /// Writes notices, their events and queued mails, all in the transaction of the events that they follow from: few statements,
    /// however many events.
    pub async fn announce(
        &self,
        tx: &Tx,
        triggers: &[(&Envelope, NotificationTrigger)],
    ) -> Result<(), AppError> {
        let placed = triggers.iter().map(|(_, trigger)| trigger);
        rows::insert_absent(tx.conn(), customers(placed)).await?;
        let mut announcement = Announcement::default();
        for (event, trigger) in triggers {
            tx.act_for(EventContext::of(event));
            let plan = plan::plan(trigger);
            let mut notified = HashSet::new();
            for notice in &plan.notices {
                for user in announcement.audience(tx, notice).await? {
                    if !notified.insert(user) {
                        continue;
                    }
                    let notification = Notification {
                        id: NotificationId::new(),
                        event_id: event.id,
                        user_id: user,
                        kind: notice.kind,
                        title: notice.title.clone(),
                        body: notice.body.clone(),
                        order_id: plan.order_id,
                        created_at: self.clock.now(),
                        read_at: None,
                        version: 1,
                    };
                    events::created(tx, &notification);
                    announcement.notifications.push(notification);
                }
            }
            for mail in &plan.mails {
                let delivery = self.mail(tx, event.id, mail, &mut announcement).await?;
                announcement.deliveries.push(delivery);
            }
        }
        rows::insert_all(tx.conn(), announcement.notifications).await?;
        Ok(rows::insert_all(tx.conn(), announcement.deliveries).await?)
    }

    async fn mail(
        &self,
        tx: &Tx,
        event: EventId,
        mail: &MailPlan,
        announcement: &mut Announcement,
    ) -> Result<Delivery, AppError> {
        let (mut name, mut address) = (mail.to.name.clone(), mail.to.email.clone());
        if address.is_none()
            && let Some((known_address, known_name)) =
                recipients::contact(tx.conn(), mail.to.id).await?
        {
            (name, address) = (known_name, Some(known_address));
        }
        let name = one_line(&name, MAX_NAME);
        let shop = match &announcement.shop {
            Some(shop) => shop,
            None => {
                let known = shop::name(tx.conn()).await?;
                announcement.shop.insert(Shop {
                    name: known.unwrap_or_else(|| self.policy.shop.name.clone()),
                    url: self.policy.shop.url.clone(),
                })
            }
        };
        let rendered =
            mail::render(mail.template, shop, &name, &mail.content).map_err(AppError::internal)?;
        let now = self.clock.now();
        Ok(Delivery {
            id: Uuid::now_v7(),
            event_id: event,
            user_id: mail.to.id,
            template: mail.template,
            address: address.filter(|address| !address.is_empty()),
            name,
            subject: mail.subject.clone(),
            text: rendered.text,
            html: rendered.html,
            state: DeliveryState::Queued,
            attempts: 0,
            due_at: now,
            last_error: None,
            created_at: now,
            sent_at: None,
        })
    }

    // -------------------------------------------------------- notifications

    /// The caller's own, newest first.
    pub async fn list(
        &self,
        ctx: &CallContext,
        unread_only: bool,
        query: &PageQuery,
    ) -> Result<Page<Notification>, AppError> {
        let user = ctx.user()?.id;
        Ok(notifications::list(self.db.reader(), user, unread_only, query).await?)
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

    // -------------------------------------------------------------- mailbox

    /// Stored mails without their texts, newest first; for anybody, where the mailbox is open.
    pub async fn list_mails(
        &self,
        to: &str,
        query: &PageQuery,
    ) -> Result<Page<KeptMail>, AppError> {
        self.mailbox()?;
        let page = mails::list(self.db.reader(), to.trim(), query).await?;
        Ok(page.map(|mail| KeptMail {
            text: String::new(),
            html: String::new(),
            ..mail
        }))
    }

    pub async fn get_mail(&self, id: Uuid) -> Result<KeptMail, AppError> {
        self.mailbox()?;
        mails::find(self.db.reader(), id)
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
                    + deliveries::prune(tx, sent, CHUNK).await?
                    + mails::prune(tx, sent, CHUNK).await?;
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

/// The customers of placed orders, ordered by id: auth's own event may still be on its way, or older than this service. Every
/// transaction writes them in this order to avoid deadlocks.
fn customers<'a>(triggers: impl IntoIterator<Item = &'a NotificationTrigger>) -> Vec<Recipient> {
    let customers = triggers.into_iter().filter_map(|trigger| {
        let NotificationTrigger::Placed(order) = trigger else {
            return None;
        };
        let customer = Recipient {
            id: order.customer.id,
            email: order.customer.email.clone().unwrap_or_default(),
            name: one_line(&order.customer.name, MAX_NAME),
            role: Role::Customer,
            suspended: false,
            // Whatever auth says is newer.
            version: 0,
        };
        Some((customer.id, customer))
    });
    let customers: BTreeMap<_, _> = customers.collect();
    customers.into_values().collect()
}

/// The notices and mails of one transaction, and the recipients that it has looked up for them.
#[derive(Default)]
struct Announcement {
    notifications: Vec<Notification>,
    deliveries: Vec<Delivery>,
    roles: Vec<(Role, Vec<UserId>)>,
    shop: Option<Shop>,
}

impl Announcement {
    /// The users that a notice is for.
    async fn audience(&mut self, tx: &Tx, notice: &Notice) -> Result<Vec<UserId>, AppError> {
        let role = match notice.to {
            Audience::User(user) => return Ok(vec![user]),
            Audience::Staff => Role::Staff,
            Audience::Admins => Role::Admin,
        };
        if let Some((_, users)) = self.roles.iter().find(|(known, _)| *known == role) {
            return Ok(users.clone());
        }
        let mut users = Vec::new();
        loop {
            let more = recipients::of_role(tx.conn(), role, users.last().copied(), CHUNK).await?;
            let end = (more.len() as u64) < CHUNK;
            users.extend(more);
            if end {
                break;
            }
        }
        self.roles.push((role, users.clone()));
        Ok(users)
    }
}
