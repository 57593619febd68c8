//! Quotes: an order without a price is a request, for which staff or an administrator offers a price that the customer accepts.

use std::time::Duration;

use waybill_primitives::{Currency, FieldErrors, Money, Timestamp};
use waybill_proto::order as pb;

use super::{
    Changed, Item, Offer, OfferItem, Order, OrderEvent, OrderKind, OrderStatus::Pending,
    PaymentStatus, Person, Quote, QuoteState, StockEffect, StockState, kind_of,
};
use crate::{
    base::fields::MAX_AMOUNT,
    orders::entity::item::NO_PRODUCT,
    shop::products::domain::{MAX_QUANTITY, ProductKind},
};

/// The line of an offer that is an amount alone.
const AS_AGREED: &str = "As agreed";
/// How far in the future an offer may end.
const MAX_VALIDITY: Duration = Duration::from_hours(3653 * 24);

/// Why a quote cannot be offered, withdrawn or accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotQuoted {
    /// Only orders without a price have a quote.
    #[error("the order has a price; only an order without one has a quote")]
    Priced,
    #[error("the order is {0}; a quote needs a pending one")]
    NotPending(super::OrderStatus),
    #[error("the quote was accepted already")]
    Accepted,
    #[error("no offer can be accepted at the moment; a new one may follow")]
    NoOffer,
    #[error("the offer was valid until {0}; a new one may follow")]
    Expired(Timestamp),
    /// Another offer is current.
    #[error("another offer was made in the meantime")]
    Version(i64),
    /// While an offer stands, only who made it and administrators change it.
    #[error("only who made the offer and administrators may change it")]
    NotYours,
}

/// An offer as it is requested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferDraft {
    pub items: Vec<DraftItem>,
    /// Instead of lines.
    pub amount: Option<Money>,
    pub valid_until: Option<Timestamp>,
    pub note: String,
}

/// A line of an offer as it is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftItem {
    pub name: String,
    pub kind: ProductKind,
    pub unit_price: Option<Money>,
    pub quantity: i64,
}

impl OfferDraft {
    /// The offer of `by` for an order. Reports all errors at once. `most_lines`: maximum number of lines of an order.
    pub fn check(
        self,
        order: &Order,
        by: &Person,
        most_lines: usize,
        now: Timestamp,
    ) -> Result<Offer, FieldErrors> {
        let mut errors = FieldErrors::default();
        let own = order.items.iter().filter(|item| item.product().is_some());
        let most = most_lines
            .min(pb::Quote::MAX_ITEMS)
            .saturating_sub(own.count());
        errors.items("items", self.items.len(), most);
        let items = match (self.amount, self.items.is_empty()) {
            (Some(_), false) => {
                errors.add("amount", "must be left out with `items`");
                Vec::new()
            }
            (None, true) => {
                errors.add("items", "are required, or an `amount` instead");
                Vec::new()
            }
            (Some(amount), true) => vec![OfferItem {
                // Not the customer's words: offers are mailed to addresses that nobody has verified.
                name: AS_AGREED.to_owned(),
                kind: ProductKind::Service,
                unit_price: price("amount", Some(amount), order.currency, &mut errors),
                quantity: 1,
            }],
            (None, false) => {
                let items = self.items.into_iter().enumerate();
                let item = |(index, item): (usize, DraftItem)| {
                    let field = |name: &str| format!("items[{index}].{name}");
                    if !(1..=MAX_QUANTITY).contains(&item.quantity) {
                        errors.number(&field("quantity"), item.quantity, 1, MAX_QUANTITY);
                    }
                    OfferItem {
                        name: errors.required_line(
                            &field("name"),
                            &item.name,
                            pb::QuoteItem::MAX_NAME,
                        ),
                        kind: item.kind,
                        unit_price: price(
                            &field("unitPrice"),
                            item.unit_price,
                            order.currency,
                            &mut errors,
                        ),
                        quantity: item.quantity,
                    }
                };
                items.map(item).collect()
            }
        };
        let lines = items.iter().map(OfferItem::line_total);
        let own = order.items.iter().filter(|item| item.product().is_some());
        let total = own.map(|item| Some(item.line_total)).chain(lines);
        let mut total = total;
        let total = total
            .try_fold(0_i64, |sum, line| sum.checked_add(line?))
            .filter(|total| *total <= MAX_AMOUNT);
        if total.is_none() && errors.is_empty() {
            errors.add("items", "the total is too large");
        }
        let valid_until = self.valid_until.unwrap_or(now);
        if self.valid_until.is_none() {
            errors.add("validUntil", "is required");
        } else if valid_until <= now {
            errors.add("validUntil", "must lie in the future");
        } else if valid_until > now.plus(MAX_VALIDITY) {
            errors.add("validUntil", "must lie within the next ten years");
        }
        let offer = Offer {
            items,
            total: total.unwrap_or(0),
            valid_until,
            note: errors.paragraph("note", &self.note, super::MAX_NOTE),
            by_id: by.id,
            by_name: by.name.clone(),
            by_role: by.role,
            at: now,
        };
        errors.or(offer)
    }
}

