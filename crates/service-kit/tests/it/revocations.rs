//! Access tokens that are no longer valid before they expire.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use uuid::Uuid;
use waybill_bus::{Bus, CancellationToken, Envelope, InProcessBus};
use waybill_primitives::{EventId, Role, Timestamp, UserId};
use waybill_proto::{
    Event,
    auth::{
        ChangedRole, ListRevocationsRequest, ListRevocationsResponse, RevocationCursor,
        RevokedSession, SessionEnded, User, UserChanged, UserEvent,
    },
    common,
};
use waybill_service_kit::{
    AppError, ErrorKind,
    crypto::{SigningKey, key_set},
    tokens::{AccessClaims, Authority, Verifier},
};

use crate::support::claims;

/// Auth with these keys; it is away until it has answers.
struct Auth {
    key: SigningKey,
    answers: Mutex<Option<Vec<ListRevocationsResponse>>>,
    asked: Mutex<Vec<ListRevocationsRequest>>,
}

impl Auth {
    fn new(answers: Option<Vec<ListRevocationsResponse>>) -> Arc<Self> {
        Arc::new(Self {
            key: SigningKey::generate().unwrap(),
            answers: Mutex::new(answers),
            asked: Mutex::default(),
        })
    }

    fn token(&self, claims: &AccessClaims) -> String {
        self.key.sign(claims).unwrap()
    }
}

#[tonic::async_trait]
impl Authority for Auth {
    async fn keys(&self) -> Result<String, AppError> {
        Ok(serde_json::to_string(&key_set([&self.key])).unwrap())
    }

    async fn revocations(
        &self,
        request: ListRevocationsRequest,
    ) -> Result<ListRevocationsResponse, AppError> {
        self.asked.lock().push(request);
        let mut answers = self.answers.lock();
        let answers = answers
            .as_mut()
            .ok_or_else(|| AppError::unavailable("auth is away"))?;
        Ok(if answers.is_empty() {
            ListRevocationsResponse::default()
        } else {
            answers.remove(0)
        })
    }
}

fn later() -> Timestamp {
    Timestamp::now().plus(Duration::from_mins(15))
}

fn ended(session: Uuid) -> RevokedSession {
    RevokedSession {
        session_id: session.to_string(),
        until: Some(later()),
    }
}

async fn reason(verifier: &Verifier, token: &str) -> Option<String> {
    let error = verifier.verify(token).await.err()?;
    assert_eq!(error.kind, ErrorKind::Unauthenticated, "{error}");
    Some(error.metadata["reason"].clone())
}

fn event<E: Event>(message: &E) -> Envelope {
    Envelope {
        id: EventId::new(),
        subject: message.subject().to_owned(),
        time: Timestamp::now(),
        source: "auth".to_owned(),
        aggregate_id: Uuid::now_v7(),
        aggregate_version: 1,
        traceparent: None,
        request_id: None,
        actor: None,
        payload: prost::Message::encode_to_vec(message).into(),
    }
}

fn role_changed(user: UserId, role: Role, version: i64) -> UserChanged {
    UserChanged {
        kind: UserEvent::RoleChanged.into(),
        user: Some(User {
            id: user.to_string(),
            role: common::Role::from(role).into(),
            version,
            ..User::default()
        }),
        ..UserChanged::default()
    }
}

