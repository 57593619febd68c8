import { PackageX } from "lucide-react";
import { useDeferredValue } from "react";
import type { ProductKind } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink, TextLink } from "@/ui/links";
import classes from "./Home.module.css";
import { ProductGrid } from "./ProductGrid";
import { ROW, useNewest } from "./queries";

/** The goods and the services that were added to the shop last, and the way to all of them. */
export function NewestProducts() {
  const t = useWords(storefront);
  const goods = useNewest("GOODS");
  const services = useNewest("SERVICE");
  const hasNo = { GOODS: goods.data?.items.length === 0, SERVICE: services.data?.items.length === 0 };
  if (hasNo.GOODS && hasNo.SERVICE) {
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
    <div className={classes.newest}>
      {!hasNo.GOODS && <Newest kind="GOODS" query={goods} count={hasNo.SERVICE ? 2 * ROW : ROW} />}
      {!hasNo.SERVICE && <Newest kind="SERVICE" query={services} count={hasNo.GOODS ? 2 * ROW : ROW} />}
    </div>
  );
}

type NewestProps = { kind: ProductKind; query: ReturnType<typeof useNewest>; count: number };

function Newest({ kind, query, count }: NewestProps) {
  const t = useWords(storefront);
  const { data, error, refetch } = query;
  // Cards are drawn in short steps.
  const items = useDeferredValue(data?.items);
  const id = `newest-${kind}`;
  return (
    <section aria-labelledby={id} className={classes.four}>
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {t.newest[kind]}
        </h2>
        <TextLink to="/products" search={{ kind }}>
          {t.allOf[kind]}
        </TextLink>
      </div>
      {error && !data ? (
        <FailureNote error={error} onRetry={() => void refetch()} />
      ) : (
        <ProductGrid products={items?.slice(0, count)} expected={count} heading="h3" />
      )}
    </section>
  );
}
