//! The console format of log lines: short enough for a terminal. With `WAYBILL_LOG_FORMAT=json`, lines have everything.

use std::fmt::{self, Write as _};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::{self, Writer},
    },
    registry::LookupSpan,
};
use waybill_primitives::Timestamp;

/// The last characters of a request id that a line has: the random part of the ids that the gateway gives out.
const ID: usize = 12;
/// Fields of spans that lines have, by the name that they have there. What a message says already, or what is of use to programs only, is
/// left out.
const OF_SPANS: [&str; 3] = ["service", "consumer", "job"];

/// Fields of events that are left out: long ids, which the JSON lines have.
const LEFT_OUT: [&str; 3] = ["event_id", "aggregate_id", "trace_id"];

/// `09:30:00.123  INFO message key=value … service=order #b302099a8057`
#[derive(Debug)]
pub struct Short {
    /// With colours, for a terminal.
    pub ansi: bool,
}

impl Short {
    fn paint(&self, writer: &mut Writer<'_>, colour: &str, text: &str) -> fmt::Result {
        if self.ansi {
            write!(writer, "\x1b[{colour}m{text}\x1b[0m")
        } else {
            writer.write_str(text)
        }
    }
}

impl<S, N> FormatEvent<S, N> for Short
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let time = Timestamp::now().to_datetime().format("%H:%M:%S%.3f");
        self.paint(&mut writer, "2", &time.to_string())?;
        let (level, colour) = match *event.metadata().level() {
            Level::ERROR => ("ERROR", "31"),
            Level::WARN => ("WARN", "33"),
            Level::INFO => ("INFO", "32"),
            Level::DEBUG => ("DEBUG", "34"),
            Level::TRACE => ("TRACE", "35"),
        };
        writer.write_char(' ')?;
        self.paint(&mut writer, colour, &format!("{level:>5}"))?;
        let mut text = Text::default();
        event.record(&mut text);
        write!(writer, " {}{}", text.message, text.fields)?;
        if let Some(service) = text.service.take() {
            text.add(&mut writer, "service", &service)?;
        }
        let mut request = text.request.take();
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            let Some(fields) = extensions.get::<FormattedFields<N>>() else {
                continue;
            };
            for name in OF_SPANS {
                if let Some(value) = value(fields, name) {
                    text.add(&mut writer, name, value)?;
                }
            }
            request = request.or_else(|| value(fields, "request_id").map(str::to_owned));
        }
        if let Some(request) = request {
            let start = request.char_indices().rev().nth(ID - 1);
            let end = request.get(start.map_or(0, |(start, _)| start)..);
            writer.write_char(' ')?;
            self.paint(&mut writer, "2", &format!("#{}", end.unwrap_or(&request)))?;
        }
        writeln!(writer)
    }
}

/// The value of a field in the text of a span's fields, `a=1 b="two"`.
fn value<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = fields;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back();
        let after = &rest[at + name.len()..];
        if before.is_none_or(|before| before == ' ')
            && let Some(value) = after.strip_prefix('=')
        {
            let value = value.strip_prefix('"').unwrap_or(value);
            return value.split([' ', '"']).next().filter(|it| !it.is_empty());
        }
        rest = after;
    }
    None
}

/// The message of an event, and its other fields.
#[derive(Debug, Default)]
struct Text {
    message: String,
    fields: String,
    request: Option<String>,
    service: Option<String>,
}

impl Text {
    /// Writes a field, unless its value is in the line already: the name of a service is a part of those of its methods and consumers.
    fn add(&mut self, writer: &mut Writer<'_>, name: &str, value: &str) -> fmt::Result {
        if self.message.contains(value) || self.fields.contains(value) {
            return Ok(());
        }
        write!(self.fields, " {name}={value}")?;
        write!(writer, " {name}={value}")
    }

    /// Fields of every answer, without their names.
    fn short(&mut self, name: &str, value: u64) -> bool {
        // Writing to a string cannot fail.
        let _ = match name {
            "status" => write!(self.fields, " {value}"),
            "elapsed_us" => write!(self.fields, " {}.{}ms", value / 1000, value % 1000 / 100),
            "elapsed_ms" => write!(self.fields, " {value}ms"),
            _ => return false,
        };
        true
    }
}

impl Visit for Text {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if !self.short(field.name(), value) {
            self.record_debug(field, &value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if !u64::try_from(value).is_ok_and(|value| self.short(field.name(), value)) {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else if field.name() == "request_id" {
            self.request = Some(format!("{value:?}"));
        } else if !LEFT_OUT.contains(&field.name()) {
            let _ = write!(self.fields, " {}={value:?}", field.name());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let name = field.name();
        if name == "message" {
            value.clone_into(&mut self.message);
        } else if name == "request_id" {
            self.request = Some(value.to_owned());
        } else if name == "service" {
            self.service = Some(value.to_owned());
        } else if name == "subject" {
            let subject = value.strip_prefix("waybill.").unwrap_or(value);
            let _ = write!(self.fields, " {subject}");
        } else if value.contains(char::is_whitespace) {
            let _ = write!(self.fields, " {}={value:?}", field.name());
        } else {
            let _ = write!(self.fields, " {}={value}", field.name());
        }
    }
}

/// Writes the fields of spans so that [`Short`] finds them.
pub fn fields() -> format::DefaultFields {
    format::DefaultFields::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_spans_are_found_by_their_names() {
        let fields =
            r#"otel.service=x service="order" method=a.b/C request_id=01890a5d-ac96 job="" "#;
        assert_eq!(value(fields, "service"), Some("order"));
        assert_eq!(value(fields, "request_id"), Some("01890a5d-ac96"));
        assert_eq!((value(fields, "job"), value(fields, "id")), (None, None));
    }
}
