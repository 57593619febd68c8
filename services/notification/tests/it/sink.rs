//! A mail server that stores what it gets: the receiving side of RFC 5321, as far as a client needs it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// A mail as it was received.
#[derive(Debug, Clone)]
pub struct Received {
    pub to: Vec<String>,
    /// Header and body, lines joined by `\n`, dots unstuffed.
    pub data: String,
}

impl Received {
    /// The data with quoted-printable (RFC 2045) undone.
    pub fn decoded(&self) -> String {
        let joined = self.data.replace("=\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_str();
        while let Some((before, after)) = rest.split_once('=') {
            bytes.extend(before.as_bytes());
            let hex = after.get(..2).map(|hex| u8::from_str_radix(hex, 16));
            rest = if let Some(Ok(byte)) = hex {
                bytes.push(byte);
                &after[2..]
            } else {
                bytes.push(b'=');
                after
            };
        }
        bytes.extend(rest.as_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The value of a header, folded lines joined.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\n\n").next()?;
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        let prefix = format!("{name}: ");
        unfolded
            .lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .map(str::to_owned)
    }
}

/// The server's response to the next recipients instead of 250.
#[derive(Debug, Clone, Copy)]
pub enum Mood {
    Refuse(&'static str),
    /// It accepts the mail and never responds.
    Hang,
}

#[derive(Default)]
struct State {
    received: Mutex<Vec<Received>>,
    moods: Mutex<VecDeque<Mood>>,
    arrived: Notify,
}

/// Listens until dropped.
pub struct Sink {
    pub port: u16,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A client that disconnects ends its dialogue with an error.
                tokio::spawn(async move { drop(dialogue(stream, state).await) });
            }
        });
        Self { port, state, task }
    }

    /// How the next recipients are treated, one mood each; afterwards all are accepted.
    pub fn moods(&self, moods: &[Mood]) {
        self.state.moods.lock().expect("no panics").extend(moods);
    }

    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().expect("no panics").clone()
    }

    /// Waits until so many mails have arrived.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let arrived = self.state.arrived.notified();
            if self.received().len() >= count {
                return;
            }
            arrived.await;
        }
    }
}

async fn dialogue(stream: TcpStream, state: Arc<State>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 sink.test ESMTP\r\n").await?;
    let mut to = Vec::new();
    let mut hang = false;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split_whitespace().next().unwrap_or("").to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink.test\r\n250-8BITMIME\r\n250 SIZE 10000000".to_owned(),
            "HELO" | "NOOP" => "250 ok".to_owned(),
            "MAIL" | "RSET" => {
                to.clear();
                "250 ok".to_owned()
            }
            "RCPT" => {
                let mood = state.moods.lock().expect("no panics").pop_front();
                if let Some(Mood::Refuse(answer)) = mood {
                    answer.to_owned()
                } else {
                    hang = mood.is_some();
                    let address = line.split(['<', '>']).nth(1).unwrap_or("");
                    to.push(address.to_owned());
                    "250 ok".to_owned()
                }
            }
            "DATA" if to.is_empty() => "503 no recipients".to_owned(),
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut data = Vec::new();
                loop {
                    match lines.next_line().await? {
                        None => return Ok(()),
                        Some(line) if line == "." => break,
                        Some(line) => {
                            data.push(line.strip_prefix('.').unwrap_or(&line).to_owned());
                        }
                    }
                }
                let mail = Received {
                    to: std::mem::take(&mut to),
                    data: data.join("\n"),
                };
                state.received.lock().expect("no panics").push(mail);
                state.arrived.notify_waiters();
                if std::mem::take(&mut hang) {
                    continue;
                }
                "250 kept".to_owned()
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not known here".to_owned(),
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
