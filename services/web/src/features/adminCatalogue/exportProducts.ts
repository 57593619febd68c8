import { api, body } from "@/api/client";
import { type ProductFilters, toQuery } from "./filters";

/** Loads the filtered products as a CSV file. `onBytes` gets the number of bytes so far; nobody knows how many there will be. */
export async function exportProducts(
  filters: ProductFilters,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<Blob> {
  const query = toQuery(filters);
  const call = api.GET("/api/v1/admin/products/export", { params: { query }, parseAs: "stream", signal });
  const reader = (await body(call))?.getReader();
  const parts: BlobPart[] = [];
  let count = 0;
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    parts.push(piece.value);
    count += piece.value.length;
    onBytes(count);
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
