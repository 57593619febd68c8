//! The JSON form of messages: attributes for serde and utoipa, and the bounds of fields, from the options of json.proto.

use std::{collections::HashSet, fmt::Write as _};

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor,
    FieldDescriptor, Kind, MessageDescriptor, Value,
};
use tonic_prost_build::Builder;

use super::{
    Result,
    fields::{
        FORMAT_FROM, FORMAT_OBJECT, FORMAT_TO, Options, TIMESTAMP, describe, is_id, is_optional,
        is_url, reading, rust_type,
    },
    is_ours, prefix, rust_path, variant,
};

/// Its JSON form is written by hand, in src/json/price.rs.
const PRICE: &str = "waybill.common.v1.Price";

/// The options of json.proto for messages.
pub struct Json {
    pub(super) field: ExtensionDescriptor,
    also: ExtensionDescriptor,
    schema: ExtensionDescriptor,
    body: ExtensionDescriptor,
    transparent: ExtensionDescriptor,
    example: ExtensionDescriptor,
    query: ExtensionDescriptor,
    /// Request messages of the services.
    requests: HashSet<String>,
    /// Requests that clients send as JSON.
    pub(super) bodies: Vec<MessageDescriptor>,
    /// Bodies, and the messages that they contain.
    inputs: HashSet<String>,
}

impl Json {
    pub fn of(pool: &DescriptorPool) -> Result<Self> {
        let extension = |name: &str| {
            let name = format!("waybill.common.v1.{name}");
            pool.get_extension_by_name(&name)
                .ok_or_else(|| format!("json.proto lacks {name}"))
        };
        let body = extension("body")?;
        let requests = pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
            .map(|method| method.input().full_name().to_owned())
            .collect();
        let bodies: Vec<_> = pool
            .all_messages()
            .filter(|message| message.options().has_extension(&body))
            .collect();
        let (mut inputs, mut names) = (HashSet::new(), HashSet::new());
        let mut found = bodies.clone();
        while let Some(message) = found.pop() {
            if is_ours(message.package_name())
                && message.full_name() != PRICE
                && inputs.insert(message.full_name().to_owned())
            {
                // The gateway tells them apart by their Rust names.
                if !names.insert(message.name().to_owned()) {
                    return Err(format!("two bodies are called {}", message.name()).into());
                }
                let parts = message.fields().filter_map(|field| match field.kind() {
                    Kind::Message(part) => Some(part),
                    _ => None,
                });
                found.extend(parts);
            }
        }
        Ok(Self {
            field: extension("json")?,
            also: extension("also")?,
            schema: extension("schema")?,
            body,
            transparent: extension("transparent")?,
            example: extension("example")?,
            query: extension("query")?,
            requests,
            bodies,
            inputs,
        })
    }

    pub fn message(
        &self,
        mut builder: Builder,
        generated: &mut String,
        message: &MessageDescriptor,
    ) -> Result<Builder> {
        self.bounds(generated, message)?;
        let name = message.full_name();
        if message.options().get_extension(&self.query).as_bool() == Some(true) {
            let attributes = "#[derive(::serde::Deserialize, crate::json::IntoParams)]\n\
                 #[serde(deny_unknown_fields)]\n\
                 #[into_params(parameter_in = Query)]";
            builder = builder.message_attribute(name, attributes);
            for field in message.fields() {
                let path = format!("{name}.{}", field.name());
                let attributes = self.attributes(&field, "param", true, false)?;
                builder = builder.field_attribute(path, attributes);
            }
            return Ok(builder);
        }
        let input = self.inputs.contains(name);
        let body = self.body_of(message);
        let is_transparent = self.is_transparent(message);
        let output =
            is_json(message) && body.is_none() && !is_transparent && !self.requests.contains(name);
        if !input && !output {
            return Ok(builder);
        }
        let mut attributes = "#[derive(crate::json::ToSchema)]".to_owned();
        if output {
            attributes += "\n#[derive(::serde::Serialize)]";
            if message.get_field_by_name("version").is_some() {
                writeln!(
                    generated,
                    "impl crate::json::Version for {} {{ fn version(&self) -> i64 {{ self.version }} }}",
                    rust_path(name)
                )?;
            }
        }
        if input {
            attributes += "\n#[derive(::serde::Deserialize)]";
            attributes += if is_transparent {
                "\n#[serde(transparent)]"
            } else {
                "\n#[serde(deny_unknown_fields)]"
            };
        }
        let schema = self.schema_of(message);
        if schema != message.name() {
            write!(attributes, "\n#[schema(as = {schema})]")?;
        }
        if let Value::String(example) = &*message.options().get_extension(&self.example)
            && !example.is_empty()
        {
            write!(attributes, "\n#[schema(example = json!({example}))]")?;
        }
        builder = builder.message_attribute(name, attributes);
        for field in message.fields() {
            let path = format!("{name}.{}", field.name());
            let attributes = self.attributes(&field, "schema", input, output)?;
            builder = builder.field_attribute(path, attributes);
        }
        Ok(builder)
    }

