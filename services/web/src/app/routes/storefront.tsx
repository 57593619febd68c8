import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { queryClient } from "@/api/queryClient";
import { type ProductFilters, productFilters } from "@/features/catalogue/filters";
import { askForHome, askForProducts } from "@/features/catalogue/firstData";
import { whenShown } from "../whenShown";
import { publicRoute } from "./layouts";

const home = createRoute({
  getParentRoute: () => publicRoute,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/HomePage"), "HomePage"),
  loader: ({ cause }) => whenShown(cause, () => askForHome(queryClient)),
});

const products = createRoute({
  getParentRoute: () => publicRoute,
  path: "/products",
  validateSearch: (search: Record<string, unknown>): ProductFilters => productFilters(search),
  component: lazyRouteComponent(() => import("../pages/ProductsPage"), "ProductsPage"),
  loaderDeps: ({ search }) => search,
  loader: ({ cause, deps }) => whenShown(cause, () => askForProducts(queryClient, deps)),
});

const product = createRoute({
  getParentRoute: () => publicRoute,
  path: "/products/$productId",
  component: lazyRouteComponent(() => import("../pages/ProductPage"), "ProductPage"),
});

const cart = createRoute({
  getParentRoute: () => publicRoute,
  path: "/cart",
  component: lazyRouteComponent(() => import("../pages/CartPage"), "CartPage"),
});

/** Pages of the catalogue and the cart. */
export const storefrontRoutes = [home, products, product, cart] as const;
