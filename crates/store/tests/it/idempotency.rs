//! One key, one effect, whichever request comes first.

use std::sync::Arc;

use tokio::task::JoinSet;
use waybill_store::{Db, EventContext, IdempotencyError, IdempotencyKey, idempotency, transact};

use crate::support::{count, for_each_database, open, tallies};

/// A use case as the services write it. Returns the response, and whether it was stored before.
async fn act(
    db: &Db,
    key: &IdempotencyKey,
    answer: &str,
) -> Result<(String, bool), IdempotencyError> {
    let first: Result<(), IdempotencyError> = transact!(db, EventContext::default(), async |tx| {
        idempotency::insert(tx, key, answer.as_bytes()).await?;
        count(tx, "acted").await?;
        Ok(())
    })
    .await;
    match first {
        Ok(()) => Ok((answer.to_owned(), false)),
        Err(error) if error.is_taken() => {
            let answer = idempotency::lookup(db, key)
                .await?
                .expect("the first answer");
            Ok((String::from_utf8(answer).unwrap(), true))
        }
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn two_hundred_repeats_act_once_and_get_one_answer() {
    for_each_database(async |database| {
        let db = Arc::new(open(&database.url(), "order").await);
        let mut repeats = JoinSet::new();
        for number in 0..200 {
            let db = Arc::clone(&db);
            repeats.spawn(async move {
                let key = IdempotencyKey::new("place_order:me", "key-1", b"request");
                act(&db, &key, &format!("answer {number}")).await.unwrap()
            });
        }
        let answers = repeats.join_all().await;
        let first: Vec<_> = answers.iter().filter(|(_, replayed)| !replayed).collect();
        assert_eq!(first.len(), 1);
        assert!(answers.iter().all(|(answer, _)| *answer == first[0].0));
        assert_eq!(tallies(&db).await["acted"], 1);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_belongs_to_its_request_and_its_caller() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let key = IdempotencyKey::new("place_order:me", "key-1", b"request");
        act(&db, &key, "mine").await.unwrap();
        let other = IdempotencyKey::new("place_order:me", "key-1", b"another request");
        assert!(matches!(
            act(&db, &other, "x").await,
            Err(IdempotencyError::Reused)
        ));
        let theirs = IdempotencyKey::new("place_order:you", "key-1", b"request");
        assert_eq!(
            act(&db, &theirs, "yours").await.unwrap(),
            ("yours".to_owned(), false)
        );
        assert_eq!(tallies(&db).await["acted"], 2);
        // Keys are case-sensitive, on MariaDB too.
        let upper = IdempotencyKey::new("place_order:me", "KEY-1", b"request");
        assert_eq!(
            act(&db, &upper, "upper").await.unwrap(),
            ("upper".to_owned(), false)
        );
        db.close().await;
    })
    .await;
}
