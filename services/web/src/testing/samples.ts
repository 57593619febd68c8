import type { Order, Product, Quote, ShopSettings, User, WorkerEntry } from "@/api/schema";

/** Dollars in cents. */
export const usd = (amount: number) => ({ amount, currency: "USD" });

/** A placed, unpaid order of a service, for tests. */
export function sampleOrder(changes: Partial<Order> = {}): Order {
  return {
    id: "0190-order",
    orderNumber: "W261130-7K3M9QX",
    version: 1,
    status: "PENDING",
    paymentStatus: "UNPAID",
    paymentReceived: false,
    kind: "SERVICE",
    title: "Logo for a bakery",
    description: "Warm colours.",
    specialInstructions: null,
    customer: { id: "0190-ada", name: "Ada Lovelace", email: "ada@shop.test" },
    guest: false,
    assignee: null,
    items: [
      {
        productId: "0190-logo",
        name: "Logo",
        kind: "SERVICE",
        quantity: 1,
        unitPrice: usd(45_000),
        lineTotal: usd(45_000),
        refundedQuantity: 0,
      },
    ],
    subtotal: usd(45_000),
    total: usd(45_000),
    refunded: usd(0),
    shippingAddress: null,
    quote: null,
    estimatedCompletion: null,
    expiresAt: null,
    completedAt: null,
    replacedById: null,
    replacesId: null,
    createdAt: "2026-11-30T10:00:00Z",
    updatedAt: "2026-11-30T10:00:00Z",
    ...changes,
  };
}

/** An offer of 450 dollars that can be accepted until the end of 2026. */
export function sampleQuote(changes: Partial<Quote> = {}): Quote {
  return {
    state: "OFFERED",
    version: 1,
    items: [{ name: "Logo, three drafts", kind: "SERVICE", quantity: 1, unitPrice: usd(45_000) }],
    total: usd(45_000),
    note: null,
    offeredAt: "2026-12-01T09:00:00Z",
    offeredBy: { id: "0190-eve", name: "Eve Admin", role: "ADMIN" },
    validUntil: "2026-12-31T12:00:00Z",
    acceptedAt: null,
    ...changes,
  };
}

/** A mug in stock. */
export function sampleProduct(changes: Partial<Product> = {}): Product {
  return {
    id: "01890a5d-ac96-774b-bcce-b302099a8057",
    sku: "MUG-01",
    name: "Enamel mug",
    description: "Holds 350 ml.",
    kind: "GOODS",
    price: usd(1_250),
    category: null,
    categoryId: null,
    active: true,
    images: [],
    version: 3,
    available: 38,
    createdAt: "2026-11-01T12:00:00Z",
    updatedAt: "2026-11-01T12:00:00Z",
    ...changes,
  };
}

/** The account of the customer of `sampleOrder`. */
export function sampleUser(changes: Partial<User> = {}): User {
  return {
    id: "0190-ada",
    email: "ada@shop.test",
    firstName: "Ada",
    lastName: "Lovelace",
    role: "CUSTOMER",
    emailVerified: true,
    avatarUrl: null,
    suspended: false,
    version: 3,
    createdAt: "2026-11-01T12:00:00Z",
    ...changes,
  };
}

/** A worker with two open orders of five. */
export function sampleWorker(changes: Partial<WorkerEntry> = {}): WorkerEntry {
  return {
    id: "01890a5d-0000-774b-bcce-b3020990000a",
    name: "Grace Hopper",
    email: "grace@shop.test",
    active: true,
    categoryIds: [],
    completedOrders: 4,
    openOrders: 2,
    onHoldOrders: 0,
    limit: 5,
    maxOpenOrders: null,
    version: 4,
    ...changes,
  };
}

/** The settings of a shop. */
export function sampleSettings(changes: Partial<ShopSettings> = {}): ShopSettings {
  return {
    shopName: "Waybill",
    currency: "USD",
    goodsExpirySeconds: 1_800,
    serviceExpirySeconds: 86_400,
    mixedExpirySeconds: 86_400,
    paymentWindowSeconds: 1_800,
    manualPaymentWindowSeconds: 604_800,
    commissionBasisPoints: 1_500,
    maxOpenOrdersPerWorker: 0,
    maxOrderLines: 100,
    maxFileBytes: 5_242_880,
    maxFilesPerOrder: 50,
    cartLifetimeSeconds: 2_592_000,
    lowStockThreshold: 5,
    freeOrders: false,
    completionWithoutApproval: false,
    allowedFileTypes: ["JPEG", "PNG", "PDF"],
    legalName: null,
    address: null,
    taxId: null,
    billingEmail: null,
    invoiceNote: null,
    version: 1,
    updatedAt: "2026-11-01T12:00:00Z",
    ...changes,
  };
}
