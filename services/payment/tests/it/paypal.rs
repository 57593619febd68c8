//! PayPal against a stand-in, and the service with it.

mod account;
mod messages;
mod service;
mod signer;
mod stand_in;
mod transfers;

use axum::http::StatusCode;
use serde_json::json;
use waybill_payment::{
    BegunPayment, Checkout, PayPal, PayPalSettings, PaymentProvider, PaymentStatus, ProviderError,
};
use waybill_primitives::{Currency, Money, PaymentId};

use self::stand_in::{SECRET, StandIn, Trouble};

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

fn checkout() -> Checkout {
    Checkout {
        payment_id: PaymentId::new(),
        order_number: "W261121-7K3M9QX".to_owned(),
        amount: usd(10_000),
        success_url: Some("https://shop.example/placed/1".to_owned()),
        cancel_url: Some("https://shop.example/pay/1".to_owned()),
        expires_at: None,
    }
}

async fn begun(paypal: &PayPal) -> BegunPayment {
    let checkout = checkout();
    let session = paypal.begin(&checkout).await.unwrap();
    assert!(session.redirect_url.contains(&session.reference));
    // A repetition finds the same order.
    assert_eq!(paypal.begin(&checkout).await.unwrap(), session);
    BegunPayment {
        id: checkout.payment_id,
        reference: session.reference,
        amount: checkout.amount,
    }
}

/// The id of the capture, if the customer's money was taken.
fn captured(status: Result<PaymentStatus, ProviderError>) -> String {
    let Ok(PaymentStatus::Captured(capture)) = status else {
        panic!("{status:?}")
    };
    assert_eq!(capture.amount, usd(10_000));
    assert_eq!(capture.fee, Some(usd(398)));
    capture.reference
}

#[tokio::test]
async fn an_order_is_approved_and_then_captured_once() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let payment = begun(&paypal).await;
    assert_eq!(paypal.payment(&payment).await, Ok(PaymentStatus::Waiting));
    // Before the customer agrees, there is nothing to capture.
    assert_eq!(paypal.capture(&payment).await, Ok(PaymentStatus::Waiting));
    stand_in.account().approve(&payment.reference);
    let approved = Ok(PaymentStatus::Authorized);
    assert_eq!(paypal.payment(&payment).await, approved);
    // The customer was faster than our closing.
    assert_eq!(paypal.cancel(&payment).await, approved);
    let reference = captured(paypal.capture(&payment).await);
    // Twice, or in two processes at once: the order tells.
    for status in [
        paypal.capture(&payment).await,
        paypal.payment(&payment).await,
        paypal.cancel(&payment).await,
    ] {
        assert_eq!(captured(status), reference);
    }
    assert_eq!(
        stand_in
            .account()
            .objects(|it| it["of_order"].is_string())
            .len(),
        1
    );
}

#[tokio::test]
async fn a_lost_answer_is_no_second_payment() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    stand_in.trouble(&[Trouble::Lost]);
    let payment = begun(&paypal).await;
    assert_eq!(
        stand_in
            .account()
            .objects(|it| it["intent"] == "CAPTURE")
            .len(),
        1
    );
    stand_in.account().approve(&payment.reference);
    stand_in.trouble(&[Trouble::Lost; 3]);
    let lost = paypal.capture(&payment).await;
    assert!(
        matches!(lost, Err(ProviderError::Unavailable(_))),
        "{lost:?}"
    );
    // The next attempt has another key.
    let reference = captured(paypal.capture(&payment).await);
    assert_eq!(captured(paypal.payment(&payment).await), reference);
}

#[tokio::test]
async fn what_paypal_declines_has_failed_and_may_be_tried_again() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let payment = begun(&paypal).await;
    stand_in.account().approve(&payment.reference);
    stand_in.account().declines.push("INSTRUMENT_DECLINED");
    let declined = paypal.capture(&payment).await;
    assert!(
        matches!(declined, Ok(PaymentStatus::Failed(_))),
        "{declined:?}"
    );
    // Under the key of the first attempt, PayPal would decline again.
    captured(paypal.capture(&payment).await);

    // Our own account is in the way: that is no refusal of the customer.
    let payment = begun(&paypal).await;
    stand_in.account().approve(&payment.reference);
    stand_in.account().declines.push("PAYEE_ACCOUNT_RESTRICTED");
    let account = paypal.capture(&payment).await;
    assert!(
        matches!(account, Err(ProviderError::Account(_))),
        "{account:?}"
    );
}

