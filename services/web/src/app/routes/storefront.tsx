import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { type ProductFilters, productFilters } from "@/features/catalogue/filters";
import { publicRoute } from "./layouts";

const home = createRoute({
  getParentRoute: () => publicRoute,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/HomePage"), "HomePage"),
});

const products = createRoute({
  getParentRoute: () => publicRoute,
  path: "/products",
  validateSearch: (search: Record<string, unknown>): ProductFilters => productFilters(search),
  component: lazyRouteComponent(() => import("../pages/ProductsPage"), "ProductsPage"),
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
