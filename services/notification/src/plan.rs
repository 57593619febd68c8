//! Who is notified about what because of a trigger.
//!
//! Consumers turn events into a [`NotificationTrigger`]; [`plan`] returns the notices and mails that follow from it. Everybody is
//! notified at most once per event: a user in two audiences gets the notice of the first one.

mod invoices;
mod quotes;
mod shipments;

use waybill_primitives::{OrderId, UserId};
use waybill_proto::order::{ChangeRequestKind, OrderStatus};

use crate::{
    domain::{Audience, Kind, MAX_BODY, MAX_TITLE, MailPlan, Notice, Plan, Template, one_line},
    mail::MailContent,
    triggers::{Contact, NotificationTrigger, OrderSummary, PaymentSummary},
};

/// The sentence, followed by the label and the note if there is one.
fn with_note(sentence: String, label: &str, note: &str) -> String {
    let note = note.trim();
    if note.is_empty() {
        sentence
    } else {
        format!("{sentence} {label}: {note}")
    }
}

/// `W261121-7K3M9QX (Logo design)`.
fn named(order: &OrderSummary) -> String {
    let title = order.title.trim();
    if title.is_empty() {
        order.number.clone()
    } else {
        format!("{} ({title})", order.number)
    }
}

struct Planner {
    plan: Plan,
}

impl Planner {
    fn new(order_id: OrderId) -> Self {
        Self::about(Some(order_id))
    }

    fn about(order_id: Option<OrderId>) -> Self {
        Self {
            plan: Plan {
                order_id,
                notices: Vec::new(),
                mails: Vec::new(),
            },
        }
    }

    fn tell(mut self, to: Audience, kind: Kind, title: &str, body: &str) -> Self {
        self.plan.notices.push(Notice {
            to,
            kind,
            title: one_line(title, MAX_TITLE),
            body: one_line(body, MAX_BODY),
        });
        self
    }

    fn tell_customer(self, order: &OrderSummary, kind: Kind, title: &str, body: &str) -> Self {
        self.tell(Audience::User(order.customer.id), kind, title, body)
    }

    fn mail(
        mut self,
        to: &Contact,
        template: Template,
        subject: &str,
        content: MailContent,
    ) -> Self {
        self.plan.mails.push(MailPlan {
            to: to.clone(),
            template,
            subject: one_line(subject, MAX_TITLE),
            content,
            limited: false,
        });
        self
    }

    /// Notifies the customer of a new status by notice and mail.
    fn status(self, order: &OrderSummary, kind: Kind, headline: &str, message: &str) -> Self {
        self.status_with(order, kind, headline, message, ("", ""))
    }

    /// As [`Self::status`], with a label and what somebody wrote.
    fn status_with(
        self,
        order: &OrderSummary,
        kind: Kind,
        headline: &str,
        message: &str,
        (label, note): (&str, &str),
    ) -> Self {
        let title = format!("Order {} {headline}", order.number);
        let content = MailContent::about(order, &title, message).with_note(label, note);
        let notice = with_note(message.to_owned(), label, note);
        self.tell_customer(order, kind, &title, &notice).mail(
            &order.customer,
            Template::OrderStatus,
            &title,
            content,
        )
    }
}

/// Who is notified about `trigger`, and how.
pub fn plan(trigger: &NotificationTrigger) -> Plan {
    let mut plan = planned(trigger);
    for mail in &mut plan.mails {
        mail.limited = trigger.costs_nothing();
    }
    plan
}

