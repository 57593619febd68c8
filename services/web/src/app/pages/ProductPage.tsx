import { getRouteApi } from "@tanstack/react-router";
import { PackageX } from "lucide-react";
import { useCategories } from "@/api/categories";
import { ApiError } from "@/api/failure";
import { AddToCart } from "@/features/cart/AddToCart";
import { canBeOrdered } from "@/features/catalogue/availability";
import { ProductDetails, ProductDetailsSkeleton } from "@/features/catalogue/ProductDetails";
import { ProductPath } from "@/features/catalogue/ProductPath";
import { useProduct } from "@/features/catalogue/queries";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { Page } from "@/ui/Page";

const route = getRouteApi("/public/products/$productId");

/** A product, to look at and to order. */
export function ProductPage() {
  const t = useWords(storefront);
  const { loading } = useWords(common);
  const { productId } = route.useParams();
  const { data, error, refetch } = useProduct(productId);
  const categories = useCategories().data?.items ?? [];
  // Not there, or not for visitors; a broken id is not there either.
  const missing = error instanceof ApiError && [400, 404, 422].includes(error.status);
  if (!data) {
    if (missing) return <Missing />;
    return (
      <Page title={error ? t.products : loading}>
        {error ? <FailureNote error={error} onRetry={() => void refetch()} /> : <ProductDetailsSkeleton />}
      </Page>
    );
  }
  // It was taken out of the shop while somebody looked at it.
  const product = missing ? { ...data, active: false } : data;
  return (
    <Page title={product.name} subtitle={<ProductPath product={product} categories={categories} />}>
      <ProductDetails
        product={product}
        actions={
          canBeOrdered(product) ? (
            <AddToCart key={product.id} product={product} />
          ) : (
            <ButtonLink to="/products" variant="default">
              {t.otherProducts}
            </ButtonLink>
          )
        }
      />
    </Page>
  );
}

function Missing() {
  const t = useWords(storefront);
  return (
    <Page title={t.products}>
      <Empty
        icon={<PackageX size={32} aria-hidden="true" />}
        title={t.unknownProduct}
        hint={t.unknownProductHint}
        action={<ButtonLink to="/products">{t.otherProducts}</ButtonLink>}
      />
    </Page>
  );
}
