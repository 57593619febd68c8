import { sampleSettings } from "@/testing/samples";

/** Some are a whole number of their unit, some are not. */
export const settings = sampleSettings({
  shopName: "Corner Shop",
  mixedExpirySeconds: 90,
  paymentWindowSeconds: 0,
  commissionBasisPoints: 1_550,
  allowedFileTypes: ["JPEG", "PDF"],
  version: 7,
});
