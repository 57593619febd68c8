//! Generates from proto/: messages, servers and clients, the JSON form of messages (see proto/waybill/common/v1/json.proto), and
//! the bundle of all clients. The compiler is written in Rust, so no `protoc` is needed.

#[path = "build/fields.rs"]
mod fields;
#[path = "build/json.rs"]
mod json;
#[path = "build/tables.rs"]
mod tables;

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use prost_reflect::DescriptorPool;

use json::Json;

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
    for message in pool.all_messages() {
        builder = json.message(builder, &mut generated, &message)?;
    }
    json.tables(&mut generated)?;
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

/// The files below `dir`.
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

/// One struct with a transport per package, and one with a client per service.
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