    pub(super) fn body_of(&self, message: &MessageDescriptor) -> Option<DynamicMessage> {
        let options = message.options();
        if !options.has_extension(&self.body) {
            return None;
        }
        options.get_extension(&self.body).as_message().cloned()
    }

    /// Whether the message is its only field in JSON.
    fn is_transparent(&self, message: &MessageDescriptor) -> bool {
        let options = message.options();
        options.get_extension(&self.transparent).as_bool() == Some(true)
    }

    /// The Rust type of a message as clients see it.
    fn shape(&self, message: &MessageDescriptor) -> String {
        let only = message
            .fields()
            .next()
            .filter(|_| self.is_transparent(message));
        match (
            message.full_name(),
            only.map(|only| (only.is_list(), only.kind())),
        ) {
            (_, Some((true, Kind::Message(of)))) => format!("Vec<{}>", rust_path(of.full_name())),
            (_, Some((true, Kind::Enum(of)))) => format!("Vec<{}>", rust_path(of.full_name())),
            (_, Some((false, Kind::Message(of)))) => self.shape(&of),
            (_, Some(_)) => "Vec<crate::json::Uuid>".to_owned(),
            (TIMESTAMP, _) => "crate::json::DateTime<crate::json::Utc>".to_owned(),
            _ => rust_type(message),
        }
    }

    pub(super) fn schema_of(&self, message: &MessageDescriptor) -> String {
        match &*message.options().get_extension(&self.schema) {
            Value::String(schema) if !schema.is_empty() => schema.clone(),
            _ => message.name().to_owned(),
        }
    }

    /// The options of a field: its own, those of the field that it is like, and those of the field with the same name in the
    /// message that the body belongs to.
    pub(super) fn options(&self, field: &FieldDescriptor) -> Result<Options> {
        let own = |field: &FieldDescriptor| {
            let options = field.options();
            options.get_extension(&self.field).as_message().cloned()
        };
        let message = field.parent_message();
        let of = match self.body_of(message) {
            Some(body) => resource(message, &body)?,
            None => None,
        };
        let of = of.and_then(|of| of.get_field_by_name(field.name()));
        let mut options = Options(Vec::new());
        for field in [Some(field.clone()), of].into_iter().flatten() {
            options.0.extend(own(&field));
            let like = own(&field).map(|options| text(&options, "like"));
            if let Some(name) = like.filter(|name| !name.is_empty()) {
                options.0.extend(own(&named(&field, &name)?));
            }
        }
        Ok(options)
    }

