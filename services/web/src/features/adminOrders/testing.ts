import type { ChangeRequest, Dashboard, LedgerLine, Order, OrderTotals } from "@/api/schema";
import { sampleOrder, sampleWorker, usd } from "@/testing/samples";

/** A paid service order that waits for a worker. */
export function anOrder(part: Partial<Order> = {}): Order {
  return sampleOrder({
    id: "01890a5d-0000-774b-bcce-b30209900001",
    paymentStatus: "PAID",
    paymentReceived: true,
    items: [],
    subtotal: usd(12_000),
    total: usd(12_000),
    version: 3,
    ...part,
  });
}

/** An open request of a worker in tests. */
export function aRequest(part: Partial<ChangeRequest> = {}): ChangeRequest {
  return {
    id: "01890a5d-0000-774b-bcce-b3020990000e",
    orderId: anOrder().id,
    kind: "COMPLETION",
    state: "PENDING",
    reason: "All drafts are in the files",
    customerNote: null,
    note: null,
    requestedBy: { id: sampleWorker().id, name: "Grace Hopper", role: "STAFF" },
    decidedBy: null,
    decidedAt: null,
    version: 1,
    createdAt: "2026-11-30T11:00:00Z",
    ...part,
  };
}

/** A line of the ledger in tests. */
export function aLine(id: string, entryId: string, amount: number, part: Partial<LedgerLine> = {}): LedgerLine {
  return {
    id,
    entryId,
    kind: "PAYMENT",
    account: amount > 0 ? "provider:SANDBOX" : "orders",
    amount: usd(amount),
    orderId: anOrder().id,
    paymentId: null,
    at: "2026-11-30T11:00:00Z",
    ...part,
  };
}

const totals = (placed: number): OrderTotals => ({
  placed,
  paid: placed,
  completed: 0,
  cancelled: 0,
  revenue: usd(placed * 100),
  refunded: usd(0),
  averageOrder: null,
});

/** A dashboard in tests. */
export function aDashboard(part: Partial<Dashboard> = {}): Dashboard {
  const users = { all: 3, customers: 1, staff: 1, admins: 1 };
  return {
    orders: { allTime: totals(9), last30Days: totals(6), previous30Days: totals(4) },
    revenue: { allTime: usd(90_000), last30Days: usd(60_000), previous30Days: usd(80_000) },
    users: { allTime: users, last30Days: users },
    ordersByStatus: { PENDING: 3, IN_PROGRESS: 1, ON_HOLD: 2, COMPLETED: 3, CANCELLED: 0 },
    lowStock: [],
    topProducts: [],
    recentOrders: [],
    pendingEvents: 0,
    ...part,
  };
}

/** One page of a list in tests. */
export function aPage<T>(items: T[], part: { nextCursor?: string; total?: number; totalIsCapped?: boolean } = {}) {
  return { items, nextCursor: null, total: items.length, ...part };
}
