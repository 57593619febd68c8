import { getRouteApi } from "@tanstack/react-router";
import { FileUp, Plus } from "lucide-react";
import { useShop } from "@/api/useShop";
import { ExportButton } from "@/features/adminCatalogue/ExportButton";
import type { ProductFilters } from "@/features/adminCatalogue/filters";
import { ProductFilterBar } from "@/features/adminCatalogue/ProductFilterBar";
import { ProductTable } from "@/features/adminCatalogue/ProductTable";
import { ProductPicture } from "@/features/catalogue/ProductPicture";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { ButtonLink } from "@/ui/links";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/products");

/** All products: search, filters, stock, export. */
export function AdminProductsPage() {
  const t = useWords(adminCatalogue);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const { currency } = useShop();
  const change = (search: ProductFilters) => void navigate({ search });
  const actions = (
    <>
      <ExportButton filters={filters} />
      <ButtonLink to="/admin/products/import" variant="default" leftSection={<FileUp size={16} />}>
        {t.importCsv}
      </ButtonLink>
      <ButtonLink to="/admin/products/new" leftSection={<Plus size={16} />}>
        {t.newProduct}
      </ButtonLink>
    </>
  );
  return (
    <Page title={t.products} actions={actions}>
      <ProductFilterBar filters={filters} currency={currency} onChange={change} />
      <ProductTable
        filters={filters}
        onChange={change}
        picture={(product) => <ProductPicture product={product} size="thumb" />}
      />
    </Page>
  );
}
