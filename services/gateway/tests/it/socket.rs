//! A minimal Socket.IO client over long polling.

use std::collections::VecDeque;

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use waybill_primitives::{Role, UserId};

use crate::support::{Gateway, request, token_of};

/// A client with one session.
pub struct Live<'a> {
    gateway: &'a Gateway,
    sid: String,
    packets: VecDeque<String>,
    acks: u32,
}

impl<'a> Live<'a> {
    /// Opens the transport and connects; returns the client or the message of `connect_error`.
    pub async fn connect(gateway: &'a Gateway, auth: Value) -> Result<Self, String> {
        Self::connect_at(gateway, "localhost", auth).await
    }

    /// As [`Live::connect`], to the gateway under another name.
    pub async fn connect_at(gateway: &'a Gateway, host: &str, auth: Value) -> Result<Self, String> {
        let path = "/socket.io/?EIO=4&transport=polling";
        let open = request(Method::GET, path).header("host", host);
        let opened = gateway.call(open.body(Body::empty()).unwrap()).await;
        let text = String::from_utf8_lossy(&opened.body).into_owned();
        let open: Value = serde_json::from_str(text.trim_start_matches('0')).unwrap();
        let mut live = Self {
            gateway,
            sid: open["sid"].as_str().unwrap().to_owned(),
            packets: VecDeque::new(),
            acks: 0,
        };
        live.post(&format!("40{auth}")).await;
        let answer = live.packet().await;
        match answer.strip_prefix("44") {
            Some(refusal) => {
                let refusal: Value = serde_json::from_str(refusal).unwrap();
                Err(refusal["message"].as_str().unwrap().to_owned())
            }
            None => {
                assert!(answer.starts_with("40"), "{answer}");
                Ok(live)
            }
        }
    }

    pub async fn as_user(gateway: &'a Gateway, user: UserId, role: Role) -> Self {
        let auth = json!({"token": token_of(user, role, 600)});
        Self::connect(gateway, auth).await.expect("let in")
    }

    fn path(&self) -> String {
        format!("/socket.io/?EIO=4&transport=polling&sid={}", self.sid)
    }

    async fn post(&self, packet: &str) {
        let post = request(Method::POST, &self.path()).body(Body::from(packet.to_owned()));
        let answer = self.gateway.call(post.unwrap()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The next packet; waits for it.
    pub async fn packet(&mut self) -> String {
        loop {
            if let Some(packet) = self.packets.pop_front() {
                return packet;
            }
            let answer = self.gateway.get(&self.path()).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            for packet in text.split('\u{1e}') {
                if packet == "2" {
                    self.post("3").await;
                } else {
                    self.packets.push_back(packet.to_owned());
                }
            }
        }
    }

    /// Reads and discards packets until the server has closed the session.
    pub async fn closed(&self) {
        while self.gateway.get(&self.path()).await.status == 200 {}
    }

    /// The next event, its name and payload.
    pub async fn event(&mut self) -> (String, Value) {
        loop {
            let packet = self.packet().await;
            if let Some(json) = packet.strip_prefix("42") {
                let [name, payload]: [Value; 2] = serde_json::from_str(json).unwrap();
                let operations = waybill_gateway::asyncapi_document();
                assert!(
                    operations.contains(&format!("\"title\":{name}")),
                    "{name} is not described"
                );
                return (name.as_str().unwrap().to_owned(), payload);
            }
        }
    }

    /// The events up to the sentinel that marks the end.
    pub async fn events_until_mark(&mut self) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        loop {
            let (name, payload) = self.event().await;
            if payload["title"] == "mark" {
                return events;
            }
            events.push((name, payload));
        }
    }

    /// Sends an event and waits for its acknowledgement.
    pub async fn ask(&mut self, event: &str, payload: Value) -> Value {
        self.acks += 1;
        let id = self.acks;
        self.post(&format!("42{id}{}", json!([event, payload])))
            .await;
        let prefix = format!("43{id}");
        let mut put_back = VecDeque::new();
        let ack = loop {
            let packet = self.packet().await;
            match packet.strip_prefix(&prefix) {
                Some(json) => break json.to_owned(),
                None => put_back.push_back(packet),
            }
        };
        put_back.append(&mut self.packets);
        self.packets = put_back;
        let [ack]: [Value; 1] = serde_json::from_str(&ack).unwrap();
        ack
    }
}
