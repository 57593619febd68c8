import type { ChangeRequest, Order, Role } from "@/api/schema";
import { hasOpenOffer, isDue, isOver, isPaid, isPayable } from "@/ui/orderFacts";

/** The signed-in account. */
export type Viewer = { id: string; role: Role };

/** What somebody is to an order. A worker who sees it only because it is open to all workers is none of them. */
export type Parties = { owner: boolean; assignee: boolean; admin: boolean };

export function partiesOf(order: Pick<Order, "customer" | "assignee">, viewer: Viewer | null): Parties {
  return {
    owner: viewer?.id === order.customer.id,
    assignee: viewer !== null && viewer.role !== "CUSTOMER" && order.assignee?.id === viewer.id,
    admin: viewer?.role === "ADMIN",
  };
}

/** What a viewer can do with an order now. The rules are those of the order service; it checks them again. */
export type Actions = {
  pay: boolean;
  accept: boolean;
  /** Texts, date and address; the quantities, too, as long as it is not paid. */
  edit: "all" | "details" | null;
  cancel: boolean;
  /** With `cancel`: the customer gets money back. */
  refunds: boolean;
  /** Where it cannot be cancelled any more, the customer can ask for it. */
  askToCancel: boolean;
  /** The one product that it was for, to order it again. */
  again: { product: string; quantity: number } | null;
};

const NOTHING: Actions = {
  pay: false,
  accept: false,
  edit: null,
  cancel: false,
  refunds: false,
  askToCancel: false,
  again: null,
};

export function actionsOf(order: Order, viewer: Viewer | null, now = Date.now()): Actions {
  const { owner, admin } = partiesOf(order, viewer);
  const { status } = order;
  const edit = status !== "PENDING" ? null : isDue(order) ? "all" : "details";
  // Administrators have a panel for everything else.
  if (!owner) return { ...NOTHING, edit: admin ? edit : null };
  return {
    pay: isPayable(order, now),
    accept: hasOpenOffer(order, now),
    edit,
    cancel: status === "PENDING" || status === "ON_HOLD",
    refunds: isPaid(order),
    askToCancel: status === "IN_PROGRESS",
    again: isOver(order) && !order.replacedById ? productOf(order) : null,
  };
}

function productOf({ items }: Order): Actions["again"] {
  const [item, ...others] = items;
  return item?.productId && others.length === 0 ? { product: item.productId, quantity: item.quantity } : null;
}

/** The open request to cancel: an order has at most one. */
export function openCancellation<R extends Pick<ChangeRequest, "kind" | "state">>(requests: R[]): R | undefined {
  return requests.find(({ kind, state }) => kind === "CANCELLATION" && state === "PENDING");
}
