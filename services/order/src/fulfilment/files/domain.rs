//! Permissions to read, add and delete files; names, keys and ranges. Pure.

use std::ops::Range;

use waybill_file_store::{Key, MediaType};
use waybill_primitives::{FileId, OrderId, ProductId, UserId, is_text_control};
use waybill_proto::order as pb;

pub use super::entity::{Purpose, file::Model as StoredFile};
use crate::orders::domain::{Order, OrderStatus, Party, Person};

/// Longest name of a file, in characters.
pub const MAX_NAME: usize = 200;
/// Maximum number of pictures of a product.
pub const MAX_IMAGES: usize = 20;
/// Default validity of a link, in seconds.
pub const LINK_SECONDS: i64 = 300;
/// Maximum validity of a link, in seconds: a day.
pub const MAX_LINK_SECONDS: i64 = pb::CreateFileLinkRequest::MAX_SECONDS;

/// The owner of a file: an order or a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    Order(OrderId),
    Product(ProductId),
}

impl Home {
    /// From the row of a file.
    pub const fn ids(self) -> (Option<OrderId>, Option<ProductId>) {
        match self {
            Self::Order(id) => (Some(id), None),
            Self::Product(id) => (None, Some(id)),
        }
    }
}

impl StoredFile {
    pub fn uploaded_by(&self) -> Person {
        Person::new(self.uploader_id, &self.uploader_name, self.uploader_role)
    }

    /// Type and bytes of its thumbnail.
    pub fn thumbnail(&self) -> Option<(&str, i64)> {
        self.thumbnail_type.as_deref().zip(self.thumbnail_size)
    }

    /// The names of its objects in the storage: the file, and its thumbnail if there is one.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = vec![self.object_key.clone()];
        if self.thumbnail().is_some() {
            keys.push(self.thumbnail_key());
        }
        keys
    }

    /// The name of its thumbnail's object.
    pub fn thumbnail_key(&self) -> String {
        format!("{}.thumbnail", self.object_key)
    }
}

/// The name of a new file's object.
pub fn key(home: Home, id: FileId) -> String {
    match home {
        Home::Order(order) => format!("orders/{order}/{id}"),
        Home::Product(product) => format!("products/{product}/{id}"),
    }
}

/// Parses the name of an object; always succeeds for the names above.
pub fn object_key(text: &str) -> Option<Key> {
    Key::parse(text).ok()
}

/// Why a user who may read the order may not do this with its files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    #[error("{0}")]
    NotYours(&'static str),
    #[error("the order is {0}: its files no longer change")]
    Closed(OrderStatus),
}

/// Whether the order has ended.
fn is_over(order: &Order) -> bool {
    matches!(
        order.status,
        OrderStatus::Completed | OrderStatus::Cancelled
    )
}

/// The purposes of files that a user who may read the order can see. Customers see results when the order is completed; workers
/// who only see it in the pool see the customer's reference files.
pub fn visible(order: &Order, person: &Person) -> Vec<Purpose> {
    use Purpose::{Progress, Reference, Result};
    let parties = order.parties(person);
    if parties.contains(&Party::Admin) || parties.contains(&Party::Assignee) {
        return vec![Progress, Result, Reference];
    }
    if !parties.contains(&Party::Owner) {
        return vec![Reference];
    }
    if order.status == OrderStatus::Completed {
        vec![Progress, Result, Reference]
    } else {
        vec![Progress, Reference]
    }
}

/// Whether a user who may read the order may add a file for this purpose.
pub fn may_add(order: &Order, person: &Person, purpose: Purpose) -> Result<(), FileRefused> {
    let parties = order.parties(person);
    let is = |party| parties.contains(&party);
    match purpose {
        Purpose::Reference if !is(Party::Owner) => Err(FileRefused::NotYours(
            "only the customer may add reference files",
        )),
        Purpose::Progress | Purpose::Result if !is(Party::Assignee) && !is(Party::Admin) => {
            Err(FileRefused::NotYours(
                "only the assigned worker and administrators may add progress and result files",
            ))
        }
        Purpose::Product => Err(FileRefused::NotYours("this is for pictures of products")),
        // An administrator can still add a forgotten result.
        Purpose::Result if is(Party::Admin) && order.status == OrderStatus::Completed => Ok(()),
        _ if is_over(order) => Err(FileRefused::Closed(order.status)),
        _ => Ok(()),
    }
}

