import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { AvailabilityNote } from "./AvailabilityNote";
import { availabilityOf } from "./availability";
import { Gallery } from "./Gallery";
import { Price } from "./Price";
import classes from "./ProductDetails.module.css";

type Props = {
  product: Product;
  /** What one can do with it, if it can be ordered. */
  actions: ReactNode;
};

/** A product with pictures, price, availability and description. Changes of price and stock are announced. */
export function ProductDetails({ product, actions }: Props) {
  const t = useWords(storefront);
  const { description } = useWords(common);
  const { state } = availabilityOf(product);
  return (
    <div className={classes.layout}>
      <Gallery key={product.id} product={product} />
      <div className={classes.side}>
        <section className={classes.slip}>
          <div className={classes.offer} role="status">
            <span className={classes.price}>
              <Price price={product.price} />
            </span>
            <AvailabilityNote product={product} />
          </div>
          {state === "gone" && <p className={classes.hint}>{t.goneHint}</p>}
          {state === "soldOut" && <p className={classes.hint}>{t.soldOutHint}</p>}
          {actions}
        </section>
        {product.description && (
          <section>
            <h2 className={classes.title}>{description}</h2>
            <p className={classes.description}>{product.description}</p>
          </section>
        )}
        <p className={classes.hint}>
          {t.sku} <span className="code">{product.sku}</span>
        </p>
      </div>
    </div>
  );
}

/** As high as a product with a short description. */
export function ProductDetailsSkeleton() {
  return (
    <div className={classes.layout} aria-hidden="true">
      <Skeleton className={classes.blank} radius="md" />
      <div className={classes.side}>
        <Skeleton height="14rem" radius="md" />
        <Skeleton height="8rem" radius="md" />
      </div>
    </div>
  );
}
