//! Uploads, downloads, links.

use std::time::Duration;

use futures::future::join_all;
use waybill_file_store::LinkSigner;
use waybill_proto::order::{
    self as pb,
    FilePurpose::{Reference, Result as Handed},
    upload_file_request::Part,
};
use waybill_service_kit::{AppError, ErrorCode, settings::Environment};

use super::samples::{messages, mp4, of_order, part, pdf, picture, png};
use crate::{
    people::nobody,
    shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing},
};

async fn placed(shop: &Shop) -> (Somebody, pb::Order) {
    let customer = shop.customer();
    let service = shop.service("Logo", 5000).await;
    let order = shop.place(&customer, &[(&service, 1)]).await;
    (customer, order)
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_sent_whole_and_in_parts() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let sent = pdf(300_000);
        let target = of_order(&order, Reference, "../plans/Größe 1.pdf");
        let file = shop.upload(&who, target, &sent).await.unwrap();
        assert_eq!(
            (file.name.as_str(), file.content_type.as_str(), file.size),
            ("Größe 1.pdf", "application/pdf", 300_000)
        );
        assert_eq!(file.thumbnail_url, None);
        assert_eq!(shop.read_file(&who, &file.id).await.unwrap(), sent);
        assert_eq!(
            shop.file_list(&who, &order).await.unwrap(),
            std::slice::from_ref(&file)
        );

        let range = async |offset, length| {
            let request = pb::ReadFileRequest {
                id: file.id.clone(),
                offset,
                length,
                ..Default::default()
            };
            shop.read_as(&who.ctx, request).await
        };
        let (described, body) = range(100, 70_000).await.unwrap();
        assert_eq!(
            (described.offset, described.length, described.size),
            (100, 70_000, 300_000)
        );
        assert_eq!(body, sent[100..70_100]);
        assert_eq!(range(-10, 0).await.unwrap().1, sent[299_990..]);
        assert_eq!(range(299_999, 50).await.unwrap().1, sent[299_999..]);
        let beyond = range(300_000, 0).await.unwrap_err();
        assert_eq!(beyond.code, ErrorCode::RangeNotSatisfiable);
        assert_eq!(beyond.metadata["size"], "300000");
    })
    .await;
}

#[tokio::test]
async fn pictures_are_re_encoded_and_have_thumbnails() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let mut sent = picture(800, 600, image::ImageFormat::Jpeg);
        // Data after the end of a picture is dropped.
        sent.extend(b"secret place 48.2082 N");
        let target = of_order(&order, Reference, "garden.JPG");
        let file = shop.upload(&who, target, &sent).await.unwrap();
        assert_eq!((file.width, file.height), (Some(800), Some(600)));
        assert!(file.thumbnail_url.is_some());
        assert_eq!(file.name, "garden.JPG");
        let kept = shop.read_file(&who, &file.id).await.unwrap();
        assert_eq!(i64::try_from(kept.len()).unwrap(), file.size);
        assert!(!kept.windows(6).any(|window| window == b"secret"));
        let request = pb::ReadFileRequest {
            id: file.id.clone(),
            thumbnail: true,
            ..Default::default()
        };
        let (described, small) = shop.read_as(&who.ctx, request).await.unwrap();
        assert_eq!(described.content_type, "image/jpeg");
        let small = image::load_from_memory(&small).unwrap();
        assert_eq!((small.width(), small.height()), (320, 240));
        let sha256 = ring::digest::digest(&ring::digest::SHA256, &kept);
        assert_eq!(file.sha256, hex::encode(sha256));
    })
    .await;
}

