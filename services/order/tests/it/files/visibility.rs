//! Permissions on the files of an order, by role, status and purpose.

use waybill_primitives::Role;
use waybill_proto::order::{
    self as pb,
    FilePurpose::{Progress, Reference, Result as Handed},
    OrderStatus,
};
use waybill_service_kit::ErrorCode;

use super::samples::{of_order, pdf};
use crate::{
    people::nobody,
    shop::{Shop, Somebody, on_any_database, on_each_database},
};

/// An order with a file of each purpose, and all kinds of users.
struct World {
    order: pb::Order,
    owner: Somebody,
    worker: Somebody,
    stranger: Somebody,
    rival: Somebody,
    /// Reference, progress, result.
    files: [pb::File; 3],
}

async fn world(shop: &Shop) -> World {
    let (owner, worker) = (shop.customer(), shop.worker());
    let order = shop.at_work(&owner, &worker).await;
    let files = [
        shop.upload(
            &owner,
            of_order(&order, Reference, "request.pdf"),
            &pdf(100),
        )
        .await
        .unwrap(),
        shop.upload(&worker, of_order(&order, Progress, "draft.pdf"), &pdf(101))
            .await
            .unwrap(),
        shop.upload(&worker, of_order(&order, Handed, "logo.pdf"), &pdf(102))
            .await
            .unwrap(),
    ];
    World {
        order,
        owner,
        worker,
        stranger: shop.somebody(Role::Customer, "Sam"),
        rival: shop.somebody(Role::Staff, "Rita"),
        files,
    }
}

/// Which of the three files a user can see. The list, the single file and its bytes must agree.
async fn seen(shop: &Shop, who: &Somebody, world: &World) -> Option<[bool; 3]> {
    let listed = match shop.file_list(who, &world.order).await {
        Ok(files) => Some(files),
        Err(error) => {
            assert_eq!(error.code, ErrorCode::NotFound);
            None
        }
    };
    let mut found = [false; 3];
    for (file, found) in world.files.iter().zip(&mut found) {
        let got = shop.get_file(who, &file.id).await;
        let read = shop.read_file(who, &file.id).await;
        let link = pb::CreateFileLinkRequest {
            id: file.id.clone(),
            seconds: None,
        };
        let link = waybill_service_kit::outgoing(&who.ctx, link);
        let linked = shop.file_service().create_file_link(link).await;
        *found = listed
            .as_ref()
            .is_some_and(|files| files.iter().any(|other| other.id == file.id));
        assert_eq!(
            [got.is_ok(), read.is_ok(), linked.is_ok()],
            [*found; 3],
            "{:?}",
            file.purpose()
        );
        for code in [got.err(), read.err()].into_iter().flatten() {
            assert_eq!(code.code, ErrorCode::NotFound);
        }
    }
    listed.map(|_| found)
}

async fn check(shop: &Shop, world: &World, of_owner: [bool; 3], of_rival: Option<[bool; 3]>) {
    assert_eq!(seen(shop, &world.owner, world).await, Some(of_owner));
    assert_eq!(seen(shop, &world.worker, world).await, Some([true; 3]));
    assert_eq!(seen(shop, &shop.admin, world).await, Some([true; 3]));
    assert_eq!(seen(shop, &world.stranger, world).await, None);
    assert_eq!(seen(shop, &world.rival, world).await, of_rival);
}

