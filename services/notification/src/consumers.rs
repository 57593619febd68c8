//! Events of order, payment and auth that cause notifications.
//!
//! Subjects that cause none are consumed without effect, so that a new one needs no change here.

mod payouts;
mod shop;

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{FieldError, Money, UserId};
use waybill_proto::{
    auth::{self, UserEvent},
    match_event,
    order::{self, ChangeRequestState, OrderEvent, QuoteState},
    parse_id,
    payment::{self, PaymentEvent},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::App,
    domain::{MAX_NAME, Recipient, one_line},
    triggers::{Contact, Line, NotificationTrigger, Offer, OrderSummary, PaymentSummary},
};

/// The events that this service consumes.
pub const CONSUMERS: &[ConsumerInfo] = &[USERS, ORDERS, PAYMENTS, shop::SHOP, STOCK];

const USERS: ConsumerInfo = ConsumerInfo {
    name: "notification-users",
    subjects: &["waybill.auth.user.*"],
};
const ORDERS: ConsumerInfo = ConsumerInfo {
    name: "notification-orders",
    subjects: &[
        "waybill.order.order.*",
        "waybill.order.change_request.*",
        "waybill.order.note.*",
        "waybill.order.progress.*",
    ],
};
const PAYMENTS: ConsumerInfo = ConsumerInfo {
    name: "notification-payments",
    subjects: &["waybill.payment.payment.*"],
};
/// What concerns workers and administrators about money.
const PAYOUTS: ConsumerInfo = ConsumerInfo {
    name: "notification-payouts",
    subjects: &["waybill.payment.payout.*", "waybill.payment.difference.*"],
};
/// Stock that runs low.
const STOCK: ConsumerInfo = ConsumerInfo {
    name: "notification-stock",
    subjects: &["waybill.order.stock.low"],
};

/// The consumers of this service.
pub fn consumers(app: &Arc<App>) -> Vec<Arc<dyn EventHandler>> {
    vec![
        Arc::new(Users(Arc::clone(app))),
        Arc::new(Orders(Arc::clone(app))),
        Arc::new(Payments(Arc::clone(app))),
        Arc::new(payouts::Payouts(Arc::clone(app))),
        Arc::new(shop::Shop(Arc::clone(app))),
        Arc::new(Stock(Arc::clone(app))),
    ]
}

// ------------------------------------------------------------------------ auth

struct Users(Arc<App>);

#[async_trait]
impl EventHandler for Users {
    fn info(&self) -> ConsumerInfo {
        USERS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let changed: auth::UserChanged = decode(event)?;
        let kind = changed.kind();
        let user = changed.user.ok_or_else(|| FieldError::missing("user"))?;
        let role = user
            .role()
            .known()
            .ok_or_else(|| FieldError::missing("user.role"))?;
        let recipient = Recipient {
            id: parse_id("user.id", &user.id)?,
            name: one_line(&format!("{} {}", user.first_name, user.last_name), MAX_NAME),
            email: user.email,
            role,
            suspended: user.suspended,
            verified: user.email_verified,
            version: event.aggregate_version,
        };
        let contact = Contact {
            id: recipient.id,
            name: recipient.name.clone(),
            email: Some(recipient.email.clone()),
        };
        self.0.note_user(tx, recipient).await?;
        if kind == UserEvent::PasswordChanged {
            let trigger = NotificationTrigger::PasswordChanged(contact);
            self.0.announce(tx, &[(event, trigger)]).await?;
        }
        Ok(())
    }
}

// ----------------------------------------------------------------------- order

struct Orders(Arc<App>);

#[async_trait]
impl EventHandler for Orders {
    fn info(&self) -> ConsumerInfo {
        ORDERS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        self.apply_batch(tx, std::slice::from_ref(event)).await
    }

    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let mut triggers = Vec::with_capacity(events.len());
        for event in events {
            triggers.extend(order_trigger(event)?.map(|trigger| (event, trigger)));
        }
        Ok(self.0.announce(tx, &triggers).await?)
    }
}

