//! Enumerations by their names in the API, and their numbers in the services' messages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::{common, order, payment};

macro_rules! api_enums {
    ($($(#[$doc:meta])* $name:ident = $proto:path, $prefix:literal { $($(#[$variant_doc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// The name of a number in a message. A number that this version does not know reads `UNSPECIFIED`.
            pub fn text(number: i32) -> &'static str {
                use $proto as Proto;
                let name = Proto::try_from(number).unwrap_or_default().as_str_name();
                name.strip_prefix($prefix).unwrap_or(name)
            }

            /// The number in a message.
            pub fn number(self) -> i32 {
                use $proto as Proto;
                match self { $(Self::$variant => Proto::$variant as i32),+ }
            }
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> i32 { value.number() }
        }
    )+};
}

api_enums! {
    /// What an account may do, coarsely.
    Role = common::Role, "ROLE_" { Customer, Staff, Admin }
    /// Goods have stock; services are done by a worker.
    ProductKind = order::ProductKind, "PRODUCT_KIND_" { Goods, Service }
    /// The order of a product list; `NEWEST` if not given.
    ProductSort = order::ProductSort, "PRODUCT_SORT_" {
        #[serde(alias = "newest")]
        Newest,
        #[serde(alias = "oldest")]
        Oldest,
        #[serde(alias = "name")]
        Name,
        #[serde(alias = "name_desc")]
        NameDesc,
        #[serde(alias = "price_asc")]
        PriceAsc,
        #[serde(alias = "price_desc")]
        PriceDesc,
    }
    /// Where the work on an order stands.
    OrderStatus = order::OrderStatus, "ORDER_STATUS_" { Pending, InProgress, OnHold, Completed, Cancelled }
    /// Where the money of an order stands.
    PaymentStatus = order::PaymentStatus, "PAYMENT_STATUS_" { Unpaid, Authorized, Paid, PartiallyRefunded, Refunded, Failed }
    /// What an order consists of.
    OrderKind = order::OrderKind, "ORDER_KIND_" { Goods, Service, Mixed }
    /// The order of an order list; `NEWEST` if not given.
    OrderSort = order::OrderSort, "ORDER_SORT_" {
        #[serde(alias = "newest")]
        Newest,
        #[serde(alias = "oldest")]
        Oldest,
        #[serde(alias = "total_asc")]
        TotalAsc,
        #[serde(alias = "total_desc")]
        TotalDesc,
    }
    /// What a file is for.
    FilePurpose = order::FilePurpose, "FILE_PURPOSE_" { Progress, Result, Reference, Product }
    /// What somebody asks an administrator for.
    ChangeRequestKind = order::ChangeRequestKind, "CHANGE_REQUEST_KIND_" { Completion, Reassignment, Cancellation }
    /// Whether it has been decided.
    ChangeRequestState = order::ChangeRequestState, "CHANGE_REQUEST_STATE_" { Pending, Approved, Rejected }
    /// For whom a note is: the assigned worker and administrators alone, or the customer, too.
    NoteVisibility = order::NoteVisibility, "NOTE_VISIBILITY_" { Internal, Customer }
    /// How far a parcel has got.
    ShipmentState = order::ShipmentState, "SHIPMENT_STATE_" { Preparing, Shipped, Delivered, Cancelled }
    /// Who takes the money.
    Provider = payment::Provider, "PROVIDER_" { Stripe, Paypal, Sandbox }
    /// Where one attempt to pay stands.
    PaymentState = payment::PaymentState, "PAYMENT_STATE_" { Pending, Succeeded, Failed, Refunding, Refunded }
    /// What the sandbox shall do.
    SandboxOutcome = payment::SandboxOutcome, "SANDBOX_OUTCOME_" {
        Succeed,
        Decline,
        /// The customer walks away; the payment stays pending.
        Stall,
    }
}

/// The number of an optional filter; 0, which the services read as "any", if it is not given.
pub fn number<T: Into<i32>>(value: Option<T>) -> i32 {
    value.map_or(0, Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_api_and_of_the_messages_agree() {
        for status in [
            OrderStatus::Pending,
            OrderStatus::InProgress,
            OrderStatus::OnHold,
        ] {
            let json = serde_json::to_value(status).unwrap();
            assert_eq!(json, OrderStatus::text(status.number()));
        }
        assert_eq!(
            serde_json::to_value(PaymentStatus::PartiallyRefunded).unwrap(),
            PaymentStatus::text(order::PaymentStatus::PartiallyRefunded as i32)
        );
        assert_eq!(OrderStatus::text(99), "UNSPECIFIED");
        assert_eq!(number::<Role>(None), 0);
    }
}
