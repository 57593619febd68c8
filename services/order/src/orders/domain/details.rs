//! The fields that a customer fills in beside the lines, when placing an order and when editing it.

use std::time::Duration;

use waybill_primitives::{FieldErrors, Timestamp};
use waybill_proto::order as pb;

use super::{Address, Order};

/// How far in the past the desired date may be: clients send "today" as the last midnight.
const DAY: Duration = Duration::from_hours(24);
/// How far in the future the desired date may be.
const TEN_YEARS: Duration = Duration::from_hours(3653 * 24);

/// Error message of an order without contents.
pub(super) const NEEDS: &str = "an order needs items, a title or a description";
/// Longest title that is made of a description, in characters.
const SHORT_TITLE: usize = 80;

/// None: empty in a new order, unchanged in an edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    pub title: Option<String>,
    pub description: Option<String>,
    pub special_instructions: Option<String>,
    /// Inner none: clears it.
    pub estimated_completion: Option<Option<Timestamp>>,
    pub shipping_address: Option<Option<Address>>,
}

impl Details {
    /// Neither a title nor a description.
    pub(super) fn is_empty(&self) -> bool {
        let texts = [&self.title, &self.description];
        texts
            .into_iter()
            .flatten()
            .all(|text| text.trim().is_empty())
    }

    /// Checks and trims the given fields. The order's present date, `present`, is not checked again: it may have passed since, and an
    /// order can be sent back as it was read.
    #[must_use]
    pub fn check(
        mut self,
        errors: &mut FieldErrors,
        present: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        self.estimated_completion
            .take_if(|wanted| *wanted == present);
        if let Some(Some(wanted)) = self.estimated_completion {
            if wanted < now.minus(DAY) {
                errors.add("estimatedCompletion", "must not lie in the past");
            } else if wanted > now.plus(TEN_YEARS) {
                errors.add("estimatedCompletion", "must lie within the next ten years");
            }
        }
        let title = |text: String| errors.line("title", &text, pb::Order::MAX_TITLE);
        self.title = self.title.map(title);
        let mut paragraph =
            |field, max, text: Option<String>| text.map(|text| errors.paragraph(field, &text, max));
        self.description = paragraph("description", pb::Order::MAX_DESCRIPTION, self.description);
        self.special_instructions = paragraph(
            "specialInstructions",
            pb::Order::MAX_SPECIAL_INSTRUCTIONS,
            self.special_instructions,
        );
        let address = |address: Address| address.check(errors);
        self.shipping_address = self.shipping_address.map(|shipping| shipping.map(address));
        self
    }

    /// Writes the given fields into the order.
    pub fn apply(self, order: &mut Order) {
        set(&mut order.title, self.title);
        set(&mut order.description, self.description);
        set(&mut order.special_instructions, self.special_instructions);
        set(&mut order.estimated_completion, self.estimated_completion);
        let shipping = self.shipping_address;
        set(
            &mut order.shipping_address,
            shipping.map(|address| address.map(Into::into)),
        );
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

impl Order {
    /// An order needs items or a title; a missing title is made of the description.
    pub(super) fn require_contents(&mut self) -> Result<(), FieldErrors> {
        if self.items.is_empty() && self.title.is_empty() {
            if self.description.is_empty() {
                return Err(FieldErrors::one("items", NEEDS));
            }
            self.title = title_of(&self.description);
        }
        Ok(())
    }

    /// The differences from the order before, for the history.
    pub fn difference(&self, before: &Self) -> String {
        let differs = [
            ("items", self.items != before.items),
            ("title", self.title != before.title),
            ("description", self.description != before.description),
            (
                "special instructions",
                self.special_instructions != before.special_instructions,
            ),
            (
                "wanted date",
                self.estimated_completion != before.estimated_completion,
            ),
            (
                "shipping address",
                self.shipping_address != before.shipping_address,
            ),
            (
                "quote",
                (self.quote_state, self.offer()) != (before.quote_state, before.offer()),
            ),
        ];
        let changed = differs.into_iter().filter(|(_, differs)| *differs);
        let changed: Vec<_> = changed.map(|(name, _)| name).collect();
        let changed = changed.join(", ");
        let (was, is) = (before.total(), self.total());
        if was == is {
            format!("changed: {changed}")
        } else {
            format!("changed: {changed}; total {was} → {is}")
        }
    }
}

/// The title of an order with only a description: its first line, shortened.
fn title_of(description: &str) -> String {
    let line = description.trim().lines().next().unwrap_or_default().trim();
    if line.chars().count() <= SHORT_TITLE {
        return line.to_owned();
    }
    let start: String = line.chars().take(SHORT_TITLE - 1).collect();
    format!("{}…", start.trim_end())
}

impl Address {
    fn check(self, errors: &mut FieldErrors) -> Self {
        let field = |name| format!("shippingAddress.{name}");
        // In any case, like all codes.
        let country = self.country.trim().to_ascii_uppercase();
        if country.is_empty() {
            errors.add(field("country"), "is required");
        } else if country.len() != 2 || !country.chars().all(|c| c.is_ascii_uppercase()) {
            errors.add(
                field("country"),
                "must be a two-letter country code (ISO 3166-1), such as DE",
            );
        }
        Self {
            name: errors.line(&field("name"), &self.name, pb::Address::MAX_NAME),
            line1: errors.required_line(&field("line1"), &self.line1, pb::Address::MAX_LINE1),
            line2: errors.line(&field("line2"), &self.line2, pb::Address::MAX_LINE2),
            city: errors.required_line(&field("city"), &self.city, pb::Address::MAX_CITY),
            region: errors.line(&field("region"), &self.region, pb::Address::MAX_REGION),
            postal_code: errors.line(
                &field("postalCode"),
                &self.postal_code,
                pb::Address::MAX_POSTAL_CODE,
            ),
            country,
        }
    }
}
