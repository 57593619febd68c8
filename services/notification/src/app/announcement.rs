//! What follows from events: notices for users, and mails with the limits of unverified addresses.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, NotificationId, Role, UserId};
use waybill_service_kit::AppError;
use waybill_store::{EventContext, Existing, Tx};

use super::{App, CHUNK, Policy};
use crate::{
    domain::{
        Audience, Delivery, DeliveryState, MAX_NAME, MailPlan, Notice, Notification, Recipient,
        Template, limit_key, one_line,
    },
    events,
    mail::{self, Shop},
    plan,
    sender::Sender,
    store::{deliveries, recipients, shop},
    triggers::NotificationTrigger,
};

/// The time span of the limit for unverified addresses.
const HOUR: Duration = Duration::from_hours(1);

impl App {
    /// Writes notices, their events and mails, all in the transaction of the events that they follow from: few statements,
    /// however many events.
    pub async fn announce(
        &self,
        tx: &Tx,
        triggers: &[(&Envelope, NotificationTrigger)],
    ) -> Result<(), AppError> {
        let customers = customers(triggers.iter().map(|(_, trigger)| trigger));
        let plans = triggers.iter().map(|(_, trigger)| plan::plan(trigger));
        let plans: Vec<_> = plans.collect();
        let mails = plans.iter().flat_map(|plan| &plan.mails);
        let mut announcement = self.addressed(tx, mails, &customers).await?;
        tx.defer_upsert(customers, Existing::Kept);
        for ((event, _), plan) in triggers.iter().zip(&plans) {
            tx.act_for(EventContext::of(event));
            let mut notified = HashSet::new();
            let mut notifications = Vec::new();
            for notice in &plan.notices {
                for user in announcement.audience(tx, notice).await? {
                    if !notified.insert(user) {
                        continue;
                    }
                    notifications.push(Notification {
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
                    });
                }
            }
            events::created(tx, &notifications);
            announcement.notifications.extend(notifications);
            for mail in &plan.mails {
                let delivery = self.mail(tx, event.id, mail, &mut announcement).await?;
                announcement.deliveries.push(delivery);
            }
        }
        tx.defer(announcement.notifications);
        tx.defer(announcement.deliveries);
        Ok(())
    }

    /// Looks up the recipients of these mails, and how many mails unverified addresses got lately. `customers` are known as well.
    async fn addressed(
        &self,
        tx: &Tx,
        mails: impl Iterator<Item = &MailPlan> + Clone,
        customers: &[Recipient],
    ) -> Result<Announcement, AppError> {
        let ids: HashSet<_> = mails.clone().map(|mail| mail.to.id).collect();
        let mut known = recipients::by_id(tx.conn(), ids).await?;
        for customer in customers {
            known.entry(customer.id).or_insert_with(|| customer.clone());
        }
        let key = |mail| Addressee::of(mail, &known, &self.policy).limit_key;
        let keys = mails.filter_map(key);
        let keys: HashSet<_> = keys.collect();
        let since = self.clock.now().minus(HOUR);
        let sent = deliveries::since(tx.conn(), keys, since).await?;
        Ok(Announcement {
            known,
            sent,
            ..Announcement::default()
        })
    }

    /// Suppressed if the address is not verified and has got too many mails lately.
    async fn mail(
        &self,
        tx: &Tx,
        event: EventId,
        mail: &MailPlan,
        announcement: &mut Announcement,
    ) -> Result<Delivery, AppError> {
        let Addressee {
            name,
            address,
            verified,
            limit_key,
        } = Addressee::of(mail, &announcement.known, &self.policy);
        let mut state = DeliveryState::Queued;
        if let Some(key) = &limit_key {
            let sent = announcement.sent.entry(key.clone()).or_default();
            if *sent < self.policy.unverified_hourly {
                *sent += 1;
            } else {
                state = DeliveryState::Suppressed;
                metrics::counter!("waybill_mails_total", "outcome" => "suppressed").increment(1);
                tracing::warn!(
                    event_id = %event,
                    template = mail.template.as_str(),
                    "a mail is not sent: its address is not verified and got too many"
                );
            }
        }
        let wanted = state == DeliveryState::Queued;
        let address = address.filter(|address| !address.is_empty());
        let now = self.clock.now();
        let mut sent_at = None;
        if wanted && address.is_some() && matches!(self.sender, Sender::Mailbox) {
            // The row is all that a mailbox needs.
            (state, sent_at) = (DeliveryState::Sent, Some(now));
            metrics::counter!("waybill_mails_total", "outcome" => "sent").increment(1);
        }
        let content = if verified {
            mail.content.clone()
        } else {
            mail.content.clone().without_free_text()
        };
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
        // Nobody reads what is not sent.
        let rendered = wanted.then(|| mail::render(mail.template, shop, &name, &content));
        let rendered = rendered.transpose().map_err(AppError::internal)?;
        let rendered = rendered.unwrap_or_default();
        Ok(Delivery {
            id: Uuid::now_v7(),
            event_id: event,
            user_id: mail.to.id,
            template: mail.template,
            address,
            name,
            subject: mail.subject.clone(),
            text: rendered.text,
            html: rendered.html,
            state,
            attempts: sent_at.is_some().into(),
            due_at: now,
            last_error: None,
            created_at: now,
            sent_at,
            // Those that are not sent do not count.
            limit_key: limit_key.filter(|_| wanted),
        })
    }
}

/// The customers of placed orders, ordered by id: auth's own event may still be on its way, or older than this service. Every
/// transaction writes them in this order to avoid deadlocks.
fn customers<'a>(triggers: impl IntoIterator<Item = &'a NotificationTrigger>) -> Vec<Recipient> {
    let customers = triggers.into_iter().filter_map(|trigger| {
        let (NotificationTrigger::Placed(order) | NotificationTrigger::QuoteRequested(order)) =
            trigger
        else {
            return None;
        };
        let customer = Recipient {
            id: order.customer.id,
            email: order.customer.email.clone().unwrap_or_default(),
            name: one_line(&order.customer.name, MAX_NAME),
            role: Role::Customer,
            suspended: false,
            verified: false,
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
    /// The recipients of its mails.
    known: HashMap<UserId, Recipient>,
    /// Mails of the last hour by limit key.
    sent: HashMap<String, u64>,
}

/// The recipient of a mail.
struct Addressee {
    /// For the greeting; empty if the address is not verified: anybody may have written it.
    name: String,
    address: Option<String>,
    verified: bool,
    limit_key: Option<String>,
}

impl Addressee {
    fn of(mail: &MailPlan, known: &HashMap<UserId, Recipient>, policy: &Policy) -> Self {
        let known = known.get(&mail.to.id);
        let (name, address) = match (&mail.to.email, known) {
            (None, Some(known)) => (&known.name, Some(known.email.clone())),
            (address, _) => (&mail.to.name, address.clone()),
        };
        let address = address.filter(|address| !address.is_empty());
        let verified =
            known.is_some_and(|known| known.verified && address.as_ref() == Some(&known.email));
        let key = || match (&address, mail.template) {
            // Of their own, so that nobody keeps an alarm away by placing orders.
            (_, Template::Account) => format!("account {}", mail.to.id),
            (Some(address), _) => limit_key(address),
            (None, _) => mail.to.id.to_string(),
        };
        Self {
            name: if verified {
                one_line(name, MAX_NAME)
            } else {
                String::new()
            },
            limit_key: (!verified && mail.limited && policy.unverified_hourly > 0).then(key),
            address,
            verified,
        }
    }
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
