//! Rows of `order_projections`, `analytics_daily`, `projection_state` and `order_words`.

pub mod projection {
    use waybill_primitives::OrderId;
    use waybill_store::entity_prelude::*;

    use crate::derived::analytics::domain::Contribution;

    /// What an order has added to the rollups and the words, and up to which version.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_projections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub version: i64,
        pub generation: i64,
        pub contribution: JsonText<Contribution>,
        /// With a space between them.
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
        /// As a [`Metric`](crate::derived::analytics::domain::Metric) is named; perhaps one of a newer version.
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

    /// Which generation of the rollups is shown, and which a rebuild is filling.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "projection_state")]
    pub struct Model {
        /// There is one row.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub generation: i64,
        pub building: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
