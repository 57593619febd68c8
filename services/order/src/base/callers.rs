//! Who calls.

use waybill_service_kit::{CallContext, Caller};

/// Whether the caller sees what is not for everybody: archived products, the parts of the stock, all settings.
pub fn sees_all(ctx: &CallContext) -> bool {
    match &ctx.caller {
        Caller::Anonymous => false,
        Caller::User(user) => user.is_admin(),
        Caller::Service(_) => true,
    }
}
