//! Events of order, payment and auth that people are told about.
//!
//! Subjects that say nothing to anybody are taken in without effect, so that a new one needs no change here.

mod shop;

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{Money, UserId};
use waybill_proto::{
    ConvertError, auth, order, order::ChangeRequestKind, order::ChangeRequestState,
    order::OrderStatus, parse_id, payment,
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    app::App,
    domain::{MAX_NAME, Recipient, one_line},
    facts::{Contact, Line, Occurrence, OrderFacts, PaymentFacts, RequestKind, Status},
};

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[
    ConsumerInfo {
        name: "notification-users",
        source: "auth",
        subjects: &["waybill.auth.user.*"],
    },
    ConsumerInfo {
        name: "notification-orders",
        source: "order",
        subjects: &[
            "waybill.order.order.*",
            "waybill.order.change_request.*",
            "waybill.order.note.*",
            "waybill.order.progress.*",
        ],
    },
    ConsumerInfo {
        name: "notification-payments",
        source: "payment",
        subjects: &["waybill.payment.payment.*"],
    },
    ConsumerInfo {
        name: "notification-shop",
        source: "order",
        subjects: &["waybill.order.settings.*", "waybill.order.shipment.*"],
    },
    STOCK,
];

/// Stock that runs low.
const STOCK: ConsumerInfo = ConsumerInfo {
    name: "notification-stock",
    source: "order",
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
    fn name(&self) -> &'static str {
        CONSUMERS[0].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[0].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[0].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let user = match event.subject.as_str() {
            "waybill.auth.user.registered" => decode::<auth::UserRegistered>(event)?.user,
            "waybill.auth.user.updated" => decode::<auth::UserUpdated>(event)?.user,
            "waybill.auth.user.role_changed" => decode::<auth::UserRoleChanged>(event)?.user,
            "waybill.auth.user.suspended" => decode::<auth::UserSuspended>(event)?.user,
            "waybill.auth.user.restored" => decode::<auth::UserRestored>(event)?.user,
            "waybill.auth.user.password_changed" => {
                decode::<auth::UserPasswordChanged>(event)?.user
            }
            _ => return Ok(()),
        };
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
    fn name(&self) -> &'static str {
        CONSUMERS[1].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[1].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[1].subjects
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
    let occurrence = match event.subject.as_str() {
        "waybill.order.order.placed" => {
            let order = decode::<order::OrderPlaced>(event)?.order;
            // Nobody ordered anew: the order that this one is opened in place of tells of it.
            if order.as_ref().is_some_and(|it| it.replaces_id.is_some()) {
                return Ok(None);
            }
            Occurrence::Placed(facts(order)?)
        }
        "waybill.order.order.paid" => {
            let paid: order::OrderPaid = decode(event)?;
            Occurrence::Paid {
                order: facts(paid.order)?,
                by_payment: !paid.payment_id.is_empty(),
                available: paid.available,
            }
        }
        "waybill.order.order.claimed" => {
            let claimed: order::OrderClaimed = decode(event)?;
            let actor = claimed.change.and_then(|change| change.actor);
            Occurrence::Claimed {
                order: facts(claimed.order)?,
                actor: actor
                    .map(|actor| parse_id("change.actor.id", &actor.id))
                    .transpose()
                    .map_err(faulty)?,
            }
        }
        "waybill.order.order.assigned" => {
            let assigned: order::OrderAssigned = decode(event)?;
            let change = assigned.change.ok_or_else(|| missing("change"))?;
            Occurrence::Assigned {
                order: facts(assigned.order)?,
                began: change.from() != change.to(),
                previous: previous(assigned.previous)?,
            }
        }
        "waybill.order.order.replaced" => {
            let replaced: order::OrderReplaced = decode(event)?;
            let opened = replaced.replacement.ok_or_else(|| missing("replacement"))?;
            Occurrence::Replaced {
                order: facts(replaced.order)?,
                number: opened.order_number,
                previous: previous(replaced.previous)?,
            }
        }
        "waybill.order.note.added" => {
            let added: order::NoteAdded = decode(event)?;
            let note = added.note.ok_or_else(|| missing("note"))?;
            // What is internal is nobody's news.
            if note.visibility() != order::NoteVisibility::Customer {
                return Ok(None);
            }
            Occurrence::Noted {
                order: facts(added.order)?,
                author: note.author.unwrap_or_default().name,
                body: note.body,
            }
        }
        "waybill.order.progress.added" => {
            let added: order::ProgressAdded = decode(event)?;
            let progress = added.progress.ok_or_else(|| missing("progress"))?;
            Occurrence::Progressed {
                order: facts(added.order)?,
                step: progress.step,
                percent: progress.percent,
                note: progress.note.unwrap_or_default(),
            }
        }
        "waybill.order.order.status_changed" => {
            let changed: order::OrderStatusChanged = decode(event)?;
            let change = changed.change.ok_or_else(|| missing("change"))?;
            Occurrence::StatusChanged {
                order: facts(changed.order)?,
                from: status(change.from())?,
                to: status(change.to())?,
                note: change.note,
            }
        }
        "waybill.order.order.released" => {
            let released: order::OrderReleased = decode(event)?;
            Occurrence::Released {
                order: facts(released.order)?,
                previous: previous(released.previous)?,
            }
        }
        "waybill.order.order.cancelled" => {
            let cancelled: order::OrderCancelled = decode(event)?;
            Occurrence::Cancelled {
                order: facts(cancelled.order)?,
                reason: cancelled.change.unwrap_or_default().note,
            }
        }
        "waybill.order.order.expired" => {
            Occurrence::Expired(facts(decode::<order::OrderExpired>(event)?.order)?)
        }
        "waybill.order.order.completed" => {
            Occurrence::Completed(facts(decode::<order::OrderCompleted>(event)?.order)?)
        }
        "waybill.order.change_request.created" => {
            let created: order::ChangeRequestCreated = decode(event)?;
            let request = created
                .change_request
                .ok_or_else(|| missing("change_request"))?;
            Occurrence::ChangeRequested {
                order: facts(created.order)?,
                kind: request_kind(&request)?,
                by: requester(&request)?,
                reason: request.reason,
            }
        }
        "waybill.order.change_request.decided" => {
            let decided: order::ChangeRequestDecided = decode(event)?;
            let request = decided
                .change_request
                .ok_or_else(|| missing("change_request"))?;
            Occurrence::ChangeDecided {
                order: facts(decided.order)?,
                kind: request_kind(&request)?,
                by: requester(&request)?.id,
                approved: request.state() == ChangeRequestState::Approved,
                note: request.note.unwrap_or_default(),
            }
        }
        // Of failed and refunded payments, payment's own events tell; a rejected one is refunded next.
        _ => return Ok(None),
    };
    Ok(Some(occurrence))
}

