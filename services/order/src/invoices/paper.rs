//! A document's texts, for its PDF. They are English: nobody knows the language of a customer.

use waybill_primitives::{Currency, Timestamp};

use super::{
    domain::{Buyer, Invoice, InvoiceKind, Line, Seller},
    pdf::Paper,
};

pub fn paper(invoice: &Invoice) -> Paper {
    let snapshot = &*invoice.snapshot;
    let currency = invoice.currency;
    let text = str::to_owned;
    let (title, recipient, total) = match invoice.kind {
        InvoiceKind::Invoice => ("Invoice", "Billed to", "Total"),
        InvoiceKind::CreditNote => ("Credit note", "Credited to", "Total credited"),
    };
    let with_currency = |amount| format!("{} {}", currency.as_str(), decimal(currency, amount));
    let mut notes = Vec::new();
    if !snapshot.reason.is_empty() {
        notes.push(format!("Reason: {}", snapshot.reason));
    }
    notes.extend(snapshot.seller.note.lines().map(str::to_owned));
    Paper {
        id: invoice.id.to_string(),
        title: text(title),
        number: invoice.label.clone(),
        issued_at: invoice.issued_at.to_datetime(),
        seller: snapshot.seller.name.clone(),
        seller_lines: seller_lines(&snapshot.seller),
        recipient: recipient_lines(recipient, &snapshot.customer),
        delivery: delivery_lines(&snapshot.customer),
        facts: facts(invoice),
        columns: ["Description", "Quantity", "Unit price", "Amount"].map(text),
        rows: snapshot
            .lines
            .iter()
            .map(|line| row(currency, line))
            .collect(),
        totals: vec![
            (text("Subtotal"), decimal(currency, snapshot.subtotal)),
            (text(total), with_currency(invoice.total)),
        ],
        notes,
    }
}

fn seller_lines(seller: &Seller) -> Vec<String> {
    let mut lines = seller.address.clone();
    if seller.shop_name != seller.name {
        lines.insert(0, seller.shop_name.clone());
    }
    if !seller.tax_id.is_empty() {
        lines.push(format!("Tax number: {}", seller.tax_id));
    }
    lines.push(seller.email.clone());
    lines
}

fn recipient_lines(label: &str, customer: &Buyer) -> Vec<String> {
    vec![
        label.to_owned(),
        customer.name.clone(),
        customer.email.clone(),
    ]
}

fn delivery_lines(customer: &Buyer) -> Vec<String> {
    let Some(address) = &customer.shipping_address else {
        return Vec::new();
    };
    let name = match address.name.as_str() {
        "" => &customer.name,
        name => name,
    };
    let place = [&address.postal_code, &address.city, &address.region];
    let place: Vec<_> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let place = place.into_iter().cloned().collect::<Vec<_>>().join(" ");
    vec![
        "Delivered to".to_owned(),
        name.to_owned(),
        address.line1.clone(),
        address.line2.clone(),
        place,
        address.country.clone(),
    ]
}

fn facts(invoice: &Invoice) -> Vec<(String, String)> {
    let snapshot = &*invoice.snapshot;
    let mut facts = vec![
        ("Date", day(invoice.issued_at)),
        ("Order", snapshot.order_number.clone()),
    ];
    if let Some(refers_to) = &snapshot.refers_to {
        facts.push(("Invoice", refers_to.clone()));
    }
    if let Some(paid) = &snapshot.payment {
        facts.push(("Paid", day(paid.at)));
        if let Some(provider) = &paid.provider {
            facts.push(("Paid by", provider_name(provider)));
        }
    }
    let owned = |(label, value): (&str, String)| (label.to_owned(), value);
    facts.into_iter().map(owned).collect()
}

fn row(currency: Currency, line: &Line) -> [String; 4] {
    [
        line.name.clone(),
        line.quantity.to_string(),
        decimal(currency, line.unit_price),
        decimal(currency, line.total),
    ]
}

/// A day of UTC, such as `21 September 2026`.
fn day(at: Timestamp) -> String {
    at.to_datetime().format("%-d %B %Y").to_string()
}

/// `STRIPE` as people write it.
fn provider_name(provider: &str) -> String {
    match provider {
        "PAYPAL" => "PayPal".to_owned(),
        "MANUAL" => "Bank transfer or cash".to_owned(),
        other => {
            let (first, rest) = other.split_at_checked(1).unwrap_or((other, ""));
            format!("{first}{}", rest.to_lowercase())
        }
    }
}

/// Minor units as a number with thousands' separators, such as `1,234.50`.
fn decimal(currency: Currency, amount: i64) -> String {
    let plain = currency.decimal(amount);
    let (whole, fraction) = match plain.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (plain.as_str(), String::new()),
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_currencys_decimals_and_separators() {
        let yen: Currency = "JPY".parse().unwrap();
        for (currency, amount, text) in [
            (Currency::EUR, 0, "0.00"),
            (Currency::EUR, 99_999, "999.99"),
            (Currency::EUR, 123_456_789, "1,234,567.89"),
            (Currency::EUR, -100_000, "-1,000.00"),
            (yen, 1_000, "1,000"),
        ] {
            assert_eq!(decimal(currency, amount), text);
        }
    }

    #[test]
    fn days_and_providers_are_words() {
        assert_eq!(
            day(Timestamp::from_secs(1_790_000_000)),
            "21 September 2026"
        );
        for (code, name) in [("PAYPAL", "PayPal"), ("STRIPE", "Stripe"), ("", "")] {
            assert_eq!(provider_name(code), name);
        }
    }
}
