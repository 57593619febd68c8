import type { Order, OrderResult, Refusal } from "@/api/schema";
import { isForceable } from "./acts";

export type Refused = { orderId: string; refusal: Refusal };

/** What became of orders that were to be assigned. */
export type Assigned = {
  done: Order[];
  /** Refused by the worker's categories or limit, which may be ignored. */
  forceable: Refused[];
  /** Lost: no attempt with this worker can help. */
  lost: Refused[];
};

export function assigned(results: readonly OrderResult[]): Assigned {
  const outcome: Assigned = { done: [], forceable: [], lost: [] };
  for (const { orderId, order, error } of results) {
    if (order) outcome.done.push(order);
    else if (error) (isForceable(error.code) ? outcome.forceable : outcome.lost).push({ orderId, refusal: error });
  }
  return outcome;
}

/** The outcome after a second attempt for some of the orders. */
export function afterRetry(first: Assigned, second: Assigned): Assigned {
  return { done: [...first.done, ...second.done], forceable: second.forceable, lost: [...first.lost, ...second.lost] };
}