/// The trigger for an event of the order service; none for events that cause no notification.
fn order_trigger(event: &Envelope) -> Result<Option<NotificationTrigger>, HandlerError> {
    let trigger = match_event!(&event.subject, event.payload.clone() => {
        order::OrderChanged => |event| return order_change(event),
        order::NoteAdded => |event| {
            let note = event.note.ok_or_else(|| FieldError::missing("note"))?;
            // Nobody is notified about internal notes.
            if note.visibility() != order::NoteVisibility::Customer {
                return Ok(None);
            }
            NotificationTrigger::Noted {
                order: summary(event.order)?,
                author: note.author.unwrap_or_default().name,
                body: note.body,
            }
        },
        order::ProgressAdded => |event| {
            let progress = event.progress.ok_or_else(|| FieldError::missing("progress"))?;
            NotificationTrigger::Progressed {
                order: summary(event.order)?,
                step: progress.step,
                percent: progress.percent,
                note: progress.note.unwrap_or_default(),
            }
        },
        order::ChangeRequestCreated => |event| {
            let request = event.change_request.ok_or_else(|| FieldError::missing("change_request"))?;
            NotificationTrigger::ChangeRequested {
                order: summary(event.order)?,
                kind: request.kind(),
                by: requester(&request)?,
                reason: request.reason.unwrap_or_default(),
            }
        },
        order::ChangeRequestDecided => |event| {
            let request = event.change_request.ok_or_else(|| FieldError::missing("change_request"))?;
            NotificationTrigger::ChangeDecided {
                order: summary(event.order)?,
                kind: request.kind(),
                by: requester(&request)?.id,
                approved: request.state() == ChangeRequestState::Approved,
                note: request.note.unwrap_or_default(),
            }
        },
        else => return Ok(None),
    });
    Ok(Some(trigger))
}

fn order_change(event: order::OrderChanged) -> Result<Option<NotificationTrigger>, HandlerError> {
    let (kind, from, quote_from) = (event.kind(), event.from(), event.quote_from());
    let order = event.order.ok_or_else(|| FieldError::missing("order"))?;
    let (to, replaces) = (order.status(), order.replaces_id.is_some());
    let quote = order.quote.clone();
    let order = || summary(Some(order));
    let actor = || {
        let actor = event.actor.as_ref();
        let id = actor.map(|actor| parse_id("actor.id", &actor.id));
        id.transpose()
    };
    let previous = event.previous.map(|it| parse_id("previous.id", &it.id));
    let previous = previous.transpose()?;
    let trigger = match kind {
        // Nobody placed it: the event of the replaced order covers it.
        OrderEvent::Placed if replaces => return Ok(None),
        OrderEvent::Placed if quote.is_some() => NotificationTrigger::QuoteRequested(order()?),
        OrderEvent::Placed => NotificationTrigger::Placed(order()?),
        OrderEvent::Quoted => NotificationTrigger::QuoteOffered {
            order: order()?,
            offer: offer(quote)?,
        },
        OrderEvent::QuoteWithdrawn => NotificationTrigger::QuoteWithdrawn(order()?),
        OrderEvent::Edited if ended_offer(quote_from, quote.as_ref()) => {
            NotificationTrigger::QuoteReopened(order()?)
        }
        OrderEvent::QuoteExpired => NotificationTrigger::QuoteExpired(order()?),
        OrderEvent::QuoteAccepted => NotificationTrigger::QuoteAccepted {
            order: order()?,
            offer: offer(quote)?,
        },
        OrderEvent::Paid => NotificationTrigger::Paid {
            order: order()?,
            by_payment: !event.payment_id.is_empty(),
            available: event.available,
        },
        OrderEvent::Claimed => NotificationTrigger::Claimed {
            order: order()?,
            actor: actor()?,
        },
        OrderEvent::Assigned => NotificationTrigger::Assigned {
            order: order()?,
            began: from != to,
            previous,
        },
        OrderEvent::Replaced => NotificationTrigger::Replaced {
            order: order()?,
            number: event
                .replacement
                .ok_or_else(|| FieldError::missing("replacement"))?
                .order_number,
            previous,
        },
        OrderEvent::StatusChanged => NotificationTrigger::StatusChanged {
            order: order()?,
            from,
            to,
            note: event.note,
        },
        OrderEvent::Released => NotificationTrigger::Released {
            order: order()?,
            previous,
        },
        OrderEvent::Cancelled => NotificationTrigger::Cancelled {
            order: order()?,
            reason: event.note,
            by: actor()?,
        },
        OrderEvent::Expired => NotificationTrigger::Expired(order()?),
        OrderEvent::Completed => NotificationTrigger::Completed(order()?),
        // Failed and refunded payments have events of their own; a rejected one is refunded next.
        OrderEvent::PaymentFailed
        | OrderEvent::Refunded
        | OrderEvent::PaymentRejected
        | OrderEvent::PaymentStarted
        | OrderEvent::Edited
        | OrderEvent::Unspecified => return Ok(None),
    };
    Ok(Some(trigger))
}

/// Whether an edit made a request of an order with an offer.
fn ended_offer(before: QuoteState, quote: Option<&order::Quote>) -> bool {
    let is_request = quote.is_some_and(|quote| quote.state() == QuoteState::Requested);
    is_request && matches!(before, QuoteState::Offered | QuoteState::Accepted)
}

