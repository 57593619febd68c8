import { $api } from "@/api/client";

/** The shop's currency, in which amounts are typed. */
export function useCurrency(): string {
  const { data } = $api.useQuery("get", "/api/v1/shop", {}, { staleTime: 600_000 });
  return data?.currency ?? "USD";
}
