//! Rules for single fields, in the form in which garde calls them.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    reason = "garde passes the field and its context by reference"
)]

use waybill_primitives::Currency;

use super::{Since, Until};

/// An ISO 4217 code.
pub fn currency_code(text: &str, (): &()) -> garde::Result {
    text.parse::<Currency>()
        .map(|_| ())
        .map_err(|error| garde::Error::new(error.to_string()))
}

/// As [`currency_code`], for optional fields.
pub fn currency_code_if_given(text: &Option<String>, context: &()) -> garde::Result {
    text.as_ref()
        .map_or(Ok(()), |text| currency_code(text, context))
}

/// An ISO 3166-1 alpha-2 code, by its form.
pub fn country_code(code: &str, (): &()) -> garde::Result {
    if code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(garde::Error::new(
        "must be an ISO 3166-1 alpha-2 code: two capital letters such as GB",
    ))
}

/// Refuses text that is only white space.
pub fn not_blank(text: &str, (): &()) -> garde::Result {
    if text.trim().is_empty() {
        return Err(garde::Error::new("must not be blank"));
    }
    Ok(())
}

/// As [`not_blank`], for optional fields.
pub fn not_blank_if_given(text: &Option<String>, context: &()) -> garde::Result {
    text.as_ref()
        .map_or(Ok(()), |text| not_blank(text, context))
}

/// Customers are sent there, so nothing but the web will do (no `javascript:`).
pub fn web_url(url: &str, (): &()) -> garde::Result {
    let fits = url
        .parse::<http::Uri>()
        .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    if fits && url.is_ascii() {
        return Ok(());
    }
    Err(garde::Error::new("must be a full http or https URL"))
}

/// An adjustment that changes nothing is a mistake.
pub fn not_zero(delta: &i64, (): &()) -> garde::Result {
    if *delta == 0 {
        return Err(garde::Error::new("must not be zero"));
    }
    Ok(())
}

/// Where a span begins, which is before it ends.
pub fn before(to: Option<Until>) -> impl FnOnce(&Option<Since>, &()) -> garde::Result {
    move |from, _| match (from, to) {
        (Some(from), Some(to)) if from.0 >= to.0 => Err(garde::Error::new("must be before to")),
        _ => Ok(()),
    }
}

/// The lower of two bounds; `name` is the upper one's.
pub fn at_most(
    most: Option<i64>,
    name: &'static str,
) -> impl FnOnce(&Option<i64>, &()) -> garde::Result {
    move |least, _| match (least, most) {
        (Some(least), Some(most)) if *least > most => {
            Err(garde::Error::new(format!("must not be more than {name}")))
        }
        _ => Ok(()),
    }
}