fn planned(trigger: &NotificationTrigger) -> Plan {
    match trigger {
        NotificationTrigger::Placed(order) => {
            let title = format!("Order {} received", order.number);
            let content = MailContent::about(
                order,
                &title,
                "Thank you for your order. This is what we have noted:",
            )
            .with_lines(&order.lines);
            Planner::new(order.id)
                .tell_customer(
                    order,
                    Kind::OrderPlaced,
                    &title,
                    &format!("We have received your order of {}.", order.total),
                )
                .tell(
                    Audience::Admins,
                    Kind::OrderPlaced,
                    &format!("New order {}", order.number),
                    &format!(
                        "{} ordered {} for {}.",
                        order.customer.name,
                        named(order),
                        order.total
                    ),
                )
                .mail(
                    &order.customer,
                    Template::OrderConfirmation,
                    &format!("Order confirmation {}", order.number),
                    content,
                )
                .plan
        }
        NotificationTrigger::QuoteRequested(order) => quotes::requested(order),
        NotificationTrigger::QuoteOffered { order, offer } => quotes::offered(order, offer),
        NotificationTrigger::QuoteWithdrawn(order) => quotes::withdrawn(order),
        NotificationTrigger::QuoteReopened(order) => quotes::reopened(order),
        NotificationTrigger::QuoteExpired(order) => quotes::expired(order),
        NotificationTrigger::QuoteAccepted { order, offer } => quotes::accepted(order, offer),
        NotificationTrigger::Paid {
            order,
            by_payment,
            available,
        } => paid(order, *by_payment, *available),
        NotificationTrigger::Claimed { order, actor } => {
            let worker = order.assignee.as_ref();
            let name = worker.map_or("A worker", |worker| worker.name.as_str());
            let mut planner = Planner::new(order.id).status(
                order,
                Kind::OrderClaimed,
                "is in progress",
                &format!("{name} is working on your order now."),
            );
            if let Some(worker) = worker.filter(|worker| Some(worker.id) != *actor) {
                planner = planner.tell(
                    Audience::User(worker.id),
                    Kind::OrderClaimed,
                    &format!("Order {} was assigned to you", order.number),
                    &format!("{} is yours to work on.", named(order)),
                );
            }
            planner.plan
        }
        NotificationTrigger::Assigned {
            order,
            began,
            previous,
        } => assigned(order, *began, *previous),
        NotificationTrigger::Replaced {
            order,
            number,
            previous,
        } => replaced(order, number, *previous),
        NotificationTrigger::Noted {
            order,
            author,
            body,
        } => {
            Planner::new(order.id)
                .tell_customer(
                    order,
                    Kind::OrderNote,
                    &format!("A note on order {}", order.number),
                    &format!("{author}: {body}"),
                )
                .plan
        }
        NotificationTrigger::Progressed {
            order,
            step,
            percent,
            note,
        } => {
            let done = percent.map(|percent| format!(" ({percent} %)"));
            let message = format!("{step}{}.", done.unwrap_or_default());
            Planner::new(order.id)
                .tell_customer(
                    order,
                    Kind::OrderProgress,
                    &format!("Order {} goes on", order.number),
                    &with_note(message, "Note", note),
                )
                .plan
        }
        NotificationTrigger::StatusChanged {
            order,
            from,
            to,
            note,
        } => {
            let (headline, message) = status_words(*from, *to);
            Planner::new(order.id)
                .status_with(order, Kind::OrderStatus, headline, message, ("Note", note))
                .plan
        }
        NotificationTrigger::Released { order, previous } => {
            let mut planner = Planner::new(order.id).tell_customer(
                order,
                Kind::OrderStatus,
                &format!("Order {} waits for another worker", order.number),
                "Your order is back in the queue and will be given to another worker.",
            );
            if let Some(previous) = previous {
                planner = planner.tell(
                    Audience::User(*previous),
                    Kind::OrderStatus,
                    &format!("Order {} is no longer yours", order.number),
                    &format!("{} went back to the pool.", named(order)),
                );
            }
            available_notice(planner, order).plan
        }
        NotificationTrigger::Cancelled { order, reason, .. } => {
            let mut planner = Planner::new(order.id).status_with(
                order,
                Kind::OrderCancelled,
                "was cancelled",
                "Your order was cancelled.",
                ("Reason", reason),
            );
            if let Some(worker) = &order.assignee {
                planner = planner.tell(
                    Audience::User(worker.id),
                    Kind::OrderCancelled,
                    &format!("Order {} was cancelled", order.number),
                    &with_note(
                        format!("Stop working on {}.", named(order)),
                        "Reason",
                        reason,
                    ),
                );
            }
            planner.plan
        }
        NotificationTrigger::Expired(order) => {
            Planner::new(order.id)
                .status(
                    order,
                    Kind::OrderExpired,
                    "has expired",
                    "Your order was not paid in time and is cancelled. You are welcome to place it again.",
                )
                .plan
        }
        NotificationTrigger::Completed(order) => {
            Planner::new(order.id)
                .status(
                    order,
                    Kind::OrderCompleted,
                    "is completed",
                    "Your order is complete. Thank you for your trust.",
                )
                .plan
        }
        NotificationTrigger::ChangeRequested {
            order,
            kind,
            by,
            reason,
        } => {
            let asks = format!("{} asks for {} of {}.", by.name, noun(*kind), named(order));
            Planner::new(order.id)
                .tell(
                    Audience::Admins,
                    Kind::ChangeRequest,
                    &format!("Request for {}: order {}", noun(*kind), order.number),
                    &with_note(asks, "Reason", reason),
                )
                .plan
        }
        NotificationTrigger::ChangeDecided {
            order,
            kind,
            by,
            approved,
            note,
        } => {
            let decision = if *approved { "approved" } else { "rejected" };
            let body = format!("Your request for {} was {decision}.", noun(*kind));
            Planner::new(order.id)
                .tell(
                    Audience::User(*by),
                    Kind::ChangeRequestDecided,
                    &format!(
                        "Request for {} {decision}: order {}",
                        noun(*kind),
                        order.number
                    ),
                    &with_note(body, "Note", note),
                )
                .plan
        }
        NotificationTrigger::Shipment {
            order,
            step,
            shipment,
        } => shipments::plan(order, *step, shipment),
        NotificationTrigger::Invoice { order, invoice } => invoices::plan(order, invoice),
        NotificationTrigger::StockLow {
            product,
            sku,
            available,
            threshold,
        } => {
            let title = format!("{product} is running low");
            let body = format!(
                "{available} of {product} ({sku}) can still be ordered; the threshold is {threshold}."
            );
            Planner::about(None)
                .tell(Audience::Admins, Kind::StockLow, &title, &body)
                .plan
        }
        NotificationTrigger::PasswordChanged(user) => {
            let title = "Your password was changed";
            let message = "The password of your account was changed, and all other devices are signed out. If that was not you, tell us at once: somebody else may be using your account.";
            let content = MailContent {
                heading: title.to_owned(),
                message: message.to_owned(),
                ..MailContent::default()
            };
            Planner::about(None)
                .tell(Audience::User(user.id), Kind::PasswordChanged, title, message)
                .mail(user, Template::Account, title, content)
                .plan
        }
        NotificationTrigger::PaymentFailed { payment, reason } => {
            let message = format!(
                "The payment of {} did not succeed; you can try again.",
                payment.amount
            );
            payment_news(
                payment,
                Kind::PaymentFailed,
                Template::PaymentFailed,
                &format!("Payment for order {} failed", payment.order_number),
                (&message, reason),
            )
        }
        NotificationTrigger::Refunded { payment, reason } => {
            let message = format!("{} go back to where you paid from.", payment.amount);
            payment_news(
                payment,
                Kind::PaymentRefunded,
                Template::Refund,
                &format!("Refund for order {}", payment.order_number),
                (&message, reason),
            )
        }
        NotificationTrigger::PayoutPaid {
            worker,
            amount,
            note,
        } => {
            let title = format!("{amount} were paid to you");
            let message = format!("{amount} of what you have earned were sent to your account.");
            payout_news(worker, Kind::PayoutPaid, &title, &message, note)
        }
        NotificationTrigger::PayoutFailed { worker, amount } => {
            let title = format!("{amount} could not be paid to you");
            let message = format!(
                "The payment of {amount} to your account failed. The money is in your balance again; please check where your payouts go."
            );
            payout_news(worker, Kind::PayoutFailed, &title, &message, "")
        }
        NotificationTrigger::DifferenceFound { order_id, detail } => {
            let title = "Something is wrong with a payment";
            Planner::about(*order_id)
                .tell(Audience::Admins, Kind::PaymentDifference, title, detail)
                .plan
        }
    }
}

