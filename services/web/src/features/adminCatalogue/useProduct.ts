import { useQuery } from "@tanstack/react-query";
import { refetchSoon } from "@/api/queryClient";
import { useCatchUp, useLive } from "@/live/useLive";
import { PRODUCT, productOptions } from "./queries";

/** One product, kept up to date. Events lack what only administrators see, so they only cause it to be loaded. */
export function useProduct(id: string) {
  useLive("product:updated", (event) => {
    if (event.id === id) refetchSoon(PRODUCT);
  });
  useCatchUp(() => refetchSoon(PRODUCT));
  return useQuery(productOptions(id));
}
