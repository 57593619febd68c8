import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { type PoolFilters, poolFilters, type WorkFilters, workFilters } from "@/features/work/filters";
import { parse } from "@/ui/searchFields";
import { requireRole } from "../access";
import { signedInRoute } from "./layouts";

const pool = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/pool",
  beforeLoad: requireRole("STAFF"),
  validateSearch: (search): PoolFilters => parse(poolFilters, search),
  component: lazyRouteComponent(() => import("../pages/PoolPage"), "PoolPage"),
});

const work = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/work",
  beforeLoad: requireRole("STAFF"),
  validateSearch: (search): WorkFilters => parse(workFilters, search),
  component: lazyRouteComponent(() => import("../pages/WorkPage"), "WorkPage"),
});

const earnings = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/earnings",
  beforeLoad: requireRole("STAFF"),
  component: lazyRouteComponent(() => import("../pages/EarningsPage"), "EarningsPage"),
});

/** Pages of workers. */
export const workerRoutes = [pool, work, earnings] as const;
