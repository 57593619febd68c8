//! Generates from proto/: messages, servers and clients, how messages are JSON (see proto/waybill/common/v1/json.proto), and the bundle
//! of all clients. The compiler is written in Rust, so no `protoc` is needed.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, EnumDescriptor, EnumValueDescriptor,
    FieldDescriptor, Kind, MessageDescriptor, Value,
};
use tonic_prost_build::Builder;

/// The numbers of `Format` in json.proto.
const FORMAT_TEXT: i32 = 1;
const FORMAT_OBJECT: i32 = 2;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    proto_files(&root, &mut files)?;
    files.sort();
    let mut compiler = protox::Compiler::new([&root])?;
    compiler
        .include_source_info(true)
        .include_imports(true)
        .open_files(files)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Kept for reflection and for printing events as JSON.
    fs::write(
        out.join("descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    let pool = compiler.descriptor_pool();
    let mut builder = tonic_prost_build::configure()
        .extern_path(
            ".google.protobuf.Timestamp",
            "::waybill_primitives::Timestamp",
        )
        .extern_path(".waybill.common.v1.Money", "::waybill_primitives::Money");
    let json = Json::of(&pool)?;
    let mut generated = String::new();
    let requests: Vec<_> = pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| method.input())
        .collect();
    for message in pool.all_messages() {
        if is_json(&message) && !requests.contains(&message) {
            builder = json.message(builder, &message);
            if message.get_field_by_name("version").is_some() {
                writeln!(
                    generated,
                    "impl crate::json::Version for {} {{ fn version(&self) -> i64 {{ self.version }} }}",
                    rust_path(message.full_name())
                )?;
            }
        }
    }
    for choice in pool
        .all_enums()
        .filter(|choice| is_ours(choice.package_name()))
    {
        builder = json.choice(builder, &mut generated, &choice)?;
    }
    clients(&mut generated, &pool)?;
    fs::write(out.join("generated.rs"), generated)?;
    builder.compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// The files below `dir`, as paths to be opened.
fn proto_files(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            proto_files(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    Ok(())
}

fn is_ours(package: &str) -> bool {
    package.starts_with("waybill.")
}

/// Whether a message that is no request is shown as JSON: an answer or a part of one, without bytes.
fn is_json(message: &MessageDescriptor) -> bool {
    let in_bytes = |field: FieldDescriptor| field.kind() == Kind::Bytes;
    is_ours(message.package_name())
        && !message.parent_file().name().ends_with("_events.proto")
        && !message.full_name().starts_with("waybill.common.v1.Json")
        && message.full_name() != "waybill.common.v1.Money"
        && !message.fields().any(in_bytes)
}

/// The Rust path of a message or an enumeration.
fn rust_path(full_name: &str) -> String {
    let path = full_name.trim_start_matches("waybill.").replace('.', "::");
    format!("crate::{path}")
}

/// `IN_PROGRESS` as a variant: `InProgress`.
fn variant(name: &str) -> String {
    let mut variant = String::new();
    for word in name.split('_') {
        variant.push_str(&word[..1]);
        variant.push_str(&word[1..].to_ascii_lowercase());
    }
    variant
}

/// `PaymentStatus` as the prefix of its values: `PAYMENT_STATUS_`.
fn prefix(name: &str) -> String {
    let mut prefix = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !prefix.is_empty() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix + "_"
}

/// Reads the options of json.proto and gives types the attributes for serde and utoipa.
struct Json {
    field: prost_reflect::ExtensionDescriptor,
    also: prost_reflect::ExtensionDescriptor,
    schema: prost_reflect::ExtensionDescriptor,
}

impl Json {
    fn of(pool: &DescriptorPool) -> Result<Self> {
        let extension = |name: &str| {
            let name = format!("waybill.common.v1.{name}");
            pool.get_extension_by_name(&name)
                .ok_or_else(|| format!("json.proto lacks {name}"))
        };
        Ok(Self {
            field: extension("json")?,
            also: extension("also")?,
            schema: extension("schema")?,
        })
    }

    fn message(&self, mut builder: Builder, message: &MessageDescriptor) -> Builder {
        let name = message.full_name();
        let mut attributes = "#[derive(::serde::Serialize, crate::json::ToSchema)]".to_owned();
        if let Value::String(schema) = &*message.options().get_extension(&self.schema)
            && !schema.is_empty()
        {
            let _ = write!(attributes, "\n#[schema(as = {schema})]");
        }
        builder = builder.message_attribute(name, attributes);
        for field in message.fields() {
            let path = format!("{name}.{}", field.name());
            builder = builder.field_attribute(path, self.attributes(&field));
        }
        builder
    }

    fn attributes(&self, field: &FieldDescriptor) -> String {
        let options = field.options();
        let options = options.get_extension(&self.field);
        let option = |name: &str| -> Option<Value> {
            let options: &DynamicMessage = options.as_message()?;
            Some(options.get_field_by_name(name)?.into_owned())
        };
        let mut serde = vec![format!("rename = {:?}", field.json_name())];
        let mut schema = Vec::new();
        let is_list = field.cardinality() == Cardinality::Repeated;
        let is_optional = field.field_descriptor_proto().proto3_optional();
        let omit = option("omit").and_then(|omit| omit.as_bool()) == Some(true);
        let mut shape = match field.kind() {
            Kind::String => match option("format").and_then(|format| format.as_enum_number()) {
                Some(FORMAT_OBJECT) => {
                    serde.push("serialize_with = \"crate::json::object\"".to_owned());
                    // An object of any fields.
                    Some("::std::collections::HashMap<String, ::serde_json::Value>".to_owned())
                }
                Some(FORMAT_TEXT) => None,
                _ => is_id(field.name()).then(|| "crate::json::Uuid".to_owned()),
            },
            Kind::Enum(choice) => {
                let path = rust_path(choice.full_name());
                serde.push(format!(
                    "serialize_with = \"crate::json::name::<{path}, _>\""
                ));
                Some(path)
            }
            // Prost makes every message optional.
            Kind::Message(of) if !is_list => Some(match of.full_name() {
                "google.protobuf.Timestamp" => "crate::json::DateTime<crate::json::Utc>".to_owned(),
                "waybill.common.v1.Money" => "::waybill_primitives::Money".to_owned(),
                name => rust_path(name),
            }),
            _ => None,
        };
        if is_list {
            shape = shape.map(|shape| format!("Vec<{shape}>"));
        } else if is_optional {
            shape = shape.map(|shape| format!("Option<{shape}>"));
        }
        if let Some(shape) = shape {
            schema.push(format!("value_type = {shape}"));
        }
        if omit {
            // It is left out instead of null.
            if is_optional {
                schema.push("nullable = false".to_owned());
            }
            let of = if is_list {
                "Vec::is_empty"
            } else {
                "Option::is_none"
            };
            serde.push(format!("skip_serializing_if = \"{of}\""));
        } else {
            schema.push("required".to_owned());
        }
        if let Some(Value::String(example)) = option("example")
            && !example.is_empty()
        {
            schema.push(format!("example = {example:?}"));
        }
        let attribute = |name: &str, parts: &[String]| match parts {
            [] => String::new(),
            parts => format!("#[{name}({})]", parts.join(", ")),
        };
        attribute("serde", &serde) + &attribute("schema", &schema)
    }

    fn choice(
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

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("_ids")
}

/// The transports of the processes, by the names of their packages, and the clients of their services.
fn clients(generated: &mut String, pool: &DescriptorPool) -> Result<()> {
    let (mut fields, mut values) = (String::new(), String::new());
    let mut areas = BTreeSet::new();
    for service in pool.services() {
        let name = service.name().trim_end_matches("Service");
        let module = prefix(name).to_ascii_lowercase();
        let package = service.package_name();
        let area = package.split('.').nth(1).unwrap_or_default();
        let client = format!(
            "{}::{module}service_client::{name}ServiceClient",
            rust_path(package)
        );
        let field = module.trim_end_matches('_');
        writeln!(fields, "pub {field}: {client}<C>,")?;
        writeln!(
            values,
            "{field}: {client}::new(channels.{area}.clone()).max_decoding_message_size(MAX_ANSWER),"
        )?;
        areas.insert(area.to_owned());
    }
    let list = |each: &dyn Fn(&String) -> String| {
        let parts: Vec<_> = areas.iter().map(each).collect();
        parts.concat()
    };
    writeln!(
        generated,
        "/// How each service is reached.\n\
         #[derive(Debug, Clone)]\n\
         pub struct Channels<C> {{ {} }}\n\
         impl<C> Channels<C> {{\n\
         /// Each by the name of its service.\n\
         pub fn named(&self) -> [(&'static str, &C); {}] {{ [{}] }}\n\
         }}",
        list(&|area| format!("pub {area}: C,")),
        areas.len(),
        list(&|area| format!("({area:?}, &self.{area}),")),
    )?;
    writeln!(
        generated,
        "/// A client of each gRPC service.\n\
         #[derive(Debug, Clone)]\n\
         pub struct Clients<C> {{ {fields} }}\n\
         impl<C> Clients<C>\n\
         where\n\
         C: ::tonic::client::GrpcService<::tonic::body::Body> + Clone,\n\
         C::Error: Into<::tonic::codegen::StdError>,\n\
         C::ResponseBody: ::tonic::codegen::Body<Data = ::tonic::codegen::Bytes> + Send + 'static,\n\
         <C::ResponseBody as ::tonic::codegen::Body>::Error: Into<::tonic::codegen::StdError> + Send,\n\
         {{\n\
         pub fn new(channels: &Channels<C>) -> Self {{ Self {{ {values} }} }}\n\
         }}"
    )?;
    Ok(())
}
