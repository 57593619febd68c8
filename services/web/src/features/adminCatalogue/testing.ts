import type { Category, ImportLine, Product } from "@/api/schema";
import { sampleProduct } from "@/testing/samples";

/** A product as administrators see it, with its stock. */
export function aProduct(change: Partial<Product> = {}): Product {
  return sampleProduct({ onHand: 40, reserved: 2, ...change });
}

/** A category. */
export function aCategory(id: string, change: Partial<Category> = {}): Category {
  return {
    id,
    name: id,
    slug: id.toLowerCase(),
    description: "",
    parentId: null,
    position: 0,
    active: true,
    products: 0,
    version: 1,
    createdAt: "2026-11-01T12:00:00Z",
    updatedAt: "2026-11-01T12:00:00Z",
    ...change,
  };
}

/** A line of an import. */
export function aLine(line: number, change: Partial<ImportLine> = {}): ImportLine {
  return { line, sku: `SKU-${line}`, outcome: "CREATED", productId: `id-${line}`, ...change };
}
