//! Errors in the fields of requests and messages, in one form for all layers; checks of text and numbers.

use std::fmt;

/// Whether the character shows nothing and changes how the text around it is read: control characters, and those of Unicode that
/// separate lines or set the direction of text, which can make a name or a link look like another one.
pub fn is_text_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_bidi_control(c)
}

/// Whether the character sets the direction of the text around it (the Unicode property `Bidi_Control`). Text in any script has its
/// direction without them.
pub fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// The first such character and its place, for a message: most of them cannot be seen. `before`: characters in front of the text.
pub fn find_character(text: &str, before: usize, bad: fn(char) -> bool) -> Option<String> {
    let (at, c) = text.chars().enumerate().find(|(_, c)| bad(*c))?;
    let (code, at) = (u32::from(c), before + at + 1);
    Some(format!("U+{code:04X} at character {at}"))
}

/// What is wrong with one field of a request, named as the JSON API names it (`items[0].quantity`), or of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// A required field that is missing.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::new(field, "is missing")
    }
}

/// All field errors of a request: a client gets all of them at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct FieldErrors(pub Vec<FieldError>);

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl From<FieldError> for FieldErrors {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

impl FieldErrors {
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        FieldError::new(field, message).into()
    }

    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// The value; on an error, records the error and returns none.
    pub fn check<T>(&mut self, checked: Result<T, FieldError>) -> Option<T> {
        checked.map_err(|error| self.0.push(error)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if there are no errors.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// One trimmed line of at most `max` characters; no control characters ([`is_text_control`]).
    pub fn line(&mut self, field: &str, text: &str, max: usize) -> String {
        self.text(field, text, max, is_text_control)
    }

    /// As [`Self::line`], and not empty.
    pub fn required_line(&mut self, field: &str, text: &str, max: usize) -> String {
        if text.trim().is_empty() {
            self.add(field, "is required");
        }
        self.line(field, text, max)
    }

    /// Trimmed text of at most `max` characters; of the control characters only line breaks and tabs.
    pub fn paragraph(&mut self, field: &str, text: &str, max: usize) -> String {
        self.text(field, text, max, |c| {
            is_text_control(c) && !matches!(c, '\n' | '\r' | '\t')
        })
    }

    fn text(&mut self, field: &str, sent: &str, max: usize, bad: fn(char) -> bool) -> String {
        let text = sent.trim();
        if text.chars().count() > max {
            self.add(field, format!("must be at most {max} characters long"));
        }
        let before = sent.chars().take_while(|c| c.is_whitespace()).count();
        if let Some(found) = find_character(text, before, bad) {
            let message = format!("must not contain control characters: {found}");
            self.add(field, message);
        }
        text.to_owned()
    }

    /// At most `max` items in a list.
    pub fn items(&mut self, field: &str, items: usize, max: usize) {
        if items > max {
            self.add(field, format!("must have at most {max} entries"));
        }
    }

    /// A whole number within the bounds, both allowed.
    pub fn number(&mut self, field: &str, value: i64, min: i64, max: i64) {
        if value < min || value > max {
            self.add(field, format!("must be from {min} to {max}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_measured_in_characters_and_kept_free_of_control_characters() {
        let mut errors = FieldErrors::default();
        assert_eq!(errors.line("title", "  Grüße  ", 5), "Grüße");
        assert_eq!(errors.paragraph("note", "a\nb", 3), "a\nb");
        assert_eq!(errors, FieldErrors::default());
        errors.line("title", "four", 3);
        errors.line("title", "a\nb", 3);
        errors.paragraph("note", "a\0b", 3);
        errors.line("sku", "a\u{202e}b", 3);
        errors.paragraph("note", "a\u{2066}b", 3);
        errors.required_line("name", " ", 3);
        errors.number("quantity", 0, 1, 5);
        assert_eq!(errors.check(Ok(1)), Some(1));
        assert_eq!(errors.check::<i32>(Err(FieldError::missing("id"))), None);
        let fields: Vec<_> = errors.0.iter().map(|error| error.field.as_str()).collect();
        let expected = [
            "title", "title", "note", "sku", "note", "name", "quantity", "id",
        ];
        assert_eq!(fields, expected);
        errors.line("sku", "  Größe\u{200f}", 9);
        let named = &errors.0.last().unwrap().message;
        assert!(named.contains("U+200F at character 8"), "{named}");
        // Words of any script, and signs that are joined of several, are text.
        for text in ["שלום", "مرحبا", "👩‍🔧", "a\u{200d}b"] {
            assert!(!text.contains(is_text_control), "{text}");
        }
    }
}
