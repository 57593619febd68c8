//! Errors of the domain as errors of the API.

use waybill_primitives::ProductId;
use waybill_service_kit::{AppError, ErrorCode};

use crate::orders::domain::{
    NotAssignable, NotEdited, NotQuoted, NotReplaceable, OrderStatus, Refused,
};

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        let allowed: Vec<_> = refused
            .allowed
            .iter()
            .map(|status| status.as_str())
            .collect();
        let advice = if refused.request {
            "request it by a change request with kind COMPLETION (POST /orders/{id}/change-requests); an administrator decides".to_owned()
        } else if allowed.is_empty() {
            "you cannot change its status now".to_owned()
        } else {
            format!("you can change it to {}", allowed.join(" or "))
        };
        let error = Self::conflict(ErrorCode::InvalidTransition, format!("{refused}; {advice}"))
            .with_meta("from", refused.from.as_str())
            .with_meta("to", refused.to.as_str())
            .with_meta("allowed", allowed.join(","));
        if refused.request {
            error.with_meta("request", "COMPLETION")
        } else {
            error
        }
    }
}

impl From<NotQuoted> for AppError {
    fn from(refused: NotQuoted) -> Self {
        let message = refused.to_string();
        match refused {
            NotQuoted::Version(version) => Self::version_conflict(version),
            NotQuoted::NotYours => Self::forbidden(message),
            NotQuoted::Expired(at) => Self::conflict(ErrorCode::QuoteExpired, message)
                .with_meta("valid_until", at.to_string()),
            NotQuoted::Priced
            | NotQuoted::NotPending(_)
            | NotQuoted::Accepted
            | NotQuoted::NoOffer => Self::conflict(ErrorCode::QuoteNotOpen, message),
        }
    }
}

impl From<NotEdited> for AppError {
    fn from(refused: NotEdited) -> Self {
        match refused {
            NotEdited::FieldErrors(errors) => errors.into(),
            NotEdited::State(status, payment) => Self::conflict(
                ErrorCode::OrderNotEditable,
                format!(
                    "only an order that is PENDING can be edited, and its items only until it is paid; this one is {status} and {payment}"
                ),
            )
            .with_meta("status", status.as_str())
            .with_meta("payment_status", payment.as_str()),
            NotEdited::TooLate => Self::conflict(
                ErrorCode::OrderNotEditable,
                "the time to pay this order is over; place a new one",
            ),
        }
    }
}

impl From<NotAssignable> for AppError {
    fn from(refused: NotAssignable) -> Self {
        let message = refused.to_string();
        match refused {
            NotAssignable::Ended(from) => wrong_status(from, OrderStatus::InProgress, message),
            NotAssignable::Unpaid | NotAssignable::Unpriced | NotAssignable::NoWork => {
                Self::conflict(ErrorCode::Conflict, message)
            }
        }
    }
}

impl From<NotReplaceable> for AppError {
    fn from(refused: NotReplaceable) -> Self {
        let message = refused.to_string();
        match refused {
            NotReplaceable::Status(from) => wrong_status(from, OrderStatus::Cancelled, message),
            NotReplaceable::Payment(_) | NotReplaceable::Unpriced => {
                Self::conflict(ErrorCode::Conflict, message)
            }
        }
    }
}

/// A change that the order's status does not allow.
pub fn wrong_status(from: OrderStatus, to: OrderStatus, message: String) -> AppError {
    AppError::conflict(ErrorCode::InvalidTransition, message)
        .with_meta("from", from.as_str())
        .with_meta("to", to.as_str())
        .with_meta("allowed", "")
}

/// A product with too little stock for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub product_id: ProductId,
    pub name: String,
    /// The first line with this product.
    pub line: usize,
    pub requested: i64,
    pub available: i64,
}

/// `OUT_OF_STOCK` with each product and its available units; the metadata are of the first.
pub fn out_of_stock(shortages: &[Shortage]) -> AppError {
    let describe = |shortage: &Shortage| match shortage.available {
        ..=0 => format!("{} is sold out", shortage.name),
        left => format!("only {left} of {} are left", shortage.name),
    };
    let mut error = match shortages.first() {
        None => AppError::conflict(ErrorCode::OutOfStock, "too little is in stock; try again"),
        Some(first) => AppError::conflict(
            ErrorCode::OutOfStock,
            format!(
                "{}, and {} were requested",
                describe(first),
                first.requested
            ),
        )
        .with_meta("product_id", first.product_id.to_string())
        .with_meta("available", first.available.max(0).to_string()),
    };
    for shortage in shortages {
        error = error.with_field(
            format!("items[{}].quantity", shortage.line),
            describe(shortage),
        );
    }
    error
}

/// Another order has the number: the retry takes another one.
pub fn number_taken() -> AppError {
    AppError::internal("no free order number was found").mark_outrun()
}
