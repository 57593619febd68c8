//! Mails as text: templates and their data. HTML is auto-escaped, so that user input stays text.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, context, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use crate::{
    domain::Template,
    triggers::{Line, OrderSummary},
};

/// One line of the order, formatted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailLine {
    pub name: String,
    pub quantity: i64,
    pub total: String,
}

/// The data that templates may use in addition to the shop and the recipient's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MailContent {
    pub heading: String,
    pub message: String,
    /// What somebody wrote, with a label; or empty.
    pub note: String,
    pub order_number: String,
    /// What the customer wrote; or empty.
    pub order_title: String,
    pub lines: Vec<MailLine>,
    pub total: String,
    /// The page to track a parcel; https, or empty.
    pub tracking_url: String,
    /// The number of an invoice or a credit note, or empty.
    pub document: String,
    /// Of the order's page, below the shop's URL, or empty.
    pub order_path: String,
}

impl MailContent {
    pub fn about(order: &OrderSummary, heading: &str, message: &str) -> Self {
        Self {
            heading: heading.to_owned(),
            message: message.to_owned(),
            note: String::new(),
            order_number: order.number.clone(),
            order_title: order.title.clone(),
            lines: Vec::new(),
            total: order.total.to_string(),
            tracking_url: String::new(),
            document: String::new(),
            order_path: String::new(),
        }
    }

    #[must_use]
    pub fn with_lines(mut self, lines: &[Line]) -> Self {
        self.lines = lines
            .iter()
            .map(|line| MailLine {
                name: line.name.clone(),
                quantity: line.quantity,
                total: line.total.to_string(),
            })
            .collect();
        self
    }
}

impl MailContent {
    /// Adds what somebody wrote; nothing if it is blank.
    #[must_use]
    pub fn with_note(mut self, label: &str, note: &str) -> Self {
        let note = note.trim();
        if !note.is_empty() {
            self.note = format!("{label}: {note}");
        }
        self
    }

    /// Without texts that anybody may have written who named this address: the shop must not send such texts to somebody else.
    #[must_use]
    pub fn without_free_text(self) -> Self {
        Self {
            note: String::new(),
            order_title: String::new(),
            ..self
        }
    }
}

/// The shop as it appears in mails.
#[derive(Debug, Clone, Serialize)]
pub struct Shop {
    pub name: String,
    /// The URL of its pages; the link in every mail.
    pub url: String,
}

/// The two parts of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    pub html: String,
}

const FILES: &[(&str, &str)] = &[
    ("layout.html", include_str!("../templates/layout.html")),
    ("layout.txt", include_str!("../templates/layout.txt")),
    (
        "order_confirmation.html",
        include_str!("../templates/order_confirmation.html"),
    ),
    (
        "order_confirmation.txt",
        include_str!("../templates/order_confirmation.txt"),
    ),
    (
        "order_status.html",
        include_str!("../templates/order_status.html"),
    ),
    (
        "order_status.txt",
        include_str!("../templates/order_status.txt"),
    ),
    (
        "payment_receipt.html",
        include_str!("../templates/payment_receipt.html"),
    ),
    (
        "payment_receipt.txt",
        include_str!("../templates/payment_receipt.txt"),
    ),
    ("refund.html", include_str!("../templates/refund.html")),
    ("refund.txt", include_str!("../templates/refund.txt")),
    (
        "payment_failed.html",
        include_str!("../templates/payment_failed.html"),
    ),
    (
        "payment_failed.txt",
        include_str!("../templates/payment_failed.txt"),
    ),
    ("account.html", include_str!("../templates/account.html")),
    ("account.txt", include_str!("../templates/account.txt")),
    ("quote.html", include_str!("../templates/quote.html")),
    ("quote.txt", include_str!("../templates/quote.txt")),
    ("shipment.html", include_str!("../templates/shipment.html")),
    ("shipment.txt", include_str!("../templates/shipment.txt")),
    ("invoice.html", include_str!("../templates/invoice.html")),
    ("invoice.txt", include_str!("../templates/invoice.txt")),
];