#[tokio::test]
async fn invalid_files_are_refused_and_leave_nothing() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let send = async |name: &str, bytes: &[u8]| {
            let target = of_order(&order, Reference, name);
            shop.upload(&who, target, bytes).await.unwrap_err()
        };
        for (name, bytes) in [
            ("page.png", &b"<!DOCTYPE html><script>alert(1)</script>"[..]),
            ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("program.pdf", b"MZ\x90\0\x03\0\0\0"),
            ("text.pdf", b"just text"),
        ] {
            let error = send(name, bytes).await;
            assert_eq!(error.code, ErrorCode::UnsupportedMediaType, "{name}");
            assert!(error.message.contains("image/webp"), "{error}");
        }
        let cut = &png()[..200];
        let garbage = [b"\x89PNG\r\n\x1a\n", &[0; 100][..]].concat();
        for bytes in [cut, &garbage, b""] {
            let error = send("a.png", bytes).await;
            assert_eq!(error.code, ErrorCode::ValidationError);
            assert_eq!(fields(&error), ["file"]);
        }
        let large = pdf(5 * 1024 * 1024 + 1);
        let error = send("large.pdf", &large).await;
        assert_eq!(error.code, ErrorCode::PayloadTooLarge);
        assert!(error.message.contains("5 MB"), "{error}");
        let fits = &large[..5 * 1024 * 1024];
        let target = of_order(&order, Reference, "fits.pdf");
        shop.upload(&who, target, fits).await.unwrap();

        let bad = pb::UploadTarget::default();
        let error = shop.upload(&who, bad, &pdf(10)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError);
        // The content decides, not the name.
        let target = of_order(&order, Reference, "song.mp3");
        let film = shop.upload(&who, target, &mp4()).await.unwrap();
        assert_eq!(
            (film.content_type.as_str(), film.name.as_str()),
            ("video/mp4", "song.mp4")
        );
        assert_eq!(shop.objects().await.len(), 2);
    })
    .await;
}

