import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { ShopSettings } from "@/api/schema";

export const SETTINGS = "/api/v1/admin/settings";

export function settingsOptions() {
  return $api.queryOptions("get", SETTINGS);
}

/** Shows settings of an answer or an event, unless newer ones are known, and takes care of what depends on them. */
export function useShowSettings() {
  const client = useQueryClient();
  return (next: ShopSettings): void => {
    const { queryKey } = settingsOptions();
    client.setQueryData<ShopSettings>(queryKey, (known) => (known && known.version > next.version ? known : next));
    // The name of the shop stands in the header.
    void client.invalidateQueries({ queryKey: ["get", "/api/v1/shop"] });
  };
}
