//! Lists and searches: the filter as a condition, with searches narrowed down by the index of words.

use std::time::Duration;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, ExprTrait as _,
    IntoSimpleExpr as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, Func},
};
use waybill_primitives::{OrderId, Timestamp};
use waybill_store::{StoreError, page::Keyset};

use super::visible_to;
use crate::{
    base::{fields::prefix_pattern, store::like},
    orders::{
        domain::{
            Filter, Search, Sort, Viewer, days_of, email_label, kind_label, last_number, tail_label,
        },
        entity::{order, word},
    },
};

/// A filter value with at most this many orders is looked up by its own index; for a more frequent one, scanning the list in its
/// order finds matches soon enough.
const RARE: usize = 1_000;

/// The index of words is written by a consumer of order events; orders younger than this may be missing in it.
const FRESH: Duration = Duration::from_secs(10);

/// Sorts after every word with the same prefix.
const LAST: char = '\u{10FFFF}';

/// The `ORDER BY` of a sort.
pub fn keyset(sort: Sort) -> Keyset<order::Column> {
    use order::Column::{CreatedAt, Id, Total};
    match sort {
        Sort::Newest => Keyset::desc("orders-newest", CreatedAt),
        Sort::Oldest => Keyset::asc("orders-oldest", CreatedAt),
        Sort::TotalAsc => Keyset::asc("orders-total", Total),
        Sort::TotalDesc => Keyset::desc("orders-total-desc", Total),
    }
    .then(Id)
}

/// The orders of a list; none if no order can be in it.
pub async fn listed(
    connection: &impl ConnectionTrait,
    viewer: Viewer,
    filter: &Filter,
    sort: Sort,
) -> Result<Option<Select<order::Entity>>, StoreError> {
    if matches!(&filter.search, Some(Search::Words(words)) if words.is_empty()) {
        return Ok(None);
    }
    // A user's own orders are few: use the index of the customer or worker.
    let own = filter.customer.is_some()
        || filter.assignee.is_some()
        || !matches!(viewer, Viewer::Everything);
    let few = if own {
        None
    } else {
        few(connection, filter, sort).await?
    };
    let by_total = matches!(sort, Sort::TotalAsc | Sort::TotalDesc);
    let plain = Plain {
        backend: connection.get_database_backend(),
        states: own || by_total || several(filter) || few.is_some(),
        time: by_total || few.is_some(),
    };
    let mut select = visible_to(viewer).filter(condition(filter, plain));
    if let Some(ids) = few {
        if ids.is_empty() {
            return Ok(None);
        }
        select = select.filter(order::Column::Id.is_in(ids));
    }
    Ok(Some(select))
}

/// The filter as a condition on a list that has an index of its own.
pub fn within(connection: &impl ConnectionTrait, filter: &Filter) -> Condition {
    let plain = Plain {
        backend: connection.get_database_backend(),
        states: true,
        time: true,
    };
    condition(filter, plain)
}

/// The orders that match one part of the filter, if this part is a contiguous range of an index and they are at most [`RARE`]. If no
/// part is that rare, scanning the list in its order finds enough orders soon.
async fn few(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    sort: Sort,
) -> Result<Option<Vec<OrderId>>, StoreError> {
    if let Some(search) = &filter.search
        && let Some(ids) = searched(connection, filter, search).await?
    {
        return Ok(Some(ids));
    }
    if !filter.kinds.is_empty() {
        let labels = filter.kinds.iter().copied().map(kind_label);
        let kinds = order::Column::Kind.is_in(filter.kinds.iter().copied());
        let labelled = Condition::all().add(word::Column::Word.is_in(labels));
        if let Some(ids) = rare(connection, filter, labelled, Condition::all().add(kinds)).await? {
            return Ok(Some(ids));
        }
    }
    let part = match sort {
        Sort::Newest | Sort::Oldest => Filter {
            min_total: filter.min_total,
            max_total: filter.max_total,
            quotes: filter.quotes.clone(),
            ..states(filter, several(filter))
        },
        Sort::TotalAsc | Sort::TotalDesc => Filter {
            from: filter.from,
            to: filter.to,
            quotes: filter.quotes.clone(),
            ..states(filter, true)
        },
    };
    if part == Filter::default() {
        return Ok(None);
    }
    let plain = Plain {
        backend: connection.get_database_backend(),
        states: false,
        time: false,
    };
    let ids: Vec<OrderId> = visible_to(Viewer::Everything)
        .select_only()
        .column(order::Column::Id)
        .filter(condition(&part, plain))
        .limit(RARE as u64 + 1)
        .into_tuple()
        .all(connection)
        .await?;
    Ok((ids.len() <= RARE).then_some(ids))
}

