//! Events of order, payment and auth that people are told about.
//!
//! Subjects that say nothing to anybody are taken in without effect, so that a new one needs no change here.

mod shop;

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{Money, UserId};
use waybill_proto::{
    ConvertError, auth, match_event,
    order::{self, ChangeRequestKind, ChangeRequestState, OrderEvent, OrderStatus},
    parse_id,
    payment::{self, PaymentEvent},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::App,
    domain::{MAX_NAME, Recipient, one_line},
    facts::{Contact, Line, Occurrence, OrderFacts, PaymentFacts, RequestKind, Status},
};

/// What this service takes in.
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
        Arc::new(shop::Shop(Arc::clone(app))),
        Arc::new(Stock(Arc::clone(app))),
    ]
}

/// An event that lacks what it must carry: nothing mends it.
fn faulty(error: ConvertError) -> HandlerError {
    HandlerError::permanent(error)
}

fn missing(field: &'static str) -> HandlerError {
    faulty(ConvertError {
        field,
        problem: "is missing".to_owned(),
    })
}

// ------------------------------------------------------------------------ auth

struct Users(Arc<App>);

#[async_trait]
impl EventHandler for Users {
    fn info(&self) -> ConsumerInfo {
        USERS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let user = decode::<auth::UserChanged>(event)?.user;
        let user = user.ok_or_else(|| missing("user"))?;
        let role = user.role().known().ok_or_else(|| missing("user.role"))?;
        let recipient = Recipient {
            id: parse_id("user.id", &user.id).map_err(faulty)?,
            name: one_line(&format!("{} {}", user.first_name, user.last_name), MAX_NAME),
            email: user.email,
            role,
            suspended: user.suspended,
            version: event.aggregate_version,
        };
        Ok(self.0.note_user(tx, recipient).await?)
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
        let mut occurrences = Vec::with_capacity(events.len());
        for event in events {
            occurrences.extend(order_occurrence(event)?.map(|occurrence| (event, occurrence)));
        }
        Ok(self.0.announce(tx, &occurrences).await?)
    }
}

/// What an event of the order service means to people; none for those that mean nothing to them.
fn order_occurrence(event: &Envelope) -> Result<Option<Occurrence>, HandlerError> {
    let occurrence = match_event!(&event.subject, event.payload.clone() => {
        order::OrderChanged => |event| return order_change(event),
        order::NoteAdded => |event| {
            let note = event.note.ok_or_else(|| missing("note"))?;
            // What is internal is nobody's news.
            if note.visibility() != order::NoteVisibility::Customer {
                return Ok(None);
            }
            Occurrence::Noted {
                order: facts(event.order)?,
                author: note.author.unwrap_or_default().name,
                body: note.body,
            }
        },
        order::ProgressAdded => |event| {
            let progress = event.progress.ok_or_else(|| missing("progress"))?;
            Occurrence::Progressed {
                order: facts(event.order)?,
                step: progress.step,
                percent: progress.percent,
                note: progress.note.unwrap_or_default(),
            }
        },
        order::ChangeRequestCreated => |event| {
            let request = event.change_request.ok_or_else(|| missing("change_request"))?;
            Occurrence::ChangeRequested {
                order: facts(event.order)?,
                kind: request_kind(&request)?,
                by: requester(&request)?,
                reason: request.reason,
            }
        },
        order::ChangeRequestDecided => |event| {
            let request = event.change_request.ok_or_else(|| missing("change_request"))?;
            Occurrence::ChangeDecided {
                order: facts(event.order)?,
                kind: request_kind(&request)?,
                by: requester(&request)?.id,
                approved: request.state() == ChangeRequestState::Approved,
                note: request.note.unwrap_or_default(),
            }
        },
        else => return Ok(None),
    });
    Ok(Some(occurrence))
}