#[tokio::test]
async fn money_on_its_way_is_waited_for() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let payment = begun(&paypal).await;
    stand_in.account().approve(&payment.reference);
    stand_in.account().capture_status = "PENDING";
    for status in [
        paypal.capture(&payment).await,
        paypal.capture(&payment).await,
        paypal.payment(&payment).await,
        paypal.cancel(&payment).await,
    ] {
        assert_eq!(status, Ok(PaymentStatus::Authorized));
    }
    let captures = stand_in.account().objects(|it| it["of_order"].is_string());
    let id = captures[0]["id"].as_str().unwrap();
    stand_in.account().change(id, json!({"status": "DECLINED"}));
    let declined = paypal.payment(&payment).await;
    assert!(
        matches!(declined, Ok(PaymentStatus::Failed(_))),
        "{declined:?}"
    );
    stand_in
        .account()
        .change(id, json!({"status": "COMPLETED"}));
    assert_eq!(captured(paypal.payment(&payment).await), id);
}

#[tokio::test]
async fn an_order_that_nobody_approves_ends() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let payment = begun(&paypal).await;
    assert_eq!(paypal.cancel(&payment).await, Ok(PaymentStatus::Cancelled));
    stand_in.account().forget(&payment.reference);
    assert_eq!(paypal.payment(&payment).await, Ok(PaymentStatus::Expired));
    assert_eq!(paypal.cancel(&payment).await, Ok(PaymentStatus::Expired));
}

#[tokio::test]
async fn a_token_serves_until_it_expires_or_is_taken_back() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    let grants = || stand_in.calls("/v1/oauth2/token");
    // Of calls at once, one renews the token.
    let checkouts = [checkout(), checkout(), checkout()];
    let begun = checkouts.each_ref().map(|it| paypal.begin(it));
    for session in futures::future::join_all(begun).await {
        session.unwrap();
    }
    assert_eq!(grants(), 1);
    // A token that PayPal does not take any more is replaced once.
    stand_in.account().revoke();
    paypal.begin(&checkout()).await.unwrap();
    assert_eq!(grants(), 2);
    let before = stand_in.calls("orders");
    stand_in.trouble(&[Trouble::Status(StatusCode::UNAUTHORIZED); 2]);
    let refused = paypal.begin(&checkout()).await;
    assert!(
        matches!(refused, Err(ProviderError::Account(_))),
        "{refused:?}"
    );
    assert_eq!((grants(), stand_in.calls("orders") - before), (3, 2));

    // One that expires within the minute is not used for another call.
    stand_in.account().lifetime = 59;
    stand_in.account().revoke();
    paypal.begin(&checkout()).await.unwrap();
    assert_eq!(grants(), 4);
    paypal.begin(&checkout()).await.unwrap();
    assert_eq!(grants(), 5);
}

#[tokio::test]
async fn troubles_are_told_apart_and_no_secret_with_them() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let paypal = stand_in.provider();
    // A failure that passes is not noticed.
    for passing in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::CONFLICT,
    ] {
        stand_in.trouble(&[Trouble::Status(passing)]);
        paypal.begin(&checkout()).await.unwrap();
    }
    stand_in.trouble(&[Trouble::Status(StatusCode::BAD_GATEWAY); 3]);
    let away = paypal.begin(&checkout()).await.unwrap_err();
    assert!(matches!(away, ProviderError::Unavailable(_)), "{away}");
    stand_in.trouble(&[Trouble::Status(StatusCode::FORBIDDEN)]);
    let forbidden = paypal.begin(&checkout()).await.unwrap_err();
    assert!(
        matches!(forbidden, ProviderError::Account(_)),
        "{forbidden}"
    );
    let mut refusals = Vec::new();
    for change in [
        |checkout: &mut Checkout| checkout.success_url = None,
        |checkout: &mut Checkout| checkout.amount = Money::new(1, "KWD".parse().unwrap()),
        |checkout: &mut Checkout| checkout.amount = Money::new(199_950, "HUF".parse().unwrap()),
    ] {
        let mut checkout = checkout();
        change(&mut checkout);
        let refused = paypal.begin(&checkout).await.unwrap_err();
        assert!(matches!(refused, ProviderError::Refused(_)), "{refused}");
        refusals.push(refused);
    }
    let nobody = |settings| PayPal::new(settings).unwrap();
    let wrong = nobody(PayPalSettings {
        client_id: "another".to_owned(),
        ..stand_in.settings()
    });
    let wrong = wrong.begin(&checkout()).await.unwrap_err();
    assert!(matches!(wrong, ProviderError::Account(_)), "{wrong}");
    let unreachable = nobody(PayPalSettings {
        url: "http://127.0.0.1:9".to_owned(),
        ..stand_in.settings()
    });
    let unreachable = unreachable.begin(&checkout()).await.unwrap_err();
    assert!(
        matches!(unreachable, ProviderError::Unavailable(_)),
        "{unreachable}"
    );
    refusals.extend([away, forbidden, wrong, unreachable]);
    let token = stand_in.account().token();
    for error in refusals {
        let told = format!("{error} {error:?} {paypal:?}");
        assert!(!told.contains(SECRET) && !told.contains(&token), "{told}");
    }
}
