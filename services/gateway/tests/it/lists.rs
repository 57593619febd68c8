//! Parameters and answers of lists.

use serde_json::{Value, json};
use waybill_primitives::{Role, Timestamp};
use waybill_proto::{auth, order as pb};

use crate::support::{Gateway, record};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[tokio::test]
async fn a_day_is_accepted_as_a_time_in_every_list() {
    let gateway = Gateway::start().await;
    let orders = record::<pb::ListOrdersRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/ListOrders",
        pb::ListOrdersResponse::default(),
    );
    let audit = record::<auth::ListAuditLogRequest, _>(
        &gateway,
        "waybill.auth.v1.AuditService/ListAuditLog",
        auth::ListAuditLogResponse::default(),
    );
    let figures = record::<pb::GetOrderAnalyticsRequest, _>(
        &gateway,
        "waybill.order.v1.AnalyticsService/GetOrderAnalytics",
        pb::GetOrderAnalyticsResponse::default(),
    );
    let users = record::<auth::GetUserAnalyticsRequest, _>(
        &gateway,
        "waybill.auth.v1.AuthService/GetUserAnalytics",
        auth::GetUserAnalyticsResponse::default(),
    );
    let export = record::<pb::ExportOrdersRequest, _>(
        &gateway,
        "waybill.order.v1.AnalyticsService/ExportOrders",
        pb::ExportOrdersResponse::default(),
    );
    let lists = [
        "orders",
        "admin/audit-log",
        "admin/orders/analytics",
        "admin/users/analytics",
        "admin/orders/export",
    ];
    for list in lists {
        let days = format!("/api/v1/{list}?from=2026-11-20&to=2026-11-21");
        let answer = gateway.get_as(Role::Admin, &days).await;
        assert_eq!(answer.status, 200, "{list}: {:?}", answer.body);
        for bad in ["2026-11", "2026-11-31", "yesterday"] {
            let bad = format!("/api/v1/{list}?to={bad}");
            gateway.get_as(Role::Admin, &bad).await.names("to");
        }
    }
    let span =
        |from: Option<Timestamp>, to: Option<Timestamp>| (from.unwrap().secs(), to.unwrap().secs());
    // The whole 20th and 21st.
    let both = (1_795_132_800, 1_795_132_800 + 2 * 86_400);
    let asked = orders.lock().remove(0);
    assert_eq!(span(asked.from, asked.to), both);
    let asked = audit.lock().remove(0);
    assert_eq!(span(asked.from, asked.to), both);
    let asked = figures.lock().remove(0);
    assert_eq!(span(asked.from, asked.to), both);
    let asked = users.lock().remove(0);
    assert_eq!(span(asked.from, asked.to), both);
    let asked = export.lock().remove(0).filter.unwrap();
    assert_eq!(span(asked.from, asked.to), both);
}

#[tokio::test]
async fn both_spellings_of_a_sort_are_accepted() {
    let gateway = Gateway::start().await;
    let path = "waybill.order.v1.OrderService/ListOrders";
    let asked =
        record::<pb::ListOrdersRequest, _>(&gateway, path, pb::ListOrdersResponse::default());
    for sort in ["total_asc", "TOTAL_ASC"] {
        let path = format!("/api/v1/orders?sort={sort}");
        assert_eq!(gateway.get_as(Role::Customer, &path).await.status, 200);
    }
    let sorts: Vec<_> = asked
        .lock()
        .iter()
        .map(pb::ListOrdersRequest::sort)
        .collect();
    assert_eq!(sorts, [pb::OrderSort::TotalAsc; 2]);
}

