import type { Category, ImportLine, Product, ShopSettings } from "@/api/schema";

/** A product for tests. */
export function aProduct(change: Partial<Product> = {}): Product {
  return {
    id: "01890a5d-ac96-774b-bcce-b302099a8057",
    sku: "MUG-01",
    name: "Enamel mug",
    description: "Holds 350 ml.",
    kind: "GOODS",
    price: { amount: 1250, currency: "USD" },
    category: null,
    categoryId: null,
    active: true,
    images: [],
    version: 3,
    available: 38,
    onHand: 40,
    reserved: 2,
    createdAt: "2026-11-01T12:00:00Z",
    updatedAt: "2026-11-01T12:00:00Z",
    ...change,
  };
}

/** A category for tests. */
export function aCategory(id: string, change: Partial<Category> = {}): Category {
  return {
    id,
    name: id,
    slug: id.toLowerCase(),
    description: "",
    parentId: null,
    position: 0,
    active: true,
    products: 0,
    version: 1,
    createdAt: "2026-11-01T12:00:00Z",
    updatedAt: "2026-11-01T12:00:00Z",
    ...change,
  };
}

/** A line of an import for tests. */
export function aLine(line: number, change: Partial<ImportLine> = {}): ImportLine {
  return { line, sku: `SKU-${line}`, outcome: "CREATED", productId: `id-${line}`, ...change };
}

/** The settings of a shop for tests. */
export function settings(change: Partial<ShopSettings> = {}): ShopSettings {
  return {
    shopName: "Waybill",
    currency: "USD",
    goodsExpirySeconds: 1800,
    serviceExpirySeconds: 86_400,
    mixedExpirySeconds: 86_400,
    paymentWindowSeconds: 1800,
    commissionBasisPoints: 1500,
    maxOpenOrdersPerWorker: 0,
    maxOrderLines: 100,
    maxFileBytes: 5_242_880,
    maxFilesPerOrder: 50,
    cartLifetimeSeconds: 2_592_000,
    lowStockThreshold: 5,
    freeOrders: false,
    completionWithoutApproval: false,
    allowedFileTypes: ["JPEG", "PNG", "PDF"],
    version: 1,
    updatedAt: "2026-11-01T12:00:00Z",
    ...change,
  };
}
