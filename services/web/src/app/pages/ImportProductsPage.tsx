import { Container } from "@mantine/core";
import { useShop } from "@/api/useShop";
import { ImportProducts } from "@/features/adminCatalogue/ImportProducts";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { Page } from "@/ui/Page";

/** Imports products from a CSV file. */
export function ImportProductsPage() {
  const t = useWords(adminCatalogue);
  const { currency } = useShop();
  return (
    <Container size="64rem" px={0} w="100%" mx={0}>
      <Page title={t.importTitle} subtitle={<TextLink to="/admin/products">{t.products}</TextLink>}>
        <ImportProducts currency={currency} />
      </Page>
    </Container>
  );
}
