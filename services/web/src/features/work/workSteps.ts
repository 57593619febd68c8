import type { ChangeRequest, ChangeRequestKind, Order, User } from "@/api/schema";
import { isUnpriced } from "@/ui/orderFacts";

/** What the page of an order offers to a worker. */
export type WorkPart = "work" | "price" | "claim";

/** What a worker can do with an order of theirs. */
export type WorkStep = "finish" | "hold" | "resume" | "reassign" | "cancel" | "release";

type Who = Pick<User, "id" | "role">;

/** The part of the work that an order has for this user; null for those who don't work on it. */
export function workPart(order: Order, who: Who): WorkPart | null {
  if (who.role !== "STAFF") return null;
  if (order.assignee?.id === who.id) return "work";
  // Nobody sets the price of their own order.
  if (order.status !== "PENDING" || order.customer.id === who.id) return null;
  if (order.quote && isUnpriced(order)) return "price";
  const isOpen = order.paymentStatus === "PAID" && order.kind !== "GOODS" && !order.assignee;
  return isOpen ? "claim" : null;
}

/** The steps that the shop's rules give to the assigned worker, the most wanted first. */
export function workSteps(order: Pick<Order, "status" | "quote">): WorkStep[] {
  switch (order.status) {
    case "IN_PROGRESS":
      return ["finish", "hold", "reassign", "release", "cancel"];
    case "ON_HOLD":
      // Work does not begin before there is a price.
      return isUnpriced(order) ? ["reassign", "release", "cancel"] : ["resume", "reassign", "release", "cancel"];
    case "PENDING":
      return ["cancel"];
    default:
      return [];
  }
}

/** The request that a step makes, if it makes one. A step that is asked for already cannot be asked for twice. */
export const REQUEST_OF: Partial<Record<WorkStep, ChangeRequestKind>> = {
  finish: "COMPLETION",
  reassign: "REASSIGNMENT",
  cancel: "CANCELLATION",
};

/** The steps without those that wait for a decision. */
export function openSteps(order: Pick<Order, "status" | "quote">, requests: readonly ChangeRequest[]): WorkStep[] {
  const pending = new Set(requests.filter(({ state }) => state === "PENDING").map(({ kind }) => kind));
  return workSteps(order).filter((step) => {
    const kind = REQUEST_OF[step];
    return !kind || !pending.has(kind);
  });
}

/** How long a decision is shown. */
const DECIDED_DAYS = 14;

/** The requests to show: open ones, and decisions that are still news, newest first. */
export function shownRequests(requests: readonly ChangeRequest[], now: number): ChangeRequest[] {
  const isNews = ({ decidedAt }: ChangeRequest) =>
    decidedAt !== null && now - new Date(decidedAt).getTime() < DECIDED_DAYS * 86_400_000;
  const open = requests.filter(({ state }) => state === "PENDING");
  const decided = requests.filter((request) => request.state !== "PENDING" && isNews(request));
  return [...open, ...decided.slice(0, 3)];
}
