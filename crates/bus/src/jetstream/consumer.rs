//! A durable pull consumer that repairs itself. It works in sessions: each looks up the stream and the consumer (creating the
//! latter), requests everything that was delivered but never settled, and pulls until something breaks or the connection is a new
//! one.

use std::{collections::HashSet, sync::Arc, time::Duration};

use async_nats::{
    Client,
    jetstream::{
        self, AckKind, Context,
        consumer::{AckPolicy, DeliverPolicy, Info, PullConsumer, pull},
        stream::Stream,
    },
};
use async_trait::async_trait;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use futures::StreamExt as _;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;
use waybill_primitives::{Outage, Report, Timestamp, backoff};

use super::{
    NatsConfig,
    deliveries::{Acks, Deliveries, Verdict},
    redelivery_buffer::RedeliveryBuffer,
    stream, wire,
};
use crate::{BusError, ConsumerSpec, Envelope, matches, subject};

/// Without a heartbeat for twice this long the pull is started again.
const HEARTBEAT: Duration = Duration::from_secs(5);
const PULL_EXPIRES: Duration = Duration::from_secs(30);
const SAY_DEADLINE: Duration = Duration::from_secs(2);
/// Between sessions.
const PAUSES: ExponentialBuilder = backoff(Duration::from_millis(100), Duration::from_secs(2));
/// While the stream has never existed: its service is starting as well, and creates it shortly.
const STREAM_PAUSE: Duration = Duration::from_millis(200);
/// How far back a session looks for deliveries that were never settled.
const MAX_LOOK_BACK: u64 = 100_000;

pub(super) struct Consumer {
    pub(super) client: Client,
    pub(super) context: Context,
    pub(super) config: Arc<NatsConfig>,
    pub(super) spec: ConsumerSpec,
    pub(super) stream: String,
    pub(super) deliveries: Arc<Deliveries>,
    pub(super) connects: watch::Receiver<u64>,
    pub(super) stop: CancellationToken,
    pub(super) interrupted: Outage,
}

/// Acknowledgements that could not be sent, for all consumers of the process.
static UNSENT: Outage = Outage::new();

impl Consumer {
    /// Runs until `stop`, then waits for the running handlers to return.
    pub(super) async fn run(mut self) {
        let progress = tokio::spawn(keep_reporting(
            Arc::clone(&self.deliveries),
            self.config.ack_wait / 3,
        ));
        let mut created = None;
        let (mut pauses, mut waiting) = (PAUSES.build(), false);
        while !self.stop.is_cancelled() {
            self.connects.mark_unchanged();
            let Err(error) = self.session(&mut created, &mut pauses).await else {
                continue;
            };
            if created.is_none() && matches!(error, BusError::StreamMissing { .. }) {
                if !std::mem::replace(&mut waiting, true) {
                    tracing::info!(
                        consumer = self.spec.durable,
                        stream = self.stream,
                        "The stream is not there yet; waiting for the service that makes it."
                    );
                }
                tokio::select! {
                    () = self.stop.cancelled() => {}
                    _ = self.connects.changed() => {}
                    () = tokio::time::sleep(STREAM_PAUSE) => {}
                }
                continue;
            }
            if let Some(Report { failures, .. }) = self.interrupted.failed() {
                tracing::warn!(consumer = self.spec.durable, stream = self.stream, failures, %error,
                    "Consuming was interrupted; trying again.");
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                _ = self.connects.changed() => {}
                () = tokio::time::sleep(pauses.next().unwrap_or_default()) => {}
            }
        }
        self.deliveries.drain().await;
        progress.abort();
        let flushed = tokio::time::timeout(SAY_DEADLINE, self.client.flush()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::info!(
                consumer = self.spec.durable,
                "The last acknowledgements did not reach NATS; those events come again."
            );
        }
    }

