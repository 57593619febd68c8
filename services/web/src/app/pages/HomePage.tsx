import { useShop } from "@/api/useShop";
import { NewestProducts } from "@/features/catalogue/NewestProducts";
import { TopCategories } from "@/features/catalogue/TopCategories";
import { WaysIn } from "@/features/catalogue/WaysIn";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

/** The shop's front: what it is, what one can get, and what is new. */
export function HomePage() {
  const t = useWords(storefront);
  const { name } = useShop();
  return (
    <Page title={name} subtitle={t.about}>
      <WaysIn />
      <TopCategories />
      <NewestProducts />
    </Page>
  );
}
