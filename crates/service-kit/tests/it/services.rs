//! Starting and draining services of one process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Notify, mpsc};
use tonic::service::Routes;
use waybill_bus::{Bus, Envelope, InProcessBus};
use waybill_primitives::UserId;
use waybill_proto::auth::{UserChanged, auth_service_client::AuthServiceClient, *};
use waybill_service_kit::{AppError, CallContext, Job, outgoing, start, start_all};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx};

use crate::support::{Probe, base, claims, service};

const PATIENCE: Duration = Duration::from_mins(1);

struct Listener(mpsc::UnboundedSender<Envelope>);

#[tonic::async_trait]
impl EventHandler for Listener {
    fn info(&self) -> ConsumerInfo {
        ConsumerInfo {
            name: "chat-users",
            subjects: &["waybill.auth.user.*"],
        }
    }
    async fn apply(&self, _: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        self.0.send(event.clone()).map_err(HandlerError::transient)
    }
}

#[tokio::test]
async fn an_event_committed_before_the_start_reaches_a_consumer_that_is_started_after_its_source() {
    let bus: Arc<dyn Bus> = InProcessBus::new();
    let auth = base("auth", Arc::clone(&bus)).await;
    let chat = base("chat", bus).await;
    let ctx = CallContext::for_user((&claims()).into());
    let tx = auth.deps.db.begin(&ctx.event_context()).await.unwrap();
    let user = UserId::new();
    tx.emit(user.uuid(), 1, &UserChanged::default());
    tx.commit().await.unwrap();

    let (sender, mut received) = mpsc::unbounded_channel();
    let mut listener = service("chat", Routes::default());
    listener.consumers.push(Arc::new(Listener(sender)));
    let running = start_all(vec![
        (service("auth", Routes::default()), auth.deps.clone()),
        (listener, chat.deps.clone()),
    ])
    .await
    .unwrap();
    let event = tokio::time::timeout(PATIENCE, received.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(event.aggregate_id, user.uuid());
    assert_eq!(event.request_id, Some(ctx.request_id.clone()));
    assert_eq!(event.actor, ctx.event_context().actor);
    assert_eq!(event.traceparent, ctx.traceparent);
    for service in &running {
        assert!(
            service.drain(PATIENCE).await,
            "{} did not drain",
            service.name
        );
    }
}

#[tokio::test]
async fn a_job_runs_at_the_start_and_when_woken_and_outlives_failures_and_panics() {
    let base = base("auth", InProcessBus::new()).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let (wake, ran) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let job = {
        let (runs, ran) = (Arc::clone(&runs), Arc::clone(&ran));
        Job::new("try", Duration::from_hours(1), move || {
            let (runs, ran) = (Arc::clone(&runs), Arc::clone(&ran));
            async move {
                let run = runs.fetch_add(1, Ordering::SeqCst);
                ran.notify_one();
                match run {
                    0 => Err(AppError::internal("the first run fails")),
                    1 => panic!("the second run panics"),
                    _ => Ok(()),
                }
            }
        })
        .woken_by(Arc::clone(&wake))
    };
    let mut service = service("auth", Routes::default());
    service.jobs.push(job);
    let running = start(service, &base.deps).await.unwrap();
    for expected in 1..=3 {
        tokio::time::timeout(PATIENCE, ran.notified())
            .await
            .unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), expected);
        wake.notify_one();
    }
    assert!(running.drain(PATIENCE).await);
}

#[tokio::test]
async fn the_channel_of_a_running_service_goes_through_its_layers() {
    let base = base("auth", InProcessBus::new()).await;
    let running = start(service("auth", Probe::default().routes()), &base.deps)
        .await
        .unwrap();
    let mut client = AuthServiceClient::new(running.channel());
    let claims = claims();
    let ctx = CallContext::anonymous().with_token(base.key.sign(&claims).unwrap());
    let answer = client
        .get_profile(outgoing(&ctx, GetProfileRequest {}))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().user.unwrap().email, claims.email);
    let ctx = base.deps.system_context().unwrap();
    assert_eq!(ctx.service().unwrap(), "auth");
}
