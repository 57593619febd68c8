//! Rows of `order_notes` and `order_progress`.

use waybill_primitives::string_enum;

string_enum! {
    /// Visibility of a note.
    pub enum Visibility as waybill_proto::order::NoteVisibility {
        /// The assigned worker and administrators.
        Internal = "INTERNAL",
        /// The customer, too.
        Customer = "CUSTOMER",
    }
}

pub mod note {
    use waybill_primitives::{NoteId, OrderId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::Visibility;

    /// A note on an order.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_notes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NoteId,
        pub order_id: OrderId,
        pub author_id: UserId,
        pub author_name: String,
        pub author_role: Role,
        #[sea_orm(column_type = "Text")]
        pub body: String,
        pub visibility: Visibility,
        pub created_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod progress {
    use waybill_primitives::{NoteId, OrderId, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    /// A step of the work on an order.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_progress")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NoteId,
        pub order_id: OrderId,
        pub author_id: UserId,
        pub author_name: String,
        pub author_role: Role,
        pub step: String,
        /// 0 to 100.
        pub percent: Option<i32>,
        #[sea_orm(column_type = "Text")]
        pub note: String,
        pub created_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