fn payout_news(worker: &Contact, kind: Kind, title: &str, message: &str, note: &str) -> Plan {
    let content = MailContent {
        heading: title.to_owned(),
        message: with_note(message.to_owned(), "Note", note),
        ..MailContent::default()
    };
    Planner::about(None)
        .tell(Audience::User(worker.id), kind, title, message)
        .mail(worker, Template::Account, title, content)
        .plan
}

fn assigned(order: &OrderSummary, began: bool, previous: Option<UserId>) -> Plan {
    let worker = order.assignee.as_ref();
    let name = worker.map_or("A worker", |worker| worker.name.as_str());
    let message = format!("{name} is working on your order now.");
    let planner = Planner::new(order.id);
    let mut planner = if began {
        planner.status(order, Kind::OrderAssigned, "is in progress", &message)
    } else {
        // From one worker to another; not worth a mail.
        let title = format!("Order {} has another worker", order.number);
        planner.tell_customer(order, Kind::OrderAssigned, &title, &message)
    };
    if let Some(worker) = worker {
        planner = planner.tell(
            Audience::User(worker.id),
            Kind::OrderAssigned,
            &format!("Order {} was assigned to you", order.number),
            &format!("{} is yours to work on.", named(order)),
        );
    }
    if let Some(previous) = previous {
        planner = planner.tell(
            Audience::User(previous),
            Kind::OrderAssigned,
            &format!("Order {} is no longer yours", order.number),
            &format!("{} was given to another worker.", named(order)),
        );
    }
    planner.plan
}