fn offer(quote: Option<order::Quote>) -> Result<Offer, FieldError> {
    let quote = quote.ok_or_else(|| FieldError::missing("order.quote"))?;
    let by = quote
        .offered_by
        .ok_or_else(|| FieldError::missing("order.quote.offered_by"))?;
    let lines = quote.items.into_iter().map(|item| {
        let price = money("order.quote.items.unit_price", item.unit_price)?;
        let total = price.amount.checked_mul(item.quantity);
        let total = total.ok_or_else(|| FieldError::new("order.quote.items", "is too large"))?;
        Ok(Line {
            name: item.name,
            quantity: item.quantity,
            total: Money::new(total, price.currency),
        })
    });
    Ok(Offer {
        by: parse_id("order.quote.offered_by.id", &by.id)?,
        total: money("order.quote.total", quote.total)?,
        lines: lines.collect::<Result<_, FieldError>>()?,
        valid_until: quote
            .valid_until
            .ok_or_else(|| FieldError::missing("order.quote.valid_until"))?,
        note: quote.note.unwrap_or_default(),
    })
}

fn requester(request: &order::ChangeRequest) -> Result<Contact, FieldError> {
    let by = request
        .requested_by
        .as_ref()
        .ok_or_else(|| FieldError::missing("change_request.requested_by"))?;
    Ok(Contact {
        id: parse_id("change_request.requested_by.id", &by.id)?,
        name: by.name.clone(),
        email: None,
    })
}

fn money(field: &'static str, money: Option<Money>) -> Result<Money, FieldError> {
    money.ok_or_else(|| FieldError::missing(field))
}

fn summary(order: Option<order::Order>) -> Result<OrderSummary, FieldError> {
    let order = order.ok_or_else(|| FieldError::missing("order"))?;
    let customer = order
        .customer
        .ok_or_else(|| FieldError::missing("order.customer"))?;
    let assignee = match order.assignee {
        None => None,
        Some(assignee) => Some(Contact {
            id: parse_id("order.assignee.id", &assignee.id)?,
            name: assignee.name,
            email: None,
        }),
    };
    let lines = order.items.into_iter().map(|item| {
        Ok(Line {
            total: money("order.items.line_total", item.line_total)?,
            name: item.name,
            quantity: item.quantity,
        })
    });
    Ok(OrderSummary {
        id: parse_id("order.id", &order.id)?,
        number: order.order_number,
        title: order.title.unwrap_or_default(),
        customer: Contact {
            id: parse_id("order.customer.id", &customer.id)?,
            name: customer.name,
            email: customer.email,
        },
        assignee,
        total: money("order.total", order.total)?,
        lines: lines.collect::<Result<_, FieldError>>()?,
    })
}

// --------------------------------------------------------------------- payment

struct Payments(Arc<App>);

#[async_trait]
impl EventHandler for Payments {
    fn info(&self) -> ConsumerInfo {
        PAYMENTS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let changed: payment::PaymentChanged = decode(event)?;
        let trigger = match changed.kind() {
            PaymentEvent::Failed => {
                let payment = changed.payment.as_ref();
                let reason = payment.and_then(|payment| payment.failure_reason.clone());
                NotificationTrigger::PaymentFailed {
                    payment: payment_summary(changed.payment)?,
                    reason: reason.unwrap_or_default(),
                }
            }
            PaymentEvent::Refunded => {
                let mut payment = payment_summary(changed.payment)?;
                if let Some(part) = changed.refund {
                    payment.amount = money("refund", Some(part))?;
                }
                NotificationTrigger::Refunded {
                    payment,
                    reason: changed.reason,
                }
            }
            // The receipt follows from order's event: only then the order has accepted the money.
            PaymentEvent::Created
            | PaymentEvent::Authorized
            | PaymentEvent::Succeeded
            | PaymentEvent::Cancelled
            | PaymentEvent::Expired
            | PaymentEvent::Received
            | PaymentEvent::Unspecified => return Ok(()),
        };
        Ok(self.0.announce(tx, &[(event, trigger)]).await?)
    }
}

fn payment_summary(payment: Option<payment::Payment>) -> Result<PaymentSummary, FieldError> {
    let payment = payment.ok_or_else(|| FieldError::missing("payment"))?;
    let customer_id: UserId = parse_id("payment.customer_id", &payment.customer_id)?;
    Ok(PaymentSummary {
        order_id: parse_id("payment.order_id", &payment.order_id)?,
        amount: money("payment.amount", payment.amount)?,
        order_number: payment.order_number,
        customer_id,
    })
}

// ----------------------------------------------------------------------- stock

struct Stock(Arc<App>);

#[async_trait]
impl EventHandler for Stock {
    fn info(&self) -> ConsumerInfo {
        STOCK
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let low: order::StockLow = decode(event)?;
        let trigger = NotificationTrigger::StockLow {
            product: low.name,
            sku: low.sku,
            available: low.available,
            threshold: low.threshold,
        };
        Ok(self.0.announce(tx, &[(event, trigger)]).await?)
    }
}
