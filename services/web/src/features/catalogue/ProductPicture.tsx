import { useState } from "react";
import type { ProductImage, ProductKind } from "@/api/schema";
import classes from "./ProductPicture.module.css";
import { ProductPlaceholder } from "./ProductPlaceholder";

type Props = {
  product: { name: string; images: ProductImage[]; kind?: ProductKind | undefined };
  /** `thumb` is for rows of lists, `card` for grids, `large` for the product's own page. The first two say nothing of their own: the name is beside them. */
  size: "thumb" | "card" | "large";
};

/** The first picture of a product, in a frame whose size does not depend on it. Without a picture, or if it cannot be loaded, one is drawn. */
export function ProductPicture({ product, size }: Props) {
  const image = product.images[0];
  return (
    <span className={classes.frame} data-size={size}>
      {image ? (
        // The next product of the same place gets a new try.
        <Picture key={image.id} image={image} product={product} size={size} />
      ) : (
        <ProductPlaceholder name={product.name} kind={product.kind} />
      )}
    </span>
  );
}

function Picture({ image, product, size }: Props & { image: ProductImage }) {
  const [broken, setBroken] = useState(false);
  if (broken) return <ProductPlaceholder name={product.name} kind={product.kind} />;
  const large = size === "large";
  return (
    <img
      className={classes.picture}
      src={large ? image.url : image.thumbnailUrl}
      width={image.width}
      height={image.height}
      alt={large ? image.alt || product.name : image.alt}
      // The largest picture is what the visitor came for.
      loading={large ? "eager" : "lazy"}
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}
