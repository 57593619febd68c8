//! Placing together: orders that are placed at the same time share a transaction.
//!
//! A group is decided and written in rounds. What an order is refused for (an invalid line, used up stock, a taken key) is found before
//! anything is written, or makes the database refuse the round; the next round is without that order. So what one order is refused for
//! is never the error of another; an unavailable database is the error of all.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
    sync::Arc,
};

use waybill_primitives::{CartId, ProductId};
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, once};
use waybill_store::{
    EventContext, IdempotencyError, IdempotencyKey, StoreError, Tx, idempotency, transact,
};

use super::super::{
    errors::{Shortage, number_taken, out_of_stock},
    history,
};
use crate::{
    orders::{
        domain::{Changed, Customer, Draft, Person, StockEffect},
        events, store, wire,
    },
    shop::{
        app_context::AppContext,
        cart::store as carts,
        catalogue::store as catalogue,
        products::domain::Sellable,
        stock::{app::defer_goods, domain::MovementKind},
    },
};

/// Refused rounds after which each order of a group is written alone.
const ROUNDS: u32 = 3;
/// Upper limit of the lines of a round, unless its first order has more: statements have a limited number of parameters.
const MAX_LINES: usize = 4_000;

/// An order to place, checked as far as that needs no database.
#[derive(Debug)]
pub struct Placing {
    pub context: EventContext,
    pub draft: Draft,
    pub customer: Customer,
    /// The customer has no account.
    pub guest: bool,
    pub actor: Person,
    pub key: Option<IdempotencyKey>,
    pub cart: Option<CartVersion>,
}

/// A cart as read; it must not change before it is emptied.
#[derive(Debug, Clone, Copy)]
pub struct CartVersion {
    pub id: CartId,
    pub version: i64,
}

pub type Placed = Result<pb::Order, AppError>;

/// An order of a group, with its place in it.
type Member = (usize, Placing);

/// An order that can be written.
struct Ready {
    member: Member,
    changes: Vec<Changed>,
    answer: pb::Order,
}

/// Places the orders of a group; the results are in the same order.
pub async fn place(context: Arc<AppContext>, group: Vec<Placing>) -> Vec<Placed> {
    let mut group = Group {
        context: &context,
        results: group.iter().map(|_| None).collect(),
        waiting: group.into_iter().enumerate().collect(),
        refused: 0,
    };
    while !group.waiting.is_empty() {
        group.round().await;
    }
    let missing = || {
        Err(AppError::internal(
            "an order was neither placed nor refused",
        ))
    };
    let results = group.results.into_iter();
    results
        .map(|result| result.unwrap_or_else(missing))
        .collect()
}

struct Group<'a> {
    context: &'a AppContext,
    results: Vec<Option<Placed>>,
    /// Those without a result.
    waiting: Vec<Member>,
    /// Rounds that the database refused.
    refused: u32,
}