/// Whether a user who may read the order may add a file for this purpose, or for any if it is given later.
pub fn may_add_some(
    order: &Order,
    person: &Person,
    purpose: Option<Purpose>,
) -> Result<(), FileRefused> {
    if let Some(purpose) = purpose {
        return may_add(order, person, purpose);
    }
    let all = [Purpose::Progress, Purpose::Result, Purpose::Reference];
    let mut outcomes = all
        .map(|purpose| may_add(order, person, purpose))
        .into_iter();
    let first = outcomes.next().unwrap_or(Ok(()));
    outcomes.fold(first, Result::or)
}

/// Whether a user who can see the file may delete it: administrators always, its uploader while the order is open.
pub fn may_delete(order: &Order, person: &Person, uploader: UserId) -> Result<(), FileRefused> {
    if order.parties(person).contains(&Party::Admin) {
        return Ok(());
    }
    if person.id != uploader {
        return Err(FileRefused::NotYours(
            "only its uploader and administrators may delete a file",
        ));
    }
    if is_over(order) {
        return Err(FileRefused::Closed(order.status));
    }
    Ok(())
}

/// The stored name of a file: the part after the last slash, without control characters, cut to [`MAX_NAME`], and with an extension
/// that matches its content.
pub fn file_name(text: &str, kind: MediaType) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !is_text_control(*c)).collect();
    let plain = plain.trim().trim_matches('.').trim();
    let (stem, fits) = match plain.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => {
            let lower = ending.to_ascii_lowercase();
            let fits = lower == kind.extension() || (lower == "jpeg" && kind == MediaType::Jpeg);
            let is_ending = ending.len() <= 5 && ending.chars().all(char::is_alphanumeric);
            (if fits || is_ending { stem } else { plain }, fits)
        }
        _ => (plain, false),
    };
    let ending = if fits {
        plain.rsplit('.').next().unwrap_or_default()
    } else {
        kind.extension()
    };
    let stem = if stem.is_empty() { "file" } else { stem };
    let room = MAX_NAME.saturating_sub(ending.len() + 1);
    let stem: String = stem.chars().take(room).collect();
    format!("{stem}.{ending}")
}

/// The range begins after the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeyondEnd;

/// The requested bytes of `size`; none for all. A negative offset counts from the end, a length of 0 means up to the end.
pub fn range(offset: i64, length: i64, size: u64) -> Result<Option<Range<u64>>, BeyondEnd> {
    if offset == 0 && length <= 0 {
        return Ok(None);
    }
    let start = if offset < 0 {
        size.saturating_sub(offset.unsigned_abs())
    } else {
        offset.unsigned_abs()
    };
    let end = if offset < 0 || length <= 0 {
        size
    } else {
        start.saturating_add(length.unsigned_abs()).min(size)
    };
    if start >= end {
        return Err(BeyondEnd);
    }
    Ok(Some(start..end))
}

#[cfg(test)]
mod tests {
    use waybill_primitives::Role;

    use super::*;
    use crate::orders::domain::tests::sample_order;

    fn person(role: Role) -> Person {
        Person {
            id: UserId::new(),
            name: "Pat".into(),
            role,
        }
    }

    /// An order with its owner, worker, a worker who only knows the pool, and an administrator.
    fn people(status: OrderStatus) -> (Order, [Person; 4]) {
        let (mut owner, worker) = (person(Role::Customer), person(Role::Staff));
        let mut order = sample_order();
        owner.id = order.customer_id;
        order.status = status;
        order.assignee_id = Some(worker.id);
        let others = (person(Role::Staff), person(Role::Admin));
        (order, [owner, worker, others.0, others.1])
    }

