import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import {
  ledgerFilters,
  orderFilters,
  paymentFilters,
  refundFilters,
  requestFilters,
} from "@/features/adminOrders/filters";
import { differenceFilters, payoutFilters } from "@/features/payouts/filters";
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

const refunds = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/refunds",
  validateSearch: (search) => parse(refundFilters, search),
  component: lazyRouteComponent(() => import("../pages/RefundsPage"), "RefundsPage"),
});

const ledger = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/ledger",
  validateSearch: (search) => parse(ledgerFilters, search),
  component: lazyRouteComponent(() => import("../pages/LedgerPage"), "LedgerPage"),
});

const payouts = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/payouts",
  validateSearch: payoutFilters,
  component: lazyRouteComponent(() => import("../pages/PayoutsPage"), "PayoutsPage"),
});

const differences = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/differences",
  validateSearch: differenceFilters,
  component: lazyRouteComponent(() => import("../pages/DifferencesPage"), "DifferencesPage"),
});

/** Administrators' pages of orders and money. */
export const adminOrdersRoutes = [orders, requests, payments, refunds, ledger, payouts, differences] as const;
