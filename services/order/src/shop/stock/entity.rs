//! Rows of `stock` and `stock_movements`: levels and ledger lines.

use waybill_primitives::string_enum;
use waybill_proto::order as pb;

string_enum! {
    /// Why stock changed.
    pub enum MovementKind as pb::MovementKind {
        /// Opening stock.
        Opening = "OPENING",
        /// An administrator counted, bought or wrote off.
        Adjusted = "ADJUSTED",
        /// An order was placed.
        Reserved = "RESERVED",
        /// An unpaid order was cancelled or expired.
        Released = "RELEASED",
        /// An order was paid.
        Sold = "SOLD",
        /// A paid order was cancelled.
        Returned = "RETURNED",
    }
}

pub mod level {
    use waybill_primitives::{ProductId, Timestamp};
    use waybill_store::entity_prelude::*;

    /// The stock level of a product. Always `0 ≤ reserved ≤ on_hand`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stock")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: ProductId,
        pub on_hand: i64,
        pub reserved: i64,
        /// Counts adjustments and warnings of low stock; the version of the stock's events.
        pub version: i64,
        pub updated_at: Timestamp,
        /// Low stock was reported; cleared on restocking.
        pub low: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::shop::products::entity::Entity",
            from = "Column::ProductId",
            to = "crate::shop::products::entity::Column::Id"
        )]
        Product,
    }

    impl Related<crate::shop::products::entity::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Product.def()
        }
    }

    /// Relation from a product to its stock, for lists with both.
    impl Related<Entity> for crate::shop::products::entity::Entity {
        fn to() -> RelationDef {
            Relation::Product.def().rev()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod movement {
    use waybill_primitives::{OrderId, ProductId, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::MovementKind;

    /// One line of the ledger. The sum of a product's lines is its level.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stock_movements")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub product_id: ProductId,
        pub kind: MovementKind,
        pub on_hand_delta: i64,
        pub reserved_delta: i64,
        pub reason: String,
        pub order_id: Option<OrderId>,
        /// None: the system.
        pub actor_id: Option<UserId>,
        pub at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
