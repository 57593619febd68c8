import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { analyticsFilters } from "@/features/analytics/filters";
import { auditFilters } from "@/features/audit/filters";
import { mailFilters } from "@/features/mails/filters";
import { userFilters, workerFilters } from "@/features/users/filters";
import { adminRoute } from "./layouts";

const users = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/users",
  validateSearch: userFilters,
  component: lazyRouteComponent(() => import("../pages/UsersPage"), "UsersPage"),
});

const user = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/users/$userId",
  component: lazyRouteComponent(() => import("../pages/UserPage"), "UserPage"),
});

const workers = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/workers",
  validateSearch: workerFilters,
  component: lazyRouteComponent(() => import("../pages/WorkersPage"), "WorkersPage"),
});

const analytics = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/analytics",
  validateSearch: analyticsFilters,
  component: lazyRouteComponent(() => import("../pages/AnalyticsPage"), "AnalyticsPage"),
});

const settings = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/settings",
  component: lazyRouteComponent(() => import("../pages/SettingsPage"), "SettingsPage"),
});

const audit = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/audit",
  validateSearch: auditFilters,
  component: lazyRouteComponent(() => import("../pages/AuditPage"), "AuditPage"),
});

const mails = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/mails",
  validateSearch: mailFilters,
  component: lazyRouteComponent(() => import("../pages/MailsPage"), "MailsPage"),
});

const system = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/system",
  component: lazyRouteComponent(() => import("../pages/SystemPage"), "SystemPage"),
});

/** Administrators' pages of people, figures and operation. */
export const adminPeopleRoutes = [users, user, workers, analytics, settings, audit, mails, system] as const;
