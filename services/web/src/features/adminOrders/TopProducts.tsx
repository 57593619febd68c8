import { Skeleton } from "@mantine/core";
import { ChartNoAxesColumn } from "lucide-react";
import type { ProductSales } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { money, number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import classes from "./TopProducts.module.css";

/** The products with the most revenue in the last 30 days. */
export function TopProducts({ products }: { products: ProductSales[] | undefined }) {
  const t = useWords(adminOrders);
  const most = Math.max(1, ...(products ?? []).map(({ revenue }) => revenue.amount));
  return (
    <Card title={t.topProducts} flush>
      {products?.length === 0 ? (
        <Empty icon={<ChartNoAxesColumn />} title={t.nothingSold} hint={t.nothingSoldHint} />
      ) : (
        <ol className={classes.list} aria-busy={!products}>
          {products
            ? products.map((product) => (
                <li key={product.productId} className={classes.row}>
                  <Sales product={product} most={most} />
                </li>
              ))
            : Array.from({ length: 5 }, (_, index) => (
                <li key={index} className={classes.row}>
                  <Skeleton height="1.4rem" />
                </li>
              ))}
        </ol>
      )}
    </Card>
  );
}

function Sales({ product, most }: { product: ProductSales; most: number }) {
  const t = useWords(adminOrders);
  return (
    <>
      <span className={classes.name}>
        <TextLink to="/admin/products/$productId" params={{ productId: product.productId }}>
          {product.name || t.goneProduct}
        </TextLink>
      </span>
      <span className={`${classes.units} figures`}>{t.units(product.units, number(product.units))}</span>
      <span className={`${classes.revenue} figures`}>{money(product.revenue)}</span>
      <progress className={classes.bar} aria-hidden="true" max={most} value={Math.max(0, product.revenue.amount)} />
    </>
  );
}