impl Group<'_> {
    /// Decides and writes those that wait. Afterwards at least one of them has a result, or one more round was refused.
    async fn round(&mut self) {
        let mut members = mem::take(&mut self.waiting);
        let most = if self.is_last_resort() { 0 } else { MAX_LINES };
        let mut lines = 0;
        let fits = |(_, placing): &&Member| {
            lines += placing.draft.lines.len().max(1);
            lines <= most
        };
        let count = members.iter().take_while(fits).count().max(1);
        self.waiting = members.split_off(count);
        let lines = members.iter().flat_map(|(_, it)| &it.draft.lines);
        let products: HashSet<ProductId> = lines.map(|line| line.product_id).collect();
        let reader = self.context.db.reader();
        match catalogue::sellables_in_stock(reader, products).await {
            Ok(products) => {
                let ready = self.decide(members, products);
                if !ready.is_empty() {
                    self.write(ready).await;
                }
            }
            Err(error) => self.fail(members.into_iter().map(|(place, _)| place), &error),
        }
        // They stay in the order in which they came.
        self.waiting.sort_unstable_by_key(|(place, _)| *place);
    }

    fn is_last_resort(&self) -> bool {
        self.refused >= ROUNDS
    }

    fn answer(&mut self, place: usize, placed: Placed) {
        self.results[place] = Some(placed);
    }

    /// Answers these with the error; those that wait as well, if the database is unavailable.
    fn fail(&mut self, places: impl IntoIterator<Item = usize>, error: &StoreError) {
        let waiting = if error.is_unavailable() {
            mem::take(&mut self.waiting)
        } else {
            Vec::new()
        };
        let waiting = waiting.into_iter().map(|(place, _)| place);
        for place in places.into_iter().chain(waiting) {
            self.answer(place, Err(error.repeat().into()));
        }
    }

    /// Prices the orders and compares them with the stock. An order that is short only because of others in this round waits until it
    /// is known whether those were placed; so does one with the same idempotency key.
    fn decide(
        &mut self,
        members: Vec<Member>,
        products: HashMap<ProductId, (Sellable, i64)>,
    ) -> Vec<Ready> {
        let (now, shop) = (self.context.now(), self.context.shop());
        let mut available = HashMap::new();
        let mut sellables = HashMap::new();
        for (id, (sellable, units)) in products {
            available.insert(id, units);
            sellables.insert(id, sellable);
        }
        let mut left = available.clone();
        let mut keys = HashSet::new();
        let mut ready = Vec::new();
        for (place, placing) in members {
            if let Some(key) = &placing.key
                && !keys.insert(key.id())
            {
                self.waiting.push((place, placing));
                continue;
            }
            let (draft, customer) = (placing.draft.clone(), placing.customer.clone());
            let changes = match draft.place(customer, placing.guest, &sellables, &shop, now) {
                Ok(changes) => changes,
                Err(errors) => {
                    self.answer(place, Err(errors.into()));
                    continue;
                }
            };
            let Some(answer) = changes.last().map(|last| wire::order(&last.order)) else {
                continue;
            };
            let needed = reserved(&changes);
            if lacks(&available, &needed) {
                self.answer(place, Err(shortage(&changes, &available)));
            } else if lacks(&left, &needed) {
                self.waiting.push((place, placing));
            } else {
                for (product, units) in needed {
                    *left.entry(product).or_default() -= units;
                }
                ready.push(Ready {
                    member: (place, placing),
                    changes,
                    answer,
                });
            }
        }
        ready
    }

    /// Writes all of them in one transaction, or none.
    async fn write(&mut self, ready: Vec<Ready>) {
        let db = &self.context.db;
        let context = EventContext::default();
        let written = transact!(db, &context, async |tx| write(tx, &ready).await);
        match written.await {
            Ok(changed) => {
                for Ready { member, answer, .. } in ready {
                    let placed = if changed.contains(&member.0) {
                        Err(AppError::too_busy("cart"))
                    } else {
                        Ok(answer)
                    };
                    self.answer(member.0, placed);
                }
            }
            Err(error) if error.is_unavailable() || error.is_retryable() => {
                self.fail(ready.iter().map(|one| one.member.0), &error);
            }
            Err(error) => self.refused(ready, &error).await,
        }
    }

    /// The database refused the transaction because of one of its orders. Answers those of which the reason is known; the others wait
    /// for the next round, which compares them with the stock again.
    async fn refused(&mut self, mut ready: Vec<Ready>, error: &StoreError) {
        self.refused += 1;
        if let [one] = ready.as_slice() {
            let (place, placing) = &one.member;
            let refusal = match error {
                StoreError::Unique { constraint }
                    if placing.key.is_none() || store::is_number(constraint) =>
                {
                    number_taken()
                }
                StoreError::Unique { .. } => IdempotencyError::InProgress.into(),
                StoreError::Check if !self.is_last_resort() => {
                    self.waiting.extend(ready.pop().map(|one| one.member));
                    return;
                }
                StoreError::Check => out_of_stock(&[]),
                error => error.repeat().into(),
            };
            let place = *place;
            self.answer(place, Err(refusal));
            return;
        }
        let keys = || ready.iter().filter_map(|one| one.member.1.key.as_ref());
        let taken = match error {
            StoreError::Unique { .. } if keys().next().is_some() => {
                idempotency::taken(&self.context.db, keys()).await
            }
            _ => Ok(HashSet::new()),
        };
        let taken = match taken {
            Ok(taken) => taken,
            Err(error) => return self.fail(ready.iter().map(|one| one.member.0), &error),
        };
        for Ready { member, .. } in ready {
            let key = member.1.key.as_ref();
            if key.is_some_and(|key| taken.contains(&key.id())) {
                self.answer(member.0, Err(IdempotencyError::InProgress.into()));
            } else {
                self.waiting.push(member);
            }
        }
    }
}

