import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Product } from "@/api/schema";
import { AvailabilityNote } from "./AvailabilityNote";
import { canBeOrdered } from "./availability";
import { Price } from "./Price";
import classes from "./ProductCard.module.css";
import { ProductPicture } from "./ProductPicture";

type Props = {
  product: Product;
  /** The level of the name, below the heading of the list. */
  heading: "h2" | "h3";
};

/** A product in a grid. All of it leads to the product's page, by the one link in it. */
export function ProductCard({ product, heading: Heading }: Props) {
  return (
    <li className={classes.card} data-over={canBeOrdered(product) ? undefined : true}>
      <ProductPicture product={product} size="card" />
      <div className={classes.text}>
        <Heading className={classes.name}>
          <Link to="/products/$productId" params={{ productId: product.id }} className={classes.link}>
            {product.name}
          </Link>
        </Heading>
        {/* A space keeps the cards of a row equally high. */}
        <span className={classes.category}>{product.category || "\u00a0"}</span>
        <div className={classes.foot}>
          <strong>
            <Price price={product.price} />
          </strong>
          <AvailabilityNote product={product} />
        </div>
      </div>
    </li>
  );
}

/** As high as a card. */
export function ProductCardSkeleton() {
  return (
    <li className={classes.card}>
      <Skeleton radius={0} className={classes.blank} />
      <div className={classes.text}>
        <Skeleton height="1.3rem" width="70%" />
        <Skeleton height="1.3rem" width="40%" />
        <Skeleton height="1.4rem" mt="0.35rem" />
      </div>
    </li>
  );
}