/// Forms may have their fields in any order: the purpose can come after the bytes.
#[tokio::test]
async fn the_purpose_may_come_last() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let bytes = pdf(2_000);
        let unnamed = |purpose: pb::FilePurpose| {
            let mut messages = messages(
                of_order(&order, pb::FilePurpose::Unspecified, "a.pdf"),
                &bytes,
            );
            messages.pop();
            let end = pb::UploadEnd {
                size: 2_000,
                purpose: purpose.into(),
                ..Default::default()
            };
            messages.push(part(Part::End(end)));
            messages
        };
        let file = shop
            .send(&who, unnamed(Reference))
            .await
            .unwrap()
            .file
            .unwrap();
        assert_eq!(file.purpose(), Reference);
        // Permission depends on the purpose, whenever it is given.
        let error = shop
            .send(&who, unnamed(pb::FilePurpose::Result))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let nothing = unnamed(pb::FilePurpose::Unspecified);
        let error = shop.send(&who, nothing).await.unwrap_err();
        assert_eq!(crate::shop::fields(&error), ["purpose"]);
        let picture = unnamed(pb::FilePurpose::Product);
        shop.send(&who, picture).await.unwrap_err();
        assert_eq!(shop.file_list(&who, &order).await.unwrap(), [file]);
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_interrupted_upload_stores_no_file() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let whole = messages(of_order(&order, Reference, "a.pdf"), &pdf(200_000));
        let last = whole.len() - 1;
        let without_end = whole[..last].to_vec();
        let mut without_chunk = whole.clone();
        without_chunk.remove(1);
        let mut two_targets = whole.clone();
        two_targets.insert(2, whole[0].clone());
        let no_target = whole[1..].to_vec();
        let wrong_size = [
            &without_end[..],
            &[part(Part::End(pb::UploadEnd {
                size: 7,
                ..Default::default()
            }))],
        ]
        .concat();
        for broken in [
            without_end,
            without_chunk,
            two_targets,
            no_target,
            wrong_size,
            Vec::new(),
        ] {
            let error = shop.send(&who, broken).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Malformed);
        }
        assert!(shop.file_list(&who, &order).await.unwrap().is_empty());
        assert!(shop.objects().await.is_empty());
        shop.send(&who, whole).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_order_never_has_more_files_than_allowed() {
    on_each_database(async |shop| {
        let (customer, worker) = (shop.customer(), shop.worker());
        let order = shop.at_work(&customer, &worker).await;
        let send = || shop.upload(&worker, of_order(&order, Handed, "a.pdf"), b"%PDF-1.7 a");
        for _ in 0..2 {
            for outcome in join_all((0..23).map(|_| send())).await {
                outcome.unwrap();
            }
        }
        let outcomes = join_all((0..12).map(|_| send())).await;
        let refused: Vec<AppError> = outcomes.into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 8);
        for error in refused {
            assert_eq!(error.code, ErrorCode::TooManyFiles);
        }
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 50);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_upload_with_its_key_is_one_file() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let keyed = who.with_key("upload-1");
        let upload = messages(of_order(&order, Reference, "a.png"), &png());
        let first = shop.send(&keyed, upload.clone()).await.unwrap();
        let second = shop.send(&keyed, upload.clone()).await.unwrap();
        assert_eq!((first.replayed, second.replayed), (false, true));
        assert_eq!(first.file, second.file);
        let other = messages(of_order(&order, Reference, "a.png"), &pdf(50));
        let error = shop.send(&keyed, other).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::IdempotencyKeyReused);

        // Concurrently, too.
        let keyed = who.with_key("upload-2");
        let sent = (0..6).map(|_| shop.send(&keyed, upload.clone()));
        let answers = join_all(sent).await;
        let mut ids: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.unwrap().file.unwrap().id)
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(shop.file_list(&who, &order).await.unwrap().len(), 2);
        shop.clean_up().await;
        assert_eq!(shop.objects().await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_link_gives_access_to_its_file_until_it_expires() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let target = of_order(&order, Reference, "a.png");
        let file = shop.upload(&who, target, &png()).await.unwrap();
        let other = shop
            .upload(&who, of_order(&order, Reference, "b.pdf"), &pdf(20))
            .await
            .unwrap();
        let link = async |seconds| {
            let request = pb::CreateFileLinkRequest {
                id: file.id.clone(),
                seconds: Some(seconds),
            };
            let sent = outgoing(&who.ctx, request);
            let answer = shop.file_service().create_file_link(sent).await;
            answer
                .map(tonic::Response::into_inner)
                .map_err(AppError::from)
        };
        let made = link(60).await.unwrap();
        assert!(made.url.is_empty());
        let read = async |id: &str, thumbnail, link: &str| {
            let request = pb::ReadFileRequest {
                id: id.to_owned(),
                thumbnail,
                link: link.to_owned(),
                ..Default::default()
            };
            let outcome = shop.read_as(&nobody(), request).await;
            outcome.map(|_| ()).map_err(|error| error.code.to_string())
        };
        let invalid = Err("LINK_INVALID".to_owned());
        assert_eq!(read(&file.id, false, &made.signature).await, Ok(()));
        assert_eq!(
            read(&file.id, true, &made.thumbnail_signature).await,
            Ok(())
        );
        // Not for another file, not for the thumbnail, not for longer.
        assert_eq!(read(&other.id, false, &made.signature).await, invalid);
        assert_eq!(read(&file.id, true, &made.signature).await, invalid);
        let longer = link(61).await.unwrap().signature;
        let (until, signature) = (
            longer.split('&').next(),
            made.signature.split('&').next_back(),
        );
        let forged = format!("{}&{}", until.unwrap(), signature.unwrap());
        assert_eq!(read(&file.id, false, &forged).await, invalid);
        assert_eq!(read(&file.id, false, "x").await, invalid);
        shop.clock.advance(Duration::from_secs(61));
        let expired = Err("LINK_EXPIRED".to_owned());
        assert_eq!(read(&file.id, false, &made.signature).await, expired);
        for seconds in [-1, 0, 86_401] {
            assert_eq!(
                link(seconds).await.unwrap_err().code,
                ErrorCode::ValidationError
            );
        }
        // A link to a deleted file does not work.
        let made = link(60).await.unwrap();
        shop.delete_file(&who, &file.id).await.unwrap();
        let gone = Err("NOT_FOUND".to_owned());
        assert_eq!(read(&file.id, false, &made.signature).await, gone);
    })
    .await;
}

