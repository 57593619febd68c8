//! W3C trace context, even when nothing is exported: every request, call and event can be followed in the logs.

use opentelemetry::trace::TraceContextExt as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The `traceparent` of the current span. Without an exporter: a child of `incoming`, or a new trace.
pub fn current_or_new(incoming: Option<&str>) -> String {
    current()
        .or_else(|| incoming.and_then(child_of))
        .unwrap_or_else(|| format(random_u128(), 0))
}

/// The `traceparent` of the current span, if spans are being exported.
pub fn current() -> Option<String> {
    let context = tracing::Span::current().context();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| {
        format!(
            "00-{}-{}-{:02x}",
            span.trace_id(),
            span.span_id(),
            span.trace_flags().to_u8()
        )
    })
}

/// Adds the order id of the current call to all its log lines from now on.
pub fn about_order(id: impl std::fmt::Display) {
    tracing::Span::current().record("order_id", tracing::field::display(id));
}

/// A new span in the trace of `traceparent`; none if that is malformed.
pub fn child_of(traceparent: &str) -> Option<String> {
    let (trace, _, flags) = parse(traceparent)?;
    Some(format(trace, flags))
}

/// The 32 hexadecimal digits of the trace.
pub fn trace_id(traceparent: &str) -> Option<&str> {
    parse(traceparent).and_then(|_| traceparent.get(3..35))
}

/// Trace, span and flags of a well-formed `traceparent` of version 00.
pub fn parse(traceparent: &str) -> Option<(u128, u64, u8)> {
    let mut parts = traceparent.split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let formed = version == "00"
        && parts.next().is_none()
        && hex(trace, 32)
        && hex(span, 16)
        && hex(flags, 2);
    if !formed {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok()?;
    let span = u64::from_str_radix(span, 16).ok()?;
    let flags = u8::from_str_radix(flags, 16).ok()?;
    (trace != 0 && span != 0).then_some((trace, span, flags))
}

fn format(trace: u128, flags: u8) -> String {
    let span = rand::random::<u64>().max(1);
    format!("00-{trace:032x}-{span:016x}-{flags:02x}")
}

fn random_u128() -> u128 {
    rand::random::<u128>().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_child_keeps_the_trace_and_gets_a_span_of_its_own() {
        let child = child_of(PARENT).unwrap();
        assert_eq!(trace_id(&child), trace_id(PARENT));
        assert_ne!(child, PARENT);
        assert!(child.ends_with("-01"));
    }

    #[test]
    fn a_malformed_parent_starts_a_new_trace() {
        for bad in [
            "",
            "00-xyz",
            &PARENT[1..],
            &PARENT.to_uppercase(),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
            assert!(parse(&current_or_new(Some(bad))).is_some());
        }
    }
}
