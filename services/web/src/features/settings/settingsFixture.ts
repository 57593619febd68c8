import type { ShopSettings } from "@/api/schema";

/** Settings for tests: some that are a whole number of their unit, some that are not. */
export const settings: ShopSettings = {
  shopName: "Corner Shop",
  currency: "USD",
  goodsExpirySeconds: 1_800,
  serviceExpirySeconds: 86_400,
  mixedExpirySeconds: 90,
  paymentWindowSeconds: 0,
  commissionBasisPoints: 1_550,
  maxOpenOrdersPerWorker: 0,
  maxOrderLines: 100,
  maxFileBytes: 5_242_880,
  maxFilesPerOrder: 50,
  cartLifetimeSeconds: 2_592_000,
  lowStockThreshold: 5,
  freeOrders: false,
  completionWithoutApproval: false,
  allowedFileTypes: ["JPEG", "PDF"],
  version: 7,
  updatedAt: "2026-11-21T09:30:00Z",
};