    #[test]
    fn results_reach_the_customer_when_the_order_is_completed() {
        use Purpose::{Progress, Reference, Result};
        for status in OrderStatus::ALL {
            let (order, [owner, worker, pool, admin]) = people(status);
            let all = vec![Progress, Result, Reference];
            let of_owner = if status == OrderStatus::Completed {
                all.clone()
            } else {
                vec![Progress, Reference]
            };
            assert_eq!(visible(&order, &owner), of_owner, "{status}");
            assert_eq!(visible(&order, &worker), all, "{status}");
            assert_eq!(visible(&order, &admin), all, "{status}");
            assert_eq!(visible(&order, &pool), [Reference], "{status}");
        }
    }

    #[test]
    fn everybody_adds_their_own_kind_while_the_order_goes_on() {
        for status in OrderStatus::ALL {
            let (order, [owner, worker, pool, admin]) = people(status);
            let over = matches!(status, OrderStatus::Completed | OrderStatus::Cancelled);
            let people = [&owner, &worker, &pool, &admin];
            for purpose in Purpose::ALL {
                let allowed = match purpose {
                    Purpose::Reference => [!over, false, false, false],
                    Purpose::Progress => [false, !over, false, !over],
                    Purpose::Result => {
                        let late = status == OrderStatus::Completed;
                        [false, !over, false, !over || late]
                    }
                    Purpose::Product => [false; 4],
                };
                let found = people.map(|person| may_add(&order, person, purpose).is_ok());
                assert_eq!(found, allowed, "{purpose} {status}");
            }
            // Files of the worker, then of the owner.
            for (uploader, allowed) in [
                (worker.id, [false, !over, false, true]),
                (owner.id, [!over, false, false, true]),
            ] {
                let found = people.map(|person| may_delete(&order, person, uploader).is_ok());
                assert_eq!(found, allowed, "{status}");
            }
        }
    }

    #[test]
    fn a_name_is_one_line_without_a_path_and_ends_as_its_content_does() {
        for (sent, kind, kept) in [
            ("plan.pdf", MediaType::Pdf, "plan.pdf"),
            ("C:\\Users\\a\\plan.PDF", MediaType::Pdf, "plan.PDF"),
            ("../../etc/passwd", MediaType::Png, "passwd.png"),
            ("photo.webp", MediaType::Jpeg, "photo.jpg"),
            ("photo.jpeg", MediaType::Jpeg, "photo.jpeg"),
            ("virus.exe", MediaType::Png, "virus.png"),
            ("a.b.draft one", MediaType::Pdf, "a.b.draft one.pdf"),
            ("a\r\nb\0.png", MediaType::Png, "ab.png"),
            ("bill\u{202e}gpj.pdf", MediaType::Pdf, "billgpj.pdf"),
            ("", MediaType::Gif, "file.gif"),
            ("...", MediaType::Gif, "file.gif"),
            (".png", MediaType::Png, "png.png"),
            ("größe", MediaType::Mp4, "größe.mp4"),
        ] {
            assert_eq!(file_name(sent, kind), kept, "{sent:?}");
        }
        let long = file_name(&"ö".repeat(500), MediaType::Jpeg);
        assert_eq!(long.chars().count(), MAX_NAME);
    }

    #[test]
    fn ranges_end_with_the_file() {
        assert_eq!(range(0, 0, 10), Ok(None));
        assert_eq!(range(0, 4, 10), Ok(Some(0..4)));
        assert_eq!(range(4, 0, 10), Ok(Some(4..10)));
        assert_eq!(range(4, 100, 10), Ok(Some(4..10)));
        assert_eq!(range(-3, 0, 10), Ok(Some(7..10)));
        assert_eq!(range(-30, 0, 10), Ok(Some(0..10)));
        assert_eq!(range(i64::MAX, i64::MAX, 10), Err(BeyondEnd));
        assert_eq!(range(i64::MIN, 0, 10), Ok(Some(0..10)));
        assert_eq!(range(10, 0, 10), Err(BeyondEnd));
        assert_eq!(range(0, 1, 0), Err(BeyondEnd));
    }

    #[test]
    fn keys_can_be_read_by_the_storage() {
        for home in [Home::Order(OrderId::new()), Home::Product(ProductId::new())] {
            let id = FileId::new();
            let key = key(home, id);
            assert!(object_key(&key).is_some());
            assert!(object_key(&format!("{key}.thumbnail")).is_some());
        }
    }
}