#[tokio::test]
async fn a_sort_may_be_a_field_with_a_minus_in_front() {
    let gateway = Gateway::start().await;
    let path = "waybill.order.v1.OrderService/ListOrders";
    let orders =
        record::<pb::ListOrdersRequest, _>(&gateway, path, pb::ListOrdersResponse::default());
    let path = "waybill.order.v1.CatalogueService/ListProducts";
    let products =
        record::<pb::ListProductsRequest, _>(&gateway, path, pb::ListProductsResponse::default());
    for sort in ["total", "-total", "createdAt", "-createdAt"] {
        let path = format!("/api/v1/orders?sort={sort}");
        assert_eq!(gateway.get_as(Role::Customer, &path).await.status, 200);
    }
    for sort in [
        "price",
        "-price",
        "name",
        "-name",
        "createdAt",
        "-createdAt",
    ] {
        let path = format!("/api/v1/products?sort={sort}");
        assert_eq!(gateway.get_as(Role::Admin, &path).await.status, 200);
    }
    let sorts: Vec<_> = orders
        .lock()
        .iter()
        .map(pb::ListOrdersRequest::sort)
        .collect();
    assert_eq!(
        sorts,
        [
            pb::OrderSort::TotalAsc,
            pb::OrderSort::TotalDesc,
            pb::OrderSort::Oldest,
            pb::OrderSort::Newest,
        ]
    );
    let sorts: Vec<_> = products
        .lock()
        .iter()
        .map(pb::ListProductsRequest::sort)
        .collect();
    assert_eq!(
        sorts,
        [
            pb::ProductSort::PriceAsc,
            pb::ProductSort::PriceDesc,
            pb::ProductSort::Name,
            pb::ProductSort::NameDesc,
            pb::ProductSort::Oldest,
            pb::ProductSort::Newest,
        ]
    );
    for sort in ["price", "-name"] {
        let path = format!("/api/v1/orders?sort={sort}");
        gateway.get_as(Role::Customer, &path).await.names("sort");
    }
}

#[tokio::test]
async fn a_parameter_without_a_value_counts_as_not_given_and_enum_names_are_accepted_in_any_case() {
    let gateway = Gateway::start().await;
    let path = "waybill.order.v1.CatalogueService/ListProducts";
    let products =
        record::<pb::ListProductsRequest, _>(&gateway, path, pb::ListProductsResponse::default());
    let path = "waybill.order.v1.OrderService/ListOrders";
    let orders =
        record::<pb::ListOrdersRequest, _>(&gateway, path, pb::ListOrdersResponse::default());
    for query in [
        "",
        "?q=&category=&kind=&minPrice=&maxPrice=&inStock=&sort=&limit=&cursor=&total=&lowStock=",
        "?limit=&limit=20",
    ] {
        let path = format!("/api/v1/products{query}");
        let answer = gateway.get_as(Role::Admin, &path).await;
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    }
    let asked = products.lock().clone();
    assert!(asked.iter().all(|other| *other == asked[0]), "{asked:?}");
    for query in [
        "",
        "?status=&paymentStatus=&from=&to=&customerId=&assigneeId=&minTotal=&maxTotal=",
    ] {
        let path = format!("/api/v1/orders{query}");
        let answer = gateway.get_as(Role::Customer, &path).await;
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    }
    let asked = orders.lock().clone();
    assert_eq!(asked[0], asked[1]);
    // A required parameter without a value is missing.
    gateway
        .get("/api/v1/auth/email-status?email=")
        .await
        .names("email");

    let path = format!("/api/v1/products?kind=goods&categoryId={ID}&maxPrice=5&inStock=");
    assert_eq!(gateway.get_as(Role::Admin, &path).await.status, 200);
    let asked = products.lock().last().cloned().unwrap();
    assert_eq!(asked.kinds, [pb::ProductKind::Goods as i32]);
    assert_eq!((asked.category.as_str(), asked.max_price), (ID, Some(5)));
    let path = "/api/v1/orders?status=on_hold&paymentStatus=Paid";
    assert_eq!(gateway.get_as(Role::Customer, path).await.status, 200);
    let asked = orders.lock().last().cloned().unwrap();
    assert_eq!(asked.statuses, [pb::OrderStatus::OnHold as i32]);
    assert_eq!(asked.payment_statuses, [pb::PaymentStatus::Paid as i32]);
    let path = "/api/v1/orders?status=pending&limit=5&status=ON_HOLD&status=PENDING";
    assert_eq!(gateway.get_as(Role::Customer, path).await.status, 200);
    let asked = orders.lock().last().cloned().unwrap();
    let [pending, on_hold] = [pb::OrderStatus::Pending, pb::OrderStatus::OnHold].map(i32::from);
    assert_eq!(asked.statuses, [pending, on_hold, pending]);
    for path in [
        "/api/v1/orders?status=LOST",
        "/api/v1/orders?status=PENDING&status=LOST",
    ] {
        let refused = gateway.get_as(Role::Customer, path).await;
        refused.names("status");
    }
    let refused = gateway
        .get_as(Role::Customer, "/api/v1/orders?statuss=PENDING")
        .await;
    refused.names("statuss");
    let message = refused.error(422, "VALIDATION_ERROR")["message"].to_string();
    assert!(
        message.contains("status, ") && message.contains("limit, cursor, total"),
        "{message}"
    );
}

