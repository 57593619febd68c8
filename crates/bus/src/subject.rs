//! Patterns for subjects, with the semantics of NATS.

use crate::{BusError, ConsumerSpec, Envelope};

/// Whether `subject` matches `pattern`: `*` stands for exactly one token, a final `>` for one or more.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    let mut parts = pattern.split('.').peekable();
    while let Some(part) = parts.next() {
        let Some(token) = tokens.next() else {
            return false;
        };
        match part {
            ">" if parts.peek().is_none() => return true,
            "*" => {}
            part if part == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

/// The patterns without those that another one covers: a server refuses filters that overlap.
pub(crate) fn without_covered(patterns: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for pattern in patterns {
        if kept.iter().any(|wider| covers(wider, &pattern)) {
            continue;
        }
        kept.retain(|narrower| !covers(&pattern, narrower));
        kept.push(pattern);
    }
    kept
}

/// Whether `wider` matches every subject that `narrower` matches. Treated as a subject, a one-token wildcard matches itself.
fn covers(wider: &str, narrower: &str) -> bool {
    let is_open = narrower.ends_with('>');
    matches(wider, narrower) && (!is_open || wider.ends_with('>'))
}

/// Swaps the first token, as in `waybill.order.>` → `test1.order.>`.
pub(crate) fn with_root(subject: &str, root: &str) -> String {
    match subject.split_once('.') {
        Some((_, rest)) => format!("{root}.{rest}"),
        None => root.to_owned(),
    }
}

/// The root of every subject inside the platform.
pub(crate) const ROOT: &str = "waybill";

/// Whether an event can be published under this subject: non-empty tokens below the root, without wildcards or spaces.
pub(crate) fn is_publishable(subject: &str) -> bool {
    let mut tokens = subject.split('.');
    tokens.next() == Some(ROOT)
        && subject.split('.').count() >= 3
        && tokens.all(|token| {
            !token.is_empty()
                && !token
                    .contains(|c: char| c.is_whitespace() || c.is_control() || "*>".contains(c))
        })
}

/// Refuses an event that cannot be published.
pub(crate) fn check_event(event: &Envelope) -> Result<(), BusError> {
    if !is_publishable(&event.subject) {
        return Err(BusError::rejected(format!(
            "{:?} is not a subject such as waybill.order.order.placed",
            event.subject
        )));
    }
    if event.subject.split('.').nth(1) != Some(event.source.as_str()) {
        return Err(BusError::rejected(format!(
            "the subject {} does not belong to the service {:?}",
            event.subject, event.source
        )));
    }
    Ok(())
}

/// Refuses a consumer with an invalid name or invalid subjects.
pub(crate) fn check_spec(spec: &ConsumerSpec) -> Result<(), BusError> {
    for name in [&spec.durable, &spec.source] {
        check_name(name)?;
    }
    check_patterns(&spec.subjects)
}

/// Names of services and consumers become parts of stream and subject names.
pub(crate) fn check_name(name: &str) -> Result<(), BusError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 100 || !name.chars().all(fits) {
        return Err(BusError::config(format!(
            "{name:?} is not a name of 1 to 100 letters, digits, - and _"
        )));
    }
    Ok(())
}

pub(crate) fn check_patterns(patterns: &[String]) -> Result<(), BusError> {
    let fault = |pattern: &&String| {
        let count = pattern.split('.').count();
        pattern.split('.').next() != Some(ROOT)
            || pattern.split('.').enumerate().any(|(at, token)| {
                token.is_empty()
                    || token.contains(char::is_whitespace)
                    || (token.contains('*') && token != "*")
                    || (token.contains('>') && (token != ">" || at + 1 != count))
            })
    };
    if patterns.is_empty() {
        return Err(BusError::config("give at least one subject"));
    }
    patterns.iter().find(fault).map_or(Ok(()), |pattern| {
        Err(BusError::config(format!(
            "{pattern:?} is not a pattern of subjects such as waybill.order.order.*"
        )))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_nats() {
        let placed = "waybill.order.order.placed";
        for (pattern, fits) in [
            (placed, true),
            ("waybill.order.order.*", true),
            ("waybill.*.order.placed", true),
            ("waybill.order.>", true),
            (">", true),
            ("waybill.order.order", false),
            ("waybill.order.order.placed.>", false),
            ("waybill.order.product.*", false),
            ("waybill.order.*", false),
            ("waybill.order.order.placed.*", false),
        ] {
            assert_eq!(matches(pattern, placed), fits, "{pattern}");
        }
    }

    #[test]
    fn patterns_that_another_one_covers_are_left_out() {
        let kept =
            |patterns: &[&str]| without_covered(patterns.iter().map(ToString::to_string)).join(" ");
        assert_eq!(kept(&["a.b.c", "a.b.d", "a.b.c"]), "a.b.c a.b.d");
        assert_eq!(kept(&["a.b.c", "a.x.c", "a.b.*"]), "a.x.c a.b.*");
        assert_eq!(kept(&["a.b.*", "a.b.c"]), "a.b.*");
        assert_eq!(kept(&["a.b.*", "a.>", "a.b.*"]), "a.>");
        assert_eq!(kept(&["a.b.*", "a.b.>"]), "a.b.>");
        assert_eq!(kept(&["a.>", "a"]), "a.> a");
    }

    #[test]
    fn the_root_is_swapped() {
        assert_eq!(with_root("waybill.order.>", "test1"), "test1.order.>");
    }

    #[test]
    fn only_concrete_subjects_below_the_root_can_be_published() {
        assert!(is_publishable("waybill.order.order.placed"));
        for bad in [
            "order.order.placed",
            "waybill.order",
            "waybill.order.*.placed",
            "waybill..order.placed",
            "waybill.order.order placed",
            "waybill.order.>",
        ] {
            assert!(!is_publishable(bad), "{bad}");
        }
    }
}
