import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCategories } from "@/api/categories";
import { useShop } from "@/api/useShop";
import type { ProductFilters } from "@/features/catalogue/filters";
import { ProductList } from "@/features/catalogue/ProductList";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/public/products");

/** The catalogue. Its title is the chosen category. */
export function ProductsPage() {
  const t = useWords(storefront);
  const filters = route.useSearch();
  const navigate = useNavigate();
  const { currency } = useShop();
  const categories = useCategories().data?.items ?? [];
  const category = categories.find(({ slug }) => slug === filters.category);
  const change = (search: ProductFilters, { replace = false, keepScroll = false } = {}) =>
    void navigate({ to: "/products", search, replace, resetScroll: !keepScroll });
  return (
    <Page title={category?.name ?? t.products} subtitle={category?.description || undefined}>
      <ProductList filters={filters} categories={categories} currency={currency} onChange={change} />
    </Page>
  );
}