/// Compiled once; a test renders every template, so that an error in one shows there.
static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| {
        let mut environment = Environment::new();
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()?,
        );
        environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "txt")) => AutoEscape::None,
            _ => AutoEscape::Html,
        });
        for (name, source) in FILES {
            environment.add_template(name, source)?;
        }
        Ok(environment)
    });

/// A template that does not compile or render.
#[derive(Debug, thiserror::Error)]
#[error("a mail template is invalid")]
pub struct RenderError(#[source] pub minijinja::Error);

/// Renders both parts. `name` is the recipient's name in the greeting; empty for a greeting without a name.
pub fn render(
    template: Template,
    shop: &Shop,
    name: &str,
    content: &MailContent,
) -> Result<Rendered, RenderError> {
    let environment = ENVIRONMENT
        .as_ref()
        .map_err(|error| RenderError(minijinja::Error::new(error.kind(), error.to_string())))?;
    let part = |extension: &str| {
        environment
            .get_template(&format!("{}.{extension}", template.as_str()))?
            .render(context! { shop => Serde(shop), name, content => Serde(content) })
    };
    Ok(Rendered {
        text: part("txt").map_err(RenderError)?,
        html: part("html").map_err(RenderError)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Shop {
        Shop {
            name: "Waybill".into(),
            url: "https://shop.example/".into(),
        }
    }

    fn content() -> MailContent {
        MailContent {
            heading: "Order W1 received".into(),
            message: "Thank you.".into(),
            note: "Note: <i>soon</i>".into(),
            order_number: "W1".into(),
            order_title: "A <b>bold</b> logo".into(),
            lines: vec![MailLine {
                name: "Tea & <script>alert(1)</script>".into(),
                quantity: 2,
                total: "19.98 USD".into(),
            }],
            total: "19.98 USD".into(),
            tracking_url: "https://carrier.example/1".into(),
            document: "INV-2026-000001".into(),
            order_path: "orders/1".into(),
        }
    }

    #[test]
    fn every_template_renders_with_and_without_a_name() {
        for template in Template::ALL {
            for name in ["Ada", ""] {
                let mail = render(template, &shop(), name, &content()).expect("renders");
                assert!(mail.html.contains("W1"), "{template:?}");
                assert!(mail.text.contains("W1"), "{template:?}");
                assert!(mail.text.contains("https://shop.example/"), "{template:?}");
                assert!(!mail.html.contains("{{"), "{template:?}");
                let greeting = if name.is_empty() {
                    "Hello,"
                } else {
                    "Hello Ada,"
                };
                assert!(mail.text.contains(greeting), "{}", mail.text);
                assert!(mail.html.contains(greeting), "{}", mail.html);
            }
        }
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let shop = Shop {
            url: String::new(),
            ..shop()
        };
        let content = MailContent {
            order_number: "W1".into(),
            total: "19.98 USD".into(),
            ..MailContent::default()
        };
        for template in Template::ALL {
            let mail = render(template, &shop, "", &content).expect("renders");
            assert!(!mail.html.contains("href"), "{}", mail.html);
            assert!(!mail.html.contains("<strong></strong>"), "{}", mail.html);
            assert!(!mail.text.contains("Follow the parcel"), "{}", mail.text);
            assert!(mail.text.contains("order W1."), "{}", mail.text);
        }
    }

    #[test]
    fn without_free_text_nothing_of_it_is_left() {
        let plain = content().without_free_text();
        for template in Template::ALL {
            let mail = render(template, &shop(), "", &plain).expect("renders");
            for part in [&mail.html, &mail.text] {
                assert!(!part.contains("bold") && !part.contains("soon"), "{part}");
            }
        }
    }

    #[test]
    fn user_input_stays_text() {
        let mail = render(
            Template::OrderConfirmation,
            &shop(),
            "<img src=x>",
            &content(),
        )
        .expect("renders");
        assert!(!mail.html.contains("<script>"), "{}", mail.html);
        assert!(!mail.html.contains("<img"), "{}", mail.html);
        assert!(mail.html.contains("&lt;script&gt;"));
        assert!(mail.text.contains("Tea & <script>"), "text is not escaped");
    }
}
