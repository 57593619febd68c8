import type { ProductKind } from "@/api/schema";
import { ProductPicture } from "./ProductPicture";
import { useKnownProduct } from "./queries";

type Props = {
  productId: string;
  name: string;
  kind: ProductKind;
  /** Whether the product may be loaded for its picture; else only what is known is shown. */
  load: boolean;
};

/** The picture of a product of which only the id and the name are known, as in a cart. */
export function ProductThumb({ productId, name, kind, load }: Props) {
  const product = useKnownProduct(productId, load);
  return <ProductPicture product={product ?? { name, kind, images: [] }} size="thumb" />;
}