fn previous(previous: Option<order::Assignee>) -> Result<Option<UserId>, HandlerError> {
    let id = previous.map(|previous| parse_id("previous.id", &previous.id));
    id.transpose().map_err(faulty)
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
    fn name(&self) -> &'static str {
        CONSUMERS[2].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[2].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[2].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let occurrence = match event.subject.as_str() {
            "waybill.payment.payment.failed" => {
                let failed: payment::PaymentFailed = decode(event)?;
                let reason = failed
                    .payment
                    .as_ref()
                    .and_then(|payment| payment.failure_reason.clone())
                    .unwrap_or_default();
                Occurrence::PaymentFailed {
                    payment: payment_facts(failed.payment)?,
                    reason,
                }
            }
            "waybill.payment.payment.refunded" => {
                let refunded: payment::PaymentRefunded = decode(event)?;
                Occurrence::Refunded {
                    payment: payment_facts(refunded.payment)?,
                    reason: refunded.reason,
                }
            }
            // The receipt follows from order's event: only then the order has taken the money.
            _ => return Ok(()),
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
    fn name(&self) -> &'static str {
        STOCK.name
    }

    fn source(&self) -> &'static str {
        STOCK.source
    }

    fn subjects(&self) -> &'static [&'static str] {
        STOCK.subjects
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
