//! A private S3 server that checks signatures and their times, with one bucket that is removed with it.

use std::{fs, net::Ipv4Addr, net::SocketAddr, path::Path};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

const BUCKET: &str = "files";
const ACCESS_KEY: &str = "waybill-test";
const SECRET_KEY: &str = "only-for-tests-only-for-tests";

/// A running server with an empty bucket. Dropping it stops it and removes the objects.
pub struct S3Server {
    directory: TempDir,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl S3Server {
    /// Starts a server on a free port, within this runtime.
    ///
    /// # Panics
    /// If there is no port or no temporary folder.
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(directory.path().join(BUCKET)).expect("a bucket");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("its address");
        let task = tokio::spawn(serve(listener, service(directory.path())));
        Self {
            directory,
            address,
            task,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The settings of a process that stores its files there.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("WAYBILL_FILES", "s3".to_owned()),
            (
                "WAYBILL_FILES_S3_ENDPOINT",
                format!("http://{}", self.address),
            ),
            ("WAYBILL_FILES_S3_BUCKET", BUCKET.to_owned()),
            ("WAYBILL_FILES_S3_ACCESS_KEY", ACCESS_KEY.to_owned()),
            ("WAYBILL_FILES_S3_SECRET_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// The folder of the bucket's objects, each a file named by its key.
    pub fn objects(&self) -> std::path::PathBuf {
        self.directory.path().join(BUCKET)
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn service(root: &Path) -> S3Service {
    let objects = FileSystem::new(root).expect("a folder of buckets");
    let mut builder = S3ServiceBuilder::new(objects);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    builder.build()
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            let connections = Builder::new(TokioExecutor::new());
            // A client that disconnects is no error of the test.
            let _ = connections
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}
