import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { api, body } from "@/api/client";
import { ApiError, isCode } from "@/api/failure";
import { newId } from "@/api/key";
import { refetchNow } from "@/api/queryClient";
import type { Product, StockAdjustment } from "@/api/schema";
import { MOVEMENTS, PRODUCTS, productOptions, showProduct } from "./queries";

/**
 * Adjusts the stock of a product. A repeat has the same key, so that the units are not moved twice after a lost answer; another change gets
 * a new one.
 */
export function useStockChange(product: Product, onDone: (product: Product) => void) {
  const client = useQueryClient();
  const kept = useRef({ change: "", key: "" });
  const keyOf = (change: StockAdjustment): string => {
    const text = JSON.stringify(change);
    if (kept.current.change !== text) kept.current = { change: text, key: newId() };
    return kept.current.key;
  };
  const forget = () => {
    kept.current = { change: "", key: "" };
  };
  return useMutation({
    mutationFn: (change: StockAdjustment) =>
      body(
        api.POST("/api/v1/products/{id}/stock", {
          params: { path: { id: product.id }, header: { "Idempotency-Key": keyOf(change) } },
          body: change,
        }),
      ),
    onSuccess: (after) => {
      forget();
      showProduct(client, after);
      void refetchNow(PRODUCTS, MOVEMENTS);
      onDone(after);
    },
    onError: async (error) => {
      // With its key, a refusal for lack of stock would be repeated even if there is more by now.
      if (isCode(error, "CONFLICT") && error.details.length > 0) forget();
      if (!(error instanceof ApiError) || error.status >= 500) return;
      // What was shown may be old.
      await client.invalidateQueries({ queryKey: productOptions(product.id).queryKey });
    },
  });
}