/// A price in the shop's currency; 0 is allowed.
fn price(field: &str, price: Option<Money>, currency: Currency, errors: &mut FieldErrors) -> i64 {
    match price {
        None => errors.add(field, "is required"),
        Some(price) if price.currency != currency => {
            errors.add(field, format!("must be in {currency}"));
        }
        Some(price) => {
            errors.number(field, price.amount, 0, MAX_AMOUNT);
            return price.amount;
        }
    }
    0
}

impl OfferItem {
    /// None if it is too large.
    pub fn line_total(&self) -> Option<i64> {
        self.unit_price.checked_mul(self.quantity)
    }
}

impl Offer {
    /// Who made it.
    pub fn by(&self) -> Person {
        Person::new(self.by_id, self.by_name.as_str(), self.by_role)
    }

    /// Whether the customer would get the same, for the same time.
    fn is_as(&self, other: &Self) -> bool {
        let terms = |offer: &Self| (offer.items.clone(), offer.total, offer.valid_until);
        terms(self) == terms(other) && self.note == other.note
    }
}

impl Order {
    /// Whether it has no price, and its customer has not accepted an offer (yet).
    pub fn is_unpriced(&self) -> bool {
        self.quote_state
            .is_some_and(|state| state != QuoteState::Accepted)
    }

    /// The offer, if there is one.
    pub fn offer(&self) -> Option<&Offer> {
        self.quote.as_ref()?.offer.as_ref()
    }

    /// The version of the quote (see [`Quote::version`]); 0 without one.
    pub fn quote_version(&self) -> i64 {
        self.quote.as_ref().map_or(0, |quote| quote.version)
    }

    /// From when it could be paid.
    pub fn payable_since(&self) -> Timestamp {
        let quote = self.quote.as_ref();
        let since = quote.and_then(|quote| quote.accepted_at.or(quote.priced_at));
        since.unwrap_or(self.created_at)
    }

    /// Makes it a request without an offer: lines of an earlier offer go, and the version stays.
    pub(super) fn request_quote(&mut self) {
        self.drop_offer();
        self.quote_state = Some(QuoteState::Requested);
        self.quote = self.quote.take().or_else(|| Some(Quote::default().into()));
    }

    fn drop_offer(&mut self) {
        self.items.retain(|item| item.product().is_some());
        self.total = self.items.iter().map(|item| item.line_total).sum();
        self.kind = kind_of(&self.items);
        self.revise_quote(|quote| {
            (quote.offer, quote.accepted_at) = (None, None);
        });
    }

    fn revise_quote(&mut self, change: impl FnOnce(&mut Quote)) {
        if let Some(quote) = self.quote.take() {
            let mut quote = quote.0;
            change(&mut quote);
            self.quote = Some(quote.into());
        }
    }

    /// Adapts the quote to other contents than those of `before`: an offer ends, and an order without a price is a request, unless it
    /// may be free.
    pub(super) fn requote(&mut self, before: &Self, may_be_free: bool, now: Timestamp) {
        self.drop_offer();
        self.quote_state = None;
        if self.total == 0 && !may_be_free {
            self.request_quote();
        }
        let payable = (!before.is_unpriced()).then(|| before.payable_since());
        let now = (!self.is_unpriced()).then_some(now);
        self.revise_quote(|quote| {
            quote.version += i64::from(before.quote_state.is_some());
            quote.priced_at = payable.or(quote.priced_at).or(now);
        });
    }

