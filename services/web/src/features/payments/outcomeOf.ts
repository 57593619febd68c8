import type { Order, Payment } from "@/api/schema";
import { payStateOf } from "./payState";

/** What the page after ordering says. `late`: a payment takes longer than usual; `byHand`: it comes by bank or in cash. */
export type OutcomeKind =
  | "waiting"
  | "late"
  | "byHand"
  | "paid"
  | "free"
  | "requested"
  | "offered"
  | "unpaid"
  | "failed"
  | "over";

/** What became of an order. `patienceOver`: nothing has come for long. */
export function outcomeOf(order: Order, payments: readonly Payment[], now: number, patienceOver: boolean): OutcomeKind {
  const state = payStateOf(order, payments, now);
  switch (state.kind) {
    case "paid":
      return order.total.amount > 0 ? "paid" : "free";
    case "nothing":
      return "free";
    case "unpriced":
      return state.offered ? "offered" : "requested";
    case "confirming":
      return patienceOver ? "late" : "waiting";
    case "due":
      if (state.failed) return "failed";
      if (!state.open) return state.byHand ? "byHand" : "unpaid";
      return patienceOver ? "late" : "waiting";
    default:
      return "over";
  }
}
