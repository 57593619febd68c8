//! Rows of orders. All reads for callers go through [`visible_to`].

mod attempts;
mod read;
mod search;
mod with_history;
mod write;

pub use attempts::{Attempts, attempt, payments_under_way};
pub use read::{
    Pool, any, available, claimable_state, due, find, find_locked, find_some, history, lock_free,
    page, replaced_by,
};
pub use with_history::{ids_after, searched, set_search, with_history};
pub use write::{
    claim, defer, defer_refunded_units, defer_update, insert, is_number, replace_items, rewrite,
    update,
};

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, Select,
};

use super::{
    domain::{OrderStatus, Viewer},
    entity::{self, order},
};

/// The orders that a viewer may read.
fn visible_to(viewer: Viewer) -> Select<order::Entity> {
    use order::Column::{AssigneeId, AvailableSince, CustomerId, QuoteState, Status};
    let all = order::Entity::find();
    match viewer {
        Viewer::Everything => all,
        Viewer::Customer(id) => all.filter(CustomerId.eq(id)),
        Viewer::Staff(id) => all.filter(
            Condition::any()
                .add(AssigneeId.eq(id))
                .add(AvailableSince.is_not_null())
                .add(CustomerId.eq(id))
                .add(
                    // Also an accepted one: who made the offer sees whether it is paid.
                    QuoteState
                        .is_in(entity::QuoteState::ALL)
                        .and(Status.eq(OrderStatus::Pending)),
                ),
        ),
    }
}
