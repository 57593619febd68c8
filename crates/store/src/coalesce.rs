//! Concurrent calls of one kind share the work: while one batch is at work, the next one collects.

use std::{
    collections::VecDeque,
    fmt, mem,
    panic::AssertUnwindSafe,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, oneshot};

/// Upper limit of calls in one batch: enough to share the cost of a commit, few enough that nobody waits long for the others.
pub const MOST: usize = 64;

/// Between two calls of busy callers there is less time than this.
const QUIET: Duration = Duration::from_millis(5);

/// The calls that wait or are at work. Work that may wait gives way to them.
#[derive(Debug)]
pub(crate) struct Pressure {
    calls: AtomicUsize,
    eased: Notify,
    /// For work that has given way and begins under pressure.
    turns: Semaphore,
}

impl Default for Pressure {
    fn default() -> Self {
        Self {
            calls: AtomicUsize::new(0),
            eased: Notify::new(),
            turns: Semaphore::new(1),
        }
    }
}

impl Pressure {
    /// That of this process: in one process, what follows from calls to one service competes with the next ones, in whichever database
    /// it is.
    pub(crate) fn of_process() -> Arc<Self> {
        static PRESSURE: LazyLock<Arc<Pressure>> = LazyLock::new(Arc::default);
        Arc::clone(&PRESSURE)
    }

    fn add(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    fn remove(&self, calls: usize) {
        if calls > 0 && self.calls.fetch_sub(calls, Ordering::Relaxed) == calls {
            self.eased.notify_waiters();
        }
    }

    fn is_none(&self) -> bool {
        self.calls.load(Ordering::Relaxed) == 0
    }

    /// Returns at once if there are no calls, else when there were none for [`QUIET`], and after `patience` at the latest.
    pub(crate) async fn give_way(&self, patience: Duration) {
        if !self.is_none() {
            let _ = tokio::time::timeout(patience, self.quiet()).await;
        }
    }

    /// While there are calls, one piece of other work is done at a time, so that calls do not wait for all of it at once. Without calls,
    /// and after `patience`, it needs no turn.
    pub(crate) async fn turn(&self, patience: Duration) -> Option<SemaphorePermit<'_>> {
        if self.is_none() {
            return None;
        }
        let turn = tokio::time::timeout(patience, self.turns.acquire()).await;
        turn.ok()?.ok()
    }

    async fn quiet(&self) {
        while !self.is_none() {
            let mut eased = std::pin::pin!(self.eased.notified());
            // From here on no change is missed.
            eased.as_mut().enable();
            if !self.is_none() {
                eased.await;
            }
            tokio::time::sleep(QUIET).await;
        }
    }
}

type Work<T, R> = dyn Fn(Vec<T>) -> BoxFuture<'static, Vec<R>> + Send + Sync;

/// Collects calls into batches. One batch is at work at a time; a call without company is a batch of one and waits for nobody.
pub struct Coalesce<T, R> {
    inner: Arc<Inner<T, R>>,
}

impl<T, R> fmt::Debug for Coalesce<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coalesce").finish_non_exhaustive()
    }
}

struct Inner<T, R> {
    most: usize,
    /// Together with the calls of others.
    pressure: Arc<Pressure>,
    work: Box<Work<T, R>>,
    queue: Mutex<Queue<T, R>>,
}

struct Queue<T, R> {
    waiting: VecDeque<(T, oneshot::Sender<R>)>,
    running: bool,
}

impl<T: Send + 'static, R: Send + 'static> Coalesce<T, R> {
    /// `work` gets at most `most` calls ([`MOST`] is the limit) and returns their results in the same order. `pressure` counts
    /// each call until its batch is done.
    pub(crate) fn new<F, Fut>(most: usize, pressure: Arc<Pressure>, work: F) -> Self
    where
        F: Fn(Vec<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Vec<R>> + Send + 'static,
    {
        let inner = Inner {
            most: most.clamp(1, MOST),
            pressure,
            work: Box::new(move |calls| work(calls).boxed()),
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                running: false,
            }),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Joins a batch and returns the result of this call. None if the batch panicked. A caller that stops waiting is left out if its
    /// batch has not started; a batch that has started is finished.
    pub async fn call(&self, call: T) -> Option<R> {
        let (sender, result) = oneshot::channel();
        let running = {
            let mut queue = self.inner.queue.lock();
            queue.waiting.push_back((call, sender));
            self.inner.pressure.add();
            mem::replace(&mut queue.running, true)
        };
        if !running {
            // A task of its own, so that a caller that is dropped does not interrupt the others.
            tokio::spawn(Arc::clone(&self.inner).run());
        }
        result.await.ok()
    }
}

impl<T: Send + 'static, R: Send + 'static> Inner<T, R> {
    async fn run(self: Arc<Self>) {
        loop {
            // Calls that are about to be made join this batch.
            tokio::task::yield_now().await;
            let (calls, senders) = self.next_batch();
            if calls.is_empty() {
                return;
            }
            let count = calls.len();
            // After a panic the senders are dropped, and the callers get nothing.
            let work = async { (self.work)(calls).await };
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            self.pressure.remove(count);
            for (sender, result) in senders.into_iter().zip(outcome.unwrap_or_default()) {
                // The caller may have stopped waiting.
                let _ = sender.send(result);
            }
        }
    }

