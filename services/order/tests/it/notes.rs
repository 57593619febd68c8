//! Notes and progress: who may write and read them.

use waybill_primitives::Role;
use waybill_proto::{
    common,
    order::{self as pb, NoteVisibility, OrderStatus},
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, fields, on_any_database, outgoing};

pub async fn note(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
    body: &str,
    visibility: NoteVisibility,
) -> Result<pb::Note, AppError> {
    let request = pb::AddNoteRequest {
        order_id: order.id.clone(),
        body: body.to_owned(),
        visibility: visibility.into(),
    };
    let answer = shop.work().add_note(outgoing(&who.ctx, request)).await?;
    Ok(answer.into_inner().note.unwrap())
}

pub async fn notes(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
) -> Result<Vec<String>, AppError> {
    let request = pb::ListNotesRequest {
        order_id: order.id.clone(),
        page: None,
    };
    let answer = shop.work().list_notes(outgoing(&who.ctx, request)).await?;
    let notes = answer.into_inner().notes;
    Ok(notes.into_iter().map(|note| note.body).collect())
}

pub async fn step(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
    step: &str,
    percent: Option<i32>,
) -> Result<pb::Progress, AppError> {
    let request = pb::AddProgressRequest {
        order_id: order.id.clone(),
        step: step.to_owned(),
        percent,
        note: String::new(),
    };
    let answer = shop
        .work()
        .add_progress(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().progress.unwrap())
}

async fn steps(
    shop: &Shop,
    who: &Somebody,
    request: pb::ListProgressRequest,
) -> Result<pb::ListProgressResponse, AppError> {
    let answer = shop
        .work()
        .list_progress(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn customers_read_only_notes_for_them_and_others_nothing() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        // A worker who sees the order in the pool cannot read its notes.
        assert_eq!(
            notes(shop, &will, &order).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        shop.claim(&will, &order).await.unwrap();
        let (internal, open) = (NoteVisibility::Internal, NoteVisibility::Customer);
        let written = note(shop, &will, &order, "Odd wishes", internal)
            .await
            .unwrap();
        assert_eq!(written.author.unwrap().name, "Will Worker");
        note(shop, &shop.admin, &order, "Please choose", open)
            .await
            .unwrap();
        assert_eq!(shop.events("note", &written.id).await, ["added"]);
        for who in [&will, &shop.admin] {
            let all = notes(shop, who, &order).await.unwrap();
            assert_eq!(all, ["Please choose", "Odd wishes"]);
        }
        assert_eq!(
            notes(shop, &customer, &order).await.unwrap(),
            ["Please choose"]
        );
        for nobody in [&shop.customer(), &shop.somebody(Role::Staff, "Wanda")] {
            let reading = notes(shop, nobody, &order).await.unwrap_err();
            assert_eq!(reading.code, ErrorCode::NotFound);
        }
        let rival = shop.somebody(Role::Staff, "Wanda");
        let writing = note(shop, &rival, &order, "x", open).await.unwrap_err();
        assert_eq!(writing.code, ErrorCode::NotFound);
        let writing = note(shop, &customer, &order, "x", open).await.unwrap_err();
        assert_eq!(writing.code, ErrorCode::Forbidden);
        let unclear = NoteVisibility::Unspecified;
        let error = note(shop, &will, &order, " ", unclear).await.unwrap_err();
        assert_eq!(fields(&error), ["body", "visibility"]);
    })
    .await;
}

#[tokio::test]
async fn customers_follow_the_progress_until_the_order_ends() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        let early = step(shop, &will, &order, "x", None).await.unwrap_err();
        assert_eq!(early.code, ErrorCode::NotFound);
        shop.claim(&will, &order).await.unwrap();
        let first = step(shop, &will, &order, "Sketched", Some(40))
            .await
            .unwrap();
        step(shop, &shop.admin, &order, "Looked at", None)
            .await
            .unwrap();
        assert_eq!(shop.events("progress", &first.id).await, ["added"]);
        let one = pb::ListProgressRequest {
            order_id: order.id.clone(),
            page: Some(common::PageRequest {
                limit: 1,
                total: true,
                ..Default::default()
            }),
        };
        let newest = steps(shop, &customer, one.clone()).await.unwrap();
        let page = newest.page.unwrap();
        assert_eq!(
            (newest.progress[0].step.as_str(), page.total),
            ("Looked at", Some(2))
        );
        let mut next = one.clone();
        next.page.as_mut().unwrap().cursor = page.next_cursor.unwrap_or_default();
        assert_eq!(
            steps(shop, &customer, next).await.unwrap().progress,
            [first]
        );
        let stranger = shop.customer();
        let foreign = steps(shop, &stranger, one).await.unwrap_err();
        assert_eq!(foreign.code, ErrorCode::NotFound);
        let own = step(shop, &customer, &order, "x", None).await.unwrap_err();
        assert_eq!(own.code, ErrorCode::Forbidden);
        let bad = step(shop, &will, &order, "", Some(101)).await.unwrap_err();
        assert_eq!(fields(&bad), ["step", "percent"]);
        let done = OrderStatus::Completed;
        shop.change_status(&shop.admin, &order, done).await.unwrap();
        let late = step(shop, &will, &order, "x", None).await.unwrap_err();
        assert_eq!(late.code, ErrorCode::Conflict);
        // Notes can still be added.
        let open = NoteVisibility::Customer;
        note(shop, &will, &order, "Wash by hand", open)
            .await
            .unwrap();
    })
    .await;
}
