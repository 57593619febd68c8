//! Callers and their permissions.

use waybill_service_kit::{CallContext, Caller};

/// Whether the caller may see internal data: archived products, stock levels, all settings.
pub fn sees_all(ctx: &CallContext) -> bool {
    match &ctx.caller {
        Caller::Anonymous => false,
        Caller::User(user) => user.is_admin(),
        Caller::Service(_) => true,
    }
}