    /// Empty at the end of this run.
    fn next_batch(&self) -> (Vec<T>, Vec<oneshot::Sender<R>>) {
        let mut queue = self.queue.lock();
        let before = queue.waiting.len();
        queue.waiting.retain(|(_, sender)| !sender.is_closed());
        self.pressure.remove(before - queue.waiting.len());
        let count = queue.waiting.len().min(self.most);
        queue.running = count > 0;
        queue.waiting.drain(..count).unzip()
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    /// Doubles numbers, records the sizes of batches, and works only with a permit.
    struct Doubling {
        calls: Arc<Coalesce<u32, u32>>,
        sizes: Arc<Mutex<Vec<usize>>>,
        permits: Arc<Semaphore>,
    }

    impl Doubling {
        fn new(most: usize, permits: usize) -> Self {
            let (sizes, permits) = (Arc::default(), Arc::new(Semaphore::new(permits)));
            let (seen, gate): (Arc<Mutex<Vec<usize>>>, _) =
                (Arc::clone(&sizes), Arc::clone(&permits));
            let calls = Coalesce::new(most, Arc::default(), move |numbers: Vec<u32>| {
                let (seen, gate) = (Arc::clone(&seen), Arc::clone(&gate));
                async move {
                    gate.acquire().await.expect("open").forget();
                    seen.lock().push(numbers.len());
                    assert!(!numbers.contains(&0), "no number");
                    numbers.into_iter().map(|number| number * 2).collect()
                }
            });
            Self {
                calls: Arc::new(calls),
                sizes,
                permits,
            }
        }

        fn spawn(&self, tasks: &mut JoinSet<Option<u32>>, number: u32) {
            let calls = Arc::clone(&self.calls);
            tasks.spawn(async move { calls.call(number).await });
        }

        async fn until_waiting(&self, count: usize) {
            while self.calls.inner.queue.lock().waiting.len() != count {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn one_alone_is_a_batch() {
        let doubling = Doubling::new(MOST, 1);
        assert_eq!(doubling.calls.call(21).await, Some(42));
        assert_eq!(*doubling.sizes.lock(), [1]);
    }

    #[tokio::test]
    async fn calls_collect_while_a_batch_is_at_work() {
        let doubling = Doubling::new(4, 0);
        let mut tasks = JoinSet::new();
        doubling.spawn(&mut tasks, 1);
        // The first batch holds the first call; the others wait.
        doubling.until_waiting(1).await;
        doubling.until_waiting(0).await;
        for number in 2..=7 {
            doubling.spawn(&mut tasks, number);
        }
        doubling.until_waiting(6).await;
        doubling.permits.add_permits(3);
        let mut results: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
        results.sort_unstable();
        assert_eq!(results, [2, 4, 6, 8, 10, 12, 14]);
        assert_eq!(*doubling.sizes.lock(), [1, 4, 2]);
    }

    #[tokio::test]
    async fn a_panic_fails_its_batch_and_no_other() {
        let doubling = Doubling::new(1, 3);
        assert_eq!(doubling.calls.call(1).await, Some(2));
        assert_eq!(doubling.calls.call(0).await, None);
        assert_eq!(doubling.calls.call(3).await, Some(6));
    }

    #[tokio::test]
    async fn a_caller_that_left_is_left_out_and_a_batch_at_work_is_finished() {
        let doubling = Doubling::new(MOST, 0);
        let mut tasks = JoinSet::new();
        doubling.spawn(&mut tasks, 1);
        doubling.until_waiting(1).await;
        doubling.until_waiting(0).await;
        doubling.spawn(&mut tasks, 2);
        doubling.until_waiting(1).await;
        // Both callers leave: one whose batch is at work, one that waits.
        tasks.shutdown().await;
        doubling.permits.add_permits(2);
        assert_eq!(doubling.calls.call(3).await, Some(6));
        assert_eq!(*doubling.sizes.lock(), [1, 1]);
        assert_eq!(
            doubling.calls.inner.pressure.calls.load(Ordering::Relaxed),
            0
        );
    }

    #[tokio::test]
    async fn work_gives_way_to_calls_and_not_for_ever() {
        let pressure = Pressure::default();
        let long = Duration::from_mins(10);
        assert!(pressure.give_way(long).now_or_never().is_some());
        pressure.add();
        pressure.add();
        pressure.give_way(Duration::from_millis(1)).await;
        let mut waits = std::pin::pin!(pressure.give_way(long));
        assert!(futures::poll!(&mut waits).is_pending());
        pressure.remove(1);
        assert!(futures::poll!(&mut waits).is_pending());
        pressure.remove(1);
        waits.await;
    }

    #[tokio::test]
    async fn under_pressure_work_takes_turns_and_not_for_ever() {
        let pressure = Pressure::default();
        let long = Duration::from_mins(10);
        assert!(pressure.turn(long).await.is_none());
        pressure.add();
        let first = pressure.turn(long).await;
        assert!(first.is_some());
        let mut second = std::pin::pin!(pressure.turn(long));
        assert!(futures::poll!(&mut second).is_pending());
        assert!(pressure.turn(Duration::from_millis(1)).await.is_none());
        drop(first);
        assert!(second.await.is_some());
    }
}
