import { CartView } from "@/features/cart/CartView";
import { ProductThumb } from "@/features/catalogue/ProductThumb";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

/** The cart, for guests and users. */
export function CartPage() {
  const t = useWords(storefront);
  return (
    <Page title={t.cart}>
      <CartView
        picture={({ productId, name, kind }, few) => (
          <ProductThumb productId={productId} name={name} kind={kind} load={few} />
        )}
      />
    </Page>
  );
}
