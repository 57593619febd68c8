import { ApiError } from "@/api/failure";
import type { ErrorCode, Order, OrderResult } from "@/api/schema";
import type { Gone } from "./pool";

/** Why a claim was lost. */
export type LostWhy = "taken" | "unqualified" | "full" | "away" | "failed";

export type Lost = { id: string; order: Order | undefined; why: LostWhy; by: string | null; message: string };

export type Claimed = { won: Order[]; lost: Lost[] };

const WHY: Partial<Record<ErrorCode, LostWhy>> = {
  ALREADY_CLAIMED: "taken",
  NOT_QUALIFIED: "unqualified",
  TOO_MANY_ORDERS: "full",
  NOT_FOUND: "away",
};

/** Why a claim with this error was lost. */
export function lostWhy(code: ErrorCode): LostWhy {
  return WHY[code] ?? "failed";
}

/** What came of claiming several orders; events tell who was faster. */
export function claimResults(
  results: readonly OrderResult[],
  asked: readonly Order[],
  gone: Readonly<Record<string, Gone>>,
): Claimed {
  const known = new Map(asked.map((order) => [order.id, order]));
  const won = results.flatMap(({ order }) => (order ? [order] : []));
  const lost = results.flatMap(({ orderId, error }) => {
    if (!error) return [];
    const why = lostWhy(error.code);
    const by = why === "taken" ? (gone[orderId]?.by ?? null) : null;
    return [{ id: orderId, order: known.get(orderId), why, by, message: error.message }];
  });
  return { won, lost };
}

/** Whether an order that could not be claimed is out of the pool. */
export function leftPool(why: LostWhy): boolean {
  return why === "taken" || why === "away";
}

/** Whether a claim failed because the order is out of the pool, which its row says. */
export function isOutOfPool(error: unknown): boolean {
  return error instanceof ApiError && leftPool(lostWhy(error.code));
}
