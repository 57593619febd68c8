//! The console format of log lines: short enough for a terminal. With `WAYBILL_LOG_FORMAT=json`, lines have everything.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

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
use uuid::Uuid;
use waybill_primitives::{Timestamp, is_text_control};

/// Columns of a usual terminal. In a longer line, ids are shortened.
const COLUMNS: usize = 120;
/// The last characters of an id that a line has: the random part of the ids that the platform gives out.
const ID: usize = 12;
/// Fields of spans that lines have, by the name that they have there. What a message says already, or what is of use to programs only, is
/// left out.
const OF_SPANS: [&str; 3] = ["service", "consumer", "job"];
/// Fields of events that lines below WARN leave out: long ids, which the JSON lines have.
const LEFT_OUT: [&str; 3] = ["event_id", "aggregate_id", "trace_id"];
/// Ours, and of several lines.
const BACKTRACE: &str = "backtrace";

/// `09:30:00.123  INFO message key=value … service=order #b302099a8057`, and for a request with status, time, address and user:
/// `09:30:00.123  INFO GET /api/v1/orders 200 1.2ms 203.0.113.7 user=01890a5d-… #b302099a8057`. Warnings and errors have all ids in full.
/// A control character is escaped, so that no input writes lines of its own.
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
        let time = time.to_string();
        let (level, colour) = match *event.metadata().level() {
            Level::ERROR => ("ERROR", "31"),
            Level::WARN => ("WARN", "33"),
            Level::INFO => ("INFO", "32"),
            Level::DEBUG => ("DEBUG", "34"),
            Level::TRACE => ("TRACE", "35"),
        };
        let mut text = Text {
            is_warning: *event.metadata().level() <= Level::WARN,
            ..Text::default()
        };
        event.record(&mut text);
        if let Some(service) = text.service.take() {
            text.add("service", &service);
        }
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            let Some(fields) = extensions.get::<FormattedFields<N>>() else {
                continue;
            };
            if text.is_answer || text.is_warning {
                if let Some(address) = value(fields, "address") {
                    text.fields.push(' ');
                    text.fields.push_str(address);
                }
                if let Some(user) = value(fields, "user") {
                    // Also if the path has it, which the client chooses.
                    text.fields.push_str(" user=");
                    text.fields.push_str(user);
                }
            }
            for name in OF_SPANS {
                if let Some(value) = value(fields, name) {
                    text.add(name, value);
                }
            }
            if text.request.is_none() {
                text.request = value(fields, "request_id").map(str::to_owned);
            }
        }
        let mut line = escaped(&(text.message + &text.fields)).into_owned();
        let mut request = text.request.unwrap_or_default();
        if !text.is_warning {
            request = end_of(&request).to_owned();
            let others = time.len() + 1 + 5 + 1 + 2 + request.len();
            if line.chars().count() + others > COLUMNS {
                line = with_short_ids(&line);
            }
        }
        self.paint(&mut writer, "2", &time)?;
        writer.write_char(' ')?;
        self.paint(&mut writer, colour, &format!("{level:>5}"))?;
        write!(writer, " {line}")?;
        if !request.is_empty() {
            writer.write_char(' ')?;
            self.paint(&mut writer, "2", &format!("#{}", escaped(&request)))?;
        }
        writeln!(writer)?;
        match text.backtrace {
            Some(backtrace) => writeln!(writer, "{backtrace}"),
            None => Ok(()),
        }
    }
}

/// The last characters of an id.
fn end_of(id: &str) -> &str {
    let start = id.char_indices().rev().nth(ID - 1);
    id.get(start.map_or(0, |(start, _)| start)..).unwrap_or(id)
}

/// With the ends of UUIDs only: `…b302099a8057`.
fn with_short_ids(line: &str) -> String {
    const UUID: usize = 36;
    let mut short = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let id = rest.get(..UUID);
        let id = id.filter(|id| id.as_bytes()[8] == b'-' && id.parse::<Uuid>().is_ok());
        let length = id.map_or(next.len_utf8(), str::len);
        if let Some(id) = id {
            short.push('…');
            short.push_str(end_of(id));
        } else {
            short.push(next);
        }
        rest = &rest[length..];
    }
    short
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_text_control) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if is_text_control(char) {
            escaped.extend(char.escape_default());
        } else {
            escaped.push(char);
        }
    }
    escaped.into()
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
    backtrace: Option<String>,
    is_warning: bool,
    /// The event is the answer to a request.
    is_answer: bool,
}

impl Text {
    /// Adds a field, unless its value is in the line already: the name of a service is a part of those of its methods and consumers.
    fn add(&mut self, name: &str, value: &str) {
        if !(self.message.contains(value) || self.fields.contains(value)) {
            // Writing to a string cannot fail.
            let _ = write!(self.fields, " {name}={value}");
        }
    }

    /// Fields of every answer, without their names.
    fn short(&mut self, name: &str, value: u64) -> bool {
        self.is_answer |= name == "status";
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
        } else if field.name() == BACKTRACE {
            self.backtrace = Some(format!("{value:?}"));
        } else if self.is_warning || !LEFT_OUT.contains(&field.name()) {
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
mod tests;
