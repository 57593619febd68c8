//! Generates the gRPC code from proto/ with a compiler written in Rust, so that no `protoc` is needed.

use std::{env, error::Error, fs, path::PathBuf};

const FILES: [&str; 19] = [
    "waybill/common/v1/common.proto",
    "waybill/auth/v1/auth_service.proto",
    "waybill/auth/v1/auth_events.proto",
    "waybill/auth/v1/audit_service.proto",
    "waybill/order/v1/catalogue_service.proto",
    "waybill/order/v1/cart_service.proto",
    "waybill/order/v1/order_service.proto",
    "waybill/order/v1/work_service.proto",
    "waybill/order/v1/shipment_service.proto",
    "waybill/order/v1/file_service.proto",
    "waybill/order/v1/analytics_service.proto",
    "waybill/order/v1/shop_service.proto",
    "waybill/order/v1/order_events.proto",
    "waybill/payment/v1/payment_service.proto",
    "waybill/payment/v1/payment_events.proto",
    "waybill/notification/v1/notification_service.proto",
    "waybill/notification/v1/notification_events.proto",
    "waybill/chat/v1/chat_service.proto",
    "waybill/chat/v1/chat_events.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut compiler = protox::Compiler::new([&root])?;
    compiler
        .include_source_info(true)
        .include_imports(true)
        .open_files(FILES)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Kept for reflection and for printing events as JSON.
    fs::write(
        out.join("descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    tonic_prost_build::configure().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
