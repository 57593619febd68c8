import type { Dashboard, Order } from "@/api/schema";
import { withRow } from "./rows";

/** Orders that the dashboard lists. */
const RECENT = 10;

/** The dashboard with an order that was just placed at the top of the newest ones, or with its newer state in place. */
export function withOrder(board: Dashboard, order: Order, isNew: boolean): Dashboard {
  const known = board.recentOrders.some(({ id }) => id === order.id);
  if (known) {
    const recentOrders = withRow(board.recentOrders, order);
    return recentOrders === board.recentOrders ? board : { ...board, recentOrders };
  }
  return isNew ? { ...board, recentOrders: [order, ...board.recentOrders].slice(0, RECENT) } : board;
}
