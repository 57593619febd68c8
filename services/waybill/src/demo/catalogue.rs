//! The forty products of the demo shop.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use waybill_primitives::{Currency, Money};
use waybill_proto::{
    common::PageRequest,
    order::{
        CreateProductRequest, GetCartRequest, ListProductsRequest, Product, ProductKind,
        PutCartItemRequest,
    },
};
use waybill_service_kit::{CallContext, outgoing};

use super::{Demo, Person, is_conflict};

type Goods = (
    &'static str,
    &'static str,
    &'static str,
    i64,
    i64,
    &'static str,
);

/// SKU, name, category, price in cents, opening stock, description.
const GOODS: [Goods; 28] = [
    (
        "MUG-01",
        "Enamel mug",
        "Kitchen",
        1490,
        120,
        "Half a litre, chip-proof, with a blue rim.",
    ),
    (
        "MUG-02",
        "Stoneware mug",
        "Kitchen",
        1890,
        80,
        "Thrown by hand; no two glazes alike.",
    ),
    (
        "POT-01",
        "Tea pot",
        "Kitchen",
        4200,
        25,
        "Pours without a drop, holds one litre.",
    ),
    (
        "KNF-01",
        "Paring knife",
        "Kitchen",
        2450,
        60,
        "Carbon steel, pear wood handle.",
    ),
    (
        "KNF-02",
        "Bread knife",
        "Kitchen",
        3950,
        40,
        "Long enough for a whole loaf.",
    ),
    (
        "BRD-01",
        "Cutting board",
        "Kitchen",
        3200,
        55,
        "End grain oak, oiled.",
    ),
    (
        "PAN-01",
        "Iron pan",
        "Kitchen",
        5900,
        30,
        "Seasoned and ready, 28 cm.",
    ),
    (
        "TWL-01",
        "Linen towel",
        "Home",
        1650,
        200,
        "Dries fast, gets softer.",
    ),
    (
        "BLK-01",
        "Wool blanket",
        "Home",
        8900,
        18,
        "Woven from undyed wool.",
    ),
    (
        "CND-01",
        "Beeswax candle",
        "Home",
        990,
        300,
        "Burns twelve hours.",
    ),
    (
        "LMP-01",
        "Desk lamp",
        "Home",
        7400,
        22,
        "Warm light, dims to a glow.",
    ),
    (
        "VAS-01",
        "Glass vase",
        "Home",
        3100,
        34,
        "Recycled glass, slightly green.",
    ),
    ("CLK-01", "Wall clock", "home", 5600, 15, "Silent movement."),
    (
        "NTB-01",
        "Notebook, plain",
        "Paper",
        1250,
        400,
        "Lies flat, 192 pages.",
    ),
    (
        "NTB-02",
        "Notebook, dotted",
        "Paper",
        1250,
        380,
        "Lies flat, 192 pages.",
    ),
    (
        "PEN-01",
        "Fountain pen",
        "Paper",
        4800,
        45,
        "Steel nib, fine.",
    ),
    (
        "INK-01",
        "Ink, blue-black",
        "Paper",
        1100,
        90,
        "Fifty millilitres.",
    ),
    (
        "CRD-01",
        "Letterpress cards",
        "Paper",
        1800,
        70,
        "Set of eight with envelopes.",
    ),
    (
        "CAL-01",
        "Wall calendar",
        "Paper",
        2200,
        3,
        "One drawing a month; the last copies.",
    ),
    (
        "BAG-01",
        "Canvas bag",
        "Travel",
        2800,
        110,
        "Carries fifteen kilograms.",
    ),
    (
        "BAG-02",
        "Weekend bag",
        "Travel",
        12900,
        12,
        "Waxed cotton, brass zips.",
    ),
    (
        "BTL-01",
        "Steel bottle",
        "Travel",
        2600,
        140,
        "Keeps cold for a day.",
    ),
    (
        "UMB-01",
        "Umbrella",
        "Travel",
        3900,
        65,
        "Turns inside out and back again.",
    ),
    ("KEY-01", "Key ring", "travel", 900, 500, "Solid brass."),
    (
        "SHR-01",
        "Work shirt",
        "Clothing",
        6900,
        48,
        "Heavy cotton, two pockets.",
    ),
    (
        "SCK-01",
        "Wool socks",
        "Clothing",
        1700,
        160,
        "For boots and slippers.",
    ),
    (
        "CAP-01",
        "Wool cap",
        "Clothing",
        2300,
        75,
        "Knitted in one piece.",
    ),
    (
        "APR-01",
        "Leather apron",
        "Clothing",
        9800,
        0,
        "Sold out for now.",
    ),
];

