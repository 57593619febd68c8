import { expect, test } from "vitest";
import type { HistoryItem } from "@/api/schema";
import { heldFrom } from "./useHeldFrom";

const item = (from: string | null, to: string, event: HistoryItem["event"] = "STATUS_CHANGED"): HistoryItem => ({
  event,
  from,
  to,
  at: "2026-11-30T10:00:00Z",
  actor: null,
  note: null,
  internalNote: null,
  version: 1,
});

test("the last hold says where the order came from", () => {
  const history = [item(null, "PENDING", "PLACED"), item("PENDING", "ON_HOLD"), item("ON_HOLD", "PENDING")];
  expect(heldFrom(history)).toBe("PENDING");
  const later = [item("PENDING", "IN_PROGRESS"), item("IN_PROGRESS", "ON_HOLD"), item("UNPAID", "PAID", "PAID")];
  expect(heldFrom([...history, ...later])).toBe("IN_PROGRESS");
});

test("without a hold it is not known", () => {
  expect(heldFrom([item(null, "PENDING", "PLACED")])).toBeNull();
  expect(heldFrom([])).toBeNull();
});
