//! Errors across gRPC.

use std::time::Duration;

use tonic::{Code, Status};
use waybill_service_kit::{AppError, ErrorCode, ErrorKind, FieldError};
use waybill_store::{HandlerError, IdempotencyError, Retry as _, StoreError};

fn round_trip(error: AppError) -> AppError {
    AppError::from_status(&Status::from(error))
}

fn parts(
    error: &AppError,
) -> (
    ErrorKind,
    String,
    String,
    Vec<FieldError>,
    Vec<(String, String)>,
) {
    (
        error.kind,
        error.code.to_string(),
        error.message.clone(),
        error.fields.clone(),
        error.metadata.clone().into_iter().collect(),
    )
}

#[test]
fn every_kind_survives_with_code_fields_and_metadata() {
    for kind in ErrorKind::ALL {
        let make = || {
            AppError::new(kind, ErrorCode::SkuTaken, "what to do: ümläute, 100 %")
                .with_field("items[0].quantity", "must be at least 1")
                .with_field("title", "is too long")
                .with_meta("available", "3")
                .with_retry_after(Duration::from_millis(1500))
        };
        let again = round_trip(make());
        assert_eq!(parts(&again), parts(&make()));
        assert_eq!(again.retry_after(), Some(Duration::from_secs(2)));
        // Also through a second service.
        assert_eq!(parts(&round_trip(again)), parts(&make()));
    }
}

#[test]
fn the_wire_form_is_that_of_google_rpc() {
    use tonic_types::StatusExt as _;
    let status = Status::from(
        AppError::conflict(ErrorCode::OutOfStock, "only 3 are left").with_meta("available", "3"),
    );
    assert_eq!(status.code(), Code::FailedPrecondition);
    let info = status.get_details_error_info().unwrap();
    assert_eq!(
        (info.reason.as_str(), info.domain.as_str()),
        ("OUT_OF_STOCK", "waybill")
    );
    assert_eq!(info.metadata["available"], "3");
    let status = Status::from(AppError::invalid_field("price", "must not be negative"));
    let bad = status.get_details_bad_request().unwrap();
    assert_eq!(bad.field_violations[0].field, "price");
}

#[test]
fn the_cause_of_an_internal_error_stays_inside() {
    let status = Status::from(AppError::internal("password=hunter2"));
    assert_eq!(status.code(), Code::Internal);
    assert!(!format!("{status:?}").contains("hunter2"));
    let again = AppError::from_status(&status);
    assert_eq!(
        (again.kind, again.code),
        (ErrorKind::Internal, ErrorCode::Internal)
    );
}

#[test]
fn a_foreign_status_is_mapped_by_its_code() {
    for (code, kind) in [
        (Code::Unavailable, ErrorKind::Unavailable),
        (Code::DeadlineExceeded, ErrorKind::Unavailable),
        (Code::Cancelled, ErrorKind::Unavailable),
        (Code::Unauthenticated, ErrorKind::Unauthenticated),
        (Code::Unimplemented, ErrorKind::Internal),
        (Code::Unknown, ErrorKind::Internal),
    ] {
        let error = AppError::from_status(&Status::new(code, "inner words"));
        assert_eq!(error.kind, kind, "{code:?}");
        let shown = kind == ErrorKind::Unauthenticated;
        assert_eq!(error.message.contains("inner words"), shown, "{code:?}");
    }
}

#[test]
fn errors_of_the_base_crates_become_errors_of_the_api() {
    let reused = AppError::from(IdempotencyError::Reused);
    assert_eq!(
        (reused.kind.http_status(), reused.code),
        (422, ErrorCode::IdempotencyKeyReused)
    );
    let running = AppError::from(IdempotencyError::InProgress);
    assert_eq!(running.kind.http_status(), 409);
    let bad = AppError::from(FieldError::new("orderId", "not an id"));
    assert_eq!(
        (bad.kind.http_status(), bad.fields[0].field.as_str()),
        (422, "orderId")
    );
    let internal = AppError::from(StoreError::Check);
    assert_eq!(internal.kind, ErrorKind::Internal);
    let cursor = AppError::from(waybill_store::page::BadCursor);
    assert_eq!(cursor.fields[0].field, "cursor");
}

#[test]
fn a_lost_transaction_is_retryable_and_too_much_contention_is_unavailable() {
    let lost =
        || StoreError::Retryable(sea_orm_migration::sea_orm::DbErr::Custom("busy".to_owned()));
    let error = AppError::from(lost());
    assert!(error.retryable());
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(!AppError::not_found("order").retryable());
    // A consumer returns it to the store, which repeats the transaction.
    assert!(HandlerError::from(error).retryable());
    assert!(matches!(
        HandlerError::from(AppError::not_found("order")),
        HandlerError::Permanent(_)
    ));
    assert!(matches!(
        HandlerError::from(AppError::unavailable("order is away")),
        HandlerError::Transient(_)
    ));
}

#[test]
fn a_thousand_invalid_fields_still_fit_a_header() {
    let fields = (0..1000)
        .map(|i| FieldError::new(format!("items[{i}].quantity"), "must be at least 1"))
        .collect();
    let status = Status::from(AppError::invalid(fields));
    assert!(status.details().len() < 8 * 1024);
    let again = AppError::from_status(&status);
    assert!(again.fields.len() > 50);
    assert_eq!(again.fields[0].field, "items[0].quantity");
}

#[test]
fn a_single_invalid_field_is_named_in_the_message() {
    assert_eq!(
        AppError::invalid_field("email", "is missing").message,
        "email: is missing"
    );
    let two = AppError::invalid(vec![FieldError::new("a", "x"), FieldError::new("b", "y")]);
    assert_eq!(two.message, "some fields are not valid");
}