/// The units that an order reserves; empty if it has no goods, or reserves none yet.
fn reserved(changes: &[Changed]) -> BTreeMap<ProductId, i64> {
    let reserve = changes.iter().filter(|it| it.stock == StockEffect::Reserve);
    reserve.flat_map(|it| it.order.goods()).collect()
}

fn lacks(available: &HashMap<ProductId, i64>, needed: &BTreeMap<ProductId, i64>) -> bool {
    let units = |product| available.get(product).copied().unwrap_or(0);
    needed
        .iter()
        .any(|(product, needed)| units(product) < *needed)
}

/// The goods of an order that are short, with their available units.
fn shortage(changes: &[Changed], available: &HashMap<ProductId, i64>) -> AppError {
    let Some(order) = changes.last().map(|changed| &changed.order) else {
        return out_of_stock(&[]);
    };
    let goods = order.goods().into_iter();
    let mut shortages: Vec<_> = goods
        .filter_map(|(product, requested)| {
            let available = available.get(&product).copied().unwrap_or(0);
            let mut items = order.items.iter();
            let line = items.position(|item| item.product_id == product)?;
            (available < requested).then(|| Shortage {
                product_id: product,
                name: order.items[line].name.clone(),
                line,
                requested,
                available,
            })
        })
        .collect();
    shortages.sort_by_key(|shortage| shortage.line);
    out_of_stock(&shortages)
}

/// Writes the orders. Returns the places of those whose carts were changed by others, and which are not written.
async fn write(tx: &Tx, ready: &[Ready]) -> Result<HashSet<usize>, StoreError> {
    let mut with_cart: Vec<_> = ready
        .iter()
        .filter_map(|one| Some((one.member.1.cart?, one)))
        .collect();
    // The same order everywhere, so that replicas do not deadlock.
    with_cart.sort_unstable_by_key(|(cart, _)| cart.id);
    let mut changed = HashSet::new();
    for (cart, one) in with_cart {
        let now = one.changes[0].order.created_at;
        if carts::touch(tx, cart.id, Some(cart.version), now).await? {
            carts::clear(tx, cart.id).await?;
        } else {
            changed.insert(one.member.0);
        }
    }
    for one in ready {
        if !changed.contains(&one.member.0) {
            defer(tx, one);
        }
    }
    Ok(changed)
}

/// Everything that belongs to an order: its answer under the idempotency key, row, lines, history, events, stock.
fn defer(tx: &Tx, ready: &Ready) {
    let Ready {
        member: (_, placing),
        changes,
        answer,
    } = ready;
    let actor = Some(&placing.actor);
    tx.act_for(placing.context.clone());
    once::defer(tx, placing.key.as_ref(), answer);
    for changed in changes {
        let order = &changed.order;
        let message = if order.version == answer.version {
            store::defer(tx, order);
            answer.clone()
        } else {
            wire::order(order)
        };
        tx.defer([history(changed, actor, "")]);
        events::order_changed(tx, changed, message, actor, ("", ""), None);
        let kind = match changed.stock {
            StockEffect::Reserve => MovementKind::Reserved,
            StockEffect::Sell => MovementKind::Sold,
            StockEffect::Nothing | StockEffect::Release | StockEffect::Return => continue,
        };
        let (goods, now) = (order.goods(), order.created_at);
        defer_goods(tx, kind, order.id, &goods, Some(placing.actor.id), now);
    }
}
