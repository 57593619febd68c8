import type { FileType, ShopSettings } from "@/api/schema";

export type Name = Exclude<keyof ShopSettings, "version" | "updatedAt">;

/** How a setting is typed, and between what it may be; the limits are those of the API. */
export type Field =
  | { name: Name; kind: "text"; max: number }
  // A text that may be left out, of one line or of several.
  | { name: Name; kind: "optional"; max: number; lines: boolean }
  | { name: Name; kind: "currency" }
  | { name: Name; kind: "time" | "size" | "percent" | "count"; min: number; max: number }
  | { name: Name; kind: "switch" }
  | { name: Name; kind: "types" };

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

export type GroupName = "shop" | "invoices" | "orders" | "payment" | "work" | "stock" | "files";

/** All settings, as they stand on the page. */
export const GROUPS: { name: GroupName; fields: Field[] }[] = [
  {
    name: "shop",
    fields: [
      { name: "shopName", kind: "text", max: 100 },
      { name: "currency", kind: "currency" },
    ],
  },
  {
    name: "invoices",
    fields: [
      { name: "legalName", kind: "optional", max: 200, lines: false },
      { name: "address", kind: "optional", max: 500, lines: true },
      { name: "taxId", kind: "optional", max: 50, lines: false },
      { name: "billingEmail", kind: "optional", max: 254, lines: false },
      { name: "invoiceNote", kind: "optional", max: 1_000, lines: true },
    ],
  },
  {
    name: "orders",
    fields: [
      { name: "maxOrderLines", kind: "count", min: 1, max: 100 },
      { name: "cartLifetimeSeconds", kind: "time", min: MINUTE, max: 365 * DAY },
      { name: "freeOrders", kind: "switch" },
    ],
  },
  {
    name: "payment",
    fields: [
      { name: "goodsExpirySeconds", kind: "time", min: 1, max: 90 * DAY },
      { name: "serviceExpirySeconds", kind: "time", min: 1, max: 90 * DAY },
      { name: "mixedExpirySeconds", kind: "time", min: 1, max: 90 * DAY },
      { name: "paymentWindowSeconds", kind: "time", min: 0, max: DAY },
      { name: "manualPaymentWindowSeconds", kind: "time", min: HOUR, max: 90 * DAY },
    ],
  },
  {
    name: "work",
    fields: [
      { name: "commissionBasisPoints", kind: "percent", min: 0, max: 10_000 },
      { name: "maxOpenOrdersPerWorker", kind: "count", min: 0, max: 10_000 },
      { name: "completionWithoutApproval", kind: "switch" },
    ],
  },
  { name: "stock", fields: [{ name: "lowStockThreshold", kind: "count", min: 0, max: 1_000_000_000 }] },
  {
    name: "files",
    fields: [
      { name: "maxFileBytes", kind: "size", min: 1_024, max: 104_857_600 },
      { name: "maxFilesPerOrder", kind: "count", min: 1, max: 1_000 },
      { name: "allowedFileTypes", kind: "types" },
    ],
  },
];

export const FIELDS: Field[] = GROUPS.flatMap(({ fields }) => fields);

export const FILE_TYPES: FileType[] = ["JPEG", "PNG", "GIF", "WEBP", "MP4", "PDF"];
