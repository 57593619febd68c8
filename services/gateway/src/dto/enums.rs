//! Enumerations by their names in the API, and their numbers in the services' messages.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize,
    de::{self, Visitor},
};
use utoipa::ToSchema;
use waybill_proto::{common, order, payment};

/// A choice among few, which clients make by name.
pub trait Named: Copy + 'static {
    const ALL: &'static [Self];
    /// Other spellings that are taken.
    const ALSO: &'static [(&'static str, Self)];

    /// As the API spells it.
    fn name(self) -> &'static str;
}

/// Reads a choice by its name, in whatever case. What serde derives for an enum takes objects as well, and serde_json calls
/// everything else that is no text malformed.
pub fn by_name<'de, T: Named, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(ByName(PhantomData))
}

struct ByName<T>(PhantomData<T>);

/// The names of all choices, for messages.
fn names<T: Named>() -> String {
    let names: Vec<_> = T::ALL.iter().map(|choice| choice.name()).collect();
    names.join(", ")
}

impl<T: Named> Visitor<'_> for ByName<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", names::<T>())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        let also = || T::ALSO.iter().find(|(name, _)| is(name));
        let named = T::ALL.iter().find(|choice| is(choice.name()));
        named
            .or_else(|| also().map(|(_, choice)| choice))
            .copied()
            .ok_or_else(|| E::custom(format_args!("must be one of {}", names::<T>())))
    }
}

/// For an enum that no message has: the names of its variants.
macro_rules! named {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $crate::dto::Named for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const ALSO: &'static [(&'static str, Self)] = &[];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(name: D) -> Result<Self, D::Error> {
                $crate::dto::by_name(name)
            }
        }
    };
}

pub(crate) use named;

macro_rules! api_enums {
    ($($(#[$doc:meta])* $name:ident = $proto:path, $prefix:literal { $($(#[$variant_doc:meta])* $variant:ident $(also $spelling:literal)*),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
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

        impl Named for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const ALSO: &'static [(&'static str, Self)] = &[$($(($spelling, Self::$variant),)*)+];

            fn name(self) -> &'static str { Self::text(self.number()) }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(name: D) -> Result<Self, D::Error> { by_name(name) }
        }
    )+};
}

api_enums! {
    /// What an account may do, coarsely.
    Role = common::Role, "ROLE_" { Customer, Staff, Admin }
    /// Goods have stock; services are done by a worker.
    ProductKind = order::ProductKind, "PRODUCT_KIND_" { Goods, Service }
    /// The order of a product list; `NEWEST` if not given. `createdAt`, `name` and `price` are taken too, with a minus in front
    /// for the other way round.
    ProductSort = order::ProductSort, "PRODUCT_SORT_" {
        Newest also "-createdAt",
        Oldest also "createdAt",
        Name,
        NameDesc also "-name",
        PriceAsc also "price",
        PriceDesc also "-price",
    }
    /// Where the work on an order stands.
    OrderStatus = order::OrderStatus, "ORDER_STATUS_" { Pending, InProgress, OnHold, Completed, Cancelled }
    /// Where the money of an order stands.
    PaymentStatus = order::PaymentStatus, "PAYMENT_STATUS_" { Unpaid, Authorized, Paid, PartiallyRefunded, Refunded, Failed }
    /// What an order consists of.
    OrderKind = order::OrderKind, "ORDER_KIND_" { Goods, Service, Mixed }
    /// The order of an order list; `NEWEST` if not given. `createdAt` and `total` are taken too, with a minus in front for the
    /// other way round.
    OrderSort = order::OrderSort, "ORDER_SORT_" {
        Newest also "-createdAt",
        Oldest also "createdAt",
        TotalAsc also "total",
        TotalDesc also "-total",
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
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    /// Serialised, named and read are the same for every choice.
    fn agree<T: Named + Serialize + DeserializeOwned + PartialEq + fmt::Debug>() {
        for choice in T::ALL {
            let name = serde_json::to_value(choice).unwrap();
            assert_eq!(name, choice.name());
            let lower = name.as_str().unwrap().to_ascii_lowercase();
            for text in [name, lower.into()] {
                assert_eq!(serde_json::from_value::<T>(text).unwrap(), *choice);
            }
        }
    }

    #[test]
    fn names_of_the_api_and_of_the_messages_agree() {
        agree::<Role>();
        agree::<ProductKind>();
        agree::<ProductSort>();
        agree::<OrderStatus>();
        agree::<PaymentStatus>();
        agree::<OrderKind>();
        agree::<OrderSort>();
        agree::<FilePurpose>();
        agree::<ChangeRequestKind>();
        agree::<ChangeRequestState>();
        agree::<NoteVisibility>();
        agree::<ShipmentState>();
        agree::<Provider>();
        agree::<PaymentState>();
        agree::<SandboxOutcome>();
        agree::<crate::dto::SessionMode>();
        assert_eq!(OrderStatus::text(99), "UNSPECIFIED");
        assert_eq!(number::<Role>(None), 0);
    }

    #[test]
    fn nothing_but_a_name_is_a_choice() {
        for bad in [
            json!(5),
            json!(1.5),
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!({"PENDING": null}),
            json!(""),
            json!("ON HOLD"),
        ] {
            let refused = serde_json::from_value::<OrderStatus>(bad.clone()).unwrap_err();
            assert!(refused.is_data(), "{bad}");
            let names = "one of PENDING, IN_PROGRESS, ON_HOLD, COMPLETED, CANCELLED";
            assert!(refused.to_string().contains(names), "{bad}: {refused}");
        }
    }

    #[test]
    fn a_field_with_a_minus_in_front_sorts_downwards() {
        for (text, sort) in [
            ("name", ProductSort::Name),
            ("-name", ProductSort::NameDesc),
            ("price", ProductSort::PriceAsc),
            ("-price", ProductSort::PriceDesc),
            ("createdAt", ProductSort::Oldest),
            ("-createdAt", ProductSort::Newest),
        ] {
            assert_eq!(
                serde_json::from_value::<ProductSort>(text.into()).unwrap(),
                sort
            );
        }
        for (text, sort) in [
            ("total", OrderSort::TotalAsc),
            ("-total", OrderSort::TotalDesc),
            ("createdAt", OrderSort::Oldest),
            ("-createdAt", OrderSort::Newest),
        ] {
            assert_eq!(
                serde_json::from_value::<OrderSort>(text.into()).unwrap(),
                sort
            );
        }
    }
}
