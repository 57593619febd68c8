//! Rows of `shipments` and `shipment_lines`.

use waybill_primitives::string_enum;

string_enum! {
    /// State of a shipment.
    pub enum ShipmentState as waybill_proto::order::ShipmentState {
        /// It is being packed.
        Preparing = "PREPARING",
        /// The carrier has it.
        Shipped = "SHIPPED",
        /// The customer has it.
        Delivered = "DELIVERED",
        /// Cancelled before delivery; its units can be shipped again.
        Cancelled = "CANCELLED",
    }
}

pub mod shipment {
    use waybill_primitives::{OrderId, ShipmentId, Timestamp};
    use waybill_store::entity_prelude::*;

    use super::{ShipmentState, line};

    /// A shipment of an order.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shipments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ShipmentId,
        pub order_id: OrderId,
        pub state: ShipmentState,
        /// May be empty, like the number and the URL: the shop may deliver the goods itself.
        pub carrier: String,
        pub tracking_number: String,
        /// https; given, or generated for a known carrier.
        pub tracking_url: String,
        /// Rows of their own, by product.
        #[sea_orm(ignore)]
        pub lines: Vec<line::Model>,
        #[sea_orm(column_type = "Text")]
        pub note: String,
        pub shipped_at: Option<Timestamp>,
        pub delivered_at: Option<Timestamp>,
        pub version: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod line {
    use waybill_primitives::{ProductId, ShipmentId};
    use waybill_store::entity_prelude::*;

    /// Units of one product in a shipment.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shipment_lines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub shipment_id: ShipmentId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: ProductId,
        pub name: String,
        pub quantity: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
