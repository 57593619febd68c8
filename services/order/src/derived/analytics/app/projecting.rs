//! Applies changes of orders to figures and words: writes only the difference to the order's previous contribution.

use std::collections::{BTreeMap, HashMap};

use waybill_primitives::{OrderId, Timestamp};
use waybill_store::{StoreError, Tx};

use crate::{
    derived::analytics::{
        domain::{Contribution, Counted, Figures, Milestone, Times},
        store::{self, Projection, State, WordRow},
    },
    orders::{domain::SearchTerms, store as orders},
};

/// A change of an order, from its event.
#[derive(Debug, Clone)]
pub struct ProjectionInput {
    /// The order after the change.
    pub order: Counted,
    pub step: Milestone,
    /// The change may have given the order another kind.
    pub kind_may_differ: bool,
}

impl ProjectionInput {
    /// When the change was made.
    fn at(&self) -> Timestamp {
        self.order.updated_at
    }
}

/// The rows to write, collected to need few statements.
#[derive(Debug, Default)]
pub(super) struct Writing {
    new: Vec<Projection>,
    known: Vec<Projection>,
    figures: BTreeMap<i64, Figures>,
    more_words: Vec<WordRow>,
    fewer_words: Vec<WordRow>,
}

impl Writing {
    /// Replaces an order's previous contribution by the current one. `generation` is written to its row.
    pub(super) fn set(
        &mut self,
        order: &Counted,
        contribution: Contribution,
        before: Option<Projection>,
        generations: &[i64],
        generation: i64,
    ) {
        for generation in generations {
            let figures = self.figures.entry(*generation).or_default();
            contribution.add_to(figures, 1);
            if let Some(before) = &before {
                before.contribution.add_to(figures, -1);
            }
        }
        let had = before.as_ref().map_or_else(SearchTerms::default, |before| {
            SearchTerms::read(&before.words)
        });
        let row = |word: &str| word_row(order, word);
        self.more_words.extend(order.words.without(&had).map(row));
        self.fewer_words.extend(had.without(&order.words).map(row));
        let now = Projection {
            order_id: order.id,
            version: order.version,
            generation,
            contribution: contribution.into(),
            words: order.words.text(),
        };
        if before.is_some() {
            self.known.push(now);
        } else {
            self.new.push(now);
        }
    }

    /// A figure of a rebuild's generation, to which this order has not contributed yet.
    pub(super) fn add_new(&mut self, contribution: &Contribution, generation: i64) {
        contribution.add_to(self.figures.entry(generation).or_default(), 1);
    }

    /// All words and labels of an order, including those that should exist already.
    pub(super) fn all_words(&mut self, order: &Counted) {
        let words = order.words.iter();
        self.more_words
            .extend(words.map(|word| word_row(order, word)));
        self.labels(order);
    }

    /// Labels stay: that of an earlier kind finds an order that the filter then leaves out.
    fn labels(&mut self, order: &Counted) {
        let labels = order.labels.iter();
        self.more_words
            .extend(labels.map(|label| word_row(order, label)));
    }

    /// Most of it is written with the commit, so that contended rows are locked for a short time.
    pub(super) async fn write(self, tx: &Tx) -> Result<(), StoreError> {
        store::remove_words(tx, self.fewer_words).await?;
        store::keep(tx, self.new, self.known);
        store::add_words(tx, self.more_words);
        store::add(tx, &self.figures);
        Ok(())
    }
}

fn word_row(order: &Counted, word: &str) -> WordRow {
    WordRow {
        word: word.to_owned(),
        created_at: order.created_at,
        order_id: order.id,
    }
}

/// Applies changes of orders. Changes that were consumed before, or are older, have no effect.
pub async fn consume(tx: &Tx, changes: Vec<ProjectionInput>) -> Result<(), StoreError> {
    let mut by_order: BTreeMap<OrderId, Vec<ProjectionInput>> = BTreeMap::new();
    for one in changes {
        by_order.entry(one.order.id).or_default().push(one);
    }
    let mut before = store::locked(tx, by_order.keys().copied()).await?;
    // Read after locking, so that the contribution of a concurrent rebuild is seen.
    let state = store::state(tx.conn()).await?;
    let mut writing = Writing::default();
    let mut incomplete = Vec::new();
    for (id, mut changes) in by_order {
        let known = before.get(&id).map_or(0, |known| known.version);
        changes.retain(|change| change.order.version > known);
        changes.sort_by_key(|change| change.order.version);
        let Some(last) = changes.last() else { continue };
        let unbroken = (known + 1..).zip(&changes);
        if unbroken
            .clone()
            .any(|(version, change)| change.order.version != version)
        {
            // An event in between is late or lost: read the history instead.
            incomplete.push(id);
            continue;
        }
        let had = before.remove(&id);
        let mut times = had
            .as_ref()
            .map_or_else(Times::default, |had| had.contribution.times);
        for change in &changes {
            times.then(change.step, change.at());
        }
        let contribution = Contribution::new(&last.order, times);
        if had.is_none() || changes.iter().any(|change| change.kind_may_differ) {
            writing.labels(&last.order);
        }
        apply(&mut writing, &last.order, contribution, had, state);
    }
    if !incomplete.is_empty() {
        read_again(tx, &incomplete, &mut before, state, &mut writing).await?;
    }
    writing.write(tx).await
}

async fn read_again(
    tx: &Tx,
    ids: &[OrderId],
    before: &mut HashMap<OrderId, Projection>,
    state: State,
    writing: &mut Writing,
) -> Result<(), StoreError> {
    for (id, (order, history)) in orders::with_history(tx.conn(), ids).await? {
        let order = Counted::from(&order);
        let contribution = Contribution::new(&order, Times::of(&history));
        writing.labels(&order);
        apply(writing, &order, contribution, before.remove(&id), state);
    }
    Ok(())
}

fn apply(
    writing: &mut Writing,
    order: &Counted,
    contribution: Contribution,
    had: Option<Projection>,
    state: State,
) {
    let newest = state.building.unwrap_or(state.generation);
    // During a rebuild, orders with older rows are still to be counted by it; newer rows count in both generations.
    let (generations, generation) = match &had {
        Some(had) if had.generation != newest => (vec![state.generation], had.generation),
        _ if state.generation == newest => (vec![newest], newest),
        _ => (vec![state.generation, newest], newest),
    };
    writing.set(order, contribution, had, &generations, generation);
}
