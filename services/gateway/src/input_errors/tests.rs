//! Bodies and their errors.

use serde_json::json;
use waybill_proto::order::{CreateProductRequest, EditOrderRequest, PlaceOrderRequest};

use super::*;

fn errors<T: ToSchema>(body: Value) -> Vec<String> {
    let errors = of_body::<T>(&body);
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn all_missing_and_all_wrong_fields_are_named_at_once() {
    assert_eq!(
        errors::<CreateProductRequest>(json!({"nmae": "Mug", "stock": "5", "active": 1})),
        [
            "active: must be true or false",
            "nmae: there is no such field; did you mean name?",
            "stock: must be a whole number",
            "name: is required",
            "price: is required",
        ]
    );
    let line = json!({"productId": "x", "quantity": 1.5});
    assert_eq!(
        errors::<PlaceOrderRequest>(json!({"items": [line, {}, 5], "title": [], "contact": 1})),
        [
            "contact: must be an object",
            "items[0].productId: must be a UUID",
            "items[0].quantity: must be a whole number",
            "items[1].productId: is required",
            "items[1].quantity: is required",
            "items[2]: must be an object",
            "title: must be text",
        ]
    );
    let numbers = [
        (json!(9_999_999_999_999_999_999_u64), "is too large"),
        (json!(1e30), "is too large"),
        (json!(-0.5), "must be a whole number"),
        (json!(null), "must be a whole number"),
    ];
    for (number, problem) in numbers {
        let body = json!({"items": [{"productId": Uuid::nil(), "quantity": number}]});
        let expected = format!("items[0].quantity: {problem}");
        assert_eq!(errors::<PlaceOrderRequest>(body), [expected]);
    }
}

#[test]
fn what_serde_accepts_is_no_error() {
    let price = json!({"amount": 1, "currency": "USD"});
    for body in [
        json!({"name": "Mug", "price": 19.99, "kind": "goods", "categoryId": "kitchen"}),
        json!({"name": "Mug", "price": price, "sku": null, "low_stock_threshold": 3}),
    ] {
        assert_eq!(errors::<CreateProductRequest>(body), [""; 0]);
    }
    let order = json!({"id": "x", "status": "PENDING", "special_instructions": null, "estimatedCompletion": "2026-12-24",
        "items": [{"productId": Uuid::nil(), "quantity": 1, "lineTotal": price}]});
    assert_eq!(errors::<EditOrderRequest>(order), [""; 0]);
}

#[test]
fn an_endless_body_has_no_endless_answer() {
    let items: Vec<_> = (0..1000).map(|_| json!({})).collect();
    assert_eq!(
        errors::<PlaceOrderRequest>(json!({"items": items})).len(),
        MOST
    );
    // What comes late in a huge body is not looked for.
    let line = json!({"productId": Uuid::nil(), "quantity": 1});
    let mut items = vec![line; MOST_VALUES / 2];
    items.push(json!({}));
    let body = json!({"items": items});
    assert_eq!(errors::<PlaceOrderRequest>(body), [""; 0]);
}

#[test]
fn the_words_of_serde_are_translated_and_ours_are_kept() {
    for (problem, words) in [
        (
            "invalid type: string \"2\", expected i64 at line 1 column 9",
            "must be a whole number",
        ),
        (
            "invalid value: integer `300`, expected u8",
            "is out of range",
        ),
        (
            "invalid type: sequence, expected an object",
            "must be an object",
        ),
        (
            "invalid type: null, expected struct Money",
            "must be an object",
        ),
        (
            "unknown field `a`, expected one of `b`, `c`",
            "there is no such field",
        ),
        (
            "must be one of A, B at line 1 column 2",
            "must be one of A, B",
        ),
    ] {
        assert_eq!(in_words(problem), words);
    }
}
