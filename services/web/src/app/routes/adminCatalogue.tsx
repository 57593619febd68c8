import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { productFilters, productSearch } from "@/features/adminCatalogue/filters";
import { adminRoute } from "./layouts";

const products = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/products",
  validateSearch: productFilters,
  component: lazyRouteComponent(() => import("../pages/AdminProductsPage"), "AdminProductsPage"),
});

const newProduct = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/products/new",
  component: lazyRouteComponent(() => import("../pages/NewProductPage"), "NewProductPage"),
});

const importProducts = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/products/import",
  component: lazyRouteComponent(() => import("../pages/ImportProductsPage"), "ImportProductsPage"),
});

const product = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/products/$productId",
  validateSearch: productSearch,
  component: lazyRouteComponent(() => import("../pages/AdminProductPage"), "AdminProductPage"),
});

const categories = createRoute({
  getParentRoute: () => adminRoute,
  path: "/admin/categories",
  component: lazyRouteComponent(() => import("../pages/CategoriesPage"), "CategoriesPage"),
});

/** Administrators' pages of products and categories. */
export const adminCatalogueRoutes = [products, newProduct, importProducts, product, categories] as const;
