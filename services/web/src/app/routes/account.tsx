import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inboxSearch } from "@/features/notifications/filters";
import { parse } from "@/ui/searchFields";
import { signedInRoute } from "./layouts";

const notifications = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/notifications",
  validateSearch: (search) => parse(inboxSearch, search),
  component: lazyRouteComponent(() => import("../pages/NotificationsPage"), "NotificationsPage"),
});

const account = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("../pages/AccountPage"), "AccountPage"),
});

/** Notifications and the own account. */
export const accountRoutes = [notifications, account] as const;