/// Whether a filter has several values of a state: in its index, only the orders of each single value are contiguous.
const fn several(filter: &Filter) -> bool {
    filter.statuses.len() > 1 || filter.payment_statuses.len() > 1
}

/// The states of a filter if `keep`, else an empty filter.
fn states(filter: &Filter, keep: bool) -> Filter {
    if !keep {
        return Filter::default();
    }
    Filter {
        statuses: filter.statuses.clone(),
        payment_statuses: filter.payment_statuses.clone(),
        ..Filter::default()
    }
}

/// Columns whose index must not be used, because a better one is known. PostgreSQL chooses well by itself; the others know too
/// little about the distribution of values.
#[derive(Clone, Copy)]
struct Plain {
    backend: DbBackend,
    states: bool,
    time: bool,
}

impl Plain {
    fn text(self, column: order::Column) -> Expr {
        let expr = column.into_simple_expr();
        if self.states && self.backend != DbBackend::Postgres {
            Func::coalesce([expr, Expr::val("")]).into()
        } else {
            expr
        }
    }

    fn number(self, column: order::Column) -> Expr {
        let expr = column.into_simple_expr();
        if self.time && self.backend != DbBackend::Postgres {
            expr.add(0_i64)
        } else {
            expr
        }
    }
}

/// The orders that match a search, if they are few.
async fn searched(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    search: &Search,
) -> Result<Option<Vec<OrderId>>, StoreError> {
    match search {
        // Found by an index of their own.
        Search::Id(_) | Search::Number(_) | Search::NumberPrefix(_) => Ok(None),
        Search::Words(words) => {
            for beginning in words {
                let found = rare(connection, filter, word_range(beginning), begins(beginning));
                if let Some(ids) = found.await? {
                    return Ok(Some(ids));
                }
            }
            Ok(None)
        }
        Search::Email(address) => {
            let range = word_range(&email_label(address));
            rare(connection, filter, range, has_address(address)).await
        }
        Search::NumberTail(tail) => {
            let range = Condition::any()
                .add(word_range(&tail_label(tail)))
                .add(word_range(tail));
            rare(connection, filter, range, ends_number(tail)).await
        }
    }
}

/// The orders with words in this range, if they are few. `fresh`: the same for the newest orders, by their own columns, so that an order
/// is found right after placing.
async fn rare(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    range: Condition,
    fresh: Condition,
) -> Result<Option<Vec<OrderId>>, StoreError> {
    use word::Column::CreatedAt;
    let mut select = word::Entity::find()
        .select_only()
        .column(word::Column::OrderId)
        .filter(range)
        .limit(RARE as u64 + 1);
    if let Some(from) = filter.from {
        select = select.filter(CreatedAt.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(CreatedAt.lt(to));
    }
    let mut ids: Vec<OrderId> = select.into_tuple().all(connection).await?;
    if ids.len() > RARE {
        return Ok(None);
    }
    let since = Timestamp::now().minus(FRESH);
    let newest = visible_to(Viewer::Everything)
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::CreatedAt.gte(since))
        .filter(fresh)
        .order_by_desc(order::Column::CreatedAt)
        .limit(RARE as u64 + 1);
    let newest: Vec<OrderId> = newest.into_tuple().all(connection).await?;
    if newest.len() > RARE {
        return Ok(None);
    }
    ids.extend(newest);
    ids.sort_unstable();
    ids.dedup();
    Ok(Some(ids))
}