fn order_change(event: order::OrderChanged) -> Result<Option<Occurrence>, HandlerError> {
    let (kind, from) = (event.kind(), event.from());
    let order = event.order.ok_or_else(|| missing("order"))?;
    let (to, replaces) = (order.status(), order.replaces_id.is_some());
    let order = || facts(Some(order));
    let previous = event.previous.map(|it| parse_id("previous.id", &it.id));
    let previous = previous.transpose().map_err(faulty)?;
    let occurrence = match kind {
        // Nobody placed it: the order that it replaces tells of it.
        OrderEvent::Placed if replaces => return Ok(None),
        OrderEvent::Placed => Occurrence::Placed(order()?),
        OrderEvent::Paid => Occurrence::Paid {
            order: order()?,
            by_payment: !event.payment_id.is_empty(),
            available: event.available,
        },
        OrderEvent::Claimed => {
            let actor = event.actor.map(|actor| parse_id("actor.id", &actor.id));
            Occurrence::Claimed {
                order: order()?,
                actor: actor.transpose().map_err(faulty)?,
            }
        }
        OrderEvent::Assigned => Occurrence::Assigned {
            order: order()?,
            began: from != to,
            previous,
        },
        OrderEvent::Replaced => Occurrence::Replaced {
            order: order()?,
            number: event
                .replacement
                .ok_or_else(|| missing("replacement"))?
                .order_number,
            previous,
        },
        OrderEvent::StatusChanged => Occurrence::StatusChanged {
            order: order()?,
            from: status(from)?,
            to: status(to)?,
            note: event.note,
        },
        OrderEvent::Released => Occurrence::Released {
            order: order()?,
            previous,
        },
        OrderEvent::Cancelled => Occurrence::Cancelled {
            order: order()?,
            reason: event.note,
        },
        OrderEvent::Expired => Occurrence::Expired(order()?),
        OrderEvent::Completed => Occurrence::Completed(order()?),
        // Of failed and refunded payments, payment's own events tell; a rejected one is refunded next.
        OrderEvent::PaymentFailed
        | OrderEvent::Refunded
        | OrderEvent::PaymentRejected
        | OrderEvent::PaymentStarted
        | OrderEvent::Edited
        | OrderEvent::Unspecified => return Ok(None),
    };
    Ok(Some(occurrence))
}

fn status(status: OrderStatus) -> Result<Status, HandlerError> {
    Ok(match status {
        OrderStatus::Pending => Status::Pending,
        OrderStatus::InProgress => Status::InProgress,
        OrderStatus::OnHold => Status::OnHold,
        OrderStatus::Completed => Status::Completed,
        OrderStatus::Cancelled => Status::Cancelled,
        OrderStatus::Unspecified => return Err(missing("change.status")),
    })
}

fn request_kind(request: &order::ChangeRequest) -> Result<RequestKind, HandlerError> {
    Ok(match request.kind() {
        ChangeRequestKind::Completion => RequestKind::Completion,
        ChangeRequestKind::Reassignment => RequestKind::Reassignment,
        ChangeRequestKind::Cancellation => RequestKind::Cancellation,
        ChangeRequestKind::Unspecified => return Err(missing("change_request.kind")),
    })
}

fn requester(request: &order::ChangeRequest) -> Result<Contact, HandlerError> {
    let by = request
        .requested_by
        .as_ref()
        .ok_or_else(|| missing("change_request.requested_by"))?;
    Ok(Contact {
        id: parse_id("change_request.requested_by.id", &by.id).map_err(faulty)?,
        name: by.name.clone(),
        email: None,
    })
}

fn money(field: &'static str, money: Option<Money>) -> Result<Money, HandlerError> {
    money.ok_or_else(|| missing(field))
}

fn facts(order: Option<order::Order>) -> Result<OrderFacts, HandlerError> {
    let order = order.ok_or_else(|| missing("order"))?;
    let customer = order.customer.ok_or_else(|| missing("order.customer"))?;
    let assignee = match order.assignee {
        None => None,
        Some(assignee) => Some(Contact {
            id: parse_id("order.assignee.id", &assignee.id).map_err(faulty)?,
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
    Ok(OrderFacts {
        id: parse_id("order.id", &order.id).map_err(faulty)?,
        number: order.order_number,
        title: order.title.unwrap_or_default(),
        customer: Contact {
            id: parse_id("order.customer.id", &customer.id).map_err(faulty)?,
            name: customer.name,
            email: customer.email,
        },
        assignee,
        total: money("order.total", order.total)?,
        lines: lines.collect::<Result<_, HandlerError>>()?,
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
        let occurrence = match changed.kind() {
            PaymentEvent::Failed => {
                let payment = changed.payment.as_ref();
                let reason = payment.and_then(|payment| payment.failure_reason.clone());
                Occurrence::PaymentFailed {
                    payment: payment_facts(changed.payment)?,
                    reason: reason.unwrap_or_default(),
                }
            }
            PaymentEvent::Refunded => Occurrence::Refunded {
                payment: payment_facts(changed.payment)?,
                reason: changed.reason,
            },
            // The receipt follows from order's event: only then the order has taken the money.
            PaymentEvent::Created | PaymentEvent::Succeeded | PaymentEvent::Unspecified => {
                return Ok(());
            }
        };
        Ok(self.0.announce(tx, &[(event, occurrence)]).await?)
    }
}

fn payment_facts(payment: Option<payment::Payment>) -> Result<PaymentFacts, HandlerError> {
    let payment = payment.ok_or_else(|| missing("payment"))?;
    let customer_id: UserId =
        parse_id("payment.customer_id", &payment.customer_id).map_err(faulty)?;
    Ok(PaymentFacts {
        order_id: parse_id("payment.order_id", &payment.order_id).map_err(faulty)?,
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
        let occurrence = Occurrence::StockLow {
            product: low.name,
            sku: low.sku,
            available: low.available,
            threshold: low.threshold,
        };
        Ok(self.0.announce(tx, &[(event, occurrence)]).await?)
    }
}