#[tokio::test]
async fn results_are_shown_to_the_customer_once_the_order_is_completed() {
    on_each_database(async |shop| {
        let before = [true, true, false];
        let mut world = world(shop).await;
        check(shop, &world, before, None).await;

        let worker = world.worker.clone();
        let order = world.order.clone();
        shop.change_status(&worker, &order, OrderStatus::OnHold)
            .await
            .unwrap();
        check(shop, &world, before, None).await;

        shop.change_status(&worker, &order, OrderStatus::InProgress)
            .await
            .unwrap();
        world.order = shop.complete(&worker, &order).await;
        check(shop, &world, [true; 3], None).await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_order_keeps_its_results_from_the_customer() {
    on_any_database(async |shop| {
        let world = world(shop).await;
        shop.cancel(&shop.admin, &world.order).await.unwrap();
        check(shop, &world, [true, true, false], None).await;
    })
    .await;
}

#[tokio::test]
async fn the_pool_shows_workers_only_reference_files() {
    on_any_database(async |shop| {
        let world = world(shop).await;
        let asked = shop
            .ask(
                &world.worker,
                &world.order,
                pb::ChangeRequestKind::Reassignment,
            )
            .await
            .unwrap();
        shop.decide(&asked, true).await.unwrap();
        let pool = Some([true, false, false]);
        assert_eq!(seen(shop, &world.rival, &world).await, pool);
        // The former worker sees no more than others.
        assert_eq!(seen(shop, &world.worker, &world).await, pool);
        shop.claim(&world.rival, &world.order).await.unwrap();
        assert_eq!(seen(shop, &world.rival, &world).await, Some([true; 3]));
        assert_eq!(seen(shop, &world.worker, &world).await, None);
    })
    .await;
}

#[tokio::test]
async fn nobody_without_a_token_learns_of_any_file_of_an_order() {
    on_any_database(async |shop| {
        let world = world(shop).await;
        let unknown = uuid::Uuid::now_v7().to_string();
        for id in [&world.files[0].id, &unknown] {
            let request = pb::ReadFileRequest {
                id: id.clone(),
                ..Default::default()
            };
            let error = shop.read_as(&nobody(), request).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Unauthenticated);
        }
    })
    .await;
}

#[tokio::test]
async fn users_add_and_delete_their_own_files_while_the_order_is_open() {
    on_any_database(async |shop| {
        let world = world(shop).await;
        let (order, owner, worker) = (&world.order, &world.owner, &world.worker);
        let outcome = async |who: &Somebody, purpose| {
            let target = of_order(order, purpose, "a.pdf");
            let sent = shop.upload(who, target, &pdf(50)).await;
            sent.err().map(|error| error.code.to_string())
        };
        let (forbidden, missing) = (Some("FORBIDDEN".into()), Some("NOT_FOUND".into()));
        for (who, expected) in [
            (owner, [None, forbidden.clone(), forbidden.clone()]),
            (worker, [forbidden.clone(), None, None]),
            (&shop.admin, [forbidden.clone(), None, None]),
            (
                &world.stranger,
                [missing.clone(), missing.clone(), missing.clone()],
            ),
            (
                &world.rival,
                [missing.clone(), missing.clone(), missing.clone()],
            ),
        ] {
            let found = [
                outcome(who, Reference).await,
                outcome(who, Progress).await,
                outcome(who, Handed).await,
            ];
            assert_eq!(found, expected);
        }

        let [request, draft, logo] = &world.files;
        let deleted = async |who: &Somebody, file: &pb::File| {
            let outcome = shop.delete_file(who, &file.id).await;
            outcome.err().map(|error| error.code.to_string())
        };
        assert_eq!(deleted(owner, draft).await, forbidden);
        assert_eq!(deleted(owner, logo).await, missing);
        assert_eq!(deleted(worker, request).await, forbidden);
        assert_eq!(deleted(&world.stranger, request).await, missing);
        assert_eq!(deleted(worker, draft).await, None);
        assert_eq!(deleted(worker, draft).await, missing);
        assert_eq!(shop.events("file", &draft.id).await, ["added", "deleted"]);

        shop.complete(worker, order).await;
        let over = Some("ORDER_OVER".into());
        assert_eq!(outcome(owner, Reference).await, over);
        assert_eq!(outcome(worker, Handed).await, over);
        assert_eq!(deleted(worker, logo).await, over);
        assert_eq!(deleted(owner, request).await, over);
        // A forgotten result can be added; one too many is deleted.
        assert_eq!(outcome(&shop.admin, Handed).await, None);
        assert_eq!(deleted(&shop.admin, logo).await, None);
    })
    .await;
}