/// Words that start with this prefix.
fn word_range(beginning: &str) -> Condition {
    use word::Column::Word;
    Condition::all()
        .add(Word.gte(beginning))
        .add(Word.lt(format!("{beginning}{LAST}")))
}

/// Orders of a customer whose address starts with this prefix.
fn has_address(address: &str) -> Condition {
    Condition::all().add(like(order::Column::CustomerEmail, prefix_pattern(address)))
}

/// Orders whose number ends like this, or with such a word.
fn ends_number(tail: &str) -> Condition {
    let upper = tail.to_ascii_uppercase();
    Condition::any()
        .add(like(order::Column::Number, format!("%{upper}")))
        .add(begins(tail))
}

/// Rows with a word that starts with this prefix.
fn begins(beginning: &str) -> Condition {
    let column = order::Column::Search;
    let first = prefix_pattern(beginning);
    Condition::any()
        .add(like(column, format!("% {first}")))
        .add(like(column, first))
}

/// Orders whose number starts with this prefix. A number starts with the day of placing: a prefix with only date digits is a time
/// span, which is contiguous in the index of the list's order.
fn begins_number(prefix: &str) -> Condition {
    use order::Column::{CreatedAt, Number};
    let only_days = prefix
        .split_once('-')
        .is_none_or(|(_, rest)| rest.is_empty());
    match days_of(prefix).filter(|_| only_days) {
        Some((from, to)) => Condition::all()
            .add(CreatedAt.gte(from))
            .add(CreatedAt.lt(to)),
        // The range is for the index; the pattern makes it exact.
        None => Condition::all()
            .add(Number.gte(prefix))
            .add(Number.lte(last_number(prefix)))
            .add(like(Number, prefix_pattern(prefix))),
    }
}

fn condition(filter: &Filter, plain: Plain) -> Condition {
    use order::Column;
    let mut all = match &filter.search {
        None => Condition::all(),
        Some(Search::Id(id)) => Condition::all().add(Column::Id.eq(*id)),
        Some(Search::Number(number)) => Condition::all().add(Column::Number.eq(number.clone())),
        Some(Search::NumberPrefix(prefix)) => begins_number(prefix),
        Some(Search::NumberTail(tail)) => Condition::all().add(ends_number(tail)),
        Some(Search::Email(address)) => has_address(address),
        Some(Search::Words(words)) => words
            .iter()
            .fold(Condition::all(), |all, word| all.add(begins(word))),
    };
    if !filter.statuses.is_empty() {
        let any = filter.statuses.iter().copied();
        all = all.add(plain.text(Column::Status).is_in(any));
    }
    if !filter.payment_statuses.is_empty() {
        let any = filter.payment_statuses.iter().copied();
        all = all.add(plain.text(Column::PaymentStatus).is_in(any));
    }
    if !filter.kinds.is_empty() {
        all = all.add(Column::Kind.is_in(filter.kinds.iter().copied()));
    }
    if !filter.quotes.is_empty() {
        all = all.add(Column::QuoteState.is_in(filter.quotes.iter().copied()));
    }
    if filter.unassigned {
        all = all.add(Column::AssigneeId.is_null());
    }
    if let Some(from) = filter.from {
        all = all.add(plain.number(Column::CreatedAt).gte(from));
    }
    if let Some(to) = filter.to {
        all = all.add(plain.number(Column::CreatedAt).lt(to));
    }
    if let Some(id) = filter.customer {
        all = all.add(Column::CustomerId.eq(id));
    }
    if let Some(id) = filter.assignee {
        all = all.add(Column::AssigneeId.eq(id));
    }
    if let Some(total) = filter.min_total {
        all = all.add(Column::Total.gte(total));
    }
    if let Some(total) = filter.max_total {
        all = all.add(Column::Total.lte(total));
    }
    all
}
