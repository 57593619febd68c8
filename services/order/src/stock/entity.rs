//! Rows of `stock` and `stock_movements`.

pub mod level {
    //! How much there is of a product.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stock")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: Uuid,
        pub on_hand: i64,
        pub reserved: i64,
        pub version: i64,
        pub updated_at: i64,
        /// It was told that there is too little; cleared when it is filled up.
        pub low: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::catalogue::entity::Entity",
            from = "Column::ProductId",
            to = "crate::catalogue::entity::Column::Id"
        )]
        Product,
    }

    impl Related<crate::catalogue::entity::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Product.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod movement {
    //! A line of the ledger.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stock_movements")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub product_id: Uuid,
        pub kind: String,
        pub on_hand_delta: i64,
        pub reserved_delta: i64,
        pub reason: String,
        pub order_id: Option<Uuid>,
        pub actor_id: Option<Uuid>,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