    /// Returns without an error when it is time to stop or after a reconnect.
    async fn session(
        &mut self,
        created: &mut Option<Timestamp>,
        pauses: &mut ExponentialBackoff,
    ) -> Result<(), BusError> {
        let stream = stream::get(&self.context, &self.stream).await?;
        let now = stream::created(stream.cached_info());
        if created.replace(now).is_some_and(|before| before != now) {
            tracing::warn!(
                consumer = self.spec.durable,
                stream = self.stream,
                "The stream was recreated; consuming it from the start."
            );
            self.deliveries.forget_replies();
        }
        let mut consumer = self.ensure(&stream).await?;
        let mut buffer = self.ask_again(consumer.cached_info(), None).await;
        let mut messages = consumer
            .stream()
            .max_messages_per_batch(self.config.max_ack_pending.min(512))
            .expires(PULL_EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(BusError::unavailable)?;
        *pauses = PAUSES.build();
        if let Some(Report { failures, lasted }) = self.interrupted.over() {
            tracing::info!(
                consumer = self.spec.durable,
                stream = self.stream,
                failures,
                ?lasted,
                "Consuming continues."
            );
        }
        loop {
            if buffer.as_ref().is_some_and(RedeliveryBuffer::is_complete) {
                self.release(buffer.take());
            }
            let deadline = buffer.as_ref().map(RedeliveryBuffer::deadline);
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                _ = self.connects.changed() => return Ok(()),
                message = messages.next() => match message {
                    Some(Ok(message)) => self.take(message, buffer.as_mut()).await,
                    Some(Err(error)) => return Err(BusError::unavailable(error)),
                    None => return Err(BusError::unavailable("the pull ended")),
                },
                () = tokio::time::sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    let info = consumer.info().await.map_err(BusError::unavailable)?;
                    buffer = self.ask_again(info, buffer).await;
                }
            }
        }
    }

    /// Creates the durable on the server, or widens its filter. It is never narrowed, so that an older and a newer release that
    /// share a durable do not keep changing it back and forth.
    async fn ensure(&self, stream: &Stream) -> Result<PullConsumer, BusError> {
        let expected = self.consumer_config();
        let durable = &self.spec.durable;
        let Ok(known) = stream.get_consumer::<pull::Config>(durable).await else {
            let made = stream.create_consumer(expected).await;
            return made.map_err(BusError::unavailable);
        };
        let info = &known.cached_info().config;
        // A server stores a single filter in a field of its own.
        let before = std::iter::once(&info.filter_subject).chain(&info.filter_subjects);
        let before: Vec<_> = before.filter(|it| !it.is_empty()).cloned().collect();
        let mut next = pull::Config {
            deliver_policy: info.deliver_policy,
            ..expected
        };
        next.filter_subjects = if before.is_empty() {
            // Without filters it gets every subject.
            Vec::new()
        } else {
            subject::without_covered(before.iter().cloned().chain(next.filter_subjects))
        };
        if next.filter_subjects != before {
            tracing::info!(
                consumer = durable,
                from = ?before,
                to = ?next.filter_subjects,
                "Changing the consumer's filter."
            );
        } else if (next.ack_wait, next.max_ack_pending) == (info.ack_wait, info.max_ack_pending) {
            return Ok(known);
        }
        let made = stream.create_consumer(next).await;
        made.map_err(BusError::unavailable)
    }

    fn release(&self, buffer: Option<RedeliveryBuffer>) {
        for (sequence, (event, reply)) in buffer.into_iter().flat_map(RedeliveryBuffer::release) {
            self.deliveries.push(event, sequence, reply);
        }
    }

    fn consumer_config(&self) -> pull::Config {
        let subjects = self.spec.subjects.iter();
        let subjects = subjects.map(|it| subject::with_root(it, &self.config.namespace));
        pull::Config {
            durable_name: Some(self.spec.durable.clone()),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.config.ack_wait,
            max_ack_pending: i64::try_from(self.config.max_ack_pending).unwrap_or(i64::MAX),
            filter_subjects: subject::without_covered(subjects),
            ..pull::Config::default()
        }
    }

    /// Requests what was delivered but is not held here: lost on the way, or held by a process that died. Otherwise it would come
    /// after `ack_wait`, behind younger events of the same aggregates. With replicas this may repeat what another one holds,
    /// which is harmless. Repeats the request for a while, because the server may not have noticed yet that a connection is gone;
    /// returns what is still awaited.
    async fn ask_again(
        &self,
        info: &Info,
        before: Option<RedeliveryBuffer>,
    ) -> Option<RedeliveryBuffer> {
        let mut here: HashSet<u64> = self.deliveries.holds().into_iter().collect();
        let last = match &before {
            Some(buffer) => {
                here.extend(buffer.held());
                buffer.last()
            }
            None => info.delivered.stream_sequence,
        };
        let first = (info.ack_floor.stream_sequence + 1).max(last.saturating_sub(MAX_LOOK_BACK));
        let awaited = info.num_ack_pending.saturating_sub(here.len());
        let again = before.is_some();
        let next = match before {
            Some(buffer) => buffer.again(awaited),
            None => Ok(RedeliveryBuffer::new(awaited, last)),
        };
        let buffer = match next {
            Ok(buffer) if awaited > 0 && first <= last => buffer,
            Ok(done) | Err(done) => {
                self.release(Some(done));
                return None;
            }
        };
        if !again {
            tracing::info!(
                consumer = self.spec.durable,
                unsettled = awaited,
                in_hand = here.len(),
                "Asking for events that were delivered but not settled."
            );
        }
        for sequence in (first..=last).filter(|sequence| !here.contains(sequence)) {
            // The server ignores this for events that are not pending.
            let reply = format!(
                "$JS.ACK.{}.{}.1.{sequence}.{}.0.0",
                self.stream, self.spec.durable, info.delivered.consumer_sequence
            );
            say(&self.client, &reply, AckKind::Nak(None)).await;
        }
        Some(buffer)
    }

    async fn take(&self, message: jetstream::Message, buffer: Option<&mut RedeliveryBuffer>) {
        let Some(reply) = message.reply.as_ref().map(ToString::to_string) else {
            return;
        };
        let sequence = match message.info() {
            Ok(info) => info.stream_sequence,
            Err(error) => {
                tracing::error!(%error, "A message without a place in its stream; skipped.");
                return;
            }
        };
        let kind = match wire::envelope(&message.message) {
            Ok(event) if self.wants(&event) => {
                match buffer {
                    Some(buffer) => buffer.add(sequence, (event, reply)),
                    None => self.deliveries.push(event, sequence, reply),
                }
                return;
            }
            Ok(_) => AckKind::Ack,
            Err(header) => {
                tracing::error!(
                    consumer = self.spec.durable,
                    stream = self.stream,
                    sequence,
                    header,
                    "A message in the stream is not a Waybill event (header missing or wrong); skipped."
                );
                AckKind::Term
            }
        };
        if let Some(buffer) = buffer {
            buffer.skip(sequence);
        }
        say(&self.client, &reply, kind).await;
    }

    /// A durable that is shared with a newer release may deliver more.
    fn wants(&self, event: &Envelope) -> bool {
        let subjects = &self.spec.subjects;
        subjects.iter().any(|s| matches(s, &event.subject))
    }
}

async fn keep_reporting(deliveries: Arc<Deliveries>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        deliveries.report_progress(every / 2).await;
    }
}

/// Sends verdicts on the connection.
pub(super) struct NatsAcks(pub(super) Client);

#[async_trait]
impl Acks for NatsAcks {
    async fn say(&self, reply: &str, verdict: Verdict) {
        let kind = match verdict {
            Verdict::Done => AckKind::Ack,
            Verdict::Again => AckKind::Nak(None),
            Verdict::Progress => AckKind::Progress,
        };
        say(&self.0, reply, kind).await;
    }
}

/// While there is no connection the client's queue may be full: a verdict that cannot be sent then is dropped, and the event
/// comes again.
async fn say(client: &Client, reply: &str, kind: AckKind) {
    let said = client.publish(reply.to_owned(), kind.into());
    if matches!(tokio::time::timeout(SAY_DEADLINE, said).await, Ok(Ok(()))) {
        UNSENT.succeeded();
    } else if let Some(Report { failures, .. }) = UNSENT.failed() {
        tracing::info!(
            failures,
            "Acknowledgements could not be sent; their events come again."
        );
    }
}
