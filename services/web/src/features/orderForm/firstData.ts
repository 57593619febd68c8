import type { QueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import { loadPictures } from "@/ui/loadPictures";
import { readDraft } from "./draft";
import type { OrderSearch } from "./filters";
import { startValues } from "./values";

/** Results shown at a time: a search is quicker than a long list. */
const MOST = 6;

/** The query of the products to choose from. */
export function foundOptions(text: string) {
  const query = { ...(text && { q: text.slice(0, 200) }), inStock: true, limit: MOST };
  return $api.queryOptions("get", "/api/v1/products", { params: { query } });
}

/** Asks for what the order form shows first, while its code is still on the way. */
export function askForForm(client: QueryClient, start: OrderSearch): void {
  const { subject, lines } = startValues(readDraft(), start);
  if (subject !== "items" || lines.length > 0) return;
  // What fails is shown, and tried again, by the form.
  client.fetchQuery(foundOptions("")).then(loadPictures, () => undefined);
}