#[tokio::test]
async fn the_low_stock_filter_is_for_administrators_only() {
    let gateway = Gateway::start().await;
    let path = "waybill.order.v1.CatalogueService/ListProducts";
    record::<pb::ListProductsRequest, _>(&gateway, path, pb::ListProductsResponse::default());
    for list in ["/api/v1/products", "/api/products/"] {
        for low in ["true", "false"] {
            let path = format!("{list}?lowStock={low}");
            gateway.get(&path).await.error(403, "FORBIDDEN");
            for role in [Role::Customer, Role::Staff] {
                gateway.get_as(role, &path).await.error(403, "FORBIDDEN");
            }
            assert_eq!(gateway.get_as(Role::Admin, &path).await.status, 200);
        }
    }
}

#[tokio::test]
async fn lists_without_pages_have_the_shape_of_all_lists() {
    let gateway = Gateway::start().await;
    let shipments = pb::ListShipmentsResponse {
        shipments: vec![pb::Shipment::default()],
    };
    record::<pb::ListShipmentsRequest, _>(
        &gateway,
        "waybill.order.v1.ShipmentService/ListShipments",
        shipments,
    );
    let path = format!("/api/v1/orders/{ID}/shipments");
    let shipments = gateway.get_as(Role::Customer, &path).await.json();
    assert_eq!(shipments.get("nextCursor"), Some(&Value::Null));

    let categories = ["a", "b", "c"].map(|id| pb::Category {
        id: id.to_owned(),
        ..Default::default()
    });
    let categories = pb::ListCategoriesResponse {
        categories: categories.to_vec(),
    };
    record::<pb::ListCategoriesRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/ListCategories",
        categories,
    );
    let list = |query: &'static str| {
        let gateway = &gateway;
        async move {
            let list = gateway
                .get(&format!("/api/v1/categories{query}"))
                .await
                .json();
            let ids = list["items"].as_array().unwrap().iter();
            let ids: String = ids.map(|item| item["id"].as_str().unwrap()).collect();
            (ids, list["nextCursor"].clone(), list.get("total").cloned())
        }
    };
    let all = |ids: &str| (ids.to_owned(), Value::Null, None);
    assert_eq!(list("").await, all("abc"));
    assert_eq!(list("?limit=100").await, all("abc"));
    assert_eq!(
        list("?limit=2&total=true").await,
        ("ab".to_owned(), json!("b"), Some(json!(3)))
    );
    assert_eq!(list("?limit=2&cursor=b").await, all("c"));
    gateway
        .get("/api/v1/categories?limit=0")
        .await
        .names("limit");
    gateway
        .get("/api/v1/categories?cursor=x")
        .await
        .names("cursor");
}
