import { $api } from "./client";
import type { Shop } from "./schema";

/** Until the shop has answered. */
const UNKNOWN: Shop = {
  name: "Waybill",
  currency: "USD",
  maxFileBytes: Number.POSITIVE_INFINITY,
  allowedFileTypes: ["JPEG", "PNG", "GIF", "WEBP", "MP4", "PDF"],
  completionNeedsApproval: true,
  paymentProviders: [],
  mailbox: false,
  demoAccounts: [],
};

/** What everybody may know about the shop; it hardly ever changes. */
export function useShop(): Shop {
  return $api.useQuery("get", "/api/v1/shop", {}, { staleTime: 600_000 }).data ?? UNKNOWN;
}