#[tokio::test]
async fn what_was_revoked_before_the_start_is_loaded_before_any_token_is_accepted() {
    let (open, closed, demoted) = (claims(), claims(), claims());
    let auth = Auth::new(None);
    let verifier = Verifier::new(Arc::clone(&auth) as Arc<dyn Authority>);
    let error = verifier.verify(&auth.token(&open)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable, "it may be revoked");

    let next = RevocationCursor {
        at: Some(Timestamp::now()),
        session_id: Uuid::now_v7().to_string(),
    };
    let first = ListRevocationsResponse {
        sessions: vec![ended(Uuid::now_v7())],
        next: Some(next.clone()),
        ..ListRevocationsResponse::default()
    };
    let second = ListRevocationsResponse {
        sessions: vec![ended(closed.sid.unwrap())],
        roles: vec![ChangedRole {
            user_id: demoted.sub.to_string(),
            role: common::Role::Staff.into(),
            version: 2,
            until: Some(later()),
        }],
        ..ListRevocationsResponse::default()
    };
    *auth.answers.lock() = Some(vec![first, second]);
    let token = auth.token(&open);
    let known = async {
        while verifier.verify(&token).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), known)
        .await
        .unwrap();
    assert_eq!(auth.asked.lock().last().unwrap().after, Some(next));
    let of = async |claims: &AccessClaims| reason(&verifier, &auth.token(claims)).await;
    assert_eq!(of(&closed).await.as_deref(), Some("ended"));
    assert_eq!(of(&demoted).await.as_deref(), Some("role_changed"));
    let refreshed = AccessClaims {
        role: Role::Staff,
        ..demoted
    };
    assert_eq!(of(&refreshed).await, None);
}

#[tokio::test]
async fn an_event_revokes_by_session_and_by_role_and_not_by_the_second() {
    let auth = Auth::new(Some(Vec::new()));
    let verifier = Verifier::new(Arc::clone(&auth) as Arc<dyn Authority>);
    let of = async |claims: &AccessClaims| reason(&verifier, &auth.token(claims)).await;
    let here = claims();
    // Another session of the same user, from the same second.
    let there = AccessClaims {
        sid: Some(Uuid::now_v7()),
        ..here.clone()
    };
    assert_eq!((of(&here).await, of(&there).await), (None, None));
    let mut changes = verifier.revoked();
    let end = SessionEnded {
        session_id: here.sid.unwrap().to_string(),
        user_id: here.sub.to_string(),
        until: Some(later()),
        ..SessionEnded::default()
    };
    assert_eq!(verifier.observe(&event(&end)), Some(here.sub));
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    assert_eq!(of(&here).await.as_deref(), Some("ended"));
    assert_eq!(of(&there).await, None);

    verifier.observe(&event(&role_changed(there.sub, Role::Admin, 3)));
    assert_eq!(of(&there).await.as_deref(), Some("role_changed"));
    // An event from before it.
    verifier.observe(&event(&role_changed(there.sub, Role::Customer, 2)));
    assert_eq!(of(&there).await.as_deref(), Some("role_changed"));
    let refreshed = AccessClaims {
        role: Role::Admin,
        ..there
    };
    assert_eq!(of(&refreshed).await, None);
    assert!(changes.has_changed().unwrap());
}

/// Events and answers, each without the other.
#[tokio::test]
async fn revocations_are_followed_by_events_and_without_them() {
    let auth = Auth::new(Some(Vec::new()));
    let verifier = Verifier::new(Arc::clone(&auth) as Arc<dyn Authority>);
    let bus = InProcessBus::new();
    let stop = CancellationToken::new();
    let follow = Arc::clone(&verifier).follow(bus.clone(), stop.clone());
    let follow = tokio::spawn(follow);
    let (by_event, by_answer) = (claims(), claims());
    let mut changes = verifier.revoked();
    assert_eq!(reason(&verifier, &auth.token(&by_event)).await, None);
    // The tail may not have begun.
    let end = SessionEnded {
        session_id: by_event.sid.unwrap().to_string(),
        until: Some(later()),
        ..SessionEnded::default()
    };
    while !changes.has_changed().unwrap() {
        bus.publish(event(&end)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let refused = reason(&verifier, &auth.token(&by_event)).await;
    assert_eq!(refused.as_deref(), Some("ended"));

    changes.mark_unchanged();
    *auth.answers.lock() = Some(vec![ListRevocationsResponse {
        sessions: vec![ended(by_answer.sid.unwrap())],
        ..ListRevocationsResponse::default()
    }]);
    changes.changed().await.unwrap();
    let refused = reason(&verifier, &auth.token(&by_answer)).await;
    assert_eq!(refused.as_deref(), Some("ended"));
    stop.cancel();
    follow.await.unwrap();
}
