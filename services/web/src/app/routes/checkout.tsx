import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queryClient } from "@/api/queryClient";
import { resume, session } from "@/api/session";
import { orderSearch } from "@/features/orderForm/filters";
import { askForForm } from "@/features/orderForm/firstData";
import { like, object, parse } from "@/ui/searchFields";
import { safeNext } from "../access";
import { whenShown } from "../whenShown";
import { publicRoute } from "./layouts";

const next = object({ next: like(/^\//) });

/** Who is signed in need not do it again. */
async function skipIfSignedIn({ search }: { search: { next?: string | undefined } }): Promise<void> {
  const state = await resume().catch(session.get);
  if (state.kind === "user") throw redirect({ href: safeNext(search.next), replace: true });
}

const order = createRoute({
  getParentRoute: () => publicRoute,
  path: "/order",
  validateSearch: (search) => parse(orderSearch, search),
  component: lazyRouteComponent(() => import("../pages/OrderFormPage"), "OrderFormPage"),
  loaderDeps: ({ search }) => search,
  loader: ({ cause, deps }) => whenShown(cause, () => askForForm(queryClient, deps)),
});

const pay = createRoute({
  getParentRoute: () => publicRoute,
  path: "/pay/$orderId",
  component: lazyRouteComponent(() => import("../pages/PayPage"), "PayPage"),
});

const placed = createRoute({
  getParentRoute: () => publicRoute,
  path: "/placed/$orderId",
  component: lazyRouteComponent(() => import("../pages/PlacedPage"), "PlacedPage"),
});

const track = createRoute({
  getParentRoute: () => publicRoute,
  path: "/track/$orderId",
  component: lazyRouteComponent(() => import("../pages/TrackPage"), "TrackPage"),
});

const signIn = createRoute({
  getParentRoute: () => publicRoute,
  path: "/sign-in",
  validateSearch: (search) => parse(next, search),
  beforeLoad: skipIfSignedIn,
  component: lazyRouteComponent(() => import("../pages/SignInPage"), "SignInPage"),
});

const register = createRoute({
  getParentRoute: () => publicRoute,
  path: "/register",
  validateSearch: (search) => parse(next, search),
  beforeLoad: skipIfSignedIn,
  component: lazyRouteComponent(() => import("../pages/RegisterPage"), "RegisterPage"),
});

/** Ordering, paying, signing in. */
export const checkoutRoutes = [order, pay, placed, track, signIn, register] as const;
