import { expect, test } from "vitest";
import type { Order } from "@/api/schema";
import type { OrderFilters } from "./filters";
import { isListed } from "./matches";
import { anOrder } from "./testing";

const mine = { id: "01890a5d-0000-774b-bcce-b3020990000a", name: "Grace" };

test.each<[OrderFilters, Partial<Order>, boolean]>([
  [{}, {}, true],
  [{ status: ["ON_HOLD", "PENDING"] }, {}, true],
  [{ status: ["ON_HOLD"] }, {}, false],
  [{ paymentStatus: ["PAID"] }, { paymentStatus: "FAILED" }, false],
  [{ kind: ["GOODS"] }, {}, false],
  [{ unassigned: true }, {}, true],
  [{ unassigned: true }, { assignee: mine }, false],
  [{ assigneeId: mine.id }, { assignee: mine }, true],
  [{ assigneeId: mine.id }, {}, false],
  [{ customerId: "other" }, {}, false],
  [{ minTotal: 12_000, maxTotal: 12_000 }, {}, true],
  [{ minTotal: 12_001 }, {}, false],
  [{ maxTotal: 11_999 }, {}, false],
  [{ quote: ["REQUESTED"] }, {}, false],
  [{ from: "2026-11-01", to: "2026-11-30" }, { createdAt: "2026-11-15T12:00:00Z" }, true],
  [{ from: "2026-11-16" }, { createdAt: "2026-11-10T12:00:00Z" }, false],
  [{ to: "2026-11-14" }, { createdAt: "2026-11-18T12:00:00Z" }, false],
  [{ q: "w2611" }, {}, true],
  [{ q: "7k3m9qx" }, {}, true],
  [{ q: "ada@shop.test" }, {}, true],
  [{ q: "bak love" }, {}, true],
  [{ q: "bak smith" }, {}, false],
  [{ q: "akery" }, {}, false],
])("%j lists %j: %s", (filters, part, listed) => {
  expect(isListed(anOrder(part), filters)).toBe(listed);
});