    /// Offers a price, in place of an earlier offer; none if the same offer stands.
    pub fn quoted(
        &self,
        offer: Offer,
        version: Option<i64>,
        now: Timestamp,
    ) -> Result<Option<Changed>, NotQuoted> {
        self.check_quote(&offer.by())?;
        let offered = self.quote_state == Some(QuoteState::Offered);
        // Before the version, so that a repetition after a lost answer succeeds.
        if offered && self.offer().is_some_and(|now| now.is_as(&offer)) {
            return Ok(None);
        }
        let known = self.quote_version();
        if version.is_some_and(|version| version != known) {
            return Err(NotQuoted::Version(known));
        }
        Ok(Some(self.next(OrderEvent::Quoted, now, |order| {
            order.quote_state = Some(QuoteState::Offered);
            order.revise_quote(|quote| {
                (quote.version, quote.offer) = (known + 1, Some(offer));
            });
        })))
    }

    /// Takes an offer back; none if there is none.
    pub fn quote_withdrawn(
        &self,
        by: &Person,
        now: Timestamp,
    ) -> Result<Option<Changed>, NotQuoted> {
        self.check_quote(by)?;
        if self.offer().is_none() {
            return Ok(None);
        }
        let changed = self.next(OrderEvent::QuoteWithdrawn, now, Self::request_quote);
        Ok(Some(changed))
    }

    /// Whether `by` may offer a price, or take the offer back.
    fn check_quote(&self, by: &Person) -> Result<(), NotQuoted> {
        match self.quote_state {
            None => return Err(NotQuoted::Priced),
            Some(QuoteState::Accepted) => return Err(NotQuoted::Accepted),
            Some(_) if self.status != Pending => return Err(NotQuoted::NotPending(self.status)),
            Some(_) => {}
        }
        let stands = self.quote_state == Some(QuoteState::Offered);
        let theirs = self.offer().is_none_or(|offer| offer.by_id == by.id);
        if stands && !theirs && by.role != waybill_primitives::Role::Admin {
            return Err(NotQuoted::NotYours);
        }
        Ok(())
    }

    /// The customer accepts the offer with this version: its lines and its total are the order's from now on, and it can be paid within
    /// the `expiry` of its kind. An order that costs nothing is paid with it. No changes if this offer was accepted before.
    pub fn quote_accepted(
        &self,
        version: i64,
        now: Timestamp,
        expiry: impl Fn(OrderKind) -> Duration,
    ) -> Result<Vec<Changed>, NotQuoted> {
        let Some(state) = self.quote_state else {
            return Err(NotQuoted::Priced);
        };
        let known = self.quote_version();
        if version != known {
            return Err(NotQuoted::Version(known));
        }
        if state == QuoteState::Accepted {
            return Ok(Vec::new());
        }
        if self.status != Pending {
            return Err(NotQuoted::NotPending(self.status));
        }
        let offer = self.offer().ok_or(NotQuoted::NoOffer)?;
        if state != QuoteState::Offered || offer.valid_until <= now {
            return Err(NotQuoted::Expired(offer.valid_until));
        }
        let mut accepted = self.next(OrderEvent::QuoteAccepted, now, |order| {
            let own = order.items.len();
            let lines = offer.items.iter().zip(0_i32..);
            order.items.extend(lines.map(|(line, more)| Item {
                order_id: self.id,
                position: i32::try_from(own).unwrap_or(i32::MAX).saturating_add(more),
                product_id: NO_PRODUCT,
                name: line.name.clone(),
                kind: line.kind,
                unit_price: line.unit_price,
                quantity: line.quantity,
                line_total: line.line_total().unwrap_or(0),
                refunded_quantity: 0,
            }));
            order.total = offer.total;
            order.kind = kind_of(&order.items);
            order.quote_state = Some(QuoteState::Accepted);
            order.revise_quote(|quote| quote.accepted_at = Some(now));
            order.expires_at = Some(now.plus(expiry(order.kind)));
        });
        // A request reserves nothing.
        if !accepted.order.goods().is_empty() {
            accepted.order.holding = StockState::Reserved;
            accepted.stock = StockEffect::Reserve;
        }
        if accepted.order.total > 0 {
            return Ok(vec![accepted]);
        }
        let paid = accepted.order.next(OrderEvent::Paid, now, |order| {
            order.payment_status = PaymentStatus::Paid;
        });
        Ok(vec![accepted, paid])
    }

    /// The end of an offer that was not accepted in time.
    pub(super) fn quote_expired(&self, now: Timestamp) -> Option<Changed> {
        let over = self.status == Pending
            && self.quote_state == Some(QuoteState::Offered)
            && self.offer().is_some_and(|offer| offer.valid_until <= now);
        over.then(|| {
            self.next(OrderEvent::QuoteExpired, now, |order| {
                order.quote_state = Some(QuoteState::Expired);
            })
        })
    }
}

#[cfg(test)]
mod tests;
