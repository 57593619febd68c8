//! Pages in the order of a list, whatever the database.

use sea_orm::{ConnectionTrait as _, entity::prelude::*};
use waybill_store::{
    Db, EventContext, StoreError,
    page::{self, Keyset, Limit, PageError, PageQuery, Total},
    transact,
};

use crate::support::{for_each_database, open};

mod tally {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tallies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub count: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use tally::{Column, Entity};

async fn fill(db: &Db, rows: &[(&str, i64)]) {
    transact!(db, EventContext::default(), async |tx| {
        for (id, count) in rows {
            let sql = format!("INSERT INTO tallies (id, count) VALUES ('{id}', {count})");
            tx.conn().execute_unprepared(&sql).await?;
        }
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
}

fn query(limit: u32, cursor: Option<String>) -> PageQuery {
    PageQuery {
        limit: Limit::new(limit).unwrap(),
        cursor: cursor.unwrap_or_default(),
        total: true,
    }
}

/// The ids of all pages, by page.
async fn walk(db: &Db, order: Keyset<Column>) -> Vec<String> {
    let (mut pages, mut cursor) = (Vec::new(), None);
    loop {
        let page = page::fetch(db.reader(), Entity::find(), order, &query(2, cursor)).await;
        let page = page.unwrap().map(|row| row.id);
        assert_eq!(page.total, Some(Total::exactly(5)));
        pages.push(page.rows.concat());
        cursor = page.next_cursor;
        if cursor.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_the_order_of_the_list() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        // Three of them with the same key.
        fill(&db, &[("a", 3), ("b", 1), ("c", 1), ("d", 1), ("e", 2)]).await;
        for (order, pages) in [
            (
                Keyset::asc("up", Column::Count).then(Column::Id),
                ["bc", "de", "a"],
            ),
            (
                Keyset::desc("down", Column::Count).then(Column::Id),
                ["ae", "dc", "b"],
            ),
            (Keyset::asc("ids", Column::Id), ["ab", "cd", "e"]),
        ] {
            assert_eq!(walk(&db, order).await, pages, "{order:?}");
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_list_takes_its_own_cursors_only() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        fill(&db, &[("a", 1), ("b", 2)]).await;
        let up = Keyset::asc("up", Column::Count).then(Column::Id);
        let first = page::fetch(db.reader(), Entity::find(), up, &query(1, None)).await;
        let cursor = first.unwrap().next_cursor;
        let whole = page::fetch(db.reader(), Entity::find(), up, &query(2, None)).await;
        assert_eq!(whole.unwrap().next_cursor, None, "nothing follows");
        let down = Keyset::desc("down", Column::Count).then(Column::Id);
        // The second one is ["up",1,"na\0me"]; none of them reaches the database.
        let forged = "WyJ1cCIsMSwibmFcdTAwMDBtZSJd".to_owned();
        for (order, cursor) in [
            (down, cursor),
            (up, Some(forged)),
            (up, Some("%".to_owned())),
            (up, Some("bm90IGpzb24".to_owned())),
            (up, Some("x".repeat(2000))),
        ] {
            let refused = page::fetch(db.reader(), Entity::find(), order, &query(1, cursor)).await;
            assert!(matches!(refused, Err(PageError::Cursor(_))), "{refused:?}");
        }
        db.close().await;
    })
    .await;
}
