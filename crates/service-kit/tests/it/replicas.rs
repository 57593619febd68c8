//! Callers of services that restart, hang, or are slow.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use waybill_proto::auth::{auth_service_client::AuthServiceClient, *};
use waybill_service_kit::{
    AppError, CallContext, ErrorCode, GrpcChannel, channel, outgoing_within,
    telemetry::{metrics_handle, render_metrics},
};

use crate::support::Replica;

const PATIENCE: Duration = Duration::from_mins(1);

async fn soon<T>(what: &str, condition: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, condition)
        .await
        .unwrap_or_else(|_| panic!("{what}"))
}

/// Writes without pause from eight tasks. Each write is refused by its handler, which counts as a response.
struct Load {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    tasks: JoinSet<Vec<AppError>>,
}

impl Load {
    fn start(channel: &GrpcChannel) -> Self {
        let (over, answered) = (Arc::default(), Arc::default());
        let mut load = Self {
            over: Arc::clone(&over),
            answered: Arc::clone(&answered),
            tasks: JoinSet::new(),
        };
        for _ in 0..8 {
            let mut client = AuthServiceClient::new(channel.clone());
            let (over, answered) = (Arc::clone(&over), Arc::clone(&answered));
            load.tasks.spawn(async move {
                let mut failures = Vec::new();
                while !over.load(Ordering::SeqCst) {
                    let status = client.register(RegisterRequest::default()).await;
                    let error = AppError::from_status(&status.unwrap_err());
                    if error.is(ErrorCode::EmailTaken) {
                        answered.fetch_add(1, Ordering::SeqCst);
                    } else {
                        failures.push(error);
                        // A call that is refused at once never waits, and would leave no thread to the tasks that end the
                        // refusals.
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
                failures
            });
        }
        load
    }

    /// How many writes got a response, and the failures of the others.
    async fn end(self) -> (usize, Vec<AppError>) {
        self.over.store(true, Ordering::SeqCst);
        let failures = self.tasks.join_all().await.into_iter().flatten().collect();
        (self.answered.load(Ordering::SeqCst), failures)
    }
}

fn writes(replica: &Replica) -> usize {
    replica.probe.writes.load(Ordering::SeqCst)
}

/// Waits until one of the replicas has had some of the load since now, and returns its index.
async fn busy(replicas: &[Replica]) -> usize {
    let before: Vec<_> = replicas.iter().map(writes).collect();
    soon("a replica gets calls", async {
        loop {
            let mut counts = replicas.iter().map(writes).zip(&before);
            if let Some(busy) = counts.position(|(now, before)| now >= before + 20) {
                break busy;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

/// Replaces one of two replicas, several times, each time one that is serving; no write fails, and none is done twice.
async fn roll(channel: &GrpcChannel, addresses: &Mutex<Vec<SocketAddr>>, shared: bool) {
    // Logs why calls failed, if they did.
    let _ = tracing_subscriber::fmt().with_test_writer().try_init();
    let mut replicas = vec![Replica::start().await, Replica::start().await];
    let name = |replicas: &[Replica]| {
        *addresses.lock().unwrap() = replicas.iter().map(|replica| replica.address).collect();
    };
    name(&replicas);
    let load = Load::start(channel);
    let mut done = 0;
    for _ in 0..6 {
        let old = replicas.remove(busy(&replicas).await);
        let counted = Arc::clone(&old.probe.writes);
        // The name resolves to it until it is gone, as with a balancer that checks too seldom.
        old.stop().await;
        done += counted.load(Ordering::SeqCst);
        replicas.push(Replica::start().await);
        name(&replicas);
        if shared {
            for replica in &replicas {
                busy(std::slice::from_ref(replica)).await;
            }
        }
    }
    let (answered, failures) = load.end().await;
    assert!(
        failures.is_empty(),
        "{} of {answered}: {:?}",
        failures.len(),
        failures[0]
    );
    done += replicas.iter().map(writes).sum::<usize>();
    assert_eq!(done, answered, "a write was done twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_of_two_replicas_fails_no_write() {
    let addresses = Arc::new(Mutex::new(Vec::new()));
    let named = Arc::clone(&addresses);
    let resolve = Arc::new(move || {
        let addresses = named.lock().unwrap().clone();
        Box::pin(async move { Ok(addresses) }) as _
    });
    let channel = channel::resolved("http://auth:4101".parse().unwrap(), resolve);
    roll(&channel, &addresses, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_behind_a_balancer_that_does_not_look_whether_they_are_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let channel = channel::remote(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let addresses = Arc::new(Mutex::new(Vec::new()));
    tokio::spawn(balance(listener, Arc::clone(&addresses)));
    roll(&channel, &addresses, false).await;
}

/// Forwards each connection to the next address; closes it if there is no server.
async fn balance(listener: TcpListener, addresses: Arc<Mutex<Vec<SocketAddr>>>) {
    for turn in 0.. {
        let (mut client, _) = listener.accept().await.unwrap();
        let address = {
            let addresses = addresses.lock().unwrap();
            addresses[turn % addresses.len()]
        };
        tokio::spawn(async move {
            if let Ok(mut server) = TcpStream::connect(address).await {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_restart_of_a_single_replica_is_answered_by_try_again() {
    let first = Replica::start().await;
    let address = first.address;
    let channel = channel::remote(&format!("http://{address}")).unwrap();
    let load = Load::start(&channel);
    busy(std::slice::from_ref(&first)).await;
    let counted = Arc::clone(&first.probe.writes);
    first.stop().await;
    let second = Replica::on(TcpListener::bind(address).await.unwrap()).await;
    busy(std::slice::from_ref(&second)).await;
    let (answered, failures) = load.end().await;
    for failure in failures {
        assert!(
            failure.is(ErrorCode::Unavailable) && failure.retry_after().is_some(),
            "{failure:?}"
        );
    }
    let done = counted.load(Ordering::SeqCst) + writes(&second);
    assert_eq!(done, answered, "every write that was done was answered");
}

#[tokio::test]
async fn connections_that_wait_to_be_accepted_when_a_server_closes_are_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = AuthServiceClient::new(channel::remote(&format!("http://{address}")).unwrap());
    let call = tokio::spawn(async move { client.register(RegisterRequest::default()).await });
    // It connects while the server is closing: the system accepts its connection.
    let replica = Replica::on(listener).await;
    replica.shutdown.begin(Duration::ZERO).await;
    let status = soon("an answer", call).await.unwrap().unwrap_err();
    assert!(
        AppError::from_status(&status).is(ErrorCode::EmailTaken),
        "{status:?}"
    );
}

#[tokio::test]
async fn a_service_that_hangs_is_given_up_before_its_calls_are_and_found_when_it_answers() {
    metrics_handle();
    // The operating system accepts for it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let channel = channel::remote(&format!("http://{address}")).unwrap();
    let call = |deadline| {
        let mut client = AuthServiceClient::new(channel.clone());
        let request = outgoing_within(&CallContext::anonymous(), deadline, GetJwksRequest {});
        async move { client.get_jwks(request).await }
    };
    let held = tokio::spawn(call(Duration::from_mins(5)));
    let status = soon("a refusal", async {
        loop {
            // Those that are in flight at first wait for seconds; later ones do not.
            let call = tokio::time::timeout(Duration::from_secs(1), call(Duration::from_mins(5)));
            if let Ok(answer) = call.await {
                break answer.unwrap_err();
            }
        }
    })
    .await;
    let error = AppError::from_status(&status);
    assert!(
        error.is(ErrorCode::Unavailable) && error.retry_after().is_some(),
        "{error:?}"
    );
    let held = soon("the call that waited is refused as well", held).await;
    let held = AppError::from_status(&held.unwrap().unwrap_err());
    assert!(held.is(ErrorCode::Unavailable), "{held:?}");
    assert!(breaker(address).ends_with(" 1"), "{}", breaker(address));

    let _replica = Replica::on(listener).await;
    soon("it is found again", async {
        while call(Duration::from_secs(10)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert!(breaker(address).ends_with(" 0"), "{}", breaker(address));
}

#[tokio::test]
async fn a_service_that_is_said_to_be_well_gets_calls() {
    metrics_handle();
    let address = {
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        nobody.local_addr().unwrap()
    };
    let channel = channel::remote(&format!("http://{address}")).unwrap();
    let mut client = AuthServiceClient::new(channel.clone());
    client.get_jwks(GetJwksRequest {}).await.unwrap_err();
    assert!(breaker(address).ends_with(" 1"), "{}", breaker(address));

    let _replica = Replica::on(TcpListener::bind(address).await.unwrap()).await;
    let mut health = HealthClient::new(channel);
    soon("it says that it is well", async {
        while !matches!(
            health.check(HealthCheckRequest::default()).await,
            Ok(answer) if answer.get_ref().status() == ServingStatus::Serving
        ) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    client.get_jwks(GetJwksRequest {}).await.unwrap();
}

#[tokio::test]
async fn a_service_that_is_slow_is_not_given_up() {
    let replica = Replica::start().await;
    let channel = channel::remote(&format!("http://{}", replica.address)).unwrap();
    let mut client = AuthServiceClient::new(channel);
    let slow = tokio::spawn({
        let mut client = client.clone();
        async move { client.logout(LogoutRequest::default()).await }
    });
    replica.probe.entered.notified().await;
    soon("it is asked whether it answers", async {
        while !render_metrics().contains("grpc.health.v1.Health/Check") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    client.get_jwks(GetJwksRequest {}).await.unwrap();
    assert_eq!(breaker(replica.address), "", "no calls were ever held back");
    replica.probe.gate.notify_one();
    slow.await.unwrap().unwrap();
}

/// The line of the metrics about calls to this address that are held back.
fn breaker(address: SocketAddr) -> String {
    let (metrics, address) = (render_metrics(), address.to_string());
    let mut lines = metrics.lines();
    let line =
        lines.find(|line| line.starts_with("waybill_breakers_open") && line.contains(&address));
    line.unwrap_or_default().to_owned()
}
