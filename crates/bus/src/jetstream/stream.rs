//! One stream per service: its settings, its state, and what the server's refusals mean.

use async_nats::jetstream::{
    Context, ErrorCode, consumer,
    context::{ConsumerInfoErrorKind, CreateStreamErrorKind, GetStreamError, GetStreamErrorKind},
    stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType, Stream},
};
use futures::StreamExt as _;
use waybill_primitives::Timestamp;

use super::NatsConfig;
use crate::{BusError, Lag, StreamState, subject};

/// `WAYBILL_ORDER` for the service `order` in the namespace `waybill`.
pub(super) fn name(config: &NatsConfig, service: &str) -> Result<String, BusError> {
    subject::check_name(service)?;
    Ok(format!("{}_{service}", config.namespace).to_ascii_uppercase())
}

fn expected(config: &NatsConfig, service: &str) -> Result<Config, BusError> {
    Ok(Config {
        name: name(config, service)?,
        subjects: vec![format!("{}.{service}.>", config.namespace)],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::Old,
        num_replicas: config.replicas,
        max_age: config.max_age,
        duplicate_window: config.duplicate_window,
        ..Config::default()
    })
}

/// Creates the stream, or updates those of our settings that differ and leaves the operator's alone.
pub(super) async fn ensure(
    context: &Context,
    config: &NatsConfig,
    service: &str,
) -> Result<StreamState, BusError> {
    let expected = expected(config, service)?;
    match get(context, &expected.name).await {
        Ok(stream) => {
            let mut info = stream.cached_info().clone();
            let mut next = info.config.clone();
            next.subjects.clone_from(&expected.subjects);
            next.num_replicas = expected.num_replicas;
            next.max_age = expected.max_age;
            next.duplicate_window = expected.duplicate_window;
            if next != info.config {
                tracing::info!(stream = expected.name, "Changing the stream's settings.");
                info = context.update_stream(next).await.map_err(|error| {
                    BusError::config(format!("cannot change stream {}: {error}", expected.name))
                })?;
            }
            Ok(state(&info))
        }
        Err(BusError::StreamMissing { stream }) => {
            tracing::info!(stream, "Creating the stream.");
            match context.create_stream(expected).await {
                Ok(created) => Ok(state(created.cached_info())),
                // Somebody else was faster, with other settings; the next call fixes those.
                Err(error)
                    if matches!(error.kind(), CreateStreamErrorKind::JetStream(e)
                        if e.error_code() == ErrorCode::STREAM_NAME_EXIST) =>
                {
                    Ok(state(get(context, &stream).await?.cached_info()))
                }
                Err(error) => Err(match error.kind() {
                    CreateStreamErrorKind::JetStream(e) if e.code() < 500 => {
                        BusError::config(format!("cannot create stream {stream}: {e}"))
                    }
                    _ => BusError::unavailable(error),
                }),
            }
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn get(context: &Context, name: &str) -> Result<Stream, BusError> {
    context
        .get_stream(name)
        .await
        .map_err(|error| get_error(&error, name))
}

fn get_error(error: &GetStreamError, name: &str) -> BusError {
    match error.kind() {
        GetStreamErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND => {
            BusError::StreamMissing {
                stream: name.to_owned(),
            }
        }
        _ => BusError::unavailable(error),
    }
}

pub(super) fn state(info: &Info) -> StreamState {
    let (config, state) = (&info.config, &info.state);
    let reached = |limit: i64, now: u64| {
        // A message that does not fit any more may be larger than the remaining space.
        u64::try_from(limit).is_ok_and(|limit| limit > 0 && now >= limit - limit / 20)
    };
    StreamState {
        created: created(info),
        first_sequence: state.first_sequence,
        last_sequence: state.last_sequence,
        messages: state.messages,
        max_age: Some(config.max_age).filter(|age| !age.is_zero()),
        full: reached(config.max_messages, state.messages)
            || reached(config.max_bytes, state.bytes),
    }
}

pub(super) async fn lag(stream: &Stream) -> Result<Lag, BusError> {
    let last = stream.cached_info().state.last_sequence;
    let mut lag = Lag::default();
    let mut consumers = stream.consumers();
    while let Some(info) = consumers.next().await {
        let info = info.map_err(BusError::unavailable)?;
        let settled = settled_of(&info, last);
        lag.settled = Some(lag.settled.map_or(settled, |least| least.min(settled)));
        if info.num_waiting > 0 {
            lag.most = lag.most.max(open(&info));
        }
    }
    Ok(lag)
}

/// Events that the consumer has yet to settle.
fn open(info: &consumer::Info) -> u64 {
    info.num_pending + info.num_ack_pending as u64
}

/// Its settled position ends with the last event that its filter matched; it does not need the later ones.
fn settled_of(info: &consumer::Info, last: u64) -> u64 {
    match open(info) {
        0 => last,
        _ => info.ack_floor.stream_sequence,
    }
}

/// 0 if there is no such consumer.
pub(super) async fn settled(stream: &Stream, durable: &str) -> Result<u64, BusError> {
    let info = match stream.consumer_info(durable).await {
        Ok(info) => info,
        Err(error) if matches!(error.kind(), ConsumerInfoErrorKind::NotFound) => return Ok(0),
        Err(error) => return Err(BusError::unavailable(error)),
    };
    Ok(settled_of(&info, stream.cached_info().state.last_sequence))
}

pub(super) async fn holes(context: &Context, name: &str) -> Result<Vec<u64>, BusError> {
    let stream = get(context, name).await?;
    let builder = stream.info_builder().with_deleted(true);
    let info = builder.fetch().await.map_err(BusError::unavailable)?;
    Ok(info.info.state.deleted.unwrap_or_default())
}

pub(super) fn created(info: &Info) -> Timestamp {
    let micros = info.created.unix_timestamp_nanos() / 1_000;
    Timestamp::from_micros(i64::try_from(micros).unwrap_or(0))
}

/// Where consumers ask a service for events that they miss. Outside every stream's subjects, so that no request is stored.
pub(super) fn repair_subject(config: &NatsConfig, service: &str) -> String {
    format!("{}-repair.{service}", config.namespace)
}
