import { Grid, Skeleton, Stack, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { isCode } from "@/api/failure";
import type { Product } from "@/api/schema";
import { ActiveStamp } from "@/features/adminCatalogue/ActiveStamp";
import { EditProductForm } from "@/features/adminCatalogue/EditProductForm";
import { Movements } from "@/features/adminCatalogue/Movements";
import { Pictures } from "@/features/adminCatalogue/Pictures";
import { ProductStateButton, ProductStateNote, useProductState } from "@/features/adminCatalogue/ProductState";
import { useShopSettings } from "@/features/adminCatalogue/queries";
import { StockPanel } from "@/features/adminCatalogue/StockPanel";
import { useProduct } from "@/features/adminCatalogue/useProduct";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink, TextLink } from "@/ui/links";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/products/$productId");

/** One product: its fields, pictures, and stock. */
export function AdminProductPage() {
  const t = useWords(adminCatalogue);
  const { productId } = route.useParams();
  const product = useProduct(productId);
  if (product.data) return <Loaded key={productId} product={product.data} />;
  if (isCode(product.error, "NOT_FOUND")) {
    const action = <ButtonLink to="/admin/products">{t.products}</ButtonLink>;
    return <Empty title={t.noSuchProduct} hint={t.noSuchProductHint} action={action} />;
  }
  return (
    <Page title={t.product}>
      {product.isError ? (
        <FailureNote error={product.error} onRetry={() => void product.refetch()} />
      ) : (
        <Skeleton height="48rem" />
      )}
    </Page>
  );
}

function Loaded({ product }: { product: Product }) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const { movements } = route.useSearch();
  const navigate = route.useNavigate();
  const settings = useShopSettings().data;
  const state = useProductState(product);
  const goods = product.kind === "GOODS";
  const subtitle = (
    <>
      <TextLink to="/admin/products" underline="always">
        {t.products}
      </TextLink>{" "}
      · <span className="code">{product.sku}</span> · {words.kind[product.kind]}
    </>
  );
  const actions = (
    <>
      {product.active && (
        <ButtonLink to="/products/$productId" params={{ productId: product.id }} variant="subtle">
          {t.inShop}
        </ButtonLink>
      )}
      <ProductStateButton product={product} state={state} />
    </>
  );
  return (
    <Page title={product.name} beside={<ActiveStamp active={product.active} />} subtitle={subtitle} actions={actions}>
      <ProductStateNote state={state} />
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="lg">
            <Card title={t.details}>
              <EditProductForm product={product} threshold={settings?.lowStockThreshold} />
            </Card>
            <Pictures product={product} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          {goods ? (
            <StockPanel product={product} threshold={settings?.lowStockThreshold} />
          ) : (
            <Card title={t.stock}>
              <Text c="dimmed">{t.serviceStock}</Text>
            </Card>
          )}
        </Grid.Col>
      </Grid>
      {goods && (
        <Movements
          productId={product.id}
          cursor={movements}
          onPage={(cursor) => void navigate({ search: { movements: cursor }, resetScroll: false })}
        />
      )}
    </Page>
  );
}
