import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { session } from "@/api/session";
import { type OrderFilters, orderFilters } from "@/features/orders/filters";
import { parse } from "@/ui/searchFields";
import { type OrderSearch, orderSearch } from "../pages/order/tabs";
import { signedInRoute } from "./layouts";

/** The list is a customer's: workers and administrators have lists of their own. */
function toOwnList(): void {
  const state = session.get();
  const role = state.kind === "user" ? state.user.role : "CUSTOMER";
  if (role === "ADMIN") throw redirect({ to: "/admin/orders" });
  if (role === "STAFF") throw redirect({ to: "/work" });
}

const dashboard = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/dashboard",
  component: lazyRouteComponent(() => import("../pages/DashboardPage"), "DashboardPage"),
});

const orders = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/orders",
  beforeLoad: toOwnList,
  validateSearch: (search): OrderFilters => orderFilters(search),
  component: lazyRouteComponent(() => import("../pages/OrdersPage"), "OrdersPage"),
});

const order = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/orders/$orderId",
  validateSearch: (search): OrderSearch => parse(orderSearch, search),
  component: lazyRouteComponent(() => import("../pages/OrderPage"), "OrderPage"),
});

/** The dashboard of each role, a customer's orders, and the page of one order. */
export const ordersRoutes = [dashboard, orders, order] as const;