    /// Constants for the bounds of fields.
    fn bounds(&self, generated: &mut String, message: &MessageDescriptor) -> Result<()> {
        let mut constants = String::new();
        for field in message.fields() {
            let options = self.options(&field)?;
            let of_number = match field.kind() {
                Kind::Int32 if !field.is_list() => Some("i32"),
                Kind::Int64 if !field.is_list() => Some("i64"),
                Kind::Uint32 if !field.is_list() => Some("u32"),
                _ => None,
            };
            let what = match (field.is_list(), of_number) {
                (true, _) => "items of ",
                (_, None) => "characters of ",
                _ => "",
            };
            let of_type = of_number.unwrap_or("usize");
            for (bound, least) in [("MAX", "The most "), ("MIN", "The least ")] {
                if let Some(value) = options.declared(&bound.to_ascii_lowercase()) {
                    let name = field.name().to_ascii_uppercase();
                    writeln!(
                        constants,
                        "/// {least}{what}`{}`.\npub const {bound}_{name}: {of_type} = {value};",
                        field.json_name()
                    )?;
                }
            }
        }
        if !constants.is_empty() {
            let path = rust_path(message.full_name());
            writeln!(
                generated,
                "#[allow(clippy::unreadable_literal, reason = \"generated code\")]\n\
                 impl {path} {{ {constants} }}"
            )?;
        }
        Ok(())
    }

    /// `described`: the attribute of utoipa.
    fn attributes(
        &self,
        field: &FieldDescriptor,
        described: &str,
        input: bool,
        output: bool,
    ) -> Result<String> {
        let options = self.options(field)?;
        if input && options.is("hidden") {
            return Ok("#[serde(skip)]".to_owned());
        }
        let mut serde = vec![format!("rename = {:?}", field.json_name())];
        if let Some(alias) = options.text("alias") {
            serde.push(format!("alias = {alias:?}"));
        }
        let mut schema = Vec::new();
        let (is_list, is_optional) = (field.is_list(), is_optional(field));
        let format = options.enumeration("format");
        let shape = match field.kind() {
            Kind::String => match format {
                Some(FORMAT_OBJECT) => {
                    serde.push("serialize_with = \"crate::json::object\"".to_owned());
                    // An object with any fields.
                    Some("::std::collections::HashMap<String, ::serde_json::Value>".to_owned())
                }
                _ if is_id(field, format) => Some("crate::json::Uuid".to_owned()),
                _ if output && is_url(field) => {
                    let function = if is_optional { "optional_url" } else { "url" };
                    serde.push(format!("serialize_with = \"crate::json::{function}\""));
                    None
                }
                _ => input.then(|| "String".to_owned()),
            },
            Kind::Enum(choice) => {
                let path = rust_path(choice.full_name());
                if output {
                    let how = if is_list { "name_list" } else { "name" };
                    serde.push(format!(
                        "serialize_with = \"crate::json::{how}::<{path}, _>\""
                    ));
                }
                Some(path)
            }
            Kind::Message(_) if matches!(format, Some(FORMAT_FROM | FORMAT_TO)) => {
                Some("String".to_owned())
            }
            // Prost makes every message optional.
            Kind::Message(of) if !is_list => Some(self.shape(&of)),
            Kind::Int32 if input => Some("i32".to_owned()),
            Kind::Int64 if input => Some("i64".to_owned()),
            Kind::Bool if input && (is_optional || options.is("default")) => {
                Some("bool".to_owned())
            }
            _ => None,
        };
        if let Some(shape) = shape {
            schema.push(if is_list {
                format!("value_type = Vec<{shape}>")
            } else if is_optional || options.is("default") && !is_list {
                format!("value_type = Option<{shape}>")
            } else {
                format!("value_type = {shape}")
            });
        }
        if output && options.is("omit") {
            // It is left out instead of null.
            if is_optional {
                schema.push("nullable = false".to_owned());
            }
            let empty = if is_list {
                "Vec::is_empty"
            } else {
                "Option::is_none"
            };
            serde.push(format!("skip_serializing_if = \"{empty}\""));
        } else if output && !(input && is_optional) {
            schema.push("required".to_owned());
        }
        if input {
            serde.extend(reading(field, &options));
            let least = options.number("min").unwrap_or_default();
            let may_be_absent = is_optional
                || options.is("default")
                || field.kind() == Kind::Bool
                || (is_list && least == 0);
            if may_be_absent && !self.is_transparent(field.parent_message()) {
                serde.push("default".to_owned());
            }
        }
        describe(field, &options, &mut schema);
        let attribute = |name: &str, parts: &[String]| match parts {
            [] => String::new(),
            parts => format!("#[{name}({})]", parts.join(", ")),
        };
        Ok(attribute("serde", &serde) + &attribute(described, &schema))
    }

