//! Events of the settings.

use uuid::Uuid;
use waybill_proto::order::SettingsChanged;
use waybill_store::Tx;

use super::{domain::ShopSettings, wire};

/// The aggregate id of the settings' events.
const AGGREGATE: Uuid = Uuid::from_u128(0x5e77_1295_0000_7000_8000_0000_0000_0001);

/// Publishes new settings, with those before.
pub fn settings_changed(tx: &Tx, settings: &ShopSettings, before: Option<&ShopSettings>) {
    let event = SettingsChanged {
        settings: Some(wire::settings(settings)),
        before: before.map(wire::settings),
    };
    tx.emit(AGGREGATE, settings.version, &event);
}
