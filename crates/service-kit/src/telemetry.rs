//! Logs, traces and metrics of a process.
//!
//! Every line within a call carries the span's `request_id`. Lines go to standard error: standard output is for what the command
//! prints. Panics are log lines as well.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{IsTerminal as _, Write as _},
    net::SocketAddr,
    panic::PanicHookInfo,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    Layer,
    fmt::{MakeWriter, writer::MakeWriterExt as _},
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::{
    log_filter::filter,
    log_lines,
    settings::{CommonSettings, LogFormat, SettingsError},
};

/// Buckets of durations, in seconds.
const SECONDS: [f64; 14] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Keeps the export of traces running; flush it at the end by [`Telemetry::shutdown`].
#[derive(Debug, Default)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Sends the spans that are still queued.
    pub async fn shutdown(self) {
        let Some(traces) = self.traces else { return };
        // Blocks until the collector has responded.
        let flushed = tokio::task::spawn_blocking(move || traces.shutdown()).await;
        if let Ok(Err(error)) = flushed {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Installs logs, traces (where an endpoint is set) and metrics for the process. Must run within a tokio runtime. A second
/// call in the same process changes nothing: tests run several platforms in one.
pub fn init(service: &'static str, settings: &CommonSettings) -> Result<Telemetry, SettingsError> {
    let metrics = metrics_handle();
    // Durations accumulate until they are put into their buckets, which otherwise only reading /metrics does.
    tokio::spawn(async move {
        let mut timer = tokio::time::interval(Duration::from_secs(5));
        loop {
            timer.tick().await;
            metrics.run_upkeep();
        }
    });
    global::set_text_map_propagator(TraceContextPropagator::new());
    let filter = filter(&settings.log)
        .map_err(|error| SettingsError::one(format!("WAYBILL_LOG: {error}")))?;
    let traces = match &settings.otlp_endpoint {
        Some(endpoint) => Some(exporter(service, &endpoint.to_string())?),
        None => None,
    };
    let lines = lines(settings.log_format, std::io::stderr.with_filter(is_written));
    let spans = traces
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("waybill")));
    let installed = tracing_subscriber::registry()
        .with(lines)
        .with(spans)
        .with(filter)
        .try_init();
    // An error means that a subscriber is installed already.
    if installed.is_ok() {
        log_panics();
    }
    Ok(Telemetry { traces })
}

/// Whether lines below a warning are left out.
static QUIET: AtomicBool = AtomicBool::new(false);

fn is_written(line: &Metadata<'_>) -> bool {
    *line.level() <= Level::WARN || !QUIET.load(Ordering::Relaxed)
}

/// Leaves lines below a warning out of the log until it is dropped: for a start that does much of which one line says enough. It is for
/// the whole process, also for requests that come meanwhile.
#[derive(Debug)]
pub struct Quiet(());

/// See [`Quiet`].
pub fn quiet() -> Quiet {
    QUIET.store(true, Ordering::Relaxed);
    Quiet(())
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.store(false, Ordering::Relaxed);
    }
}

/// Logs warnings that were found before there was a log.
pub fn warn(findings: &[String]) {
    for finding in findings {
        tracing::warn!("{finding}");
    }
}

/// Writes lines of the format `json` while no log is installed.
pub fn as_json(write: impl FnOnce()) {
    let lines = lines(LogFormat::Json, std::io::stderr);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), write);
}

/// Makes every panic of the process a log line. Where errors are not logged, it is printed as before.
pub fn log_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if tracing::enabled!(tracing::Level::ERROR) {
            log_panic(panic);
        } else {
            print(panic);
        }
    }));
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);
    tracing::error!(
        panic = panic.payload_as_str().unwrap_or("no text"),
        location = panic.location().map(tracing::field::display),
        thread = std::thread::current().name(),
        backtrace = backtrace.as_ref().map(tracing::field::display),
        "a thread panicked"
    );
    metrics::counter!("waybill_panics_total").increment(1);
}

/// Reports that the process listens: on standard output, for people and for programs that start it and wait for this line. With
/// machine-readable logs it is a log line, so that the output has one format.
pub fn announce(format: LogFormat, address: SocketAddr) {
    match format {
        // It is no error if nobody reads it.
        LogFormat::Console => {
            let _ = writeln!(std::io::stdout(), "listening on http://{address}");
        }
        LogFormat::Json => tracing::info!(%address, "listening on http://{address}"),
    }
}

/// The layer that writes log lines.
pub fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Console => lines
            .with_ansi(false)
            .fmt_fields(log_lines::fields())
            .event_format(log_lines::Short {
                ansi: std::io::stderr().is_terminal(),
            })
            .boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    }
}

fn exporter(service: &'static str, endpoint: &str) -> Result<SdkTracerProvider, SettingsError> {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .map_err(|error| SettingsError::one(format!("WAYBILL_OTLP_ENDPOINT: {error}")))?;
    let resource = Resource::builder()
        .with_service_name(format!("waybill-{service}"))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// The metrics of this process; installs their recorder with the first call.
pub fn metrics_handle() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        // The only possible error is an empty list of buckets, and it is a constant.
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        handle
    })
}

/// All metrics in Prometheus' text format.
pub fn render_metrics() -> String {
    let handle = metrics_handle();
    handle.run_upkeep();
    handle.render()
}
