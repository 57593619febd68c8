import "@mantine/spotlight/styles.layer.css";

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ClipboardList, Search } from "lucide-react";
import { useState } from "react";
import { $api } from "@/api/client";
import { useRole } from "@/api/useSession";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { DESTINATIONS } from "./navigation";

/** Shorter texts find too many orders to choose from. */
const LEAST = 3;
const MOST = 5;

/** Goes to any page, and to an order by its number, its customer or its title. */
export function Palette() {
  const t = useWords(shell);
  const role = useRole();
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = DESTINATIONS.filter(({ roles }) => role && roles.includes(role)).map(
    ({ to, word, icon: Icon }) => ({
      id: to,
      label: t[word],
      leftSection: <Icon size={18} aria-hidden="true" />,
      onClick: () => void navigate({ to }),
    }),
  );
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const found = $api.useQuery(
    "get",
    "/api/v1/orders",
    { params: { query: { q: settled.slice(0, 200), limit: MOST } } },
    { enabled: settled.length >= LEAST, placeholderData: keepPreviousData },
  );
  const orders = settled.length >= LEAST ? (found.data?.items ?? []) : [];
  const pages = matching(actions, typed);
  const hits: SpotlightActionData[] = orders.map(({ id, orderNumber, title, items, customer }) => ({
    id,
    label: orderNumber,
    description: [title || items[0]?.name, customer.name].filter(Boolean).join(", "),
    leftSection: <ClipboardList size={18} aria-hidden="true" />,
    onClick: () => void navigate({ to: "/orders/$orderId", params: { orderId: id } }),
  }));
  return (
    <Spotlight
      actions={[...pages, ...hits]}
      query={typed}
      onQueryChange={setTyped}
      // The server has chosen the orders already.
      filter={(_, all) => all}
      shortcut={null}
      nothingFound={found.isFetching ? null : t.nothingFound}
      highlightQuery
      attributes={{ content: { "aria-label": t.palette } }}
      searchProps={{ leftSection: <Search size={18} />, placeholder: t.paletteHint, "aria-label": t.palette }}
    />
  );
}

function matching(pages: SpotlightActionData[], typed: string): SpotlightActionData[] {
  const text = typed.trim().toLowerCase();
  return pages.filter(({ label }) => label?.toLowerCase().includes(text));
}
