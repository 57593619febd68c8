import type { Provider } from "@/api/schema";

/** The ways to pay that the shop offers, the first one chosen. */
export const PROVIDERS: readonly [Provider, ...Provider[]] = ["SANDBOX"];
