import { createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { requireRole, requireUser } from "../access";
import { PublicLayout } from "../PublicLayout";
import { rootRoute } from "./root";

/** The storefront. */
export const publicRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "public",
  component: () => (
    <PublicLayout>
      <Outlet />
    </PublicLayout>
  ),
});

/** The pages of signed-in people, in the shell. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  beforeLoad: requireUser,
  component: lazyRouteComponent(() => import("../Shell"), "Shell"),
});

/** The pages of administrators. */
export const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: "admin",
  beforeLoad: requireRole("ADMIN"),
  component: Outlet,
});
