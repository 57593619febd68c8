//! Rows of `order_projections`, `analytics_daily`, `projection_state` and `order_words`.

pub mod projection {
    use waybill_primitives::OrderId;
    use waybill_store::entity_prelude::*;

    use crate::derived::analytics::domain::Contribution;

    /// An order's contribution to the rollups and words, and its version.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_projections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub version: i64,
        pub generation: i64,
        pub contribution: JsonText<Contribution>,
        /// Separated by spaces.
        #[sea_orm(column_type = "Text")]
        pub words: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod daily {
    use waybill_store::entity_prelude::*;

    /// A figure of one day.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "analytics_daily")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub generation: i64,
        /// Name of a [`Metric`](crate::derived::analytics::domain::Metric), possibly of a newer version.
        #[sea_orm(primary_key, auto_increment = false)]
        pub metric: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub dimension: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub currency: String,
        pub quantity: i64,
        pub amount: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod state {
    use waybill_store::entity_prelude::*;

    /// The visible generation of the rollups, and the one that a rebuild is filling.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "projection_state")]
    pub struct Model {
        /// The only row.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub generation: i64,
        pub building: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
