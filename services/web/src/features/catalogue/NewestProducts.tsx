import { PackageX } from "lucide-react";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink, TextLink } from "@/ui/links";
import classes from "./Home.module.css";
import { ProductGrid } from "./ProductGrid";
import { useNewest } from "./queries";

/** Two rows of four, or four of two. */
const COUNT = 8;

/** What was added to the shop last, and the way to everything. */
export function NewestProducts() {
  const t = useWords(storefront);
  const { data, error, refetch } = useNewest(COUNT);
  if (data?.items.length === 0) {
    return (
      <Empty
        icon={<PackageX size={32} aria-hidden="true" />}
        title={t.noProducts}
        hint={t.noProductsHint}
        action={<ButtonLink to="/order">{t.describe}</ButtonLink>}
      />
    );
  }
  return (
    <section aria-labelledby="newest">
      <div className={classes.head}>
        <h2 id="newest" className={classes.title}>
          {t.newest}
        </h2>
        <TextLink to="/products">{t.allProducts}</TextLink>
      </div>
      {error && !data ? (
        <FailureNote error={error} onRetry={() => void refetch()} />
      ) : (
        <ProductGrid products={data?.items} expected={COUNT} heading="h3" />
      )}
    </section>
  );
}
