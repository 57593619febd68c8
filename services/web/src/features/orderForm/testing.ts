import type { Order, Product, User } from "@/api/schema";
import { EMPTY, type Values } from "./values";

/** Goods for 12 dollars, five of them in stock. For tests. */
export const mug: Product = {
  id: "aaaaaaaa-1111-4111-8111-111111111111",
  sku: "MUG-01",
  name: "Enamel mug",
  description: "",
  kind: "GOODS",
  price: { amount: 1_200, currency: "USD" },
  category: null,
  categoryId: null,
  active: true,
  available: 5,
  images: [],
  version: 1,
  createdAt: "2026-11-30T12:00:00Z",
  updatedAt: "2026-11-30T12:00:00Z",
};

/** A service for 50 dollars. For tests. */
export const logo: Product = {
  ...mug,
  id: "bbbbbbbb-1111-4111-8111-111111111111",
  sku: "LOGO",
  name: "Logo design",
  kind: "SERVICE",
  price: { amount: 5_000, currency: "USD" },
  available: null,
};

/** A placed order; the form uses its id only. For tests. */
export const placed: Order = {
  id: "cccccccc-1111-4111-8111-111111111111",
  orderNumber: "W261130-AAAAAAA",
  status: "PENDING",
  paymentStatus: "UNPAID",
  kind: "SERVICE",
  customer: { id: "dddddddd-1111-4111-8111-111111111111", name: "Ada Lovelace", email: "ada@shop.test" },
  assignee: null,
  title: null,
  description: null,
  specialInstructions: null,
  estimatedCompletion: null,
  items: [],
  subtotal: { amount: 5_000, currency: "USD" },
  total: { amount: 5_000, currency: "USD" },
  shippingAddress: null,
  expiresAt: "2026-11-30T12:30:00Z",
  completedAt: null,
  version: 1,
  createdAt: "2026-11-30T12:00:00Z",
  updatedAt: "2026-11-30T12:00:00Z",
  guest: true,
  replacesId: null,
  replacedById: null,
  paymentReceived: false,
  quote: null,
};

/** An account. For tests. */
export const ada: User = {
  id: placed.customer.id,
  email: "ada@shop.test",
  firstName: "Ada",
  lastName: "Lovelace",
  role: "CUSTOMER",
  emailVerified: true,
  avatarUrl: null,
  suspended: false,
  version: 1,
  createdAt: "2026-11-30T12:00:00Z",
};

/** The form with something typed into it. For tests. */
export function typed(change: Partial<Values> = {}): Values {
  return { ...EMPTY, ...change };
}
