//! Parsing of lines.

use proptest::prelude::*;
use waybill_primitives::Timestamp;

use super::{
    reader::{Line, Reader},
    *,
};
use waybill_service_kit::csv::Lines;

use crate::shop::catalogue::app::opened;

const SHOP: Currency = Currency::USD;
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

fn row(header: &[&str], cells: &[&str]) -> Row {
    Header::read(&texts(header)).unwrap().row(2, &texts(cells))
}

fn fields(errors: FieldErrors) -> Vec<String> {
    by_column(errors)
        .0
        .into_iter()
        .map(|error| error.field)
        .collect()
}

fn mug() -> Product {
    let header = ["sku", "name", "kind", "price"];
    let row = row(&header, &["MUG", "Mug", "goods", "12.50"]);
    match row.change(None, SHOP).unwrap() {
        RowChange::New(new) => new.build(SHOP, NOW).unwrap().0,
        RowChange::Update(..) => panic!("it is new"),
    }
}

#[test]
fn the_header_names_columns_in_any_order() {
    assert!(Header::read(&texts(&["Name", "SKU", "lowstockthreshold"])).is_ok());
    for bad in [&["name"][..], &["sku", "sku"], &["sku", "colour"], &[""]] {
        assert_eq!(
            fields(Header::read(&texts(bad)).unwrap_err()),
            ["header"],
            "{bad:?}"
        );
    }
}

#[test]
fn each_bad_cell_of_a_line_is_named_at_once() {
    let header = [
        "sku", "name", "kind", "price", "currency", "stock", "active",
    ];
    let bad = row(&header, &["A", "x", "THING", "1,5", "USD", "-3", "perhaps"]);
    let errors = bad.change(None, SHOP).unwrap_err();
    assert_eq!(fields(errors), ["kind", "price", "active", "stock"]);
    let euros = row(&header, &["A", "x", "GOODS", "1", "EUR", "", ""]);
    assert_eq!(fields(euros.change(None, SHOP).unwrap_err()), ["currency"]);
    let short = row(&header, &["A", "x"]);
    assert_eq!(fields(short.change(None, SHOP).unwrap_err())[0], "line");
    let nameless = row(&["sku", "kind", "price"], &["A", "GOODS", "1"]);
    let RowChange::New(new) = nameless.change(None, SHOP).unwrap() else {
        panic!("it is new");
    };
    assert_eq!(fields(new.build(SHOP, NOW).unwrap_err()), ["name"]);
}

#[test]
fn a_known_sku_is_changed_by_the_given_cells() {
    let mug = mug();
    let header = [
        "sku",
        "name",
        "description",
        "kind",
        "price",
        "stock",
        "lowStockThreshold",
    ];
    let row = row(&header, &["MUG", "Cup", "", "", "", "", "3"]);
    let RowChange::Update(patch, stock) = row.change(Some(&mug), SHOP).unwrap() else {
        panic!("it is known");
    };
    assert_eq!(stock, None);
    let next = mug.patched(&patch, None, SHOP, NOW).unwrap().unwrap();
    assert_eq!(
        (next.name.as_str(), next.price, next.low_stock_threshold),
        ("Cup", mug.price, Some(3))
    );
    let kind = super::tests::row(&["sku", "kind"], &["MUG", "SERVICE"]);
    assert_eq!(fields(kind.change(Some(&mug), SHOP).unwrap_err()), ["kind"]);
}

proptest! {
    #[test]
    fn what_is_exported_changes_nothing_when_it_is_imported(
        name in "[=+@\\-']{0,2}[a-zäß\"',;]{1,10}",
        description in "[=+@\\-'a-z,;\"\n\t]{0,30}",
        price in 0_i64..1_000_000,
        stock in 0_i64..1_000,
        threshold in proptest::option::of(0_i64..100),
        active in any::<bool>(),
    ) {
        let before = Product {
            name: name.trim().to_owned(),
            description: description.trim().to_owned(),
            price,
            low_stock_threshold: threshold,
            active,
            ..mug()
        };
        let mut file = Lines::default();
        file.push(Column::ALL.iter().map(|column| column.as_str().into())).unwrap();
        let offer = opened(before, stock, 0);
        file.push(cells(&offer, None).into_iter().map(Into::into)).unwrap();
        let (mut reader, mut lines) = (Reader::default(), Vec::new());
        reader.push(&file.take().unwrap(), &mut lines).unwrap();
        reader.finish(&mut lines).unwrap();
        let [Line::Cells(_, header), Line::Cells(number, cells)] = &lines[..] else {
            panic!("two lines, not {lines:?}");
        };
        let row = Header::read(header).unwrap().row(*number, cells);
        let RowChange::Update(patch, units) = row.change(Some(&offer.product), SHOP).unwrap() else {
            panic!("it is known");
        };
        prop_assert_eq!(units, Some(stock));
        prop_assert_eq!(offer.product.patched(&patch, None, SHOP, NOW), Ok(None));
    }
}