fn replaced(order: &OrderSummary, number: &str, previous: Option<UserId>) -> Plan {
    let message = format!(
        "Your order goes on under the number {number}, with the same contents. What you paid counts for it."
    );
    let headline = format!("goes on as {number}");
    let mut planner =
        Planner::new(order.id).status(order, Kind::OrderReplaced, &headline, &message);
    if let Some(previous) = previous {
        planner = planner.tell(
            Audience::User(previous),
            Kind::OrderReplaced,
            &format!("Order {} is closed", order.number),
            &format!(
                "{} was replaced by {number}; stop working on it.",
                named(order)
            ),
        );
    }
    planner.plan
}

fn paid(order: &OrderSummary, by_payment: bool, available: bool) -> Plan {
    let title = format!("Order {} is paid", order.number);
    let mut planner = Planner::new(order.id);
    if by_payment {
        let message = format!("We have received your payment of {}.", order.total);
        let content = MailContent::about(order, &title, &message).with_lines(&order.lines);
        planner = planner
            .tell_customer(order, Kind::OrderPaid, &title, &message)
            .mail(
                &order.customer,
                Template::PaymentReceipt,
                &format!("Receipt for order {}", order.number),
                content,
            );
    }
    if available {
        planner = available_notice(planner, order);
    }
    planner.plan
}

fn available_notice(planner: Planner, order: &OrderSummary) -> Planner {
    planner.tell(
        Audience::Staff,
        Kind::OrderAvailable,
        &format!("Order {} is available", order.number),
        &format!("{} for {} waits for a worker.", named(order), order.total),
    )
}

fn payment_news(
    payment: &PaymentSummary,
    kind: Kind,
    template: Template,
    title: &str,
    (message, reason): (&str, &str),
) -> Plan {
    let customer = Contact {
        id: payment.customer_id,
        name: String::new(),
        email: None,
    };
    let content = MailContent {
        heading: title.to_owned(),
        message: message.to_owned(),
        order_number: payment.order_number.clone(),
        total: payment.amount.to_string(),
        ..MailContent::default()
    }
    .with_note("Reason", reason);
    let notice = with_note(message.to_owned(), "Reason", reason);
    Planner::new(payment.order_id)
        .tell(Audience::User(customer.id), kind, title, &notice)
        .mail(&customer, template, title, content)
        .plan
}

/// For sentences: "asks for completion".
const fn noun(kind: ChangeRequestKind) -> &'static str {
    match kind {
        ChangeRequestKind::Completion => "completion",
        ChangeRequestKind::Reassignment => "reassignment",
        ChangeRequestKind::Cancellation => "cancellation",
        ChangeRequestKind::Unspecified => "a change",
    }
}

const fn status_words(from: OrderStatus, to: OrderStatus) -> (&'static str, &'static str) {
    match (from, to) {
        (_, OrderStatus::OnHold) => ("is on hold", "Work on your order pauses for now."),
        (OrderStatus::OnHold, OrderStatus::InProgress) => {
            ("is in progress again", "Work on your order goes on.")
        }
        (_, OrderStatus::InProgress) => ("is in progress", "Work on your order has begun."),
        (_, OrderStatus::Pending) => ("is pending again", "Your order waits for a worker."),
        (_, OrderStatus::Completed) => ("is completed", "Your order is complete."),
        (_, OrderStatus::Cancelled) => ("was cancelled", "Your order was cancelled."),
        (_, OrderStatus::Unspecified) => ("has changed", "Your order has another status."),
    }
}

#[cfg(test)]
mod tests;