    pub fn choice(
        &self,
        builder: Builder,
        generated: &mut String,
        choice: &EnumDescriptor,
    ) -> Result<Builder> {
        let (name, path) = (choice.full_name(), rust_path(choice.full_name()));
        let prefix = prefix(choice.name());
        let short = |value: &EnumValueDescriptor| {
            value
                .name()
                .strip_prefix(&prefix)
                .map(str::to_owned)
                .ok_or_else(|| format!("{} does not begin with {prefix}", value.full_name()))
        };
        let (mut names, mut aliases) = (String::new(), String::new());
        for value in choice.values().filter(|value| value.number() != 0) {
            let short = short(&value)?;
            write!(names, "({short:?}, Self::{}),", variant(&short))?;
            for alias in value
                .options()
                .get_extension(&self.also)
                .as_list()
                .unwrap_or_default()
            {
                let alias = alias.as_str().unwrap_or_default();
                write!(aliases, "({alias:?}, Self::{}),", variant(&short))?;
            }
        }
        writeln!(
            generated,
            "impl crate::json::Named for {path} {{\n\
             const NAMES: &'static [(&'static str, Self)] = &[{names}];\n\
             const ALIASES: &'static [(&'static str, Self)] = &[{aliases}];\n\
             }}\n\
             impl ::std::fmt::Display for {path} {{\n\
             fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{ f.pad(crate::json::Named::name(*self)) }}\n\
             }}\n\
             impl<'de> ::serde::Deserialize<'de> for {path} {{\n\
             fn deserialize<D: ::serde::Deserializer<'de>>(name: D) -> Result<Self, D::Error> {{ crate::json::by_name(name) }}\n\
             }}"
        )?;
        let zero = format!("{name}.{prefix}UNSPECIFIED");
        Ok(builder
            .enum_attribute(
                name,
                "#[derive(::serde::Serialize, crate::json::ToSchema)]\n\
                 #[serde(rename_all = \"SCREAMING_SNAKE_CASE\")]",
            )
            .field_attribute(zero, "#[serde(skip)]"))
    }
}

/// The message that a body creates or changes.
pub(super) fn resource(
    message: &MessageDescriptor,
    body: &DynamicMessage,
) -> Result<Option<MessageDescriptor>> {
    let of = text(body, "of");
    if of.is_empty() {
        return Ok(None);
    }
    let name = format!("{}.{of}", message.package_name());
    let found = message.parent_pool().get_message_by_name(&name);
    Ok(Some(found.ok_or_else(|| {
        format!("{} is of {of}, which is not there", message.full_name())
    })?))
}

/// A field by the name of its message, and its own: `HistoryItem.note`. With the full name in another package.
fn named(from: &FieldDescriptor, name: &str) -> Result<FieldDescriptor> {
    let message = from.parent_message();
    let pool = message.parent_pool();
    let found = name.rsplit_once('.').and_then(|(of, field)| {
        let full = format!("{}.{of}", message.package_name());
        let of = pool.get_message_by_name(of);
        of.or_else(|| pool.get_message_by_name(&full))?
            .get_field_by_name(field)
    });
    Ok(found.ok_or_else(|| format!("{} is like {name}, which is not there", from.full_name()))?)
}

pub(super) fn text(message: &DynamicMessage, name: &str) -> String {
    let value = message.get_field_by_name(name);
    let text = value.and_then(|value| value.as_str().map(str::to_owned));
    text.unwrap_or_default()
}

/// Whether a message can be shown as JSON: it has no bytes field.
fn is_json(message: &MessageDescriptor) -> bool {
    let in_bytes = |field: FieldDescriptor| field.kind() == Kind::Bytes;
    is_ours(message.package_name())
        && !message.parent_file().name().ends_with("_events.proto")
        && !message.full_name().starts_with("waybill.common.v1.Json")
        && !["waybill.common.v1.Money", PRICE].contains(&message.full_name())
        && !message.fields().any(in_bytes)
}
