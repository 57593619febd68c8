import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ledgerFilters, orderFilters, paymentFilters, requestFilters } from "@/features/adminOrders/filters";
import { parse } from "@/ui/searchFields";
import { adminRoute } from "./layouts";

const orders = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/orders",
  validateSearch: (search) => parse(orderFilters, search),
  component: lazyRouteComponent(() => import("../pages/AdminOrdersPage"), "AdminOrdersPage"),
});

const requests = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/requests",
  validateSearch: (search) => parse(requestFilters, search),
  component: lazyRouteComponent(() => import("../pages/RequestsPage"), "RequestsPage"),
});

const payments = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/payments",
  validateSearch: (search) => parse(paymentFilters, search),
  component: lazyRouteComponent(() => import("../pages/PaymentsPage"), "PaymentsPage"),
});

const ledger = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/ledger",
  validateSearch: (search) => parse(ledgerFilters, search),
  component: lazyRouteComponent(() => import("../pages/LedgerPage"), "LedgerPage"),
});

/** Administrators' pages of orders and money. */
export const adminOrdersRoutes = [orders, requests, payments, ledger] as const;
