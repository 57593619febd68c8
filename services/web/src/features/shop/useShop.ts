import { $api } from "@/api/client";

/** The shop's name and currency; they hardly ever change. */
export function useShop() {
  const { data } = $api.useQuery("get", "/api/v1/shop", {}, { staleTime: 600_000 });
  return { name: data?.name ?? "Waybill", currency: data?.currency ?? "USD" };
}
