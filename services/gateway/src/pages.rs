//! The templates of the HTML pages that the gateway serves. Values are escaped.

use minijinja::{Environment, Value};
use waybill_service_kit::AppError;

use crate::error::ApiError;

const TEMPLATES: [(&str, &str); 6] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("welcome.html", include_str!("../templates/welcome.html")),
    ("live.html", include_str!("../templates/live.html")),
    ("checkout.html", include_str!("../templates/checkout.html")),
    ("mailbox.html", include_str!("../templates/mailbox.html")),
    ("mail.html", include_str!("../templates/mail.html")),
];

/// The style sheet of all pages.
pub const STYLES: &str = include_str!("../templates/waybill.css");

/// The icon of all pages.
pub const ICON: &str = include_str!("../templates/icon.svg");

/// The compiled templates.
pub struct Templates(Environment<'static>);

impl Templates {
    pub fn new() -> Result<Self, AppError> {
        let mut environment = Environment::new();
        for (name, source) in TEMPLATES {
            environment
                .add_template(name, source)
                .map_err(AppError::internal)?;
        }
        Ok(Self(environment))
    }

    /// Fills in a template. `context` is made by `minijinja::context!`.
    pub fn render(&self, name: &str, context: Value) -> Result<String, ApiError> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| AppError::internal(error).into())
    }
}