/// SKU, name, category, price in cents, description.
const SERVICES: [(&str, &str, &str, i64, &str); 12] = [
    (
        "SVC-LOGO",
        "Logo design",
        "Design",
        45000,
        "Three drafts, two rounds of changes, all file formats.",
    ),
    (
        "SVC-CARD",
        "Business card design",
        "Design",
        18000,
        "Front and back, ready to print.",
    ),
    (
        "SVC-ILLU",
        "Illustration",
        "Design",
        32000,
        "One full-page drawing from your description.",
    ),
    (
        "SVC-PHOT",
        "Product photography",
        "Photography",
        26000,
        "Ten products on white, retouched.",
    ),
    (
        "SVC-PORT",
        "Portrait session",
        "Photography",
        21000,
        "One hour, fifteen pictures.",
    ),
    (
        "SVC-TRAN",
        "Translation, ten pages",
        "Text",
        28000,
        "English and German, proofread by a second person.",
    ),
    (
        "SVC-EDIT",
        "Copy editing",
        "Text",
        15000,
        "Up to five thousand words.",
    ),
    (
        "SVC-PAGE",
        "Landing page",
        "Web",
        89000,
        "Designed, built, measured.",
    ),
    (
        "SVC-AUDT",
        "Website check-up",
        "Web",
        39000,
        "Speed, accessibility and search, with a list of what to fix.",
    ),
    (
        "SVC-ENGR",
        "Engraving",
        "Workshop",
        2500,
        "A name or a date on anything that we sell.",
    ),
    (
        "SVC-KNIF",
        "Knife sharpening",
        "Workshop",
        1200,
        "On stones, by hand.",
    ),
    (
        "SVC-REPR",
        "Bag repair",
        "Workshop",
        4500,
        "Seams, zips, straps.",
    ),
];

/// The SKUs of all products of the demo.
pub(super) fn skus() -> impl Iterator<Item = &'static str> {
    let goods = GOODS.iter().map(|goods| goods.0);
    goods.chain(SERVICES.iter().map(|service| service.0))
}

impl Demo {
    /// Whether the shop has any active product.
    pub(super) async fn sells_something(&mut self) -> Result<bool> {
        let request = outgoing(&CallContext::anonymous(), ListProductsRequest::default());
        let answer = self.clients.catalogue.list_products(request).await;
        let answer = answer.context("listing the products of the shop")?;
        Ok(!answer.into_inner().products.is_empty())
    }

    /// Creates missing products; returns the ids by SKU.
    pub(super) async fn stock_shelves(
        &mut self,
        admin: &Person,
    ) -> Result<HashMap<String, String>> {
        let goods = GOODS
            .iter()
            .map(|&(sku, name, category, price, stock, description)| {
                product(
                    sku,
                    name,
                    category,
                    price,
                    description,
                    ProductKind::Goods,
                    stock,
                )
            });
        let services = SERVICES
            .iter()
            .map(|&(sku, name, category, price, description)| {
                product(
                    sku,
                    name,
                    category,
                    price,
                    description,
                    ProductKind::Service,
                    0,
                )
            });
        for request in mixed(goods, services) {
            let sku = request.sku.clone();
            match self
                .clients
                .catalogue
                .create_product(admin.ask(request))
                .await
            {
                Ok(_) => {}
                Err(status) if is_conflict(&status) => {}
                Err(status) => bail!("creating product {sku}: {status}"),
            }
        }
        let products = self.products(admin).await?;
        for product in &products {
            if skus().any(|sku| sku == product.sku) {
                self.picture(admin, product).await?;
            }
        }
        let ids = products
            .into_iter()
            .map(|product| (product.sku, product.id));
        Ok(ids.collect())
    }

    /// Puts something into a customer's cart if it is empty.
    pub(super) async fn fill_cart(
        &mut self,
        customer: &Person,
        products: &HashMap<String, String>,
    ) -> Result<()> {
        let request = customer.ask(GetCartRequest::default());
        let cart = self.clients.cart.get_cart(request).await?.into_inner().cart;
        if cart.is_some_and(|cart| !cart.items.is_empty()) {
            return Ok(());
        }
        for (sku, quantity) in [("MUG-02", 2), ("NTB-01", 1)] {
            let id = products
                .get(sku)
                .with_context(|| format!("the demo sells no {sku}"))?;
            let request = PutCartItemRequest {
                product_id: id.clone(),
                quantity,
                ..Default::default()
            };
            self.clients
                .cart
                .put_cart_item(customer.ask(request))
                .await?;
        }
        Ok(())
    }

    async fn products(&mut self, admin: &Person) -> Result<Vec<Product>> {
        let mut products = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = PageRequest {
                limit: 100,
                cursor,
                total: false,
            };
            let request = ListProductsRequest {
                page: Some(page),
                ..Default::default()
            };
            let answer = self
                .clients
                .catalogue
                .list_products(admin.ask(request))
                .await?
                .into_inner();
            products.extend(answer.products);
            cursor = answer
                .page
                .unwrap_or_default()
                .next_cursor
                .unwrap_or_default();
            if cursor.is_empty() {
                return Ok(products);
            }
        }
    }
}

/// Goods with a service after every other one, so that both are among the newest products, which the shop shows first.
fn mixed(
    goods: impl Iterator<Item = CreateProductRequest>,
    services: impl Iterator<Item = CreateProductRequest>,
) -> Vec<CreateProductRequest> {
    let mut services = services.fuse();
    let pairs = GOODS.len() / 2;
    let alone = pairs.saturating_sub(SERVICES.len());
    let mut all = Vec::new();
    for (n, one) in goods.enumerate() {
        all.push(one);
        if n % 2 == 1 && n / 2 >= alone {
            all.extend(services.next());
        }
    }
    all.extend(services);
    all
}

fn product(
    sku: &str,
    name: &str,
    category: &str,
    price: i64,
    description: &str,
    kind: ProductKind,
    stock: i64,
) -> CreateProductRequest {
    CreateProductRequest {
        sku: sku.into(),
        name: name.into(),
        description: description.into(),
        kind: kind.into(),
        price: Some(Money::new(price, Currency::USD)),
        category: category.into(),
        stock,
        active: Some(true),
        ..CreateProductRequest::default()
    }
}
