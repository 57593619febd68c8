import { preload } from "react-dom";
import type { Product } from "@/api/schema";

/** Products that a phone shows first. */
const FIRST = 2;

/** Loads the pictures of the first of these products, while their cards are still being drawn. */
export function loadPictures({ items }: { items: readonly Product[] }): void {
  for (const { images } of items.slice(0, FIRST)) {
    const url = images[0]?.thumbnailUrl;
    if (url) preload(url, { as: "image", fetchPriority: "high" });
  }
}