#[tokio::test]
async fn the_key_of_links_is_random_and_the_same_for_all_replicas() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let target = of_order(&order, Reference, "a.pdf");
        let file = shop.upload(&who, target, &pdf(20)).await.unwrap();
        let request = pb::CreateFileLinkRequest {
            id: file.id.clone(),
            seconds: Some(60),
        };
        let sent = outgoing(&who.ctx, request);
        let made = shop.file_service().create_file_link(sent).await;
        let made = made.unwrap().into_inner();
        let read = async |shop: &Shop, link: &str| {
            let request = pb::ReadFileRequest {
                id: file.id.clone(),
                link: link.to_owned(),
                ..Default::default()
            };
            let outcome = shop.read_as(&nobody(), request).await;
            outcome.map(|_| ()).map_err(|error| error.code.to_string())
        };
        let second = shop.second().await;
        for replica in [shop, &second] {
            assert_eq!(read(replica, &made.signature).await, Ok(()));
        }
        second.close().await;
        // Whoever knows the service key of development, which is public, knows no key of links.
        let known = shop.deps.service_tokens.secret_for("links to files");
        let path = format!("/api/v1/media/{}", file.id);
        let until = shop.deps.clock.now().plus(Duration::from_mins(1));
        let forged = LinkSigner::new(&known).sign(&path, until);
        let refused = Err("LINK_INVALID".to_owned());
        assert_eq!(read(shop, &forged).await, refused);
        // In production it is secret, and version 0.1 derived its key from it: its links end a day after the first start.
        let production = shop.second_in(Environment::Production).await;
        assert_eq!(read(&production, &forged).await, Ok(()));
        shop.clock.advance(Duration::from_hours(24));
        let until = shop.deps.clock.now().plus(Duration::from_mins(1));
        let late = LinkSigner::new(&known).sign(&path, until);
        assert_eq!(read(&production, &late).await, refused);
        production.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused_before_its_file_is_received() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let target = |form_bytes| pb::UploadTarget {
            form_bytes,
            ..of_order(&order, Reference, "a.pdf")
        };
        // The rest never comes: it would be an interrupted upload.
        let begun = |form_bytes| vec![part(Part::Target(target(form_bytes)))];
        let error = shop.send(&who, begun(50_000_000)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::PayloadTooLarge);
        let error = shop.send(&who, begun(5_000_000)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Malformed);
    })
    .await;
}

#[tokio::test]
async fn only_the_types_of_the_settings_are_taken() {
    on_any_database(async |shop| {
        let (who, order) = placed(shop).await;
        let types = |types: &[pb::FileType]| pb::UpdateSettingsRequest {
            allowed_file_types: Some(pb::FileTypes {
                types: types.iter().map(|kind| (*kind).into()).collect(),
            }),
            ..Default::default()
        };
        let update = async |request| {
            let sent = outgoing(&shop.admin.ctx, request);
            let answer = shop.settings().update_settings(sent).await;
            answer.map(|_| ()).map_err(AppError::from)
        };
        let upload = async |name: &str, bytes: &[u8]| {
            let outcome = shop
                .upload(&who, of_order(&order, Reference, name), bytes)
                .await;
            outcome.map(|_| ()).map_err(|error| error.code)
        };
        assert_eq!(upload("a.png", &png()).await, Ok(()));
        update(types(&[pb::FileType::Pdf, pb::FileType::Mp4]))
            .await
            .unwrap();
        let refused = Err(ErrorCode::UnsupportedMediaType);
        assert_eq!(upload("a.png", &png()).await, refused);
        assert_eq!(upload("a.pdf", &pdf(10)).await, Ok(()));
        let error = update(types(&[])).await.unwrap_err();
        assert_eq!(fields(&error), ["allowedFileTypes"]);
    })
    .await;
}

#[tokio::test]
async fn a_result_is_added_by_the_worker_and_published() {
    on_any_database(async |shop| {
        let (customer, worker) = (shop.customer(), shop.worker());
        let order = shop.at_work(&customer, &worker).await;
        let target = of_order(&order, Handed, "logo.png");
        let file = shop.upload(&worker, target, &png()).await.unwrap();
        assert_eq!(shop.events("file", &file.id).await, ["added"]);
        assert_eq!(file.uploaded_by.as_ref().unwrap().name, "Will Worker");
    })
    .await;
}
