import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { ProductCard, ProductCardSkeleton } from "./ProductCard";
import classes from "./ProductCard.module.css";

type Props = {
  /** Undefined while they load. */
  products: Product[] | undefined;
  /** Cards of the skeleton. */
  expected: number;
  heading: "h2" | "h3";
  /** What is shown is about to be replaced. */
  busy?: boolean;
};

/** Products as cards. */
export function ProductGrid({ products, expected, heading, busy = false }: Props) {
  const t = useWords(common);
  if (!products) {
    return (
      <ul className={classes.grid} aria-busy="true" aria-label={t.loading}>
        {Array.from({ length: expected }, (_, index) => (
          <ProductCardSkeleton key={index} />
        ))}
      </ul>
    );
  }
  return (
    <ul className={classes.grid} aria-busy={busy}>
      {products.map((product) => (
        <ProductCard key={product.id} product={product} heading={heading} />
      ))}
    </ul>
  );
}
