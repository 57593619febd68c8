//! Rows of `stock` and `stock_movements`: levels and lines of the ledger as they are.

use waybill_primitives::string_enum;
use waybill_proto::order as pb;

string_enum! {
    /// Why stock changed.
    pub enum MovementKind as pb::MovementKind {
        /// What the product began with.
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

    /// How much there is of a product. Always `0 ≤ reserved ≤ on_hand`.
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
        /// It was told that there is too little; cleared when it is filled up.
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

    /// A product finds its stock: lists have both.
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
