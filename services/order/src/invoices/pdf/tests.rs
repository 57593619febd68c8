//! The bytes of a document, and where its texts are.

use super::*;

fn paper(rows: usize) -> Paper {
    let row = |n: usize| {
        [
            format!("Enamel mug number {n}"),
            "2".to_owned(),
            "19.99".to_owned(),
            "39.98".to_owned(),
        ]
    };
    let text = |text: &str| text.to_owned();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Paper {
        id: text("01890a5d-ac96-774b-bcce-b302099a8057"),
        title: text("Invoice"),
        number: text("INV-2026-000042"),
        issued_at: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        seller: text("Corner Shop Ltd"),
        seller_lines: texts(&["1 Market Square", "London SW1Y 4JH", "VAT GB123456789"]),
        recipient: texts(&["Billed to", "Ada Lovelace", "ada@example.com"]),
        delivery: texts(&[
            "Delivered to",
            "Ada Lovelace",
            "12 St James's Square",
            "London",
        ]),
        facts: vec![
            (text("Date"), text("2026-09-21")),
            (text("Order"), text("W260921-7K3M9QX")),
            (text("Paid"), text("2026-09-21, Stripe")),
        ],
        columns: [
            text("Description"),
            text("Quantity"),
            text("Unit price"),
            text("Amount"),
        ],
        rows: (1..=rows).map(row).collect(),
        totals: vec![
            (text("Subtotal"), text("39.98")),
            (text("Total"), text("EUR 39.98")),
        ],
        notes: texts(&["Thank you for your order."]),
    }
}

fn laid_out(paper: &Paper) -> Vec<Vec<Mark>> {
    pages(paper, Typefaces::get().expect("the fonts can be read"))
}

fn texts(page: &[Mark]) -> Vec<&str> {
    page.iter()
        .filter_map(|mark| match mark {
            Mark::Text { text, .. } => Some(text.as_str()),
            Mark::Bar { .. } => None,
        })
        .collect()
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    let paper = paper(3);
    let first = render(&paper).unwrap();
    assert!(first.starts_with(b"%PDF-"));
    assert_eq!(first, render(&paper).unwrap());
}

#[test]
fn fonts_are_embedded_and_only_what_is_used_of_them() {
    let file = render(&paper(1)).unwrap();
    let has = |what: &[u8]| file.windows(what.len()).any(|part| part == what);
    assert!(has(b"/FontFile2") && has(b"+NotoSans"));
    assert!(file.len() < 60_000, "{} bytes", file.len());
}

#[test]
fn three_hundred_lines_go_on_with_the_head_and_page_numbers() {
    let paper = paper(300);
    let pages = laid_out(&paper);
    assert!(pages.len() > 5);
    let mut names = Vec::new();
    for (n, page) in pages.iter().enumerate() {
        let texts = texts(page);
        let number = format!("Page {} of {}", n + 1, pages.len());
        assert!(texts.contains(&number.as_str()));
        let rows = texts.iter().filter(|text| text.starts_with("Enamel"));
        names.extend(rows.map(|text| (*text).to_owned()));
        if texts.iter().any(|text| text.starts_with("Enamel")) {
            assert!(texts.contains(&"Unit price"));
        }
    }
    let expected: Vec<_> = paper.rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, expected, "each line once, in order");
    assert!(texts(pages.last().unwrap()).contains(&"EUR 39.98"));
    render(&paper).unwrap();
}

#[test]
fn nothing_leaves_the_page_and_amounts_end_at_the_same_place() {
    let mut paper = paper(2);
    paper.rows[0][0] = "A name of many words ".repeat(10);
    paper.rows[1][0] = "W".repeat(200);
    paper.rows[1][2] = "9,007,199,254,740.99".to_owned();
    paper.rows[1][3] = "9,007,199,254,740.99".to_owned();
    paper.seller = "M".repeat(200);
    paper.recipient[1] = "N".repeat(200);
    paper.facts[0].1 = "O".repeat(100);
    paper.notes = vec!["A long note. ".repeat(300)];
    let fonts = Typefaces::get().unwrap();
    let mut ends = Vec::new();
    for page in laid_out(&paper) {
        for mark in &page {
            let Mark::Text {
                x, y, style, text, ..
            } = mark
            else {
                continue;
            };
            let end = x + fonts.width(*style, text);
            assert!(*x > 50.0 && end < layout::WIDTH - 50.0, "{text}");
            assert!(*y > 50.0 && *y < layout::HEIGHT - 40.0, "{text}");
            if ["39.98", "9,007,199,254,740.99"].contains(&text.as_str()) {
                ends.push(end);
            }
        }
    }
    let amounts: Vec<_> = ends.iter().filter(|end| **end > 500.0).collect();
    assert!(
        amounts.iter().all(|end| (**end - *amounts[0]).abs() < 0.01),
        "{ends:?}"
    );
}

#[test]
fn texts_of_any_script_are_shown_or_replaced() {
    let fonts = Typefaces::get().unwrap();
    for shown in [
        "Größe Straße Übung €",
        "Ελληνικά",
        "Русский Українська",
        "Łódź Çelik Tiếng Việt ñ",
    ] {
        assert_eq!(fonts.shown(shown), shown);
    }
    assert_eq!(fonts.shown("茶 tea"), "? tea");
    assert_eq!(fonts.shown("a\u{200d}b\u{202e}c\u{0}d\n e"), "abc d e");
    let odd = [
        "مرحبا بالعالم",
        "שלום",
        "日本語のマグカップ",
        "ไทย",
        "👩‍👩‍👧 🇩🇪",
        "e\u{301}\u{327}",
        "\u{10ffff}",
        "\u{301}",
        "",
        " ",
        "ﷺ",
        "𝔘𝔫𝔦",
        "\u{e000}",
        "fi ﬁ ﬂ",
        "A\u{30a}",
    ];
    let mut paper = paper(odd.len());
    for (row, name) in paper.rows.iter_mut().zip(odd) {
        row[0] = name.to_owned();
        row[1] = name.to_owned();
    }
    paper.title = odd.concat();
    render(&paper).unwrap();
}
