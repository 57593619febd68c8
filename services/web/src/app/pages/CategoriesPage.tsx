import { Container } from "@mantine/core";
import { Categories } from "@/features/adminCatalogue/Categories";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

/** The tree of categories. */
export function CategoriesPage() {
  const t = useWords(adminCatalogue);
  return (
    <Container size="64rem" px={0} w="100%" mx={0}>
      <Page title={t.categories} subtitle={t.categoriesHint}>
        <Categories />
      </Page>
    </Container>
  );
}
