//! The options of single fields: how they are read, and how OpenAPI describes them.

use std::borrow::Cow;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

use super::rust_path;

/// The numbers of `Format` in json.proto.
pub const FORMAT_OBJECT: i32 = 2;
const FORMAT_EMAIL: i32 = 3;
const FORMAT_ID: i32 = 4;
pub const FORMAT_FROM: i32 = 5;
pub const FORMAT_TO: i32 = 6;

pub const TIMESTAMP: &str = "google.protobuf.Timestamp";

/// The `json` options of a field and of the fields that it refers to: the first one given wins. Flags come only from the field
/// itself.
pub struct Options(pub Vec<DynamicMessage>);

impl Options {
    fn get(options: &DynamicMessage, name: &str) -> Option<Value> {
        let given = options.has_field_by_name(name);
        given.then(|| options.get_field_by_name(name).map(Cow::into_owned))?
    }

    fn own(&self, name: &str) -> Option<Value> {
        Self::get(self.0.first()?, name)
    }

    fn any(&self, name: &str) -> Option<Value> {
        self.0.iter().find_map(|options| Self::get(options, name))
    }

    pub fn is(&self, name: &str) -> bool {
        self.own(name).and_then(|value| value.as_bool()) == Some(true)
    }

    /// The number declared by the field or by the one it is like, not by the message that a body belongs to.
    pub fn declared(&self, name: &str) -> Option<i64> {
        let declares = self.own(name).or_else(|| self.own("like")).is_some();
        declares.then(|| self.number(name))?
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.any(name)?.as_i64()
    }

    pub fn enumeration(&self, name: &str) -> Option<i32> {
        self.any(name)?.as_enum_number()
    }

    pub fn text(&self, name: &str) -> Option<String> {
        Some(self.any(name)?.as_str()?.to_owned())
    }
}

pub fn is_optional(field: &FieldDescriptor) -> bool {
    field.field_descriptor_proto().proto3_optional()
}

pub fn is_id(field: &FieldDescriptor, format: Option<i32>) -> bool {
    let name = field.name();
    let by_name = name == "id" || name.ends_with("_id") || name.ends_with("_ids");
    field.kind() == Kind::String && format.map_or(by_name, |format| format == FORMAT_ID)
}

/// Whether it contains a URL: by its name.
pub fn is_url(field: &FieldDescriptor) -> bool {
    let name = field.name();
    field.kind() == Kind::String && !field.is_list() && (name == "url" || name.ends_with("_url"))
}

/// The Rust type of a message.
pub fn rust_type(message: &MessageDescriptor) -> String {
    match message.full_name() {
        TIMESTAMP => "::waybill_primitives::Timestamp".to_owned(),
        "waybill.common.v1.Money" => "::waybill_primitives::Money".to_owned(),
        name => rust_path(name),
    }
}

/// How a field of a body is read.
pub fn reading(field: &FieldDescriptor, options: &Options) -> Option<String> {
    let is_list = field.is_list();
    let is_optional = is_optional(field);
    let default = options.is("default");
    let clear = options.is("clear");
    let (plain, of_type) = match field.kind() {
        Kind::Enum(choice) => (
            false,
            format!("crate::json::Choice<{}>", rust_path(choice.full_name())),
        ),
        Kind::String if is_id(field, options.enumeration("format")) => {
            (false, "crate::json::Id".to_owned())
        }
        Kind::Message(of) => match options.enumeration("format") {
            Some(FORMAT_TO) => (false, "crate::json::ToTime".to_owned()),
            _ if of.full_name() == TIMESTAMP => (false, "crate::json::FromTime".to_owned()),
            _ => (true, rust_type(&of)),
        },
        Kind::String => (true, "String".to_owned()),
        Kind::Int32 => (true, "i32".to_owned()),
        Kind::Int64 => (true, "i64".to_owned()),
        Kind::Bool => (true, "bool".to_owned()),
        _ => (true, "_".to_owned()),
    };
    let is_number = matches!(field.kind(), Kind::Int32 | Kind::Int64);
    let is_message = matches!(field.kind(), Kind::Message(_));
    let function = if is_list {
        (!plain).then_some("list")
    } else if clear {
        Some(match (is_number, is_message) {
            (true, _) => "clear_number",
            (_, true) => "given",
            _ => "clear",
        })
    } else if default {
        Some("or_default")
    } else if is_optional {
        (!plain).then_some("optional")
    } else if is_message {
        Some("given")
    } else {
        (!plain).then_some("required")
    };
    let function = function.map(|function| match function {
        "clear_number" => function.to_owned(),
        _ => format!("{function}::<{of_type}, _, _>"),
    });
    function.map(|function| format!("deserialize_with = \"crate::json::{function}\""))
}

/// What OpenAPI says about a field in addition to its type.
pub fn describe(field: &FieldDescriptor, options: &Options, schema: &mut Vec<String>) {
    let (min, max) = match field.kind() {
        _ if field.is_list() => ("min_items", "max_items"),
        // The message is a list.
        Kind::Message(_) => ("min_items", "max_items"),
        Kind::String => ("min_length", "max_length"),
        _ => ("minimum", "maximum"),
    };
    // That of a body: the version that was read.
    let is_version = field.name() == "version" && is_optional(field);
    let described = [
        options
            .number("min")
            .or(is_version.then_some(0))
            .map(|least| format!("{min} = {least}")),
        options.number("max").map(|most| format!("{max} = {most}")),
        options
            .text("pattern")
            .map(|pattern| format!("pattern = {pattern:?}")),
        options
            .text("example")
            .map(|example| format!("example = {example:?}")),
        (options.enumeration("format") == Some(FORMAT_EMAIL)).then(|| "format = Email".to_owned()),
        matches!(options.enumeration("format"), Some(FORMAT_FROM | FORMAT_TO)).then(|| {
            r#"example = "2026-11-21", pattern = r"^\d{4}-\d{2}-\d{2}([Tt ].+)?$""#.to_owned()
        }),
    ];
    schema.extend(described.into_iter().flatten());
}
