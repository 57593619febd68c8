import { Container, Skeleton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { NewProductForm } from "@/features/adminCatalogue/NewProductForm";
import { useShopSettings } from "@/features/adminCatalogue/queries";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { Page } from "@/ui/Page";

/** Adds a product; its pictures follow on its own page. */
export function NewProductPage() {
  const t = useWords(adminCatalogue);
  const navigate = useNavigate();
  const settings = useShopSettings();
  const done = (productId: string) =>
    void navigate({ to: "/admin/products/$productId", params: { productId }, replace: true, ignoreBlocker: true });
  return (
    <Container size="48rem" px={0} w="100%" mx={0}>
      <Page title={t.newProduct} subtitle={<TextLink to="/admin/products">{t.products}</TextLink>}>
        {settings.isError && !settings.data && (
          <FailureNote error={settings.error} onRetry={() => void settings.refetch()} />
        )}
        {settings.isPending && <Skeleton height="34rem" />}
        {settings.data && (
          <Card>
            <NewProductForm
              currency={settings.data.currency}
              threshold={settings.data.lowStockThreshold}
              onDone={({ id }) => done(id)}
            />
          </Card>
        )}
      </Page>
    </Container>
  );
}
